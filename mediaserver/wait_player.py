"""Owns the playing of wait strategies: one listener a leg, one timer for each that has announcements ahead.

It decides nothing; ``hold_audio.timeline`` does. A timer that comes late or never costs an announcement, not the
sound: what was played last goes on for ever.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from hold_audio import timeline
from hold_audio.ringback import DEFAULT_ZONE, ringback_for
from hold_audio.strategy import FOR_EVER, WaitStrategy
from hold_audio.timeline import Decision, Listening, Outlook, Play
from mediaserver.packets.types import Cue
from mediaserver.wait_sounds import Sounds

_log = structlog.get_logger(__name__)


class QueueView(Protocol):
    """What the waiting room tells about a caller. Answers at once; None means that it does not know."""

    def place(self, call_id: str) -> int | None:
        """1 for who is next."""

    def estimate(self, call_id: str) -> float | None:
        """Seconds until an agent will answer, from the queue's recent history."""

    def about_to_connect(self, call_id: str) -> bool:
        """Whether an agent is being rung for the call, or could be."""


class Timer(Protocol):
    """A call-back that was asked for."""

    def cancel(self) -> None:
        """Do not call back."""


class Timers(Protocol):
    """What is asked of the event loop."""

    def time(self) -> float:
        """Seconds on the loop's clock."""

    def call_at(self, when: float, callback: Callable[[int, "_Listener"], None], *args: Any) -> Timer:
        """Call back at a time of that clock."""


class CuePlayer(Protocol):
    """What is asked of the packet engine."""

    def add_clip(self, frames: Sequence[bytes]) -> int:
        """Take a clip in; returns its number."""

    def play(self, leg: int, playlist: Sequence[Cue]) -> None:
        """Let the leg hear clips, from the next frame edge on."""


@dataclass(slots=True)
class _Listener:
    """A leg that hears, or has heard, the strategy of a queue."""

    call_id: str
    queue: str
    strategy: WaitStrategy
    listening: Listening
    timer: Timer | None = None


class WaitPlayer:
    """What legs hear while they wait or are on hold. ``forget`` a leg when it is gone; ``timers`` is the loop."""

    def __init__(self, engine: CuePlayer, sounds: Sounds, view: QueueView, timers: Timers) -> None:
        self._engine = engine
        self._timers = timers
        self._strategies = sounds.strategies
        self._view = view
        self._lengths = {name: len(clip.frames) for name, clip in sounds.clips.items()}
        self._numbers = {name: engine.add_clip(clip.frames) for name, clip in sounds.clips.items()}
        self._fallback = (Cue(engine.add_clip(sounds.fallback.frames), FOR_EVER),)
        self._listeners: dict[int, _Listener] = {}
        self.failures = 0
        """Times that a strategy could not be played and the fallback was; should stay 0."""

    def play(self, leg: int, call_id: str, queue: str) -> None:
        """Let the leg wait in the queue: from its greeting on, or, in the queue it was in, from where it was."""
        now = self._timers.time()
        with self._never_silent(leg, queue):
            listener = self._listeners.get(leg)
            if listener is not None and listener.queue == queue:
                self._carry_out(
                    leg, listener, timeline.resume(listener.strategy, self._lengths, listener.listening, now)
                )
                return
            self.forget(leg)
            strategy = self._strategies[queue]
            decision = timeline.begin(strategy, self._lengths, now)
            self._listeners[leg] = listener = _Listener(call_id, queue, strategy, decision.listening)
            self._carry_out(leg, listener, decision)

    def hold(self, leg: int, queue: str) -> None:
        """Let the leg hear the hold audio of the queue; how far it has come in a wait is kept."""
        self.pause(leg)
        with self._never_silent(leg, queue):
            self._engine.play(leg, self._cues(timeline.held(self._strategies[queue])))

    def ring_back(self, leg: int, country: str | None) -> None:
        """Let the leg hear a telephone ring as it does in this country; None for a country that is not known."""
        self.forget(leg)
        with self._never_silent(leg, "ringback"):
            number = self._numbers[ringback_for(country or DEFAULT_ZONE).clip_name]
            self._engine.play(leg, (Cue(number, FOR_EVER),))

    def pause(self, leg: int) -> None:
        """The leg hears something else from now on; where it was is kept. Unknown legs are fine."""
        if (listener := self._listeners.get(leg)) is not None:
            _stop(listener)
            listener.listening = timeline.pause(listener.listening, self._timers.time())

    def forget(self, leg: int) -> None:
        """The leg is gone. Unknown legs are fine."""
        if (listener := self._listeners.pop(leg, None)) is not None:
            _stop(listener)

    def _wake(self, leg: int, listener: _Listener) -> None:
        listener.timer = None
        view, call_id = self._view, listener.call_id
        outlook = Outlook(view.place(call_id), view.estimate(call_id), view.about_to_connect(call_id))
        now = self._timers.time()
        with self._never_silent(leg, listener.queue):
            self._carry_out(
                leg, listener, timeline.go_on(listener.strategy, self._lengths, listener.listening, outlook, now)
            )

    def _carry_out(self, leg: int, listener: _Listener, decision: Decision) -> None:
        _stop(listener)
        listener.listening = decision.listening
        if decision.playlist is not None:
            self._engine.play(leg, self._cues(decision.playlist))
        if decision.again_at is not None:
            listener.timer = self._timers.call_at(decision.again_at, self._wake, leg, listener)

    def _cues(self, playlist: tuple[Play, ...]) -> tuple[Cue, ...]:
        return tuple(Cue(self._numbers[name], repeats, start) for name, repeats, start in playlist)

    @contextmanager
    def _never_silent(self, leg: int, queue: str) -> Iterator[None]:
        """A strategy that cannot be played is a fault of ours, and the caller is not to notice (lesson #19)."""
        try:
            yield
        except (LookupError, ValueError) as error:
            self.forget(leg)
            self.failures += 1
            _log.exception("wait_strategy_failed", queue=queue, reason=type(error).__name__)
            self._engine.play(leg, self._fallback)


def _stop(listener: _Listener) -> None:
    if listener.timer is not None:
        listener.timer.cancel()
        listener.timer = None
