"""Owns the HTTP of messages and templates towards Meta: one message out, or the list of templates in.

Meta cannot tell a repeated message from a new one, so nothing is sent again that may have arrived: a lost answer is an
answer of its own (``Unsettled``), and the status webhook, which carries our key, settles it. Only what surely did not
arrive, or what Meta says failed for the moment, is tried again. It never logs a token, a text or a number.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote

import aiohttp
import msgspec
import structlog
from yarl import URL

from signaling.calls.events import Caller, MetaError
from signaling.pause import Pause
from signaling.whatsapp.errors import NO_CODE, Remedy, read_error, remedy
from signaling.whatsapp.graph import Access
from signaling.whatsapp.payload import ABSENT, digits, part, parts, text
from signaling.whatsapp.templates import TemplatePage, read_page

ATTEMPTS = 3
"""Of a message that surely did not arrive; a person is waiting."""
BACK_OFF_S = 0.5
"""Pause before the second attempt, seconds; doubled before the third."""
PAGE_SIZE = 100
"""Templates asked for at once."""
MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""A page of templates has some 200 KiB; more than this is not read."""
FIELDS = "id,name,language,status,category,parameter_format,components"

_log = structlog.get_logger(__name__)


class Sent(NamedTuple):
    """Meta has taken the message."""

    message_id: str
    customer: Caller
    """Who it went to, as far as Meta tells; often the user id (BSUID) of a number, or the other way round."""


class Refused(NamedTuple):
    """Meta has not taken the message, or it never reached Meta."""

    error: MetaError


class Unsettled(NamedTuple):
    """Nobody knows: Meta's answer was lost."""

    error: MetaError


Outcome: TypeAlias = Sent | Refused | Unsettled


class NoTemplates(Exception):
    """Meta did not give its list; ``error`` says why, without the token."""

    def __init__(self, error: MetaError) -> None:
        super().__init__(error.text)
        self.error = error


class _Answer(msgspec.Struct):
    messages: msgspec.Raw = ABSENT
    contacts: msgspec.Raw = ABSENT
    error: msgspec.Raw = ABSENT


class _Identity(msgspec.Struct):
    id: object = None


class _Recipient(msgspec.Struct):
    wa_id: object = None
    user_id: object = None


class _Arrived(NamedTuple):
    status: int
    body: bytes


class Messages:
    """Messages and templates at Meta. Given: the session, which the caller closes."""

    def __init__(self, session: aiohttp.ClientSession, access: Access, *, pause: Pause) -> None:
        self._session = session
        self._access = access
        self._pause = pause

    async def send(self, phone_number_id: str, body: Mapping[str, Any]) -> Outcome:
        """Send one message (``message_bodies``) from this number. Never raises for trouble outside."""
        url, raw = self._url(phone_number_id, "messages"), msgspec.json.encode(body)
        back_off_s = BACK_OFF_S
        for attempt in range(1, ATTEMPTS + 1):
            outcome, again = await self._attempt(url, raw)
            if not again or attempt == ATTEMPTS:
                break
            await self._pause(back_off_s)
            back_off_s *= 2
        if not isinstance(outcome, Sent):
            _log.warning("message_not_sent", code=outcome.error.code, known=isinstance(outcome, Refused))
        return outcome

    async def templates(self, account_id: str, after: str | None) -> TemplatePage:
        """One page of the templates of a WhatsApp Business Account. Raises NoTemplates."""
        query = {"fields": FIELDS, "limit": str(PAGE_SIZE), **({"after": after} if after else {})}
        try:
            arrived = await self._ask("GET", self._url(account_id, "message_templates").with_query(query), None)
        except TimeoutError:
            raise NoTemplates(MetaError(NO_CODE, "Meta did not answer in time")) from None
        except aiohttp.ClientError:
            raise NoTemplates(MetaError(NO_CODE, "Meta could not be reached")) from None
        page = read_page(arrived.body) if arrived.status == 200 else None
        if page is None:
            raise NoTemplates(self._error(arrived))
        return page

    async def _attempt(self, url: URL, raw: bytes) -> tuple[Outcome, bool]:
        """What came of one attempt, and whether another may do better without doing harm."""
        try:
            arrived = await self._ask("POST", url, raw)
        except aiohttp.ClientConnectorError:
            # No connection was made, so nothing was sent.
            return Refused(MetaError(NO_CODE, "Meta could not be reached")), True
        except TimeoutError:
            return Unsettled(MetaError(NO_CODE, "Meta did not answer in time")), False
        except aiohttp.ClientError:
            return Unsettled(MetaError(NO_CODE, "The connection to Meta broke off")), False
        answer = part(arrived.body, _Answer) or _Answer()
        sent = _sent(answer)
        if arrived.status == 200 and sent is not None:
            return sent, False
        error = self._error(arrived)
        if error.code == NO_CODE and (arrived.status >= 500 or arrived.status == 200):
            # Something between Meta and us answered, or Meta in words nobody knows: the message may be under way.
            return Unsettled(error), False
        return Refused(error), remedy(error.code, arrived.status) is Remedy.RETRY

    async def _ask(self, method: str, url: URL, raw: bytes | None) -> _Arrived:
        headers = {"Authorization": f"Bearer {self._access.token}", "Content-Type": "application/json"}
        timeout = aiohttp.ClientTimeout(total=self._access.timeout_s)
        async with self._session.request(
            method, url, data=raw, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    return _Arrived(response.status, b"")
            return _Arrived(response.status, bytes(body))

    def _error(self, arrived: _Arrived) -> MetaError:
        answer = part(arrived.body, _Answer) or _Answer()
        error = read_error(answer.error) or MetaError(
            NO_CODE, f"Meta answered HTTP {arrived.status} without an error code"
        )
        return MetaError(error.code, error.text.replace(self._access.token, "(token)"))

    def _url(self, node: str, edge: str) -> URL:
        path = f"/{self._access.version}/{quote(node, safe='')}/{edge}"
        return URL(self._access.url.rstrip("/") + path, encoded=True)


def _sent(answer: _Answer) -> Sent | None:
    messages = parts(answer.messages) or []
    message_id = text((part(messages[0], _Identity) or _Identity()).id) if messages else None
    if message_id is None:
        return None
    contacts = parts(answer.contacts) or []
    recipient = (part(contacts[0], _Recipient) if contacts else None) or _Recipient()
    return Sent(message_id, Caller(user_id=text(recipient.user_id), number=digits(recipient.wa_id)))
