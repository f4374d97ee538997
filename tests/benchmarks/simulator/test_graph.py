"""The Graph API refuses what Meta refuses, in Meta's shape, and fails on request (whatsapp-calling 2.1; lesson #37)."""

import json

import aiohttp
import pytest

from benchmarks.simulator import refusal
from benchmarks.simulator.call import SimulatedCall, Windows
from benchmarks.simulator.call import Stage as CallStage
from benchmarks.simulator.graph import Fault
from benchmarks.simulator.payloads import Json
from tests.benchmarks.simulator.conftest import MakeStage, Stage
from tests.benchmarks.simulator.stock_business import NUMBER, TOKEN, Manners
from tests.benchmarks.simulator.test_answer import GOOD


@pytest.fixture
async def quiet(make_stage: MakeStage) -> Stage:
    """A business that does nothing by itself."""
    return await make_stage(manners=Manners(never_accepts=True))


@pytest.fixture
async def call(quiet: Stage) -> SimulatedCall:
    """A call on offer."""
    return quiet.cloud.place_call()


def session(sdp: str = GOOD, sdp_type: str = "answer") -> Json:
    return {"sdp_type": sdp_type, "sdp": sdp}


async def post(stage: Stage, body: object, *, path: str = f"v26.0/{NUMBER}", token: str = TOKEN) -> tuple[int, Json]:
    """A request exactly as given."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{stage.cloud.graph_url}/{path}/calls", data=raw, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


async def test_pre_accept_then_the_same_accept_succeeds(quiet: Stage, call: SimulatedCall) -> None:
    success = (200, {"messaging_product": "whatsapp", "success": True})
    assert await quiet.business.act("pre_accept", call.call_id, session=session()) == success
    assert await quiet.business.act("accept", call.call_id, session=session()) == success
    assert call.stage is CallStage.ACCEPTED
    assert call.pre_accepted.at is not None
    assert call.accepted.at is not None
    assert call.pre_accepted.at < call.accepted.at
    assert quiet.cloud.requests == [("pre_accept", 200), ("accept", 200)]


async def test_accept_alone_carries_the_answer_itself(quiet: Stage, call: SimulatedCall) -> None:
    status, _ = await quiet.business.act("accept", call.call_id, session=session(), biz_opaque_callback_data="t-1")
    assert status == 200
    call.hang_up()
    await quiet.cloud.settled()
    assert quiet.business.values[-1]["calls"][0]["biz_opaque_callback_data"] == "t-1"


async def test_accept_must_repeat_pre_accept_byte_for_byte(quiet: Stage, call: SimulatedCall) -> None:
    await quiet.business.act("pre_accept", call.call_id, session=session())
    other = GOOD.replace("o=- 4004313400 1", "o=- 4004313400 2")
    status, body = await quiet.business.act("accept", call.call_id, session=session(other))
    assert (status, body["error"]["code"]) == (400, 138008)
    assert call.stage is CallStage.PRE_ACCEPTED, "a refused accept must not answer the call"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"session": {"sdp_type": "offer", "sdp": GOOD}}, 100),
        ({"session": {"sdp_type": "answer", "sdp": GOOD.replace("active", "actpass")}}, 138008),
        ({"session": {"sdp_type": "answer", "sdp": 7}}, 100),
        ({"session": {"sdp_type": "answer"}}, 100),
        ({"session": GOOD}, 100),
        ({"session": None}, 100),
        ({"messaging_product": "sms"}, 100),
        ({"action": "create"}, 100),
        ({"action": None}, 100),
        ({"action": ["pre_accept"]}, 100),
        ({"call_id": "wacid.unknown"}, 100),
        ({"call_id": 7}, 100),
        ({"sdp": GOOD}, 100),
        ({"action": "accept", "biz_opaque_callback_data": "x" * 513}, 100),
        ({"biz_opaque_callback_data": "only accept takes it"}, 100),
    ],
)
async def test_a_wrong_body_is_refused_in_metas_shape(
    quiet: Stage, call: SimulatedCall, changes: Json, code: int
) -> None:
    right = {"messaging_product": "whatsapp", "action": "pre_accept", "call_id": call.call_id, "session": session()}
    status, body = await post(quiet, right | changes)
    assert (status, body["error"]["code"]) == (400, code)
    assert body["error"]["type"] == "OAuthException"
    assert body["error"]["error_data"]["details"], "Meta says why in error_data.details"
    assert call.stage is CallStage.OFFERED


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff"])
async def test_a_body_that_is_no_object_is_refused(quiet: Stage, raw: bytes) -> None:
    status, body = await post(quiet, raw)
    assert (status, body["error"]["code"]) == (400, 100)


@pytest.mark.parametrize("path", ["v26.0/999", f"v16.0/{NUMBER}", f"26/{NUMBER}", f"vNext/{NUMBER}"])
async def test_wrong_numbers_and_retired_versions_are_refused(quiet: Stage, path: str) -> None:
    status, body = await post(quiet, {}, path=path)
    assert (status, body["error"]["code"]) == (400, 100)


async def test_a_wrong_token_is_unauthorized(quiet: Stage) -> None:
    status, body = await post(quiet, {}, token="wrong")
    assert (status, body["error"]["code"]) == (401, 190)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("pre_accept", "pre_accept"),
        ("accept", "pre_accept"),
        ("accept", "accept"),
        ("accept", "reject"),
        ("reject", "accept"),
        ("reject", "terminate"),
        ("terminate", "terminate"),
        ("terminate", "pre_accept"),
    ],
)
async def test_an_action_in_the_wrong_state_is_refused(
    quiet: Stage, call: SimulatedCall, first: str, then: str
) -> None:
    for action, expected in ((first, 200), (then, 400)):
        fields = {"session": session()} if "accept" in action else {}
        status, _ = await quiet.business.act(action, call.call_id, **fields)
        assert status == expected, f"{then} after {first}"


@pytest.mark.parametrize("action", ["reject", "terminate"])
async def test_whoever_ends_the_call_meta_confirms_it_by_webhook(
    quiet: Stage, call: SimulatedCall, action: str
) -> None:
    await quiet.business.act(action, call.call_id)
    await quiet.cloud.settled()
    assert quiet.business.events[-1] == ("terminate", call.call_id)
    assert call.ended_by == "business"


async def test_an_accept_after_the_user_hung_up_is_refused(quiet: Stage, call: SimulatedCall) -> None:
    call.hang_up()
    status, _ = await quiet.business.act("accept", call.call_id, session=session())
    assert status == 400
    assert call.accepted.at is None


async def test_faults_are_served_as_often_as_asked(quiet: Stage, call: SimulatedCall) -> None:
    quiet.cloud.disturb(Fault(action="pre_accept", times=2, refusal=refusal.Refusal(138004, "try again", status=500)))
    answers = [(await quiet.business.act("pre_accept", call.call_id, session=session()))[0] for _ in range(3)]
    assert answers == [500, 500, 200]


async def test_garbage_and_delay_are_faults_as_well(quiet: Stage, call: SimulatedCall) -> None:
    quiet.cloud.disturb(Fault(action="terminate", delay_s=0.01, garbage=True))
    with pytest.raises(aiohttp.ContentTypeError):
        await quiet.business.act("terminate", call.call_id)
    assert quiet.cloud.requests == [("terminate", 500)]
    assert call.stage is CallStage.OFFERED, "a broken proxy did nothing"


async def test_closing_lets_a_delayed_answer_go(make_stage: MakeStage) -> None:
    stage = await make_stage(manners=Manners(never_accepts=True), windows=Windows(accept_s=0.05))
    call = stage.cloud.place_call()
    stage.cloud.disturb(Fault(action="terminate", delay_s=600))
    await call.ended.wait(5)
    await stage.cloud.settled()
    assert stage.business.events[-1][0] == "terminate"
