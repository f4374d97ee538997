"""The call machine's words become legs and sources, and what comes of them is posted."""

import asyncio
from contextlib import closing

import pytest
from aiortc.rtcdtlstransport import SRTP_PROFILES, SRTPProtectionProfile

from hold_audio.occasions import Occasion
from mediaserver.media_port import Media
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import LegEventKind, LegsExhausted, Stream
from signaling.calls.events import (
    DigitPressed,
    LegAnswered,
    LegAudible,
    LegConnected,
    LegFailed,
    LegInaudible,
    LegOffered,
    LegRefused,
    LegSilent,
    LegSpeaks,
)
from tests.mediaserver.conftest import MakePeer
from tests.mediaserver.media_calls import (
    AGENT_HZ,
    CALLER_HZ,
    COLLEAGUE_HZ,
    COMFORT_HZ,
    HOLD_HZ,
    MUSIC_HZ,
    RINGBACK_HZ,
    Calls,
    connect,
    hears,
)
from tests.support.offers import CHROMIUM_OFFER, META_ANSWER, META_OFFER, without
from tests.support.peers import AnsweringMetaPeer, MetaPeer, Peer
from tests.support.rtp_peer import RtpPeer

DEAD_MICROPHONE_HZ = 0.0


async def hears_all(peer: Peer, hertz: set[float]) -> None:
    await asyncio.wait_for(peer.hears_all(hertz), 10)


async def test_a_caller_hears_hold_audio_then_the_agent_then_hold_audio_again(
    media: Media, calls: Calls, peer: MakePeer[Peer]
) -> None:
    """#27: sound in both directions, through the engine and two legs, with a peer that looks like Meta."""
    caller, agent = peer(MetaPeer, CALLER_HZ), peer(Peer, AGENT_HZ)
    await connect(media, calls, "caller", caller)
    await calls.until("c", "caller", LegEventKind.HEARD)
    assert media.counters("c")["caller"].sent == 0, "audio before accept makes WhatsApp start the call"

    media.play("c", "caller", "main", Occasion.WAIT)
    await calls.until("c", "caller", LegEventKind.AUDIO_STARTED)
    await hears(caller, RINGBACK_HZ)
    await hears(caller, MUSIC_HZ)
    await connect(media, calls, "agent-1", agent)
    media.join("c", ("caller", "agent-1"))
    await hears(caller, AGENT_HZ)
    await hears(agent, CALLER_HZ)
    media.play("c", "caller", "main", Occasion.HOLD)
    await hears(caller, HOLD_HZ)
    await hears(agent, COMFORT_HZ)
    media.close("c", "agent-1")
    media.play("c", "caller", "vip", Occasion.WAIT)
    await hears(caller, MUSIC_HZ)

    media.close("c")
    assert calls.final["c", "caller"].discontinuities == 0, "#26: sequence and timestamp run on through every switch"
    assert calls.final["c", "caller"].forwarded > 0
    assert calls.final["c", "agent-1"].received > 0
    assert media.counters("c") == {}


async def test_three_hear_each_other_and_two_again(media: Media, calls: Calls, peer: MakePeer[Peer]) -> None:
    """A merged consult: mixed for as long as there are three, and whoever goes on hold or leaves is out of it."""
    caller, agent, colleague = peer(MetaPeer, CALLER_HZ), peer(Peer, AGENT_HZ), peer(Peer, COLLEAGUE_HZ)
    for name, one in (("caller", caller), ("agent-1", agent), ("agent-2", colleague)):
        await connect(media, calls, name, one)
    media.play("c", "caller", "main", Occasion.HOLD)
    media.join("c", ("agent-1", "agent-2"))
    await hears(agent, COLLEAGUE_HZ)
    media.join("c", ("caller", "agent-1", "agent-2"))
    await hears_all(caller, {AGENT_HZ, COLLEAGUE_HZ})
    await hears_all(agent, {CALLER_HZ, COLLEAGUE_HZ})
    await hears_all(colleague, {CALLER_HZ, AGENT_HZ})

    media.play("c", "caller", "main", Occasion.HOLD)
    await hears(caller, HOLD_HZ)
    await hears(agent, COLLEAGUE_HZ)
    await hears(colleague, AGENT_HZ)
    media.join("c", ("caller", "agent-1", "agent-2", "nobody"))
    await hears_all(colleague, {CALLER_HZ, AGENT_HZ})
    media.close("c", "agent-1")
    await hears(caller, COLLEAGUE_HZ)
    await hears(colleague, CALLER_HZ)
    mixed = media.counters("c")["caller"].mixed
    assert mixed > 0
    await hears(caller, COLLEAGUE_HZ)
    assert media.counters("c")["caller"].mixed == mixed, "two are enough to hear each other without a mix"
    media.close("c", "agent-2")
    await hears(caller, COMFORT_HZ)

    media.close("c")
    assert {leg: counters.discontinuities for (_, leg), counters in calls.final.items()} == {
        "caller": 0,
        "agent-1": 0,
        "agent-2": 0,
    }, "#26: every sender is one stream through all of it"


