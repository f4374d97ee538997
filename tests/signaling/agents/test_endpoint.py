"""The agent socket over real WebSockets: a whole call in two tabs, every kind of bad input, slow and foreign tabs."""

import asyncio

import pytest
import structlog
from aiohttp import WSCloseCode, WSMsgType, WSServerHandshakeError

from signaling.agents.messages import (
    MAX_MESSAGE_BYTES,
    Answer,
    Away,
    CloseCode,
    HangUp,
    Hello,
    Joined,
    MediaAnswer,
    MediaOffer,
    Ping,
    Pong,
    Presence,
    Ready,
    Ring,
    StopRing,
    encode,
)
from signaling.agents.tokens import issue
from signaling.calls.effects import AgentJoined, StopRinging
from signaling.calls.events import (
    AgentAnswered,
    AgentAssigned,
    AgentHungUp,
    AgentMediaOffered,
    AgentSessionLost,
)
from tests.signaling.agents.site import BOUND_S, NUMBER, RING, SECRET, AgentTab, Site
from tests.signaling.waiting.builders import entry
from tests.support.hand_clock import HandClock


async def test_86_88_a_call_in_two_tabs_from_ready_to_hang_up(site: Site) -> None:
    first, second = await site.sign_in(), await site.sign_in()
    await first.say(Ready())
    assert await first.hear() == await second.hear() == Presence(presence="ready")

    site.room.enter("c1", entry(5.0))
    assert await site.event() == ("c1", AgentAssigned(agent="ann", ring_s=20.0))
    assert await first.hear() == await second.hear() == Presence(presence="ringing")
    site.notices.ring("c1", RING)
    for tab in (first, second):
        rung = await tab.hear()
        assert isinstance(rung, Ring)
        assert rung.customer.number == "+44 7700 900123"

    await first.say(MediaOffer(call_id="c1", sdp="offer"))
    _, offered = await site.event()
    assert isinstance(offered, AgentMediaOffered)
    site.notices.media_answer("c1", "ann", offered.session, "answer")
    assert await first.hear() == MediaAnswer(call_id="c1", sdp="answer")

    await first.say(Answer(call_id="c1"))
    assert await site.event() == ("c1", AgentAnswered(agent="ann", session=offered.session))
    site.notices.tell("c1", AgentJoined(agent="ann", session=offered.session, joined_at=7.0))
    stop = StopRinging(agent="ann", reason="answered_elsewhere", except_session=offered.session)
    site.notices.stop_ringing("c1", stop)
    site.room.occupy("c1", "ann")
    assert isinstance(await first.hear(), Joined)
    assert await second.hear() == StopRing(call_id="c1", reason="answered_elsewhere"), "#84: the other tab rings on"
    assert await first.hear() == await second.hear() == Presence(presence="busy")
    await first.say(HangUp(call_id="c1"))
    assert await site.event() == ("c1", AgentHungUp(agent="ann"))
    site.room.release("c1", "ann", "finished")
    assert await first.hear() == await second.hear() == Presence(presence="ready")
    await second.say(Away())
    assert await first.hear() == Presence(presence="away"), "one tab does not know what another one did"


async def test_72_85_an_agent_who_reloads_while_it_rings_gets_the_call_back(site: Site) -> None:
    tab = await site.sign_in()
    await tab.say(Ready())
    site.room.enter("c1", entry(5.0))
    await site.event()
    site.notices.ring("c1", RING)
    await tab.socket.close()
    _, lost = await site.event()
    assert isinstance(lost, AgentSessionLost)
    assert lost.remaining == 0
    site.room.release("c1", "ann", "gone")

    again = await site.sign_in()
    await again.say(Ready())
    assert await site.event() == ("c1", AgentAssigned(agent="ann", ring_s=20.0)), "the caller waits for nobody"


async def test_92_an_agent_whose_last_tab_closes_is_offered_nothing(site: Site) -> None:
    tab = await site.sign_in("ann")
    await tab.say(Ready())
    assert await tab.hear() == Presence(presence="ready")
    await tab.socket.close()
    ben = await site.sign_in("ben")
    site.room.enter("c1", entry(5.0))
    await ben.say(Ready())
    assert await site.event() == ("c1", AgentAssigned(agent="ben", ring_s=20.0)), "a closed tab was offered a call"


