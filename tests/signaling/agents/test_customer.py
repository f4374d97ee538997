"""What an agent is shown of a customer, by what WhatsApp tells."""

import pytest

from signaling.agents.customer import shown
from signaling.agents.messages import Customer
from signaling.calls.events import Caller


@pytest.mark.parametrize(
    ("digits", "number", "country", "time_zone"),
    [
        ("821012345678", "+82 10-1234-5678", "KR", "Asia/Seoul"),
        ("14155550123", "+1 415-555-0123", "US", "America/Los_Angeles"),
        ("18005550123", "+1 800-555-0123", "US", None),
        ("12", "+12", None, None),
    ],
    ids=["one zone", "by area code", "a whole continent", "no number"],
)
def test_a_number_tells_where_the_customer_is(
    digits: str, number: str, country: str | None, time_zone: str | None
) -> None:
    """A toll-free number is at home in forty time zones: no time is better than a wrong one."""
    known = shown(Caller(name="Kim", number=digits))
    assert known == Customer(name="Kim", number=number, country=country, time_zone=time_zone)


def test_a_customer_without_a_number_is_from_nowhere() -> None:
    assert shown(Caller(user_id="US.1")) == Customer(user_id="US.1")