async def test_tells_that_a_leg_is_silent_and_that_it_speaks_again(
    media: Media, calls: Calls, engine: Engine, peer: MakePeer[Peer]
) -> None:
    agent = peer(Peer, AGENT_HZ)
    agent.silence()
    await connect(media, calls, "agent-1", agent)
    media.play("c", "agent-1", "vip", Occasion.WAIT)
    assert await calls.told() == ("c", LegSilent(leg="agent-1")), "the call goes on as if somebody spoke"

    agent.speak()

    assert await calls.told() == ("c", LegSpeaks(leg="agent-1")), "the caller is never joined again"


async def test_39_tells_that_a_leg_cannot_be_heard_and_that_it_can_again(
    media: Media, calls: Calls, peer: MakePeer[Peer]
) -> None:
    agent = peer(Peer, DEAD_MICROPHONE_HZ)
    await connect(media, calls, "agent-1", agent)
    assert await calls.told() == ("c", LegInaudible(leg="agent-1")), "nobody learns of a dead microphone"

    agent.speak(AGENT_HZ)

    assert await calls.told() == ("c", LegAudible(leg="agent-1")), "the alarm is never over"


async def test_a_programme_that_plays_goes_on_undisturbed(media: Media, calls: Calls, peer: MakePeer[Peer]) -> None:
    """#10: music does not start over each time another agent is rung."""
    caller = peer(MetaPeer, CALLER_HZ)
    await connect(media, calls, "caller", caller)
    media.play("c", "caller", "main", Occasion.WAIT)
    await hears(caller, MUSIC_HZ)

    media.play("c", "caller", "main", Occasion.WAIT)

    pitches = [await asyncio.wait_for(caller.pitch(), 5) for _ in range(30)]
    assert [pitch for pitch in pitches if abs(pitch - RINGBACK_HZ) < 25] == [], "the ringback began again"


async def test_hold_audio_follows_the_present_queue(media: Media, calls: Calls, peer: MakePeer[Peer]) -> None:
    """#18: after a transfer to another queue its sounds are heard, not those of the queue before."""
    caller = peer(MetaPeer, CALLER_HZ)
    await connect(media, calls, "caller", caller)
    media.play("c", "caller", "main", Occasion.HOLD)
    await hears(caller, HOLD_HZ)
    media.play("c", "caller", "vip", Occasion.HOLD)
    await hears(caller, MUSIC_HZ)
    media.play("c", "caller", "main", Occasion.WAIT)
    await hears(caller, RINGBACK_HZ)


async def test_speaks_first_to_a_peer_that_has_sent_nothing(media: Media, calls: Calls, peer: MakePeer[Peer]) -> None:
    """#34: Meta may send nothing until it has received; waiting for its first packet would end the call at 20 s."""
    caller = peer(MetaPeer, CALLER_HZ)
    caller.silence()
    await connect(media, calls, "caller", caller)

    media.play("c", "caller", "vip", Occasion.WAIT)

    await hears(caller, MUSIC_HZ)
    assert media.counters("c")["caller"].received == 0, "this test proves nothing if the peer spoke"


