"""Owns which queue a new call goes to. Pure: rules in, an answer out.

Rules are tried by descending priority, equal ones in the order of the configuration; the first that matches wins. A
condition that a rule does not name holds for every call.
"""

import enum
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import phonenumbers

from signaling.calls.events import Caller

ANY_END = "*"
"""At the end of a payload in a rule: whatever follows matches too."""
NO_COUNTRY = frozenset({"001", "ZZ"})
"""What the numbering plan answers for numbers of no country (Unicode's codes for the world and for unknown)."""


class Communication(enum.Enum):
    """What the customer has begun."""

    CALL = "call"
    MESSAGE = "message"


class Approach(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a customer at the door."""

    communication: Communication
    caller: Caller
    phone_number_id: str
    channel: str = "whatsapp"
    business_number: str | None = None
    payloads: tuple[str, ...] = ()
    """What the call button or the link carried."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One route. An empty condition matches everything."""

    name: str
    queue: str
    priority: int = 0
    """Rules of higher priority are tried first."""
    call_priority: int = 0
    """Calls of higher priority are served first."""
    skills: tuple[str, ...] = ()
    """What an agent needs for these calls."""
    channel: str | None = None
    communication: Communication | None = None
    numbers: frozenset[str] = frozenset()
    """Business numbers, as digits or as Meta's phone number ids (PNID)."""
    countries: frozenset[str] = frozenset()
    """ISO 3166 codes of two capital letters."""
    payloads: tuple[str, ...] = ()
    """Payloads of buttons or links; one that ends in ``*`` matches every payload that begins like it."""

    def matches(self, approach: Approach) -> bool:
        """Whether every condition holds."""
        return (
            self.channel in (None, approach.channel)
            and self.communication in (None, approach.communication)
            and (not self.numbers or not self.numbers.isdisjoint({approach.phone_number_id, approach.business_number}))
            and (not self.countries or country_of(approach.caller) in self.countries)
            and (not self.payloads or any(self._expects(payload) for payload in approach.payloads))
        )

    def _expects(self, payload: str) -> bool:
        return any(
            payload.startswith(wanted.removesuffix(ANY_END)) if wanted.endswith(ANY_END) else payload == wanted
            for wanted in self.payloads
        )


class Found(NamedTuple):
    """Where the customer goes."""

    queue: str
    rule: Rule | None = None
    """None if no rule matched."""
    unexpected: bool = False
    """There are rules and none matched; somebody forgot these customers."""


class Directory:
    """All routes of a site. Without a matching rule a customer goes to the default queue."""

    def __init__(self, rules: Sequence[Rule], *, default_queue: str) -> None:
        self._rules = sorted(rules, key=lambda rule: -rule.priority)
        self.default_queue = default_queue

    def find(self, approach: Approach) -> Found:
        """The queue for this customer, and the rule that chose it."""
        for rule in self._rules:
            if rule.matches(approach):
                return Found(rule.queue, rule)
        return Found(self.default_queue, unexpected=bool(self._rules))


def country_of(caller: Caller) -> str | None:
    """The country of the caller's number; without a number, the one a business-scoped user id begins with.

    A BSUID is ``GB.1203…`` (whatsapp-calling 1.4).
    """
    if caller.number is not None and (country := _country_of_number(caller.number)) is not None:
        return country
    prefix, dot, _ = (caller.user_id or "").partition(".")
    return prefix if dot and len(prefix) == 2 and prefix.isalpha() and prefix.isupper() else None


def _country_of_number(digits: str) -> str | None:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    # Numbers too new for the tables still tell by their calling code where they belong.
    country = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    return None if country in NO_COUNTRY else country
