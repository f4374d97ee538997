"""Whatever is sent, the simulated Meta takes it or refuses it in its own words: it never stumbles (lesson #108)."""

import contextlib
import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulator import business_offer, call_request, message_request
from benchmarks.simulator.message_request import TemplateUse
from benchmarks.simulator.payloads import Json
from benchmarks.simulator.refusal import Refusal
from benchmarks.simulator.sdp_rules import SdpRefused
from benchmarks.simulator.templates import Templates
from tests.benchmarks.simulator.test_business_offer import OFFER
from tests.benchmarks.simulator.test_messages import ASK, button, interactive
from tests.benchmarks.simulator.test_messages import template as use_of
from tests.benchmarks.simulator.test_templates import ASK as ASK_PART
from tests.benchmarks.simulator.test_templates import BODY, BUTTON, positional
from tests.benchmarks.simulator.test_templates import button as filled_button

COMMON = {"messaging_product": "whatsapp"}
MESSAGES: list[Json] = [
    COMMON | interactive(ASK),
    COMMON | interactive(button(display_text="Call us", ttl_minutes=120, payload="order-5521")),
    COMMON | {"to": "447700900123", "type": "text", "text": {"body": "Hello"}},
    COMMON | use_of("ask", positional("Noor", "4711")),
    COMMON | use_of("button", filled_button({"type": "ttl_minutes", "ttl_minutes": 2880})),
]
CONNECT: Json = COMMON | {
    "action": "connect",
    "to": "447700900123",
    "session": {"sdp_type": "offer", "sdp": OFFER},
    "biz_opaque_callback_data": "ticket-88",
}
ODD: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just([]) | st.just([7]) | st.just({})
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in a body something stands."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


@st.composite
def damaged(draw: st.DrawFn, bodies: list[Json]) -> Json:
    """A right body with something odd in one or two places, or something missing."""
    body = copy.deepcopy(draw(st.sampled_from(bodies)))
    for _ in range(draw(st.integers(1, 2))):
        found = list(places(body))
        if not found:
            break
        *path, last = draw(st.sampled_from(found))
        parent: Any = body
        for key in path:
            parent = parent[key]
        if isinstance(parent, dict) and draw(st.booleans()):
            del parent[last]
        else:
            parent[last] = copy.deepcopy(draw(ODD))
    return body


@given(body=damaged(MESSAGES))
@settings(max_examples=300, deadline=None)
def test_a_damaged_message_is_taken_or_refused(body: Json) -> None:
    templates = Templates()
    templates.add("ask", BODY, ASK_PART)
    templates.add("button", {"type": "BODY", "text": "Talk to us"}, BUTTON)
    with contextlib.suppress(Refusal):
        request = message_request.read(body)
        if isinstance(request.content, TemplateUse):
            templates.fill(request.content)


@given(body=damaged([CONNECT]))
@settings(deadline=None)
def test_a_damaged_connect_is_taken_or_refused(body: Json) -> None:
    with contextlib.suppress(Refusal):
        if call_request.check(body) == "connect":
            call_request.connect(body)


@given(data=st.data())
@settings(deadline=None)
def test_a_damaged_offer_is_taken_or_refused(data: st.DataObject) -> None:
    lines = OFFER.split("\r\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(st.just("") | st.text(max_size=12) | st.just(lines[at][:-1]) | st.sampled_from(lines))
    with contextlib.suppress(SdpRefused):
        business_offer.judge("\r\n".join(lines))