@pytest.mark.parametrize("profile", SRTP_PROFILES, ids=lambda profile: profile.openssl_profile.decode())
async def test_every_srtp_profile_carries_sound_both_ways(
    media: Media, calls: Calls, peer: MakePeer[Peer], profile: SRTPProtectionProfile
) -> None:
    """Which one Meta takes is not documented (whatsapp-calling 5.5)."""
    caller = peer(MetaPeer, CALLER_HZ)
    caller.dtls._srtp_profiles = [profile]
    await connect(media, calls, "caller", caller)
    media.play("c", "caller", "vip", Occasion.WAIT)

    await hears(caller, MUSIC_HZ)
    await calls.until("c", "caller", LegEventKind.HEARD)
    assert media.counters("c")["caller"].received > 0, "nothing of the caller's sound was authentic"


async def test_plays_as_soon_as_the_leg_is_up_if_it_was_told_before(
    media: Media, calls: Calls, peer: MakePeer[Peer]
) -> None:
    caller = peer(MetaPeer, CALLER_HZ)
    media.answer("c", "caller", await caller.offer(), whatsapp=True)
    _, answered = await calls.told()
    assert isinstance(answered, LegAnswered)
    media.play("c", "caller", "vip", Occasion.WAIT)
    media.start("c", "caller")
    await caller.accept(answered.sdp)

    await hears(caller, MUSIC_HZ)


async def test_refuses_a_bad_offer_with_its_reason(media: Media, calls: Calls, engine: Engine) -> None:
    """#28: the call ends with a reason that a person can read."""
    media.answer("c", "caller", without(META_OFFER, "a=fingerprint"), whatsapp=True)

    assert await calls.told() == ("c", LegRefused(leg="caller", reason="no fingerprint"))
    assert engine.totals().legs == 0


async def test_refuses_a_second_call_by_the_same_relay_when_there_is_no_port_left(
    media: Media, calls: Calls, engine: Engine
) -> None:
    """One port: two calls with the same addresses on both sides could not be told apart."""
    media.answer("c1", "caller", META_OFFER, whatsapp=True)
    await calls.told()

    media.answer("c2", "caller", META_OFFER, whatsapp=True)

    reason = "every media port is taken at the address of this peer"
    assert await calls.told() == ("c2", LegRefused(leg="caller", reason=reason))
    assert engine.totals().legs == 1, "a refused leg stays behind"
    assert await _answered_after_the_first_has_gone(media, calls), "a closed leg kept its port"


async def _answered_after_the_first_has_gone(media: Media, calls: Calls) -> bool:
    media.close("c1")
    await asyncio.gather(*media._closing)
    media.answer("c2", "caller", META_OFFER, whatsapp=True)
    return isinstance((await calls.told())[1], LegAnswered)


async def test_refuses_a_leg_beyond_the_last(media: Media, calls: Calls, engine: Engine) -> None:
    """A full server says so, and the call ends with that reason in its record."""
    for _ in range(8192):
        engine.add_leg(Stream(1, 111))
    with pytest.raises(LegsExhausted):
        engine.add_leg(Stream(1, 111))

    media.answer("c", "caller", META_OFFER, whatsapp=True)

    assert await calls.told() == ("c", LegRefused(leg="caller", reason="the media server is full"))


async def test_tells_that_a_peer_went_away(media: Media, calls: Calls, peer: MakePeer[Peer]) -> None:
    agent = peer(Peer, AGENT_HZ)
    await connect(media, calls, "agent-1", agent)

    await agent.close()

    assert await calls.told() == ("c", LegFailed(leg="agent-1", reason="the peer closed the connection"))


async def test_56_a_key_is_told_to_its_call(media: Media, calls: Calls, engine: Engine) -> None:
    """As a key comes from the network: many packets, one event, under the name of its leg."""
    with closing(RtpPeer(engine.address)) as far:
        media.answer("c", "caller", META_OFFER, whatsapp=True)
        await calls.told()
        leg = next(iter(media._by_leg))
        engine.set_remote(leg, far.address)
        engine.secure(leg, far.sessions())
        far.speak(b"voice", sequence=0, timestamp=0)
        for sequence, end in enumerate((0, 0, 0x80, 0x80, 0x80), 1):
            far.speak(bytes([11, end | 10, 3, 32]), sequence=sequence, timestamp=960, payload_type=126)
        assert await calls.told() == ("c", DigitPressed(leg="caller", digit="#", duration_ms=100))

        media.close("c")
        await media.stop()

    assert calls.posted.empty(), "one press was told more than once"
    assert calls.quality["c", "caller"].inbound is not None, "the measurements of a closed leg are lost"


