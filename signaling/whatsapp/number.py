"""Owns the HTTP of one business number's settings at Meta (``/<PNID>/settings``). For operators; no call needs it."""

from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from signaling.calls.events import MetaError
from signaling.whatsapp.errors import NO_CODE, read_error
from signaling.whatsapp.graph import Access, bounded_body
from signaling.whatsapp.payload import part
from signaling.whatsapp.settings import Settings


class NotDone(Exception):
    """Meta refused, or could not be reached; ``error`` says which and why, without the token."""

    def __init__(self, error: MetaError) -> None:
        super().__init__(f"{error.text} (code {error.code})" if error.code != NO_CODE else error.text)
        self.error = error


class _Answer(msgspec.Struct):
    calling: dict[str, Any] | None = None
    success: bool = False
    error: msgspec.Raw = msgspec.Raw()


class Number:
    """One business number. Given: the session, which the caller closes."""

    def __init__(self, session: aiohttp.ClientSession, access: Access, phone_number_id: str) -> None:
        self._session = session
        self._access = access
        path = f"/{access.version}/{quote(phone_number_id, safe='')}/settings"
        self._url = URL(access.url.rstrip("/") + path, encoded=True)

    async def settings(self) -> Settings:
        """The call settings as they are. Raises NotDone."""
        answer = await self._ask("GET", None)
        if answer.calling is None:
            raise NotDone(MetaError(NO_CODE, "Meta's answer holds no call settings"))
        return answer.calling

    async def apply(self, settings: Settings) -> None:
        """Set these; what they do not name stays. Raises NotDone."""
        answer = await self._ask("POST", msgspec.json.encode({"calling": settings}))
        if not answer.success:
            raise NotDone(MetaError(NO_CODE, "Meta does not say that the settings were taken"))

    async def _ask(self, method: str, body: bytes | None) -> _Answer:
        headers = {"Authorization": f"Bearer {self._access.token}", "Content-Type": "application/json"}
        timeout = aiohttp.ClientTimeout(total=self._access.timeout_s)
        try:
            async with self._session.request(
                method, self._url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                status, raw = response.status, await bounded_body(response)
        except TimeoutError:
            raise NotDone(MetaError(NO_CODE, "Meta did not answer in time")) from None
        except aiohttp.ClientError:
            raise NotDone(MetaError(NO_CODE, "Meta could not be reached")) from None
        answer = part(raw, _Answer) or _Answer()
        if status != 200:
            error = read_error(answer.error) or MetaError(NO_CODE, f"Meta answered HTTP {status} without an error code")
            raise NotDone(MetaError(error.code, error.text.replace(self._access.token, "(token)")))
        return answer
