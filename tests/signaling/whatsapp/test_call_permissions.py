"""``GET call_permissions`` over real HTTP: whom it names, and what becomes of every kind of refusal."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from policy.records import Status
from signaling.calls.events import Caller
from signaling.permissions.lookups import LookUpFailed
from signaling.permissions.pair import Pair
from signaling.whatsapp.call_permissions import GraphCallPermissions
from signaling.whatsapp.errors import NO_CODE
from signaling.whatsapp.graph import Access
from tests.signaling.whatsapp import fake_graph
from tests.signaling.whatsapp.fake_graph import Answer, FakeGraph

TOKEN = "EAAG-permissions-token"
AT = 1_795_334_400.0
BOTH = Pair(phone_number_id="445566778899001", user=Caller(user_id="GB.1203948571029384", number="447700900123"))
BY_NUMBER = Pair(phone_number_id="445566778899001", user=Caller(number="447700900123"))


@pytest.fixture
def graph() -> FakeGraph:
    return FakeGraph()


@pytest.fixture
async def client(graph: FakeGraph) -> AsyncIterator[GraphCallPermissions]:
    async with fake_graph.serving(graph) as url, aiohttp.ClientSession() as session:
        yield GraphCallPermissions(session, Access(url=url, version="v26.0", token=TOKEN, timeout_s=0.5))


@pytest.mark.parametrize(
    ("pair", "query"), [(BOTH, "recipient=GB.1203948571029384"), (BY_NUMBER, "user_wa_id=447700900123")]
)
async def test_the_user_is_named_by_id_or_else_by_number(
    graph: FakeGraph, client: GraphCallPermissions, pair: Pair, query: str
) -> None:
    graph.script = [fake_graph.text('{"permission":{"status":"permanent"}}')]
    snapshot = await client.look_up(pair, AT)
    assert (snapshot.at, snapshot.status) == (AT, Status.PERMANENT)
    (asked,) = graph.asked
    assert (asked.method, asked.path) == ("GET", f"/v26.0/445566778899001/call_permissions?{query}")
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (fake_graph.error(613, status=429), 613),
        (fake_graph.error(138000, status=401), 138000),
        (fake_graph.text("<html>Bad Gateway</html>", status=502), NO_CODE),
        (fake_graph.text('{"permission":{"status":"new_word"}}'), NO_CODE),
        (fake_graph.text("", status=500), NO_CODE),
        (fake_graph.redirect, NO_CODE),
        (fake_graph.hang_up, NO_CODE),
        (fake_graph.say_nothing, NO_CODE),
        (fake_graph.pour, NO_CODE),
        (fake_graph.half, NO_CODE),
    ],
)
async def test_whatever_goes_wrong_is_one_kind_of_failure(
    graph: FakeGraph, client: GraphCallPermissions, answer: Answer, code: int
) -> None:
    graph.script = [answer]
    with pytest.raises(LookUpFailed) as failed:
        await client.look_up(BOTH, AT)
    assert failed.value.error.code == code, "the back-off and the person go by the code"


async def test_the_token_is_in_no_error(graph: FakeGraph, client: GraphCallPermissions) -> None:
    graph.script = [fake_graph.error(190, message=f"Malformed access token {TOKEN}")]
    with pytest.raises(LookUpFailed) as failed:
        await client.look_up(BOTH, AT)
    assert TOKEN not in str(failed.value), "the token would be shown to a person"
