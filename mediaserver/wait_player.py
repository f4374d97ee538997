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
from hold_audio.occasions import Choice, Occasion
from hold_audio.ringback import DEFAULT_ZONE, ringback_for
from hold_audio.strategy import FOR_EVER, WaitStrategy
from hold_audio.timeline import Decision, Listening, Outlook, Play
from mediaserver.packets.types import Cue
from mediaserver.wait_sounds import Sounds

ANNOUNCEMENT = "announcement"
"""What is told of something said in mid-wait, where all else is told by its occasion."""

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


class Diary(Protocol):
    """Who keeps what callers were played. Calls must not block."""

    def played(self, call_id: str, what: str, queue: str, clips: tuple[str, ...]) -> None:
        """A leg of this call hears these clips of the queue's now; ``what`` is an occasion or ``announcement``."""


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

    def __init__(
        self, engine: CuePlayer, sounds: Sounds, view: QueueView, timers: Timers, diary: Diary | None = None
    ) -> None:
        self._engine = engine
        self._diary = diary
        self._timers = timers
        self._strategies = sounds.strategies
        self._view = view
        self._lengths = {name: len(clip.frames) for name, clip in sounds.clips.items()}
        self._numbers = {name: engine.add_clip(clip.frames) for name, clip in sounds.clips.items()}
        self._fallback = (Cue(engine.add_clip(sounds.fallback.frames), FOR_EVER),)
        self._listeners: dict[int, _Listener] = {}
        self.failures = 0
        """Times that a strategy could not be played and the fallback was; should stay 0."""

    def play(self, leg: int, call_id: str, queue: str, occasion: Occasion) -> bool:
        """Let the leg hear what the queue has for this occasion; returns whether it has anything.

        A wait begins with its greeting, or goes on, in the queue it was in, from where it was. After a farewell the
        leg hears comfort noise; after everything else there is always more to come.
        """
        said = False
        with self._never_silent(leg, queue):
            if occasion is Occasion.WAIT:
                said = self._wait(leg, call_id, queue)
            elif occasion is Occasion.ASKED_TO_STAY:
                said = self._note(leg, queue)
            else:
                said = self._leave_off(leg, call_id, queue, occasion)
        return said

    def choice(self, leg: int, digit: str) -> Choice | None:
        """What a key means to a leg that waits; None for keys and legs to which it means nothing."""
        listener = self._listeners.get(leg)
        waits = listener is not None and listener.listening.background_from is not None
        return listener.strategy.keys.get(digit) if listener is not None and waits else None

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

    def _wait(self, leg: int, call_id: str, queue: str) -> bool:
        now = self._timers.time()
        listener = self._listeners.get(leg)
        if listener is not None and listener.queue == queue:
            decision = timeline.resume(listener.strategy, self._lengths, listener.listening, now)
        else:
            self.forget(leg)
            strategy = self._strategies[queue]
            decision = timeline.begin(strategy, self._lengths, now)
            self._listeners[leg] = listener = _Listener(call_id, queue, strategy, decision.listening)
        self._carry_out(leg, listener, decision, Occasion.WAIT.value)
        return True

    def _note(self, leg: int, queue: str) -> bool:
        """Confirm in mid-wait; a leg that hears the fallback goes on hearing it."""
        listener = self._listeners.get(leg)
        words = self._strategies[queue].said.get(Occasion.ASKED_TO_STAY, ())
        if listener is not None:
            now = self._timers.time()
            decision = timeline.noted(listener.strategy, self._lengths, listener.listening, words, now)
            self._carry_out(leg, listener, decision, Occasion.ASKED_TO_STAY.value)
        return bool(words)

    def _leave_off(self, leg: int, call_id: str, queue: str, occasion: Occasion) -> bool:
        """Hold audio or a farewell: how far the leg has come in a wait is kept."""
        self.pause(leg)
        strategy = self._strategies[queue]
        if occasion is Occasion.HOLD:
            playlist = timeline.held(strategy)
        else:
            playlist = tuple(map(Play, strategy.said.get(occasion, ())))
        if playlist:
            self._engine.play(leg, self._cues(playlist))
            self._note_down(call_id, occasion.value, queue, playlist)
        return bool(playlist)

    def _wake(self, leg: int, listener: _Listener) -> None:
        listener.timer = None
        view, call_id = self._view, listener.call_id
        outlook = Outlook(view.place(call_id), view.estimate(call_id), view.about_to_connect(call_id))
        now = self._timers.time()
        with self._never_silent(leg, listener.queue):
            decision = timeline.go_on(listener.strategy, self._lengths, listener.listening, outlook, now)
            self._carry_out(leg, listener, decision, ANNOUNCEMENT)

    def _carry_out(self, leg: int, listener: _Listener, decision: Decision, what: str) -> None:
        _stop(listener)
        listener.listening = decision.listening
        if decision.playlist is not None:
            self._engine.play(leg, self._cues(decision.playlist))
            background = {segment.clip_name for segment in listener.strategy.background.segments}
            said = tuple(play for play in decision.playlist if play.clip_name not in background)
            named = decision.playlist if what == Occasion.WAIT.value else said
            self._note_down(listener.call_id, what, listener.queue, named)
        if decision.again_at is not None:
            listener.timer = self._timers.call_at(decision.again_at, self._wake, leg, listener)

    def _note_down(self, call_id: str, what: str, queue: str, playlist: tuple[Play, ...]) -> None:
        if self._diary is not None:
            self._diary.played(call_id, what, queue, tuple(play.clip_name for play in playlist))

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
