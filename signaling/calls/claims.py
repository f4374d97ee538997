"""Owns the handling of claims: who is held by a call, which tab has which leg, letting go of tabs. It decides nothing.

An agent is held at most once by a call, so his name says which claim is meant, and a leg says which tab.
"""

from msgspec.structs import replace

from signaling.calls.call import AgentTab, Call, Claim, Phase
from signaling.calls.effects import CloseLeg, Effect, ReleaseAgent, StopRinging
from signaling.calls.steps import Step

IN_CONVERSATION = (Phase.TALKING, Phase.HELD)
"""The agent's tab has the call to itself, whether the caller hears the agent or hold audio."""
WITH_A_COLLEAGUE = (Phase.ASKING, Phase.CONSULTING, Phase.MERGED)
"""The agent's tab has the call, and a colleague has to do with it or is to."""


def claims(call: Call) -> tuple[Claim, ...]:
    """Every agent this call holds."""
    return (*call.rung, *(claim for claim in (call.claim, call.consult) if claim is not None))


def claim_of(call: Call, agent: str) -> Claim | None:
    """This agent's claim, if the call holds him."""
    return next((claim for claim in claims(call) if claim.agent == agent), None)


def rung(call: Call, agent: str) -> Claim | None:
    """This agent's claim while he is rung and has not answered."""
    return next((claim for claim in call.rung if claim.agent == agent and claim.answered_in is None), None)


def taken_by(call: Call) -> Claim | None:
    """The agent who was rung, has answered and waits for media, if there is one."""
    return next((claim for claim in call.rung if claim.answered_in is not None), None)


def conversation_of(call: Call, agent: str, *phases: Phase) -> Claim | None:
    """The claim of the agent in conversation, if it is this one and the call is in one of these phases."""
    claim = call.claim
    return claim if claim is not None and claim.agent == agent and call.phase in phases else None


def tab_of_leg(call: Call, leg: str) -> tuple[Claim, AgentTab] | None:
    """The tab that has this leg, and whose it is, if there still is one."""
    return next(((claim, tab) for claim in claims(call) for tab in claim.tabs if tab.leg == leg), None)


def split(claim: Claim, session: str) -> tuple[tuple[AgentTab, ...], tuple[AgentTab, ...]]:
    """The tab of this session, if it has offered media, and the others."""
    mine = tuple(tab for tab in claim.tabs if tab.session == session)
    return mine, tuple(tab for tab in claim.tabs if tab.session != session)


def with_claim(call: Call, claim: Claim) -> Call:
    """The call with this claim in the place of the same agent's former one."""
    if call.claim is not None and call.claim.agent == claim.agent:
        return replace(call, claim=claim)
    if call.consult is not None and call.consult.agent == claim.agent:
        return replace(call, consult=claim)
    return replace(call, rung=tuple(claim if one.agent == claim.agent else one for one in call.rung))


def with_tab(claim: Claim, tab: AgentTab) -> Claim:
    """The claim with this tab in the place of the same session's former one."""
    _, others = split(claim, tab.session)
    return replace(claim, tabs=(*others, tab))


def drop_tab(call: Call, claim: Claim, session: str) -> Step:
    """One tab is out; the call goes on with the others."""
    gone, others = split(claim, session)
    return Step(with_claim(call, replace(claim, tabs=others)), close(gone))


def stop_ringing(claim: Claim, reason: str, outcome: str) -> tuple[Effect, ...]:
    """Let go of an agent who is rung: his tabs, their legs, and his place in the waiting room."""
    return (
        StopRinging(agent=claim.agent, reason=reason),
        *close(claim.tabs),
        ReleaseAgent(agent=claim.agent, outcome=outcome),
    )


def close(tabs: tuple[AgentTab, ...]) -> tuple[CloseLeg, ...]:
    """Free the legs of these tabs."""
    return tuple(CloseLeg(leg=tab.leg) for tab in tabs)