async def test_a_new_offer_replaces_the_leg_of_the_same_name(media: Media, calls: Calls, engine: Engine) -> None:
    media.answer("c", "agent-1", CHROMIUM_OFFER, whatsapp=False)
    media.answer("c", "agent-1", CHROMIUM_OFFER, whatsapp=False)

    assert list(media.counters("c")) == ["agent-1"]
    await media.stop()
    assert engine.totals().legs == 0, "the replaced leg was never freed"


async def test_legs_that_are_gone_are_left_alone(media: Media, calls: Calls) -> None:
    media.start("c", "caller")
    media.play("c", "caller", "main", Occasion.WAIT)
    media.join("c", ("caller", "agent-1"))
    media.close("c", "caller")
    media.close("c")

    assert calls.posted.empty()


async def test_a_closed_leg_posts_nothing_more(media: Media, calls: Calls, engine: Engine) -> None:
    media.answer("c", "caller", META_OFFER, whatsapp=True)
    await calls.told()
    media.start("c", "caller")
    media.close("c")
    await media.stop()

    assert calls.posted.empty(), "the call had already forgotten this leg"
    assert engine.totals().legs == 0


async def test_stop_ends_every_leg_and_leaves_no_task(media: Media, engine: Engine) -> None:
    tasks = asyncio.all_tasks()
    for number in range(5):
        media.answer(f"c{number}", "caller", META_OFFER.replace("3480", f"{4000 + number}"), whatsapp=True)
        media.start(f"c{number}", "caller")

    await media.stop()

    assert engine.totals().legs == 0
    assert asyncio.all_tasks() - tasks == set()


async def test_a_leg_that_offers_is_silent_until_it_is_told_what_to_hear(
    media: Media, calls: Calls, peer: MakePeer[Peer]
) -> None:
    """#7, #49: the customer's phone still rings while this leg is up already."""
    customer = peer(AnsweringMetaPeer, CALLER_HZ)
    assert isinstance(customer, AnsweringMetaPeer)

    media.offer("c", "caller")
    _, offered = await calls.told()
    assert isinstance(offered, LegOffered)
    media.take_answer("c", "caller", await customer.answer(offered.sdp))

    assert await calls.told() == ("c", LegConnected(leg="caller"))
    await calls.until("c", "caller", LegEventKind.HEARD)
    assert media.counters("c")["caller"].sent == 0
    media.play("c", "caller", "main", Occasion.WAIT)
    await hears(customer, RINGBACK_HZ)


async def test_an_answer_that_cannot_be_used_is_told_in_words(media: Media, calls: Calls) -> None:
    media.offer("c", "caller")
    assert isinstance((await calls.told())[1], LegOffered)

    media.take_answer("c", "caller", without(META_ANSWER, "a=fingerprint"))

    assert await calls.told() == ("c", LegRefused(leg="caller", reason="no fingerprint"))
    media.take_answer("c", "agent-1", META_ANSWER)
    assert calls.posted.empty(), "an answer for a leg that is gone is nobody's"


async def test_an_agent_who_dials_hears_it_ring(media: Media, calls: Calls, peer: MakePeer[Peer]) -> None:
    """And hears nothing of it any more once whoever was rung is out of it."""
    agent = peer(Peer, AGENT_HZ)
    await connect(media, calls, "agent-1", agent)

    media.ring_back("c", "agent-1", "GB")

    await hears(agent, RINGBACK_HZ)
    media.join("c", ("agent-1",))
    await hears(agent, COMFORT_HZ)


async def test_keys_that_are_too_many_to_hear_are_lost_and_the_voice_is_not(
    media: Media, calls: Calls, peer: MakePeer[Peer]
) -> None:
    caller, agent = peer(MetaPeer, CALLER_HZ), peer(Peer, AGENT_HZ)
    await connect(media, calls, "caller", caller)
    await connect(media, calls, "agent-1", agent)
    media.join("c", ("caller", "agent-1"))
    for keys in ("42", "7" * 32):
        media.press("c", "caller", keys)
    media.press("c", "a leg that is gone", "42")
    await hears(caller, AGENT_HZ)
