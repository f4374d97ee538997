"""Owns telling pages that a conversation has changed: which one and how new it is. What it says now, the page asks."""

from collections.abc import Callable
from typing import TypeAlias

MOST = 16
"""Conversations that one page may watch; a person looks at a few."""

Send: TypeAlias = Callable[[str, int], None]
"""Puts ``(conversation, revision)`` on its way to one page; returns at once and never raises."""


class Watchers:
    """Pages of this node and what they look at."""

    def __init__(self) -> None:
        self._watched: dict[str, dict[object, Send]] = {}
        self._by_page: dict[object, set[str]] = {}

    def watch(self, who: object, conversation: str, send: Send) -> bool:
        """Tell this page of a conversation from now on; False if it watches too many already."""
        watched = self._by_page.setdefault(who, set())
        if conversation not in watched and len(watched) >= MOST:
            return False
        watched.add(conversation)
        self._watched.setdefault(conversation, {})[who] = send
        return True

    def unwatch(self, who: object, conversation: str) -> None:
        """Tell this page of it no more, if it watched it."""
        self._by_page.get(who, set()).discard(conversation)
        pages = self._watched.get(conversation, {})
        pages.pop(who, None)
        if not pages:
            self._watched.pop(conversation, None)

    def leave(self, who: object) -> None:
        """The page is gone."""
        for conversation in tuple(self._by_page.pop(who, ())):
            self.unwatch(who, conversation)

    def changed(self, conversation: str, revision: int) -> None:
        """A conversation is newer now."""
        for send in tuple(self._watched.get(conversation, {}).values()):
            send(conversation, revision)
