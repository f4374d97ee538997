"""Calls that an agent places: what customer and agent hear, however the customer and Meta take it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.business_call import BusinessCall, CalleeScript, Reaction
from benchmarks.simulator.callee import Setup
from benchmarks.simulator.hearing import Hearing, Sound
from benchmarks.simulator.telling import Told
from benchmarks.simulator.tones import AGENT_TONE, CALLER_TONE
from signaling.agents.dialling_messages import DialRefused, DialTo
from signaling.agents.messages import CallEnded
from signaling.calls.call import DialOutcome
from signaling.pause import pause
from tests.support.rest_client import RestClient
from tests.support.stage import PATIENCE_S, Stage, staged, until

PNID = "445566778899001"
NUMBER = "447700900123"
NOOR = DialTo(number="+44 7700 900123")
MANY: dict[str, Any] = {"policy": {"profile": "meta_present"}, "dialling": {"ring_s": 1.0}}


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A site with a number to phone from, and a customer who has allowed calls."""
    async with staged(tmp_path, number=PNID) as stage:
        stage.user().grant()
        yield stage


@pytest_asyncio.fixture
async def busy_stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The same with a hundred calls a day, and phones that ring for a second."""
    async with staged(tmp_path, number=PNID, tables=MANY) as stage:
        stage.user().grant()
        yield stage


async def dialled(stage: Stage, agent: ScriptedAgent, to: DialTo = NOOR) -> tuple[AgentCall, BusinessCall]:
    """The agent's side and the customer's side of a call that is on its way."""
    ours = await agent.dial(to)
    assert isinstance(ours, AgentCall), f"the call was refused: {ours}"
    return ours, await stage.user().next_call(PATIENCE_S)


async def test_they_hear_each_other_and_the_customer_nothing_before(stage: Stage) -> None:
    """#7, #49."""
    stage.user().will_answer(after=0.8)
    agent = await stage.agent("ana")

    ours, theirs = await dialled(stage, agent)
    await until(ours.rings_there)
    await until(ours.joined)
    await theirs.ear.listen(1.0, PATIENCE_S)
    await ours.hang_up()
    await until(theirs.ended)

    assert theirs.violations == [], "Meta's rules hold, and no audio came before ACCEPTED"
    assert Hearing(theirs.ear.recording).hears(AGENT_TONE, 0.2)
    heard = Hearing(ours.ear.recording)
    assert heard.hears(CALLER_TONE, 0.2)
    before = [each.sound for each in heard.segments() if each.sound is not Sound.SILENCE]
    assert before[0] is Sound.RINGBACK, "the agent hears it ring"
    assert theirs.ended_by == "business"
    record = await stage.record_called(ours.call_id)
    assert (record.outcome, record.agent, record.wacid) == (DialOutcome.ANSWERED, "ana", theirs.call_id)
    assert record.ringing_at is not None
    assert record.accepted_at is not None
    assert record.offered_at < record.ringing_at < record.accepted_at


WAYS = {
    "Meta is the DTLS server": CalleeScript(setup=Setup.PASSIVE),
    "Meta says actpass": CalleeScript(setup=Setup.ACTPASS),
    "webhook before the answer": CalleeScript(connect_first=True),
    "RINGING after ACCEPTED": CalleeScript(late={Told.RINGING: Told.ACCEPTED}),
    "SDP after ACCEPTED": CalleeScript(late={Told.CONNECT: Told.ACCEPTED}),
    "everything twice": CalleeScript(twice=True),
}


async def test_meta_may_take_either_role_and_tell_it_in_any_order(busy_stage: Stage) -> None:
    """whatsapp-calling 1.3 and 5.5."""
    stage = busy_stage
    agent = await stage.agent("ana")
    for way, script in WAYS.items():
        stage.user().script = script

        ours, theirs = await dialled(stage, agent)
        await until(ours.joined)
        await theirs.ear.listen(0.6, PATIENCE_S)
        theirs.hang_up()
        await until(ours.ended)

        assert theirs.violations == [], way
        assert Hearing(theirs.ear.recording).hears(AGENT_TONE, 0.1), way
    assert len(stage.user().calls) == len(WAYS), "a phone rang twice"


