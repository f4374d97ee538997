"""Owns one user-initiated call on Meta's side: its stages, windows and watchdogs, and every rule the business broke.

HTTP is in graph, the wording of webhooks in payloads; this is what they talk about.
"""

import asyncio
import enum
import time
from dataclasses import dataclass
from typing import Protocol

from benchmarks.simulator import answer, media_rules, refusal
from benchmarks.simulator.clock import Clock
from benchmarks.simulator.ear import Ear
from benchmarks.simulator.ice_lite import IceLite
from benchmarks.simulator.media_rules import Negotiated
from benchmarks.simulator.media_watch import MediaWatch
from benchmarks.simulator.meta_sdp import OPUS_PAYLOAD_TYPE, TELEPHONE_EVENT_PAYLOAD_TYPE
from benchmarks.simulator.moment import Moment
from benchmarks.simulator.payloads import MEDIA_RECEIVE_TIMEOUT, CallFacts, EndFacts
from benchmarks.simulator.sdp_rules import SdpRefused
from benchmarks.simulator.secure_end import SecureEnd


class Stage(enum.Enum):
    """Where a user-initiated call stands (whatsapp-calling 6.11)."""

    OFFERED = "offered"
    PRE_ACCEPTED = "pre_accepted"
    ACCEPTED = "accepted"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Meta's timers, in seconds (whatsapp-calling 3.7)."""

    accept_s: float = 45.0
    """From the connect webhook to accept; published as about 30 to 60."""
    first_media_s: float = 20.0
    media_gap_s: float = 30.0
    ring_s: float = 60.0
    """A business-initiated call that nobody takes; Meta publishes no figure."""


class Phone(Protocol):
    """The caller's end of the media."""

    @property
    def offer(self) -> str:
        """Its SDP offer."""

    @property
    def ice(self) -> IceLite:
        """Its relay's side of ICE."""

    @property
    def media(self) -> SecureEnd:
        """What it says and hears."""

    def apply_answer(self, answer: answer.Answer) -> None:
        """Learn the business' ICE name and certificate."""

    def close(self, *, notify: bool = False) -> None:
        """Hang up; with ``notify``, DTLS says so."""


class Witness(Protocol):
    """Who is told what happens to a call."""

    def accepted(self, call: "SimulatedCall") -> None:
        """The business took it."""

    def ended(self, call: "SimulatedCall", end: EndFacts) -> None:
        """It is over, accepted before or not."""


