"""Owns the HTTP of ``GET /<PNID>/call_permissions``: what Meta says of one user. How often to ask is for others."""

from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from policy.records import Snapshot
from signaling.calls.events import MetaError
from signaling.permissions.lookups import LookUpFailed
from signaling.permissions.pair import Pair
from signaling.whatsapp.errors import NO_CODE, read_error
from signaling.whatsapp.graph import Access, bounded_body
from signaling.whatsapp.payload import part
from signaling.whatsapp.permission_answer import read_permissions


class _Answer(msgspec.Struct):
    error: msgspec.Raw = msgspec.Raw()


class GraphCallPermissions:
    """``CallPermissions`` over the Graph API. Given: the session, which the caller closes."""

    def __init__(self, session: aiohttp.ClientSession, access: Access) -> None:
        self._session = session
        self._access = access

    async def look_up(self, pair: Pair, at: float) -> Snapshot:
        """Ask by the user id if there is one, else by the number. Raises LookUpFailed."""
        path = f"/{self._access.version}/{quote(pair.phone_number_id, safe='')}/call_permissions"
        user = {"recipient": pair.user.user_id} if pair.user.user_id else {"user_wa_id": pair.user.number or ""}
        url = URL(self._access.url.rstrip("/") + path, encoded=True).with_query(user)
        try:
            async with self._session.get(
                url,
                headers={"Authorization": f"Bearer {self._access.token}"},
                timeout=aiohttp.ClientTimeout(total=self._access.timeout_s),
                allow_redirects=False,
            ) as response:
                status, raw = response.status, await bounded_body(response)
        except TimeoutError:
            raise LookUpFailed(MetaError(NO_CODE, "Meta did not answer in time")) from None
        except aiohttp.ClientError:
            raise LookUpFailed(MetaError(NO_CODE, "Meta could not be reached")) from None
        snapshot = read_permissions(raw, at) if status == 200 else None
        if snapshot is not None:
            return snapshot
        answer = part(raw, _Answer) or _Answer()
        error = read_error(answer.error) or MetaError(NO_CODE, f"Meta answered HTTP {status} without an error code")
        raise LookUpFailed(MetaError(error.code, error.text.replace(self._access.token, "(token)")))
