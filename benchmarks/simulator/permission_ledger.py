"""Owns what Meta knows about one business number and one user: permission, requests, connected and missed calls. Pure.

Written from whatsapp-calling 2.2 and 3 alone, so that it judges the product's own policy instead of repeating it.
Every ``now`` is in epoch seconds.
"""

import datetime as dt
import enum
import math
from dataclasses import dataclass, field

from benchmarks.simulator.payloads import Json
from benchmarks.simulator.refusal import Refusal

DAY_S = 86_400.0
WEEK_S = 7 * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Meta's limits (whatsapp-calling 3.1); the default is what holds since 2025-12-19."""

    requests_per_day: int = 1
    requests_per_week: int = 2
    calls_per_day: int = 100
    """Connected calls that the business began."""
    prompt_run: int = 2
    """Missed calls in a row after which the user is asked whether he wants more of them."""
    revoke_run: int = 4
    """Missed calls in a row after which the permission is gone, and gone again with each further one.

    Only a connected call is said to end the run, so a new permission does not.
    """
    permission_s: float = WEEK_S
    """Life of a temporary permission."""
    bubble_s: float = WEEK_S
    """Life of a request: after its answer, or after its delivery if there is none."""
    cancelled_is_missed: bool = True
    """Whether a call that the business gave up counts as missed; Meta does not say."""


PRESENT = Figures()
LAUNCH = Figures(calls_per_day=5)
"""As calling began in 2025; several partners still state it."""
SANDBOX = Figures(requests_per_day=25, requests_per_week=100, prompt_run=5, revoke_run=10)
"""Numbers of a tech partner's sandbox and public test numbers (whatsapp-calling 3.5)."""


class Choice(enum.Enum):
    """What a user can answer to a request."""

    FOR_A_WEEK = "for a week"
    FOR_GOOD = "for good"
    NO = "no"


class Consequence(enum.Enum):
    """What a missed call leads to."""

    PROMPTED = "prompted"
    """A system message asks the user whether he wants to be called at all."""
    REVOKED = "revoked"


class RequestExpired(Exception):
    """The request can no longer be answered."""


@dataclass(slots=True)
class _Request:
    sent_at: float
    delivered_at: float | None = None
    answered_at: float | None = None
    superseded: bool = False

    def alive(self, now: float, life_s: float) -> bool:
        """Whether the user may still answer it (whatsapp-calling 3.2)."""
        since = self.delivered_at if self.answered_at is None else self.answered_at
        return not self.superseded and (since is None or now < since + life_s)


@dataclass(frozen=True, slots=True)
class _Limit:
    """At most so many within a rolling period."""

    period: str
    """ISO 8601 duration."""
    period_s: float
    max_allowed: int

    def free_at(self, times: list[float], now: float) -> float | None:
        """When the next one is allowed, or None if it is now."""
        inside = self.inside(times, now)
        return None if len(inside) < self.max_allowed else inside[-self.max_allowed] + self.period_s

    def inside(self, times: list[float], now: float) -> list[float]:
        """Those that count at this moment, oldest first."""
        return [at for at in times if now - at < self.period_s]

    def as_json(self, times: list[float], now: float) -> Json:
        """As call_permissions shows it; the end only where the limit is used up."""
        shown: Json = {
            "time_period": self.period,
            "max_allowed": self.max_allowed,
            "current_usage": len(self.inside(times, now)),
        }
        free_at = self.free_at(times, now)
        if free_at is not None:
            shown["limit_expiration_time"] = math.ceil(free_at)
        return shown