class SimulatedCall:
    """One call from a WhatsApp user to the business. Milestones are moments on the monotonic clock."""

    def __init__(
        self,
        facts: CallFacts,
        phone: Phone,
        windows: Windows,
        witness: Witness,
        clock: Clock = time.time,
    ) -> None:
        self.facts = facts
        self.phone = phone
        self.stage = Stage.OFFERED
        self.webhook_sent = Moment()
        self.pre_accepted = Moment()
        """Meta began to write the 200 of pre_accept."""
        self.accepted = Moment()
        """Meta began to write the 200 of accept; any audio before is too early."""
        self.ended = Moment()
        self.ended_by: str | None = None
        """``user``, ``business`` or ``meta``."""
        self.end: EndFacts | None = None
        self.opaque: str | None = None
        self._windows = windows
        self._witness = witness
        self._sdp: str | None = None
        self._negotiated: Negotiated | None = None
        self._watch: MediaWatch | None = None
        self._clock = clock
        self._accepted_epoch: float | None = None
        self._misdeeds: list[str] = []
        self._timer = asyncio.get_running_loop().call_later(windows.accept_s, self._not_answered)

    @property
    def call_id(self) -> str:
        """Meta's id of the call (WACID)."""
        return self.facts.call_id

    @property
    def ear(self) -> Ear:
        """What the caller heard."""
        return self.phone.media.ear

    @property
    def violations(self) -> list[str]:
        """Every rule the business broke and that Meta's API did not refuse at once."""
        too_early = "audio came before accept was confirmed: answered too early (whatsapp-calling 2.1)"
        heard = media_rules.broken(self.ear, self._negotiated, self.accepted.at, too_early)
        return [*self._misdeeds, *self.phone.ice.violations, *heard]

    def pre_accept(self, sdp: str) -> None:
        """The business' pre_accept. Raises Refusal."""
        if self.stage is not Stage.OFFERED:
            raise refusal.invalid_parameter(f"pre_accept is not possible, the call is {self.stage.value}")
        self._take_answer(sdp)
        self.stage = Stage.PRE_ACCEPTED

    def accept(self, sdp: str, opaque: str | None) -> None:
        """The business' accept. Raises Refusal."""
        if self.stage not in (Stage.OFFERED, Stage.PRE_ACCEPTED):
            raise refusal.invalid_parameter(f"accept is not possible, the call is {self.stage.value}")
        if self._sdp is None:
            self._take_answer(sdp)
        elif sdp != self._sdp:
            raise refusal.invalid_sdp("the SDP of accept is not the SDP of pre_accept")
        self.opaque = opaque
        self.stage = Stage.ACCEPTED
        self._timer.cancel()

    def confirm_accept(self) -> None:
        """The 200 of accept is being written: the user's timer runs, and media is expected."""
        self.accepted.happen()
        self._accepted_epoch = self._clock()
        if self.stage is Stage.ACCEPTED:
            self._witness.accepted(self)
            self._watch = MediaWatch(
                self.ear,
                first_media_s=self._windows.first_media_s,
                media_gap_s=self._windows.media_gap_s,
                on_silence=self._miss_media,
            )

    def reject(self) -> None:
        """The business declines. Raises Refusal once the call was accepted."""
        if self.stage not in (Stage.OFFERED, Stage.PRE_ACCEPTED):
            raise refusal.invalid_parameter(f"reject is not possible, the call is {self.stage.value}")
        self._finish("business", "COMPLETED")

    def terminate(self) -> None:
        """The business hangs up. Raises Refusal when the call is over."""
        if self.stage is Stage.ENDED:
            raise refusal.invalid_parameter("the call has already ended")
        self._finish("business", "COMPLETED")

    def hang_up(self, *, notify: bool = False) -> None:
        """The user hangs up; with ``notify`` the media path is closed by DTLS as well."""
        if self.stage is not Stage.ENDED:
            self._finish("user", "COMPLETED", notify=notify)

    def discard(self) -> None:
        """Free everything without a word to the business."""
        self._stop_timers()
        self.phone.close()

    def _take_answer(self, sdp: str) -> None:
        try:
            judged = answer.judge(sdp)
        except SdpRefused as refused:
            raise refusal.invalid_sdp(str(refused)) from refused
        self._sdp = sdp
        self._negotiated = Negotiated(
            opus=OPUS_PAYLOAD_TYPE, telephone_event=TELEPHONE_EVENT_PAYLOAD_TYPE, ssrc=judged.ssrc
        )
        self.phone.apply_answer(judged)

    def _not_answered(self) -> None:
        self._misdeeds.append("accept did not come in time")
        self._finish("meta", "COMPLETED")

    def _miss_media(self, what: str) -> None:
        self._misdeeds.append(what)
        self._finish("meta", "FAILED", error_code=MEDIA_RECEIVE_TIMEOUT)

    def _stop_timers(self) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()

    def _finish(self, by: str, status: str, *, error_code: int | None = None, notify: bool = False) -> None:
        self.stage = Stage.ENDED
        self.ended_by = by
        self._stop_timers()
        self.ended.happen()
        self.phone.close(notify=notify)
        self.end = EndFacts(
            ended_at=self._clock(),
            accepted_at=self._accepted_epoch,
            status=status,
            error_code=error_code,
            opaque=self.opaque,
        )
        self._witness.ended(self, self.end)