async def test_the_tabs_sign_of_life_is_answered(site: Site) -> None:
    tab = await site.sign_in()
    await tab.say(Ping())
    assert await tab.hear() == Pong()


@pytest.mark.parametrize(
    ("version", "agent_token", "code"),
    [
        (0, None, CloseCode.BAD_VERSION),
        (2, None, CloseCode.BAD_VERSION),
        (1, "", CloseCode.BAD_TOKEN),
        (1, "forged", CloseCode.BAD_TOKEN),
        (1, issue("ann", secret="another secret of 32 bytes or more", now=HandClock()()), CloseCode.BAD_TOKEN),
        (1, issue("ann", secret=SECRET, now=HandClock()() - 60, ttl=30), CloseCode.BAD_TOKEN),
    ],
)
async def test_only_a_valid_hello_signs_in(site: Site, version: int, agent_token: str | None, code: CloseCode) -> None:
    tab = await site.connect()
    await tab.say(Hello(version=version, token=site.token() if agent_token is None else agent_token))
    assert await tab.close_code() == code


async def test_a_tab_that_does_not_sign_in_is_closed(site: Site) -> None:
    site.endpoint = site.make_endpoint(hello_s=0.01)
    assert await (await site.connect()).close_code() == CloseCode.TIMEOUT


async def test_a_tab_that_leaves_before_it_signs_in_leaves_nothing(site: Site) -> None:
    tab = await site.connect()
    await tab.socket.close()
    await site.sign_in()
    assert site.posted.empty()


BAD_TEXTS = [
    "",
    "nonsense",
    "[]",
    "{}",
    '{"type":"hello"}',
    '{"type":"hello","version":"1","token":"t"}',
    '{"type":"welcome","version":1,"agent":"ann","presence":"ready"}',
    '{"type":"shout"}',
    '{"type":"answer"}',
    '{"type":"answer","callId":7}',
    '{"type":"media_offer","callId":"c1"}',
    '{"type":"ping"',
    '{"type":"ping","deep":' + "[" * 60_000,
]


@pytest.mark.parametrize("text", [*BAD_TEXTS, encode(Ping()), encode(Ready())], ids=range(len(BAD_TEXTS) + 2))
async def test_whatever_is_no_hello_is_no_beginning(site: Site, text: str) -> None:
    tab = await site.connect()
    await tab.socket.send_str(text)
    assert await tab.close_code() == CloseCode.BAD_MESSAGE


@pytest.mark.parametrize("text", BAD_TEXTS, ids=range(len(BAD_TEXTS)))
async def test_a_malformed_message_closes_its_tab_and_the_call_survives(site: Site, text: str) -> None:
    bad, good = await site.sign_in(), await site.sign_in()
    site.notices.ring("c1", RING)
    await bad.socket.send_str(text)
    assert await bad.close_code() == CloseCode.BAD_MESSAGE
    await _assert_the_call_survives(site, good)


async def test_binary_frames_are_no_messages(site: Site) -> None:
    bad, good = await site.sign_in(), await site.sign_in()
    site.notices.ring("c1", RING)
    await bad.socket.send_bytes(encode(Ping()).encode())
    assert await bad.close_code() == CloseCode.BAD_MESSAGE
    await _assert_the_call_survives(site, good)


async def test_text_that_is_no_utf_8_is_closed_as_rfc_6455_says(site: Site) -> None:
    bad, good = await site.sign_in(), await site.sign_in()
    site.notices.ring("c1", RING)
    await bad.socket.send_frame(b'{"type":"\xff"}', WSMsgType.TEXT)
    assert await bad.close_code() == WSCloseCode.INVALID_TEXT
    await _assert_the_call_survives(site, good)


async def test_the_largest_allowed_message_passes(site: Site) -> None:
    tab = await site.sign_in()
    site.notices.ring("c1", RING)
    empty = len(encode(MediaOffer(call_id="c1", sdp="")))
    await tab.say(MediaOffer(call_id="c1", sdp="x" * (MAX_MESSAGE_BYTES - empty)))
    assert isinstance((await site.event())[1], AgentMediaOffered)