@dataclass(slots=True)
class PermissionLedger:
    """One pair. Methods raise Refusal as the Graph API does."""

    figures: Figures = field(default_factory=Figures)
    run: int = 0
    """Missed calls in a row."""
    expires_at: float | None = None
    """End of the permission: None without one, infinity for a permanent one."""
    _requests: dict[str, _Request] = field(default_factory=dict)
    _counted_requests: list[float] = field(default_factory=list)
    """Since the last connected call."""
    _calls: list[float] = field(default_factory=list)

    def permitted(self, now: float) -> bool:
        """Whether a permission holds at this moment."""
        return self.expires_at is not None and now < self.expires_at

    @property
    def permanent(self) -> bool:
        """Whether it holds until somebody ends it."""
        return self.expires_at == math.inf

    def request(self, message_id: str, now: float) -> None:
        """A permission request is sent. Raises Refusal (138017, 138009)."""
        if self.permanent:
            raise Refusal(138017, "the user has granted a permanent permission already")
        for limit in self._request_limits():
            free_at = limit.free_at(self._counted_requests, now)
            if free_at is not None:
                details = f"{limit.max_allowed} requests within {limit.period} is the limit, next at {_utc(free_at)}"
                raise Refusal(138009, details)
        self._counted_requests.append(now)
        self._requests[message_id] = _Request(now)

    def deliver(self, message_id: str, now: float) -> None:
        """A request reached the user's phone: its week begins."""
        self._requests[message_id].delivered_at = now

    def answer(self, message_id: str, choice: Choice, now: float) -> None:
        """The user taps a request, for the first time or once more. Raises RequestExpired."""
        request = self._requests[message_id]
        if not request.alive(now, self.figures.bubble_s):
            raise RequestExpired(message_id)
        for earlier in self._requests.values():
            earlier.superseded |= earlier.sent_at < request.sent_at
        request.answered_at = now
        until = {Choice.FOR_A_WEEK: now + self.figures.permission_s, Choice.FOR_GOOD: math.inf}
        self.expires_at = until.get(choice)

    def grant(self) -> None:
        """The user allows calls for good in the business' profile."""
        self.expires_at = math.inf

    def revoke(self) -> None:
        """The user forbids calls in the business' profile."""
        self.expires_at = None

    def permit_call_back(self, now: float) -> bool:
        """The user's own call gives a week, unless a permission holds already; tells whether it did."""
        if self.permitted(now):
            return False
        self.expires_at = now + self.figures.permission_s
        return True

    def check_call(self, now: float) -> None:
        """The business wants to call. Raises Refusal (138006, 138012)."""
        if not self.permitted(now):
            raise Refusal(138006, "no call permission from this user", status=401)
        free_at = self._call_limit().free_at(self._calls, now)
        if free_at is not None:
            raise Refusal(138012, f"the limit of connected calls is reached, next call at {_utc(free_at)}")

    def connect(self, now: float, *, by_business: bool) -> None:
        """A call was picked up: request counters and the run begin anew."""
        self._counted_requests.clear()
        self.run = 0
        if by_business:
            self._calls.append(now)

    def miss(self) -> Consequence | None:
        """A call of the business was declined or rang out."""
        self.run += 1
        if self.run >= self.figures.revoke_run and self.expires_at is not None:
            self.expires_at = None
            return Consequence.REVOKED
        return Consequence.PROMPTED if self.run == self.figures.prompt_run else None

    def as_json(self, now: float) -> Json:
        """The answer of GET call_permissions (whatsapp-calling 2.2)."""
        permission: Json = {"status": "no_permission"}
        if self.permitted(now) and self.expires_at is not None:
            permission["status"] = "permanent" if self.permanent else "temporary"
            if not self.permanent:
                permission["expiration_time"] = int(self.expires_at)
        requests, calls = self._counted_requests, self._calls
        requestable = all(limit.free_at(requests, now) is None for limit in self._request_limits())
        callable_now = self._call_limit().free_at(calls, now) is None
        return {
            "messaging_product": "whatsapp",
            "permission": permission,
            "actions": [
                {
                    "action_name": "send_call_permission_request",
                    "can_perform_action": requestable and not self.permanent,
                    "limits": [limit.as_json(requests, now) for limit in self._request_limits()],
                },
                {
                    "action_name": "start_call",
                    "can_perform_action": callable_now and self.permitted(now),
                    "limits": [self._call_limit().as_json(calls, now)],
                },
            ],
        }

    def _request_limits(self) -> tuple[_Limit, _Limit]:
        return (
            _Limit("PT24H", DAY_S, self.figures.requests_per_day),
            _Limit("P7D", WEEK_S, self.figures.requests_per_week),
        )

    def _call_limit(self) -> _Limit:
        return _Limit("PT24H", DAY_S, self.figures.calls_per_day)


def _utc(at: float) -> str:
    return dt.datetime.fromtimestamp(math.ceil(at), dt.UTC).isoformat()
