"""Owns one business-initiated call on Meta's side: what the called user does, and every rule the business broke.

Whether it may begin is admission's business, in which order it is told is telling's.
"""

import asyncio
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from benchmarks.simulator import business_payloads, media_rules, refusal
from benchmarks.simulator.business_payloads import BusinessCallFacts
from benchmarks.simulator.call import Windows
from benchmarks.simulator.callee import CalleePhone, Setup
from benchmarks.simulator.clock import Clock
from benchmarks.simulator.ear import Ear
from benchmarks.simulator.media_watch import MediaWatch
from benchmarks.simulator.moment import Moment
from benchmarks.simulator.payloads import MEDIA_RECEIVE_TIMEOUT, EndFacts, Json
from benchmarks.simulator.relayed_phone import Ipv6
from benchmarks.simulator.telling import Telling, Told
from benchmarks.simulator.tones import CALLER_TONE, Tone


class Reaction(enum.Enum):
    """What the called user does by himself."""

    ANSWERS = "answers"
    DECLINES = "declines"
    IGNORES = "ignores"
    """It rings until somebody gives up, unless the test picks up."""
    OFFLINE = "offline"
    """The phone is not reached: the connect webhook comes, RINGING never (whatsapp-calling 6.7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalleeScript:
    """How a user takes the calls of the business, and how their webhooks misbehave. Times in seconds."""

    reaction: Reaction = Reaction.ANSWERS
    after_s: float = 0.2
    """From the first ring to the reaction."""
    answer_after_s: float = 0.02
    """From POST /calls to the connect webhook; about 1 s at Meta."""
    ring_after_s: float = 0.05
    """From POST /calls to RINGING; 1 to 3 s at Meta."""
    setup: Setup = Setup.ACTIVE
    ipv6: Ipv6 = Ipv6.ABSENT
    voice: Tone = CALLER_TONE
    twice: bool = False
    """Every webhook is posted twice."""
    connect_first: bool = False
    """The business has taken the connect webhook before POST /calls is answered (whatsapp-calling 1.3)."""
    late: Mapping[Told, Told] = field(default_factory=dict)
    """Webhooks that are told after another one, like RINGING after ACCEPTED."""


class Stage(enum.Enum):
    """Where a business-initiated call stands (whatsapp-calling 6.11)."""

    REQUESTED = "requested"
    RINGING = "ringing"
    ACCEPTED = "accepted"
    ENDED = "ended"


class Witness(Protocol):
    """Who is told what happens to a call."""

    def tell(self, call: "BusinessCall", event: Told, value: Json) -> None:
        """Post a webhook."""

    def connected(self, call: "BusinessCall") -> None:
        """The user picked up."""

    def ended(self, call: "BusinessCall") -> None:
        """It is over, picked up before or not."""


class BusinessCall:
    """One call from the business to a WhatsApp user. Milestones are moments on the monotonic clock."""

    def __init__(
        self,
        facts: BusinessCallFacts,
        script: CalleeScript,
        phone: CalleePhone,
        witness: Witness,
        *,
        windows: Windows,
        clock: Clock,
    ) -> None:
        self.facts = facts
        self.script = script
        self.phone = phone
        self.stage = Stage.REQUESTED
        self.requested = Moment()
        """Meta took POST /calls."""
        self.answer_told = Moment()
        """Meta posted its SDP answer."""
        self.rang = Moment()
        """The user's phone began to ring."""
        self.picked_up = Moment()
        self.accepted = Moment()
        """Meta posted ACCEPTED; any audio before is too early (lessons #7, #49)."""
        self.ended = Moment()
        self.ended_by: str | None = None
        """``user``, ``business`` or ``meta``."""
        self.end: EndFacts | None = None
        self._witness = witness
        self._windows = windows
        self._clock = clock
        self._telling = Telling(script.late, self._send)
        self._picked_up_epoch: float | None = None
        self._misdeeds: list[str] = []
        self._watch: MediaWatch | None = None
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def call_id(self) -> str:
        """Meta's id of the call (WACID)."""
        return self.facts.call_id

    @property
    def ear(self) -> Ear:
        """What the user heard."""
        return self.phone.media.ear

    @property
    def violations(self) -> list[str]:
        """Every rule the business broke and that Meta's API did not refuse at once."""
        too_early = "audio came before ACCEPTED was told (whatsapp-calling 5.6)"
        heard = media_rules.broken(self.ear, self.phone.negotiated, self.accepted.at, too_early)
        return [*self._misdeeds, *self.phone.ice.violations, *heard]

    def begin(self) -> None:
        """Meta has taken the call: answer it, and look for the user's phone."""
        self.requested.happen()
        self._after(self.script.answer_after_s, self.tell_answer)
        self._after(self._windows.ring_s, self._ring_out)
        if self.script.reaction is not Reaction.OFFLINE:
            self._after(self.script.ring_after_s, self._ring)

    def tell_answer(self) -> None:
        """Post the SDP answer, unless that was done."""
        if self.stage is not Stage.ENDED and self.answer_told.at is None:
            self.answer_told.happen()
            self._telling.tell(
                Told.CONNECT, business_payloads.answer_value(self.facts, self.phone.answer, self._clock())
            )

    def pick_up(self) -> None:
        """The user takes the call, if it still rings."""
        if self.stage is not Stage.RINGING:
            return
        self.stage = Stage.ACCEPTED
        self._picked_up_epoch = self._clock()
        self.picked_up.happen()
        self._stop_timers()
        self.tell_answer()
        self._witness.connected(self)
        self._tell_status(Told.ACCEPTED)
        self.phone.pick_up()
        self._watch = MediaWatch(
            self.ear,
            first_media_s=self._windows.first_media_s,
            media_gap_s=self._windows.media_gap_s,
            on_silence=self._miss_media,
        )

    def decline(self) -> None:
        """The user does not want the call, if it still rings."""
        if self.stage is Stage.RINGING:
            self._tell_status(Told.REJECTED)
            self._finish("user")

    def hang_up(self, *, notify: bool = False) -> None:
        """The user ends the conversation; with ``notify`` the media path is closed by DTLS as well."""
        if self.stage is Stage.ACCEPTED:
            self._finish("user", notify=notify)

    def terminate(self) -> None:
        """The business hangs up or gives up. Raises Refusal when the call is over."""
        if self.stage is Stage.ENDED:
            raise refusal.invalid_parameter("the call has already ended")
        self._finish("business")

    def discard(self) -> None:
        """Free everything without a word to the business."""
        self._stop_timers()
        self.phone.close()

    def _ring(self) -> None:
        self.stage = Stage.RINGING
        self.rang.happen()
        self._tell_status(Told.RINGING)
        if self.script.reaction is Reaction.ANSWERS:
            self._after(self.script.after_s, self.pick_up)
        elif self.script.reaction is Reaction.DECLINES:
            self._after(self.script.after_s, self.decline)

    def _ring_out(self) -> None:
        self._finish("meta")

    def _miss_media(self, what: str) -> None:
        self._misdeeds.append(what)
        self._finish("meta", error_code=MEDIA_RECEIVE_TIMEOUT)

    def _tell_status(self, event: Told) -> None:
        self._telling.tell(event, business_payloads.status_value(self.facts, event.value, self._clock()))

    def _send(self, event: Told, value: Json) -> None:
        if event is Told.ACCEPTED:
            self.accepted.happen()
        self._witness.tell(self, event, value)

    def _finish(self, by: str, *, error_code: int | None = None, notify: bool = False) -> None:
        self.stage = Stage.ENDED
        self.ended_by = by
        self._stop_timers()
        self.phone.close(notify=notify)
        self.end = EndFacts(
            ended_at=self._clock(),
            accepted_at=self._picked_up_epoch,
            status="COMPLETED" if error_code is None else "FAILED",
            error_code=error_code,
            opaque=self.facts.opaque,
        )
        self.ended.happen()
        self._telling.tell(Told.TERMINATE, business_payloads.terminate_value(self.facts, self.end))
        self._witness.ended(self)

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(seconds, act))

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
