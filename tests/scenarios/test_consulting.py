"""Attended transfer on a whole server: who hears whom, told apart by the tone of each voice, from ask to hang-up."""

import asyncio

from benchmarks.simulator.agent import AgentCall
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.continuity import discontinuities, longest_gap
from benchmarks.simulator.hearing import Hearing
from benchmarks.simulator.pacer import Pacer
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE, COLLEAGUE_TONE
from tests.support.stage import PATIENCE_S, Stage, until

GAP_S = 0.3
"""Longest gap tolerated here, in seconds; the promised 40 ms are measured by the demo on a quiet machine."""
SETTLED_S = 0.15
"""After a switch: decoders ring out, and what was on its way arrives."""
STEP_S = 0.8
"""How long each situation lasts."""
HOLD_UP_S = 0.030
"""Voices that come this late are broken by a machine that has too much to do, and no business of the call."""
ATTEMPTS = 8


class Three:
    """A caller, Ana who has him, and Ben whom she asks."""

    def __init__(self, call: SimulatedCall, ana: AgentCall, ben: AgentCall, pacer: Pacer) -> None:
        self._pacer = pacer
        self.call = call
        self.ana = ana
        self.ben = ben

    async def last(self, since: float) -> tuple[float, float]:
        """Let the present situation last; the stretch of time in which nothing but it was heard.

        A stretch in which the machine held up the voices is followed by another one, if one can be had.
        """
        clock = asyncio.get_running_loop().time
        for _ in range(ATTEMPTS):
            self._pacer.latest_s = 0.0
            await self.call.ear.listen(STEP_S, PATIENCE_S)
            stretch = since + SETTLED_S, clock()
            if self._pacer.latest_s < HOLD_UP_S:
                break
            since = clock()
        return stretch

    def voices(self, whose: SimulatedCall | AgentCall, stretch: tuple[float, float]) -> tuple[float, float, float]:
        """How much of what this one heard was the caller, Ana and Ben."""
        hearing = Hearing(whose.ear.recording, tones=(CALLER_TONE, AGENT_TONE, COLLEAGUE_TONE))
        caller, ana, ben = (hearing.share(tone, *stretch) for tone in (CALLER_TONE, AGENT_TONE, COLLEAGUE_TONE))
        return caller, ana, ben

    def alone(self, whose: SimulatedCall | AgentCall, stretch: tuple[float, float]) -> str:
        """Whose voice this one heard and nothing else, or ``nobody`` if there was no voice at all."""
        shares = dict(zip(("caller", "ana", "ben"), self.voices(whose, stretch), strict=True))
        heard = [name for name, share in shares.items() if share > 0.9]
        assert heard or max(shares.values()) < 0.02, f"voices are mixed up: {shares}"
        return heard[0] if heard else "nobody"


async def asked(stage: Stage) -> Three:
    """Ana talks with a caller and asks Ben, whose phone rings with its media up."""
    ana = await stage.agent("ana")
    call = stage.phone()
    first = await stage.talk(ana)
    ben = await stage.agent("ben", voice=COLLEAGUE_TONE)
    consultation = await first.consult(to_agent="ben")
    second = await ben.next_ring(PATIENCE_S)
    await until(consultation.ringing)
    await until(second.media_up)
    return Three(call, first, second, stage.cloud.pacer)


async def talking(stage: Stage) -> tuple[Three, float]:
    """Ben has answered; and when they began to talk."""
    three = await asked(stage)
    await three.ben.answer()
    return three, await until(three.ana.consultation.talking)


