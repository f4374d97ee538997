"""Owns the handling of a claim: whose it is, which tab has which leg, letting go of tabs. It decides nothing."""

from msgspec.structs import replace

from signaling.calls.call import AgentTab, Call, Claim, Phase
from signaling.calls.effects import CloseLeg
from signaling.calls.steps import Step

IN_CONVERSATION = (Phase.TALKING, Phase.HELD)
"""The agent's tab has the call, whether the caller hears the agent or hold audio."""


def claim_of(call: Call, agent: str, *phases: Phase) -> Claim | None:
    """The claim, if it is this agent's and the call is in one of these phases."""
    claim = call.claim
    return claim if claim is not None and claim.agent == agent and call.phase in phases else None


def tab_of_leg(call: Call, leg: str) -> AgentTab | None:
    """The tab that has this leg, if there still is one."""
    tabs = call.claim.tabs if call.claim is not None else ()
    return next((tab for tab in tabs if tab.leg == leg), None)


def split(claim: Claim, session: str) -> tuple[tuple[AgentTab, ...], tuple[AgentTab, ...]]:
    """The tab of this session, if it has offered media, and the others."""
    mine = tuple(tab for tab in claim.tabs if tab.session == session)
    return mine, tuple(tab for tab in claim.tabs if tab.session != session)


def drop_tab(call: Call, claim: Claim, session: str) -> Step:
    """One tab is out; the call goes on with the others."""
    gone, others = split(claim, session)
    return Step(replace(call, claim=replace(claim, tabs=others)), close(gone))


def close(tabs: tuple[AgentTab, ...]) -> tuple[CloseLeg, ...]:
    """Free the legs of these tabs."""
    return tuple(CloseLeg(leg=tab.leg) for tab in tabs)