async def test_a_customer_who_declines_frees_the_agent(stage: Stage) -> None:
    """#80."""
    stage.user().will_decline()
    agent = await stage.agent("ana")

    ours, theirs = await dialled(stage, agent)
    await until(ours.ended)

    record = await stage.record_called(ours.call_id)
    assert (record.outcome, record.ended_by) == (DialOutcome.REJECTED, "caller")
    assert theirs.ear.recording == [], "a customer who declined heard something"
    call = stage.phone()
    await stage.talk(agent)
    call.hang_up()


async def test_nobody_picks_up_within_the_ring_time(busy_stage: Stage) -> None:
    """And the agent is warned before he dials again in vain: Meta will ask the user whether he wants this."""
    stage = busy_stage
    stage.user().will_ignore()
    agent = await stage.agent("ana")
    warnings = []
    for _ in range(3):
        ours, theirs = await dialled(stage, agent)
        warnings.append(ours.warnings)
        await until(ours.ended)
        await until(theirs.ended)

        assert theirs.ended_by == "business", "the phone goes on ringing"
        record = await stage.record_called(ours.call_id)
        assert (record.outcome, record.reason) == (DialOutcome.UNANSWERED, "nobody picked up")
    assert [bool(warned) for warned in warnings] == [False, False, True], "whatsapp-calling 3.4"


async def test_an_agent_may_give_it_up_at_any_moment(stage: Stage) -> None:
    """By Hang up, or by closing the page; whether it rings or the phone is not reached."""
    for reaction in (Reaction.IGNORES, Reaction.OFFLINE):
        for closes in (False, True):
            stage.user().script = CalleeScript(reaction=reaction)
            agent = await stage.agent("ana")
            ours, theirs = await dialled(stage, agent)
            if reaction is Reaction.IGNORES:
                await until(ours.rings_there)

            await (agent.close() if closes else ours.hang_up())

            await until(theirs.ended)
            assert theirs.ended_by == "business", "the phone goes on ringing"
            assert (await stage.record_called(ours.call_id)).outcome is DialOutcome.CANCELLED
            await agent.close()


async def test_a_call_given_up_before_meta_has_named_it_rings_nowhere(stage: Stage) -> None:
    stage.user().script = CalleeScript(reaction=Reaction.IGNORES, connect_first=True)
    agent = await stage.agent("ana")
    ours = await agent.dial(NOOR)
    assert isinstance(ours, AgentCall)

    await ours.hang_up()
    await until(ours.ended)

    assert (await stage.record_called(ours.call_id)).outcome is DialOutcome.CANCELLED
    assert all(call.ended.at is not None for call in stage.user().calls), "a phone rings for nobody"


async def test_nobody_is_phoned_without_permission(tmp_path: Path) -> None:
    async with staged(tmp_path, number=PNID) as stage:
        user = stage.user()
        agent = await stage.agent("ana")

        refused = await agent.dial(NOOR)

        assert isinstance(refused, DialRefused)
        assert refused.code == "no_permission"
        assert user.calls == []


async def test_a_permission_that_was_withdrawn_without_a_word_is_not_used(stage: Stage) -> None:
    """What Meta knows counts, also if it has told us nothing (whatsapp-calling 1.10)."""
    user, client = stage.user(), RestClient(stage)
    while not (await client.must("GET", "/permissions", phone_number_id=PNID, number=NUMBER))["answers"]:
        await pause(0.05)
    # Meta's stamps are whole seconds and may lie behind, so a word of the same moment would leave it open who is right.
    stage.clock.travel(60.0)
    user.revoke(told=False)
    agent = await stage.agent("ana")

    refused = await agent.dial(NOOR)

    assert isinstance(refused, DialRefused)
    assert refused.code == "meta_no_permission"
    assert user.calls == []


