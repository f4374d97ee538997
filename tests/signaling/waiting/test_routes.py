"""Which queue a customer comes to: conditions, order, and nobody lost."""

import pytest

from signaling.calls.events import Caller
from signaling.waiting.routes import Approach, Communication, Directory, Found, Rule, country_of

BRITISH = Caller(number="447700900123", name="Noor Haddad")
PNID = "445566778899001"


def approach(
    caller: Caller = BRITISH,
    *,
    communication: Communication = Communication.CALL,
    payloads: tuple[str, ...] = (),
) -> Approach:
    return Approach(
        communication=communication,
        caller=caller,
        phone_number_id=PNID,
        business_number="442079460018",
        payloads=payloads,
    )


@pytest.mark.parametrize(
    ("condition", "at_the_door", "matches"),
    [
        (Rule(name="r", queue="q"), approach(), True),
        (Rule(name="r", queue="q", channel="whatsapp"), approach(), True),
        (Rule(name="r", queue="q", channel="telegram"), approach(), False),
        (Rule(name="r", queue="q", communication=Communication.CALL), approach(), True),
        (
            Rule(name="r", queue="q", communication=Communication.CALL),
            approach(communication=Communication.MESSAGE),
            False,
        ),
        (Rule(name="r", queue="q", numbers=frozenset({"442079460018"})), approach(), True),
        (Rule(name="r", queue="q", numbers=frozenset({PNID})), approach(), True),
        (Rule(name="r", queue="q", numbers=frozenset({"441"})), approach(), False),
        (Rule(name="r", queue="q", countries=frozenset({"IE", "GB"})), approach(), True),
        (Rule(name="r", queue="q", countries=frozenset({"IE"})), approach(), False),
        (Rule(name="r", queue="q", countries=frozenset({"GB"})), approach(Caller()), False),
        (Rule(name="r", queue="q", payloads=("order-5",)), approach(payloads=("order-5",)), True),
        (Rule(name="r", queue="q", payloads=("order-5",)), approach(payloads=("order-55",)), False),
        (Rule(name="r", queue="q", payloads=("x", "order-*")), approach(payloads=("src=1", "order-55")), True),
        (Rule(name="r", queue="q", payloads=("*",)), approach(payloads=("anything",)), True),
        (Rule(name="r", queue="q", payloads=("*",)), approach(), False),
        (Rule(name="r", queue="q", payloads=("a",), countries=frozenset({"IE"})), approach(payloads=("a",)), False),
    ],
)
def test_a_rule_matches_when_every_condition_holds(condition: Rule, at_the_door: Approach, matches: bool) -> None:
    assert condition.matches(at_the_door) is matches, "a customer was sent to people who cannot help"


def test_the_highest_priority_wins_and_then_the_order_of_the_file() -> None:
    rules = [
        Rule(name="first", queue="a"),
        Rule(name="second", queue="b"),
        Rule(name="urgent", queue="c", priority=1, payloads=("vip",)),
    ]
    directory = Directory(rules, default_queue="main")
    assert directory.find(approach()).queue == "a", "equal rules are tried in the order of the file"
    assert directory.find(approach(payloads=("vip",))).queue == "c", "the rule of higher priority was not tried first"


def test_a_customer_nobody_expected_comes_to_the_default_queue_and_is_reported() -> None:
    rules = [Rule(name="irish", queue="dublin", countries=frozenset({"IE"}))]
    assert Directory(rules, default_queue="main").find(approach()) == Found("main", None, unexpected=True)
    assert not Directory((), default_queue="main").find(approach()).unexpected, "without routes nothing is missing"


@pytest.mark.parametrize(
    ("caller", "country"),
    [
        (Caller(number="447700900123"), "GB"),
        (Caller(number="12025550123"), "US"),
        (Caller(number="8835100012345"), None),
        (Caller(number="9"), None),
        (Caller(number="no digits", user_id="JP.5"), "JP"),
        (Caller(number="447700900123", user_id="IE.5"), "GB"),
        (Caller(user_id="GB.1203948571029384"), "GB"),
        (Caller(user_id="BR.ENT.99887766554433"), "BR"),
        (Caller(user_id="someone"), None),
        (Caller(user_id="12.34"), None),
        (Caller(), None),
    ],
)
def test_104_a_caller_without_a_number_still_has_a_country(caller: Caller, country: str | None) -> None:
    assert country_of(caller) == country, "#104: users known by their user id alone are routed like the others"
