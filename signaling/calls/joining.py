"""Owns the moment in which caller and agent are joined, the first time and every time after."""

from msgspec.structs import replace

from signaling.calls.call import CALLER_LEG, AgentTab, Call, Claim, Phase
from signaling.calls.calling_back import settle
from signaling.calls.effects import AgentJoined, JoinLegs
from signaling.calls.history import settle_offer
from signaling.calls.reasons import Reason
from signaling.calls.steps import Step, deadline


def join(call: Call, claim: Claim, tab: AgentTab, now: float) -> Step:
    """From the next frame on they hear each other. ``tab`` is the one tab of the claim, and its media is up."""
    began = now if claim.joined_at is None else claim.joined_at
    moved = replace(
        call,
        phase=Phase.TALKING,
        rung=(),
        offers=settle_offer(call.offers, claim.agent, "answered", now),
        claim=replace(claim, tabs=(replace(tab, silent=False),), answered_in=tab.session, joined_at=began),
        answered_at=now if call.answered_at is None else call.answered_at,
        answered_by=claim.agent,
        deadline=deadline(began, call.policies.max_call_s, Reason.MAX_CALL),
    )
    moved, settled = settle(moved, now)
    told = AgentJoined(agent=claim.agent, session=tab.session, joined_at=began)
    return Step(moved, (JoinLegs(legs=(CALLER_LEG, tab.leg)), told, *settled))
