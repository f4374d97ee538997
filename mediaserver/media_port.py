"""Owns the media of all calls as the call machine sees it: named legs, what each hears, and what they counted.

Implements ``signaling.ports.LegsPort`` and ``MediaPort`` on the packet engine and ``mediaserver.legs``. It decides
nothing: which leg hears what, and when, is said by the call machine alone. It knows no SDP and no packet.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import structlog

from hold_audio.occasions import FAREWELLS, Choice, Occasion
from mediaserver.legs.answering import AnsweringLeg
from mediaserver.legs.leg import Leg
from mediaserver.legs.offering import OfferingLeg
from mediaserver.legs.sdp import BadSdp
from mediaserver.legs.transport import Dropped, PortsExhausted, SharedPorts
from mediaserver.packets.engine import Engine
from mediaserver.packets.types import LegCounters, LegEvent, LegEventKind, LegQuality, LegsExhausted
from mediaserver.wait_player import WaitPlayer
from signaling.calls.events import (
    DigitPressed,
    Event,
    FarewellEnded,
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
from signaling.ports import Post

_log = structlog.get_logger(__name__)


class MediaObserver(Protocol):
    """Who is told what legs do, for figures and call records. Calls must not block."""

    def noticed(self, call_id: str, leg: str, event: LegEvent) -> None:
        """The engine noticed something about the leg."""

    def closed(self, call_id: str, leg: str, counters: LegCounters, quality: LegQuality) -> None:
        """The leg is closed, and this is all it ever counted and measured."""


@dataclass(slots=True)
class _Part:
    """A leg and its part in a call: who it is, what it hears, and where its news go."""

    call_id: str
    name: str
    post: Post
    leg: Leg = field(init=False)
    hears: tuple[Occasion | Literal["ringback"], str] | None = None
    """An occasion and the queue whose sounds these are, or the country whose ringback; None for anything else."""
    voices: tuple[str, ...] = ()
    """The legs it hears; none while it waits."""
    closed: bool = False

    def connected(self) -> None:
        self._tell(LegConnected(leg=self.name))

    def failed(self, reason: str) -> None:
        self._tell(LegFailed(leg=self.name, reason=reason))

    def noticed(self, event: LegEvent) -> None:
        match event.kind:
            case LegEventKind.LEG_SILENT:
                self._tell(LegSilent(leg=self.name))
            case LegEventKind.LEG_SPEAKS:
                self._tell(LegSpeaks(leg=self.name))
            case LegEventKind.LEG_INAUDIBLE:
                self._tell(LegInaudible(leg=self.name))
            case LegEventKind.LEG_AUDIBLE:
                self._tell(LegAudible(leg=self.name))
            case LegEventKind.PLAYLIST_ENDED if self.takes_leave:
                self.farewell_ended()

    @property
    def takes_leave(self) -> bool:
        """Whether a farewell is the last thing this leg was to hear."""
        return self.hears is not None and self.hears[0] in FAREWELLS

    def pressed(self, event: LegEvent, choice: Choice | None) -> None:
        self._tell(DigitPressed(leg=self.name, digit=event.digit, duration_ms=event.duration_ms, choice=choice))

    def farewell_ended(self) -> None:
        self._tell(FarewellEnded(leg=self.name))

    def _tell(self, event: Event) -> None:
        # A leg takes some turns of the loop to end; its call must not hear of it by then.
        if not self.closed:
            self.post(self.call_id, event)


class Media:
    """Legs and what they hear. ``open`` before use, ``stop`` at the end; neither starts or closes the engine.

    ``player`` knows what the callers of each queue hear. A leg hears nothing before its first ``play`` or ``join``.
    """

    def __init__(
        self,
        engine: Engine,
        post: Post,
        player: WaitPlayer,
        observers: Sequence[MediaObserver],
        *,
        advertised: Sequence[str] = (),
    ) -> None:
        self._engine = engine
        self._post = post
        self._player = player
        self._observers = observers
        self._ports = SharedPorts(engine, self._noticed, advertised)
        self._calls: dict[str, dict[str, _Part]] = {}
        self._by_leg: dict[int, _Part] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def dropped(self) -> Dropped:
        """STUN and DTLS datagrams that belonged to no leg."""
        return self._ports.dropped

    def open(self) -> None:
        """Begin to serve, in the running loop."""
        self._ports.open()

    async def stop(self) -> None:
        """Close every leg and wait until all is freed."""
        for call_id in list(self._calls):
            self.close(call_id)
        await asyncio.gather(*self._closing)
        self._ports.close()

    def counters(self, call_id: str) -> dict[str, LegCounters]:
        """What the open legs of a call have counted so far, by their names."""
        parts = self._calls.get(call_id, {})
        return {name: self._engine.counters(part.leg.id) for name, part in parts.items()}

    def answer(self, call_id: str, leg: str, sdp: str, *, whatsapp: bool) -> None:
        """Make a leg for an offer, in place of a former leg of this name; posts LegAnswered or LegRefused."""
        self.close(call_id, leg)
        part = _Part(call_id, leg, self._post)
        try:
            part.leg = made = AnsweringLeg(
                self._engine,
                self._ports,
                sdp,
                whatsapp=whatsapp,
                on_connected=part.connected,
                on_failed=part.failed,
            )
        except (BadSdp, PortsExhausted, LegsExhausted) as refusal:
            self._post(call_id, LegRefused(leg=leg, reason=str(refusal)))
            return
        self._keep(part)
        self._post(call_id, LegAnswered(leg=leg, sdp=made.answer))

    def offer(self, call_id: str, leg: str) -> None:
        """Make a leg that offers, in place of a former leg of this name; posts LegOffered or LegRefused."""
        self.close(call_id, leg)
        part = _Part(call_id, leg, self._post)
        try:
            part.leg = made = OfferingLeg(self._engine, self._ports, on_connected=part.connected, on_failed=part.failed)
        except (PortsExhausted, LegsExhausted) as refusal:
            self._post(call_id, LegRefused(leg=leg, reason=str(refusal)))
            return
        self._keep(part)
        self._post(call_id, LegOffered(leg=leg, sdp=made.offer))

    def take_answer(self, call_id: str, leg: str, sdp: str) -> None:
        """Give a leg that offered its answer, and begin; posts what ``start`` does, or LegRefused."""
        part = self._part(call_id, leg)
        if part is None or not isinstance(part.leg, OfferingLeg):
            return
        try:
            part.leg.take_answer(sdp)
        except (BadSdp, PortsExhausted) as refusal:
            self._post(call_id, LegRefused(leg=leg, reason=str(refusal)))
            return
        part.leg.start()

    def start(self, call_id: str, leg: str) -> None:
        """Begin ICE and DTLS; posts LegConnected, and LegFailed if the peer is not reached or goes away.

        LegSilent and LegSpeaks follow for as long as the leg is sent something, LegInaudible and LegAudible for as long
        as it sends.
        """
        if (part := self._part(call_id, leg)) is not None:
            part.leg.start()

    def play(self, call_id: str, leg: str, queue: str, occasion: Occasion) -> None:
        """Let the leg hear what callers of the queue hear on this occasion, undisturbed if it already does.

        Whoever heard this leg hears the others without it from now on, or comfort noise. Posts FarewellEnded behind
        the words of a farewell, at once if there are none.
        """
        part = self._part(call_id, leg)
        if part is None or part.hears == (occasion, queue):
            return
        part.hears, part.voices = (occasion, queue), ()
        said = self._player.play(part.leg.id, call_id, queue, occasion)
        self._leave_out(call_id, leg)
        if occasion is Occasion.ASKED_TO_STAY:
            part.hears = (Occasion.WAIT, queue)
        elif occasion in FAREWELLS and not said:
            part.farewell_ended()

    def join(self, call_id: str, legs: Sequence[str]) -> None:
        """Let these legs hear each other; names of no leg are left out.

        Two hear each other's packets as they are, from the next one on; each of three or four hears the others mixed;
        one alone hears comfort noise.
        """
        parts = [part for leg in legs if (part := self._part(call_id, leg)) is not None]
        # Whose partner is gone meanwhile goes on as he was: his call will hear of it and say what comes next.
        if len(parts) > 1 or len(legs) == 1:
            for part in parts:
                self._player.pause(part.leg.id)
                self._hear(part, tuple(other.name for other in parts if other is not part))

    def ring_back(self, call_id: str, leg: str, country: str | None) -> None:
        """Let the leg hear a telephone ring as it does in this country, undisturbed if it already does."""
        part = self._part(call_id, leg)
        if part is not None and part.hears != ("ringback", country or ""):
            self._player.ring_back(part.leg.id, country)
            part.hears, part.voices = ("ringback", country or ""), ()

    def press(self, call_id: str, leg: str, keys: str) -> None:
        """Let the leg hear keys of the telephone, one after the other, in place of whom it hears."""
        if (part := self._part(call_id, leg)) is None:
            return
        try:
            self._engine.send_digits(part.leg.id, keys)
        except ValueError as refusal:
            # The peer has negotiated no telephone-event, or somebody presses faster than keys can be heard.
            _log.info("keys_not_pressed", reason=str(refusal))

    def close(self, call_id: str, leg: str | None = None) -> None:
        """Free one leg, or all legs of the call; each falls silent at once. Unknown legs are fine."""
        parts = self._calls.get(call_id, {})
        for name in [leg] if leg is not None else list(parts):
            if (part := parts.pop(name, None)) is not None:
                self._leave_out(call_id, name)
                self._close(part)
        if not parts:
            self._calls.pop(call_id, None)

    def _keep(self, part: _Part) -> None:
        self._calls.setdefault(part.call_id, {})[part.name] = part
        self._by_leg[part.leg.id] = part

    def _part(self, call_id: str, leg: str) -> _Part | None:
        return self._calls.get(call_id, {}).get(leg)

    def _leave_out(self, call_id: str, leg: str) -> None:
        """Let nobody hear this leg any more."""
        for part in self._calls.get(call_id, {}).values():
            if leg in part.voices:
                self._hear(part, tuple(voice for voice in part.voices if voice != leg))

    def _hear(self, part: _Part, voices: tuple[str, ...]) -> None:
        sources = [self._calls[part.call_id][voice].leg.id for voice in voices]
        match sources:
            case []:
                self._engine.comfort(part.leg.id)
            case [source]:
                self._engine.listen(part.leg.id, source)
            case _:
                self._engine.mix(part.leg.id, sources)
        part.hears, part.voices = None, voices

    def _close(self, part: _Part) -> None:
        part.closed = True
        del self._by_leg[part.leg.id]
        self._player.forget(part.leg.id)
        self._engine.mute(part.leg.id)
        counters, quality = self._engine.counters(part.leg.id), self._engine.quality(part.leg.id)
        for observer in self._observers:
            observer.closed(part.call_id, part.name, counters, quality)
        task = asyncio.create_task(part.leg.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _noticed(self, event: LegEvent) -> None:
        # The engine may have noticed something just before its leg was closed.
        if (part := self._by_leg.get(event.leg)) is None:
            return
        for observer in self._observers:
            observer.noticed(part.call_id, part.name, event)
        if event.kind is LegEventKind.DIGIT:
            part.pressed(event, self._player.choice(part.leg.id, event.digit))
        else:
            part.noticed(event)