async def test_115_116_consult_merge_and_leave_the_caller_to_the_colleague(stage: Stage) -> None:
    """#115 #116 #117: hold before the agents speak, three voices while merged, two afterwards, and no music."""
    three, since = await talking(stage)
    apart = await three.last(since)
    await three.ana.merge()
    together = await three.last(await until(three.ana.consultation.merged))
    await until(three.ben.consultation.merged)
    await three.ana.complete_transfer()
    await until(three.ben.consultation.handed_over)
    left = await three.last(await until(three.ana.ended))
    three.call.hang_up()
    await until(three.ben.ended)

    assert three.alone(three.call, apart) == "nobody", "#116: the caller hears what the agents say about him"
    assert three.alone(three.ana, apart) == "ben"
    assert three.alone(three.ben, apart) == "ana"
    caller, ana, ben = three.call, three.ana, three.ben
    for whose, absent in ((caller, 0), (ana, 1), (ben, 2)):
        shares = three.voices(whose, together)
        others = [share for index, share in enumerate(shares) if index != absent]
        assert min(others) > 0.25, f"somebody is not heard by all: {shares}"
        assert sum(others) > 0.9, f"something else is heard beneath the voices (#13): {shares}"
        assert shares[absent] < 0.02, "somebody hears himself"
    assert three.alone(caller, left) == "ben", "#115: the caller still hears music"
    assert three.alone(ben, left) == "caller"
    assert discontinuities(caller.ear.recording) == [], "the caller's phone must not notice (#26)"
    assert caller.ended.at is not None
    gap = longest_gap(caller.ear.recording, until=caller.ended.at)
    assert gap is not None
    assert gap.seconds < GAP_S, "the caller was left in a hole"
    record = await stage.record_of(caller)
    assert (record.agent, record.ended_by) == ("ben", "caller")
    assert [(offer.agent, offer.outcome, offer.asked_by) for offer in record.offers] == [
        ("ana", "answered", None),
        ("ben", "answered", "ana"),
    ]
    (transfer,) = record.transfers
    assert (transfer.kind, transfer.agent, transfer.to_agent, transfer.outcome) == (
        "attended",
        "ana",
        "ben",
        "completed",
    )


async def test_114_a_cancelled_consultation_returns_the_customer_with_one_press(stage: Stage) -> None:
    """#114: and again, for the agent may ask as often as he likes."""
    three, _ = await talking(stage)
    await three.ana.cancel_consult()
    await until(three.ana.consultation.ended)
    await until(three.ben.ended)
    await three.ana.retrieve()
    back = await three.last(await until(three.ana.retrieved))
    assert three.alone(three.call, back) == "ana", "the customer is stuck on hold"
    assert three.alone(three.ana, back) == "caller"
    refused = await three.ana.consult(to_agent="cid")
    await until(refused.ended)
    assert refused.reason == "the colleague is not signed in", "the agent must read why"
    await three.ana.hang_up()
    await until(three.ana.ended)
    record = await stage.record_of(three.call)
    assert [transfer.outcome for transfer in record.transfers] == ["cancelled", "unavailable"]


async def test_the_colleague_leaves_a_merged_call_and_the_two_go_on(stage: Stage) -> None:
    three, _ = await talking(stage)
    await three.ana.merge()
    await until(three.ben.consultation.merged)
    await three.ben.hang_up()
    left = await three.last(await until(three.ana.consultation.ended))
    assert three.ana.consultation.reason == "the colleague hung up"
    assert three.alone(three.call, left) == "ana"
    assert three.alone(three.ana, left) == "caller"
    three.call.hang_up()
    await until(three.ana.ended)
    assert (await stage.record_of(three.call)).agent == "ana"


async def test_94_a_caller_who_leaves_stops_the_colleagues_phone(stage: Stage) -> None:
    """#94 #91: nobody rings or waits for a caller who is gone."""
    three = await asked(stage)
    three.call.hang_up()
    stopped_at = await until(three.ben.stopped)
    assert three.call.ended.at is not None
    assert stopped_at - three.call.ended.at < 0.5
    await until(three.ana.ended)
    await stage.record_of(three.call)
    assert await stage.metric("ringbridge_legs") == 0, "a leg outlived its call"


async def test_leaving_while_the_colleague_rings_gives_him_the_caller_when_he_answers(stage: Stage) -> None:
    three = await asked(stage)
    await three.ana.complete_transfer()
    await until(three.ana.ended)
    await until(three.ben.consultation.handed_over)
    await three.ben.answer()
    joined = await three.last(await until(three.ben.joined))
    assert three.alone(three.call, joined) == "ben", "the answer brings him the caller"
    assert three.alone(three.ben, joined) == "caller"
    three.call.hang_up()
    await until(three.ben.ended)
    assert [transfer.outcome for transfer in (await stage.record_of(three.call)).transfers] == ["handed_over"]
