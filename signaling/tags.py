"""Owns how calls and callers are named where people or other parts read along: never by number or WACID.

A WACID holds the caller's number in Base64.
"""

import hashlib

from signaling.calls.events import Caller


def call_tag(call_id: str) -> str:
    """Twelve letters and digits that stand for the call wherever a person may read along."""
    return _tag(call_id)


def caller_tag(caller: Caller) -> str | None:
    """The same for a caller, as long as WhatsApp tells who it is."""
    known = caller.user_id or caller.number
    return _tag(known) if known is not None else None


def agent_tag(agent: str) -> str:
    """The same for an agent."""
    return _tag(agent)


def _tag(text: str) -> str:
    # Twelve hex digits alone are all decimal once in 280 times, and then look like a phone number in a log.
    return "t" + hashlib.sha256(text.encode()).hexdigest()[:11]
