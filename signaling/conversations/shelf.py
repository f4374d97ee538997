"""Owns the templates at hand: Meta's list, kept for a short while, and the tags that we give them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeAlias

import msgspec
import structlog
from msgspec.structs import replace

from signaling.clock import Clock
from signaling.conversations.compose import Problem, form_problems
from signaling.conversations.refusal import Refusal, invalid, not_found, of_meta
from signaling.conversations.template import Template
from signaling.store.contract import Store
from signaling.whatsapp.messages import NoTemplates
from signaling.whatsapp.templates import TemplatePage

KEPT_S = 60.0
"""How long a list is good, seconds; Meta tells of judged templates at once besides."""
MAX_PAGES = 60
"""Pages of 100 templates that are read; Meta's own limit is 6000 templates of an account."""
TAGS = "template-tags"

ReadPage: TypeAlias = Callable[[str | None], Awaitable[TemplatePage]]
"""Reads one page of the list. Raises NoTemplates."""

_log = structlog.get_logger(__name__)


class _Listed(NamedTuple):
    templates: tuple[Template, ...]
    until: float


class Shelf:
    """Templates of a WhatsApp Business Account. Without an account there are none, and every question is refused."""

    def __init__(self, read_page: ReadPage | None, store: Store, clock: Clock) -> None:
        self._read_page = read_page
        self._store = store
        self._clock = clock
        self._listed: _Listed | None = None
        self._reading = asyncio.Lock()

    def forget(self) -> None:
        """A template has changed at Meta: the next question reads the list anew."""
        self._listed = None

    async def all(self) -> tuple[Template, ...] | Refusal:
        """Every template with its tags. An old list is better than none when Meta is away. Raises StoreUnavailable."""
        listed = await self._fresh()
        if isinstance(listed, Refusal):
            return listed
        tags = await self._tags()
        return tuple(replace(template, tags=tags.get(template.name, ())) for template in listed)

    async def get(self, name: str, language: str) -> Template | Refusal:
        """One template in one language. Raises StoreUnavailable."""
        listed = await self.all()
        if isinstance(listed, Refusal):
            return listed
        found = (template for template in listed if (template.name, template.language) == (name, language))
        return next(found, None) or not_found("template in this language")

    async def tag(self, name: str, tags: tuple[str, ...]) -> Refusal | None:
        """Give a template, in all its languages, these tags instead of its former ones. Raises StoreUnavailable."""
        tidy = tuple(dict.fromkeys(tag.strip() for tag in tags))
        problems: tuple[Problem, ...] = form_problems(topic="", tags=tidy)
        if problems:
            return invalid(*problems)
        while True:
            held = await self._store.load(TAGS)
            known = msgspec.json.decode(held.value, type=dict[str, tuple[str, ...]]) if held is not None else {}
            now = {**known, name: tidy} if tidy else {key: value for key, value in known.items() if key != name}
            version = held.version if held is not None else 0
            if now == known or await self._store.commit(TAGS, version, msgspec.json.encode(now)):
                return None

    async def _fresh(self) -> tuple[Template, ...] | Refusal:
        async with self._reading:
            listed = self._listed
            if listed is not None and self._clock() < listed.until:
                return listed.templates
            try:
                templates = await self._read_all()
            except NoTemplates as error:
                _log.warning("templates_not_read", code=error.error.code)
                return listed.templates if listed is not None else of_meta(error.error)
            if templates is None:
                return Refusal(
                    code="no_account",
                    reason="The server does not know the WhatsApp Business Account.",
                    advice="Ask your administrator to set whatsapp.business_account_id.",
                )
            self._listed = _Listed(templates, self._clock() + KEPT_S)
            return templates

    async def _read_all(self) -> tuple[Template, ...] | None:
        if self._read_page is None:
            return None
        templates: list[Template] = []
        after = None
        for _ in range(MAX_PAGES):
            page = await self._read_page(after)
            templates += page.templates
            after = page.after
            if after is None:
                break
        return tuple(templates)

    async def _tags(self) -> dict[str, tuple[str, ...]]:
        held = await self._store.load(TAGS)
        return msgspec.json.decode(held.value, type=dict[str, tuple[str, ...]]) if held is not None else {}
