"""Owns the ends of a crowd whose media is native, and the exact count of what passes between them."""

from typing import NamedTuple, TypeVar

from benchmarks.crowd.beat import let_pass
from benchmarks.crowd.browser import NativeBrowser
from benchmarks.crowd.caller import NativeCaller
from benchmarks.crowd.line import Lines

_SETTLING_S = 0.3
"""After everybody fell silent: time for the last packets to arrive, well below the server's ``media.stall_ms``."""


E = TypeVar("E", NativeCaller, NativeBrowser)


class Tally(NamedTuple):
    """RTP packets of a crowd."""

    said: int
    heard: int


class Natives:
    """Makes native phones and browsers, and keeps them; with ``hushed``, they are silent until they are resumed."""

    def __init__(self, lines: Lines, *, hushed: bool = False) -> None:
        self._lines = lines
        self._hushed = hushed
        self.callers: list[NativeCaller] = []
        self.browsers: list[NativeBrowser] = []

    def make_caller(self) -> NativeCaller:
        """One more phone."""
        self.callers.append(NativeCaller(self._lines))
        return self._made(self.callers[-1])

    def make_browser(self) -> NativeBrowser:
        """One more browser."""
        self.browsers.append(NativeBrowser(self._lines))
        return self._made(self.browsers[-1])

    async def hush(self) -> Tally:
        """Everybody falls silent, and what is under way arrives: the count of all that was said and heard so far."""
        for end in self._ends:
            end.media.hush()
        await let_pass(_SETTLING_S)
        counters = [end.line.counters for end in self._ends]
        return Tally(sum(one.sent for one in counters), sum(one.received for one in counters))

    def resume(self) -> None:
        """Everybody speaks again."""
        for end in self._ends:
            end.media.go_on()

    @property
    def _ends(self) -> list[NativeCaller | NativeBrowser]:
        return [*self.callers, *self.browsers]

    def _made(self, end: E) -> E:
        if self._hushed:
            end.media.hush()
        return end