async def test_an_oversized_message_closes_its_tab_and_the_call_survives(site: Site) -> None:
    bad, good = await site.sign_in(), await site.sign_in()
    site.notices.ring("c1", RING)
    await bad.socket.send_str("x" * (MAX_MESSAGE_BYTES + 1))
    assert await bad.close_code() == WSCloseCode.MESSAGE_TOO_BIG
    await _assert_the_call_survives(site, good)


async def test_a_tab_that_does_not_read_is_cut_off_and_the_call_survives(site: Site) -> None:
    slow, good = await site.sign_in(), await site.sign_in()
    site.notices.ring("c1", RING)
    await _flood(site, good)
    assert await slow.close_code() == CloseCode.TOO_SLOW
    await good.say(Answer(call_id="c1"))
    assert isinstance((await site.event())[1], AgentAnswered), "a stalled tab blocked the agent's other tab"


async def test_a_tab_that_never_reads_again_is_torn_down(site: Site) -> None:
    site.endpoint = site.make_endpoint(close_s=0.01)
    slow, good = await site.sign_in(), await site.sign_in()
    site.notices.ring("c1", RING)
    await _flood(site, good)
    await asyncio.wait_for(site.handled.wait(), BOUND_S)
    assert await slow.close_code() != CloseCode.TOO_SLOW, "the tab read a close frame it had no room for"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1:1", "http://["])
async def test_a_page_of_another_origin_may_not_open_a_socket(site: Site, origin: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await site.connect(Origin=origin)
    assert refused.value.status == 403


async def test_our_own_page_and_listed_origins_may_open_a_socket(site: Site) -> None:
    own = f"http://{site.client.host}:{site.client.port}"
    await (await site.connect(Origin=own)).socket.close()
    site.endpoint = site.make_endpoint(allowed_origins=["https://desk.example"])
    await (await site.connect(Origin="https://desk.example")).socket.close()


async def test_a_stopping_server_sends_its_tabs_away(site: Site) -> None:
    signed_in, fresh = await site.sign_in(), await site.connect()
    site.endpoint.close()
    assert await signed_in.close_code() == WSCloseCode.GOING_AWAY
    assert await fresh.close_code() == WSCloseCode.GOING_AWAY


async def test_no_token_number_or_sdp_reaches_a_log(site: Site) -> None:
    with structlog.testing.capture_logs() as logs:
        tab, bad = await site.sign_in(), await site.connect()
        site.notices.ring("c1", RING)
        await tab.say(MediaOffer(call_id="c1", sdp="secret-sdp"))
        await tab.say(Hello(version=1, token="secret-token"))
        await tab.say(MediaOffer(call_id=NUMBER, sdp="secret-sdp"))
        await bad.say(Hello(version=1, token="secret-token"))
        assert await bad.close_code() == CloseCode.BAD_TOKEN
        await tab.socket.send_str(f'{{"type":"{NUMBER}"}}')
        assert await tab.close_code() == CloseCode.BAD_MESSAGE
    assert len(logs) >= 3, "nothing was logged, so nothing was shown"
    for private in ("secret-sdp", "secret-token", NUMBER, site.token()):
        assert private not in str(logs)


async def _flood(site: Site, good: AgentTab) -> None:
    """Send 64 KB messages to both tabs, at the pace of the good one, until the other one is given up."""
    assert isinstance(await good.hear(), Ring)
    for _ in range(1000):
        for session in ("tab-1", "tab-2"):
            site.notices.media_answer("c1", "ann", session, "x" * 64_000)
        assert isinstance(await good.hear(), MediaAnswer)
        if not site.posted.empty():
            break
    assert await site.event() == ("c1", AgentSessionLost(agent="ann", session="tab-1", remaining=1))


async def _assert_the_call_survives(site: Site, good: AgentTab) -> None:
    assert await site.event() == ("c1", AgentSessionLost(agent="ann", session="tab-1", remaining=1))
    assert isinstance(await good.hear(), Ring)
    await good.say(Answer(call_id="c1"))
    assert await site.event() == ("c1", AgentAnswered(agent="ann", session="tab-2"))
