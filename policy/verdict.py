"""Owns how a judgement looks: for the code that obeys it, for the API and for the page. Decides nothing.

A ``Reason``'s value is the key by which a page translates; ``words`` is the same in English.
"""

import enum

import msgspec

from policy.records import Answer, Call, Refusal, Request, Snapshot, Status


class Ask(enum.Enum):
    """What the business wants to do."""

    CALL = "call"
    REQUEST = "request"
    """Ask the user for permission to call."""


class Reason(enum.Enum):
    """Why, or why not."""

    ALLOWED = "allowed"
    COUNTRY_EXCLUDED = "country_excluded"
    NOT_AVAILABLE = "not_available"
    """Meta does not let this business number start calls."""
    NO_PERMISSION = "no_permission"
    """The user has never been heard on it."""
    PERMISSION_REJECTED = "permission_rejected"
    PERMISSION_REVOKED = "permission_revoked"
    """Too many calls in a row without answer."""
    PERMISSION_EXPIRED = "permission_expired"
    META_NO_PERMISSION = "meta_no_permission"
    """We know of a permission, Meta does not."""
    ALREADY_PERMANENT = "already_permanent"
    CALL_ON_ITS_WAY = "call_on_its_way"
    CONNECTED_CALLS = "connected_calls"
    REQUESTS_PER_DAY = "requests_per_day"
    REQUESTS_PER_WEEK = "requests_per_week"
    META_CALL_LIMIT = "meta_call_limit"
    META_REQUEST_LIMIT = "meta_request_limit"


class Caution(enum.Enum):
    """What a person should know although, or because, it is so decided."""

    USER_PROMPTED = "user_prompted"
    """WhatsApp has asked the user whether calls are still welcome."""
    LAST_BEFORE_REVOCATION = "last_before_revocation"
    LAST_CALL = "last_call"
    """After this one the limit of connected calls is used up."""
    PERMISSION_IN_FORCE = "permission_in_force"
    """The request is not needed yet."""
    PERMISSION_ENDS_FIRST = "permission_ends_first"
    """The limit becomes free only after the permission has ended."""
    META_DISAGREES = "meta_disagrees"


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """A caution, with words for a person."""

    caution: Caution
    words: str


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """One item that counts towards a limit."""

    id: str | None
    """None if only Meta's counter knows of it."""
    at: float
    leaves_at: float
    """When it counts no more, if nothing else happens. Of what only Meta counts, the latest possible."""
    pending: bool = False
    """Reserved, and its end is not known yet."""


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How one limit stands."""

    limit: Reason
    """The reason it would be refused for."""
    allowed: int
    window_s: float | None
    items: tuple[Counted, ...]
    """In the order in which they leave."""

    @property
    def used(self) -> int:
        """How many count now."""
        return len(self.items)

    @property
    def free_at(self) -> float | None:
        """When one more fits; None if it does now."""
        surplus = len(self.items) - self.allowed
        return self.items[surplus].leaves_at if surplus >= 0 else None


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """The permission as the rules see it, ledger and Meta together."""

    status: Status
    reason: Reason
    """ALLOWED, or why there is none."""
    since: float | None = None
    """When it was given."""
    expires_at: float | None = None
    """When a temporary one ends, or ended."""


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """Where Meta and the ledger differ; the stricter one holds."""

    about: Ask
    ours: Reason
    metas: Reason
    words: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement of one ask."""

    ask: Ask
    allowed: bool
    reason: Reason
    words: str
    free_at: float | None = None
    """When it will be allowed if nothing else happens, epoch seconds; None if waiting alone will not help."""
    counts: tuple[Count, ...] = ()
    """Every limit that the ask has to pass."""
    warnings: tuple[Warned, ...] = ()
    disagreement: Disagreement | None = None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The whole picture of a pair, for the page and the API."""

    at: float
    profile: str
    call: Verdict
    request: Verdict
    permission: Permission
    run: int
    """Calls in a row without answer."""
    run_warns: int
    run_revokes: int
    outstanding: Request | None
    """The request that the user can still answer or answer anew."""
    outstanding_until: float | None
    requests: tuple[Request, ...]
    answers: tuple[Answer, ...]
    calls: tuple[Call, ...]
    snapshot: Snapshot | None
    refusals: tuple[Refusal, ...]
