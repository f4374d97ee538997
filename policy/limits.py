"""Owns the figures of the policy as data: each with its value, unit, source and date. Decides nothing.

Every window is rolling and half-open: what happened at ``t`` counts until just before ``t + window_s``, so at exactly
that moment the place is free. A site that wants other figures replaces a field of a profile.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

HOUR_S: Final = 3600.0
DAY_S: Final = 24 * HOUR_S
WEEK_S: Final = 7 * DAY_S

LARGEST: Final = 128
"""Largest value of a counted limit: so many items of each kind a ledger keeps (100 is the largest of Meta's)."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One figure."""

    value: int
    unit: str
    """What is counted."""
    window_s: float | None = None
    """The rolling window in which it is counted; None if no window belongs to it."""
    source: str
    dated: str
    """Day of the newest source, ISO 8601."""


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """Countries whose business numbers may not start calls."""

    countries: frozenset[str]
    """ISO 3166, two capital letters."""
    source: str
    dated: str


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """A profile: every figure that the rules know."""

    name: str
    requests_per_day: Limit
    requests_per_week: Limit
    permission: Limit
    """How long a permission lasts from the user's answer; ``value`` in seconds."""
    request_lives: Limit
    """How long the user can answer a request, and change the answer; ``value`` in seconds."""
    connected_calls: Limit
    """Business-initiated calls that were picked up."""
    calls_at_once: Limit
    """Calls of one pair that may be on their way at the same time."""
    run_warns: Limit
    """Calls in a row without answer after which WhatsApp asks the user whether calls are still welcome."""
    run_revokes: Limit
    """The same, after which the permission is gone."""
    permanent_permissions: bool = True
    """Whether "always allow" is believed; if not, it lasts as long as any other permission."""
    excluded: Exclusion

    def __post_init__(self) -> None:
        """Hold every count within what a ledger keeps."""
        counted = (self.requests_per_day, self.requests_per_week, self.connected_calls, self.run_revokes)
        assert all(0 < limit.value <= LARGEST for limit in counted), f"a count must lie in 1..{LARGEST}"


_PERMISSIONS = "Meta, user call permissions"

DEFAULT: Final = Limits(
    name="default",
    requests_per_day=Limit(
        value=1, unit="permission requests", window_s=DAY_S, source=_PERMISSIONS, dated="2026-06-26"
    ),
    requests_per_week=Limit(
        value=2, unit="permission requests", window_s=WEEK_S, source=_PERMISSIONS, dated="2026-06-26"
    ),
    permission=Limit(value=int(WEEK_S), unit="seconds from the answer", source=_PERMISSIONS, dated="2026-06-26"),
    request_lives=Limit(
        value=int(WEEK_S), unit="seconds from delivery or the last answer", source=_PERMISSIONS, dated="2026-06-26"
    ),
    connected_calls=Limit(
        value=5,
        unit="connected business-initiated calls",
        window_s=DAY_S,
        source="Meta, user call permissions as they were until that day, the strictest figure ever in force",
        dated="2025-10-13",
    ),
    calls_at_once=Limit(
        value=1, unit="calls on their way", source="Meta, calling reference, error 138003", dated="2026-06-24"
    ),
    run_warns=Limit(value=2, unit="unanswered calls in a row", source=_PERMISSIONS, dated="2026-06-26"),
    run_revokes=Limit(value=4, unit="unanswered calls in a row", source=_PERMISSIONS, dated="2026-06-26"),
    excluded=Exclusion(
        countries=frozenset({"US", "CA", "EG", "VN", "NG"}),
        source="Meta, business-initiated calls, availability",
        dated="2026-03-10",
    ),
)
"""The figures a site holds itself to if it says nothing: never more than Meta has allowed at any time."""

META_PRESENT: Final = replace(
    DEFAULT,
    name="meta_present",
    connected_calls=replace(DEFAULT.connected_calls, value=100, source=_PERMISSIONS, dated="2026-06-26"),
)
"""What Meta enforces for numbers in production (100 connected calls since 2025-12-19)."""

_SANDBOX = "Meta, sandbox and test numbers"

SANDBOX: Final = replace(
    META_PRESENT,
    name="sandbox",
    requests_per_day=replace(DEFAULT.requests_per_day, value=25, source=_SANDBOX),
    requests_per_week=replace(DEFAULT.requests_per_week, value=100, source=_SANDBOX),
    run_warns=replace(DEFAULT.run_warns, value=5, source=_SANDBOX),
    run_revokes=replace(DEFAULT.run_revokes, value=10, source=_SANDBOX),
)
"""Tech partners' sandbox numbers and public test numbers."""

PROFILES: Final[Mapping[str, Limits]] = {profile.name: profile for profile in (DEFAULT, META_PRESENT, SANDBOX)}
"""By name, as a configuration names them."""
