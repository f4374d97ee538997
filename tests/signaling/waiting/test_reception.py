"""What the door decides for a call, as its record will tell it."""

from zoneinfo import ZoneInfo

from structlog.testing import capture_logs

from signaling.calls.call import Policies, Route
from signaling.calls.events import Caller, CallOffered
from signaling.waiting.hours import Hours
from signaling.waiting.reception import Reception
from signaling.waiting.routes import Directory, Rule
from tests.support.hand_clock import HandClock

WAITS = {"main": Policies(), "orders": Policies(return_s=60.0)}
SHOP = Rule(name="shop", queue="orders", payloads=("order-*",), call_priority=2, skills=("refunds",))
OFFER = CallOffered(
    call_id="wacid.1",
    phone_number_id="445566778899001",
    caller=Caller(number="447700900123"),
    sdp="v=0",
    offered_at=0.0,
    cta_payload="order-5521",
)


def test_a_call_gets_queue_rule_priority_and_skills() -> None:
    reception = Reception(Directory([SHOP], default_queue="main"), WAITS, {}, HandClock())
    assert reception.route(OFFER) == Route(
        queue="orders", rule="shop", priority=2, skills=("refunds",), policies=WAITS["orders"]
    )
    assert reception.unrouted == 0


def test_a_link_is_as_good_as_a_button() -> None:
    reception = Reception(
        Directory([Rule(name="shop", queue="orders", payloads=("poster",))], default_queue="main"),
        WAITS,
        {},
        HandClock(),
    )
    offer = CallOffered(
        call_id="wacid.1", phone_number_id="1", caller=Caller(), sdp="v=0", offered_at=0.0, deeplink_payload="poster"
    )
    assert reception.route(offer).queue == "orders", "who follows the link on the poster belongs there too"


def test_a_call_nobody_expected_is_served_and_reported() -> None:
    reception = Reception(
        Directory([Rule(name="no", queue="orders", payloads=("x",))], default_queue="main"), WAITS, {}, HandClock()
    )
    with capture_logs() as logs:
        assert reception.route(OFFER) == Route(queue="main")
    assert reception.unrouted == 1, "the operator would never know of the gap in the routes"
    assert [line["event"] for line in logs] == ["no_route_matched"]


def test_outside_its_hours_a_queue_is_closed_and_no_other_one() -> None:
    never = Hours(ZoneInfo("Europe/London"), {})
    directory = Directory([SHOP], default_queue="main")
    assert Reception(directory, WAITS, {"orders": never}, HandClock()).route(OFFER).closed
    assert not Reception(directory, WAITS, {"main": never}, HandClock()).route(OFFER).closed
