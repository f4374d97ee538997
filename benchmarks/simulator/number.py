"""Owns what Meta knows of the business number: its settings, its standing, and what that forbids."""

from dataclasses import dataclass, field

import phonenumbers

from benchmarks.simulator.payloads import Business
from benchmarks.simulator.permission_ledger import PRESENT, Figures
from benchmarks.simulator.refusal import Refusal
from benchmarks.simulator.settings import NumberSettings


@dataclass(slots=True, kw_only=True)
class Standing:
    """How the number stands with Meta; a test may change it at any time."""

    figures: Figures = PRESENT
    concurrent_calls: int = 1000
    calls_per_day: int = 10_000
    """New business-initiated calls within 24 hours."""
    look_ups_per_s: int = 5
    """Requests of call_permissions; Meta's pages state 5 and 100."""
    payment_method: bool = True
    restricted: bool = False
    """Paused for low quality: no calls by the business and no permission requests (whatsapp-calling 1.11)."""
    excluded_countries: frozenset[str] = frozenset({"US", "CA", "EG", "VN", "NG"})
    """Countries whose business numbers may not call (2026-03)."""
    allowed_recipients: frozenset[str] | None = None
    """Numbers that a test number may reach; None for a number that may reach everybody."""
    requests_need_a_conversation: bool = False
    """Refuse a permission request that is the very first message (138011, from the FAQ only)."""
    closed_window_fails_later: bool = False
    """A free-form message outside the window is taken, and fails by webhook; otherwise it is refused at once."""


@dataclass(frozen=True, slots=True)
class BusinessNumber:
    """One number of the business."""

    business: Business
    standing: Standing
    settings: NumberSettings = field(default_factory=NumberSettings)

    def check_calling(self) -> None:
        """Whether anything about calls may be asked of it. Raises Refusal (138000, 131055)."""
        if self.settings.calling["status"] != "ENABLED":
            raise Refusal(138000, "calling is not enabled on this number", status=401)
        if self.settings.calling["sip"].get("status") == "ENABLED":
            raise Refusal(131055, "the number uses SIP, calls by the Graph API are off")

    def check_outbound(self) -> None:
        """Whether it may call and ask for permission. Raises Refusal (138000, 131055, 138013, 138014)."""
        self.check_calling()
        if self.standing.restricted:
            raise Refusal(138014, "business-initiated calling is paused for low quality")
        number = phonenumbers.parse(f"+{self.business.display_phone_number}")
        country = phonenumbers.region_code_for_number(number)
        if country in self.standing.excluded_countries:
            raise Refusal(138013, f"business-initiated calling is not available for numbers of {country}")

    def check_recipient(self, number: str) -> None:
        """Whether it may reach this user. Raises Refusal (131030)."""
        allowed = self.standing.allowed_recipients
        if allowed is not None and number not in allowed:
            raise Refusal(131030, "the recipient is not on the list of allowed numbers")
