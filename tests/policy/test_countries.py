"""Which country a business number belongs to, and which may not start calls."""

import pytest

from policy.countries import country_of
from policy.limits import PROFILES, Limits
from policy.records import Ledger
from policy.rules import decide
from policy.verdict import Ask, Reason
from tests.policy import builders as b
from tests.policy.builders import T0


@pytest.mark.parametrize(
    ("digits", "country"),
    [
        ("442079460018", "GB"),
        ("+442079460018", "GB"),
        ("12125550123", "US"),
        ("14165550123", "CA"),
        ("201001234567", "EG"),
        ("84912345678", "VN"),
        ("2348021234567", "NG"),
        ("18765550123", "JM"),
        ("15550001111", "US"),
        ("870773111632", None),
        ("999", None),
        ("", None),
        ("no number", None),
    ],
    ids=str,
)
def test_the_country_of_a_number(digits: str, country: str | None) -> None:
    """Jamaica shares the calling code of the United States; a number nobody knows counts as its calling code says."""
    assert country_of(digits) == country


@pytest.mark.parametrize("ask", list(Ask))
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
@pytest.mark.parametrize(
    ("country", "excluded"),
    [("US", True), ("CA", True), ("EG", True), ("VN", True), ("NG", True), ("GB", False), ("TR", False), (None, False)],
)
def test_excluded_countries(ask: Ask, profile: Limits, country: str | None, excluded: bool) -> None:
    known = b.ledger(b.accepts(T0)) if ask is Ask.CALL else Ledger()
    verdict = decide(known, ask, profile, T0 + 60, country=country)
    assert (verdict.reason is Reason.COUNTRY_EXCLUDED) is excluded, "the country alone decides, for calls and requests"
    assert verdict.allowed is not excluded
    assert verdict.free_at is None, "no waiting changes a country"
