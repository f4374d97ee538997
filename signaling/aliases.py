"""Owns which call of ours Meta means by an id of its own (WACID), and news of ids that mean none yet. Pure.

A business-initiated call has an id of ours before Meta gives it another one, and Meta's webhooks may come before the
answer to connect that tells the two belong together (whatsapp-calling 1.3): such news is parked for a moment.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from signaling.calls.events import CallProgressed, CallTerminated, ConnectAnswered

PARKED_S = 10.0
"""How long news waits for its call, seconds: the Graph client's own bound for an answer to connect."""
MAX_PARKED = 1_000
"""News that waits at most; the oldest goes first. Other apps of the same account may phone too."""
MAX_ALIASES = 20_000
"""Ids remembered, those of ended calls included, whose webhooks may come late."""

News: TypeAlias = ConnectAnswered | CallProgressed | CallTerminated
"""Webhooks that name a call by Meta's id."""


class _Parked(NamedTuple):
    until: float
    news: News


class Aliases:
    """Meta's ids and ours."""

    def __init__(self) -> None:
        self._calls: dict[str, str] = {}
        self._parked: list[_Parked] = []

    def call_of(self, wacid: str) -> str | None:
        """Our id of this call, living or ended, if it is known."""
        return self._calls.get(wacid)

    def learn(self, wacid: str, call_id: str, now: float) -> tuple[News, ...]:
        """Meta's id of a call of ours has become known; the news that waited for it, in its order."""
        self._calls[wacid] = call_id
        if len(self._calls) > MAX_ALIASES:
            del self._calls[next(iter(self._calls))]
        waiting = tuple(self._fresh(now))
        self._parked = [one for one in waiting if one.news.call_id != wacid]
        return tuple(one.news for one in waiting if one.news.call_id == wacid)

    def park(self, news: News, now: float) -> None:
        """Keep news of an unknown call for a moment."""
        self._parked = [*self._fresh(now), _Parked(now + PARKED_S, news)][-MAX_PARKED:]

    def _fresh(self, now: float) -> Iterator[_Parked]:
        return (one for one in self._parked if one.until > now)