async def test_metas_refusal_reaches_the_agent(stage: Stage) -> None:
    """#107: not "try again", but Meta's own reason."""
    stage.user().callable = False
    agent = await stage.agent("ana")

    ours = await agent.dial(NOOR)
    assert isinstance(ours, AgentCall)
    await until(ours.ended)

    assert isinstance(ours.last_word, CallEnded)
    assert ours.last_word.error_code == 138001
    assert ours.last_word.error_advice is not None
    assert "send a message instead" in ours.last_word.error_advice
    record = await stage.record_called(ours.call_id)
    assert (record.outcome, record.error and record.error.code) == (DialOutcome.FAILED, 138001)


async def test_the_last_free_call_goes_to_one_agent(stage: Stage) -> None:
    """Both dial at the same moment, and Meta allows one call with a user at a time."""
    ana, ben = await stage.agent("ana"), await stage.agent("ben")

    answers = await asyncio.gather(ana.dial(NOOR), ben.dial(NOOR))

    refused = [answer.code for answer in answers if isinstance(answer, DialRefused)]
    assert refused == ["call_on_its_way"]
    (ours,) = (answer for answer in answers if isinstance(answer, AgentCall))
    await until(ours.joined)
    await ours.hang_up()
    await until(ours.ended)


async def test_a_caller_who_asked_for_it_is_called_back(tmp_path: Path) -> None:
    """From the list, without a number typed; the request is fulfilled once he has picked up."""
    full = {"max_length": 0, "overflow": "call_back"}
    async with staged(tmp_path, number=PNID, queue=full) as stage:
        stage.user().grant()
        missed = stage.user().call()
        await until(missed.ended)
        (asked,) = await stage.call_backs()
        agent = await stage.agent("ana")

        ours = await agent.dial(call_back_id=asked.call_id)
        assert isinstance(ours, AgentCall)
        await until(ours.joined)
        await ours.hang_up()
        await until(ours.ended)

        await stage.record_called(ours.call_id)
        (fulfilled,) = await stage.call_backs()
        assert fulfilled.fulfilled_by == ours.call_id


async def test_an_agent_in_a_call_places_no_second_one(stage: Stage) -> None:
    agent = await stage.agent("ana")
    second = await stage.agent("ana")
    call = stage.phone()
    await stage.talk(agent)

    for tab in (agent, second):
        refused = await tab.dial(DialTo(user_id="GB.77"))
        assert isinstance(refused, DialRefused)
        assert refused.code == "busy"

    assert stage.user().calls == []
    call.hang_up()


async def test_an_agent_who_dials_is_not_rung(stage: Stage) -> None:
    """#80: in none of his tabs; the caller gets him afterwards."""
    stage.user().will_ignore()
    agent, second = await stage.agent("ana"), await stage.agent("ana")
    ours, _ = await dialled(stage, agent)
    caller = stage.phone()
    await until(caller.accepted)
    await caller.ear.listen(0.5, PATIENCE_S)
    assert (len(agent.calls), second.calls) == (1, []), "an agent who dials was rung"

    await ours.hang_up()

    assert (await second.next_ring(PATIENCE_S)).call_id == caller.call_id
    caller.hang_up()


async def test_a_lost_agent_leaves_the_customer_to_the_queue(tmp_path: Path) -> None:
    """After the join it is a call like any other."""
    async with staged(tmp_path, number=PNID, queue={"agent_return_s": 0.3}) as stage:
        stage.user().grant()
        agent = await stage.agent("ana")
        ours, theirs = await dialled(stage, agent)
        await until(ours.joined)
        await theirs.ear.listen(0.3, PATIENCE_S)
        await agent.crash()
        ben = await stage.agent("ben")

        talk = await stage.talk(ben)
        assert talk.ring.direction == "outbound", "he should know that we phoned"
        await theirs.ear.listen(0.3, PATIENCE_S)
        theirs.hang_up()
        await until(talk.ended)

        assert theirs.violations == []
        assert (await stage.record_called(ours.call_id)).agent == "ben"
