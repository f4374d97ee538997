"""The rules once more, as plainly as the sentences they come from: the list of all that happened, replayed each time.

Nothing here is shared with ``policy`` but the figures, which are repeated as numbers. It forgets nothing, keeps no
windows and finds out when something becomes free by trying.
"""

import math
from typing import NamedTuple

DAY, WEEK = 86_400.0, 604_800.0
REQUESTS_A_DAY, REQUESTS_A_WEEK, CALLS_A_DAY, REVOKED_AFTER = 1, 2, 5, 4


class Asked(NamedTuple):
    """A permission request that went out."""

    at: float


class Answered(NamedTuple):
    """What the user said; ``until`` is Meta's end of the permission, infinity for a permanent one."""

    at: float
    yes: bool
    automatic: bool
    until: float


class Picked(NamedTuple):
    """A call connected."""

    at: float
    ours: bool


class Missed(NamedTuple):
    """A call of ours was not answered, or rejected."""

    at: float


class Held(NamedTuple):
    """A place somebody has reserved, and not used up or given back."""

    what: str
    until: float


class Books:
    """Everything that happened, under the name of the request, the call or the message."""

    def __init__(self) -> None:
        self.asked: dict[str, Asked] = {}
        self.answered: dict[str, Answered] = {}
        self.calls: dict[str, Picked | Missed] = {}
        self.held: dict[str, Held] = {}

    def may_ask(self, now: float) -> bool:
        """At most 1 request in 24 hours and 2 in 7 days; a connected call makes all before it count no more."""
        if self._permission_ends() == math.inf:
            return False
        last_talk = max((call.at for call in self.calls.values() if isinstance(call, Picked)), default=0.0)
        held = sum(place.what == "request" and now < place.until for place in self.held.values())
        counting = [asked.at for asked in self.asked.values() if asked.at >= last_talk]
        return (
            sum(now - at < DAY for at in counting) + held < REQUESTS_A_DAY
            and sum(now - at < WEEK for at in counting) + held < REQUESTS_A_WEEK
        )

    def may_call(self, now: float) -> bool:
        """With a permission in force, fewer than 5 connected calls in 24 hours, and none on its way."""
        if any(place.what == "call" and now < place.until for place in self.held.values()):
            return False
        talked = sum(isinstance(call, Picked) and call.ours and now - call.at < DAY for call in self.calls.values())
        return now < self._permission_ends() and talked < CALLS_A_DAY

    def free_at(self, what: str, now: float) -> float | None:
        """The first moment at which it is allowed, found by trying each moment at which anything changes."""
        may = self.may_ask if what == "request" else self.may_call
        return next((moment for moment in self.edges(now) if may(moment)), None)

    def edges(self, now: float) -> list[float]:
        """The moments from now on at which a window, a reservation or a permission ends."""
        starts = [asked.at for asked in self.asked.values()] + [call.at for call in self.calls.values()]
        moments = {at + window for at in starts for window in (DAY, WEEK)}
        moments |= {place.until for place in self.held.values()} | {self._permission_ends()}
        return sorted(moment for moment in moments if now < moment < math.inf)

    def in_a_row(self) -> int:
        """Calls without answer in the present run."""
        return self._replay()[1]

    def _permission_ends(self) -> float:
        return self._replay()[0]

    def _replay(self) -> tuple[float, int]:
        """When the permission ends (0 without one), and how many calls in a row were not answered."""
        ends, run = 0.0, 0
        for happened in sorted([*self.calls.values(), *self.answered.values()], key=_order):
            match happened:
                case Picked():
                    run = 0
                case Missed():
                    run += 1
                    if run >= REVOKED_AFTER:
                        ends = 0.0
                case Answered(yes=False):
                    ends = 0.0
                case Answered(at=at, automatic=automatic, until=until):
                    new = until if until == math.inf else min(until, at + WEEK)
                    ends = max(ends, new) if automatic else new
        return ends, run


def _order(happened: Picked | Missed | Answered) -> tuple[float, int, float]:
    """By time. In one moment: talk, then yes (the longer one last), then calls in vain, then no."""
    match happened:
        case Picked(at=at):
            return at, 0, 0.0
        case Answered(at=at, yes=True, automatic=automatic, until=until):
            return at, 2 if automatic else 1, until
        case Missed(at=at):
            return at, 3, 0.0
    return happened.at, 4, 0.0
