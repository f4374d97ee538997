"""Whom an agent wants to phone: numbers as people write them, ids as WhatsApp writes them, and nobody else."""

import pytest

from signaling.calls.events import Caller
from signaling.dialling.customer import BadCustomer, country_of, customer


@pytest.mark.parametrize("written", ["+44 7700 900123", "447700900123", " +44 (0)7700-900123 ", "+447700900123"])
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    assert customer(written, None) == Caller(number="447700900123")


@pytest.mark.parametrize(
    ("number", "user_id"), [(None, None), ("", None), ("12", None), ("hello", None), (None, "GB"), (None, "gb.1")]
)
def test_what_names_nobody_is_refused_in_words(number: str | None, user_id: str | None) -> None:
    with pytest.raises(BadCustomer) as refusal:
        customer(number, user_id)
    assert (number or user_id or "?") not in str(refusal.value), "a reason quotes the number"


@pytest.mark.parametrize(
    ("who", "country"),
    [
        (Caller(number="447700900123"), "GB"),
        (Caller(number="4930123456"), "DE"),
        (Caller(user_id="BR.1203948571029384"), "BR"),
        (Caller(user_id="IN.ENT.11"), "IN"),
        (Caller(), None),
    ],
)
def test_the_agent_hears_it_ring_as_in_the_customers_country(who: Caller, country: str | None) -> None:
    """#104: a user without a number has a country too."""
    assert country_of(who) == country
