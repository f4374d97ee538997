"""Owns what a tab and the server say to each other about a call that the agent places. Types only."""

from typing import Annotated, TypeAlias

import msgspec

from signaling.agents.wire import Message

MAX_REQUEST_ID = 64
"""Characters of the name of a wish; a UUID has 36."""

RequestId: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REQUEST_ID)]
"""What a tab calls a wish of its own, e.g. a UUID."""


class DialTo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The customer to be phoned, by number, by user id, or by both."""

    number: str | None = None
    """As a person writes it, with the country code: ``+44 7700 900123``."""
    user_id: str | None = None


class Dial(Message, frozen=True, tag="dial"):
    """The agent phones a WhatsApp user, with this tab. Answered with Dialling or DialRefused.

    Saying it again with the same request id has no effect but a further answer.
    """

    request_id: RequestId
    sdp: str
    """SDP offer of the browser."""
    to: DialTo | None = None
    """May be left out with ``call_back_id``."""
    from_: str | None = msgspec.field(default=None, name="from")
    """Meta's id of the business number (PNID); may be left out where there is only one."""
    queue: str | None = None
    """To which queue the call belongs: whose hold audio is heard, and who takes it if this agent is lost."""
    call_back_id: str | None = None
    """The request to be called back that this fulfils."""


class DialAsked(Message, frozen=True, tag="dial_asked"):
    """A program asks this agent to phone a customer: the tab dials at once, with this request id, as Dial says."""

    request_id: str
    to: DialTo | None
    from_: str | None = msgspec.field(default=None, name="from")
    queue: str | None = None
    call_back_id: str | None = None


class Dialling(Message, frozen=True, tag="dialling"):
    """The call that this tab dials is on its way; MediaAnswer follows, and Joined when the customer has picked up."""

    request_id: str
    call_id: str
    stage: str
    """``connecting``, then ``ringing`` with the customer."""
    warnings: tuple[str, ...] = ()
    """What the agent should know although the call is allowed, in words."""


class DialRefused(Message, frozen=True, tag="dial_refused"):
    """No call was placed."""

    request_id: str
    code: str
    """A key for the page: ``busy``, ``no_permission``, ``bad_number`` and so on."""
    reason: str
    """Why, in words."""
    free_at: float | None = None
    """When it will be allowed if nothing else happens, epoch seconds."""
