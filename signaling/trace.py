"""Owns the trace of a call: what it was told, when, and what it asked for, with nothing personal in it.

A trace replays, because ``machine.step`` is pure and treats every redacted field as opaque: ``replay`` makes a
regression test of an incident.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from signaling.calls import machine
from signaling.calls.call import Call, Route
from signaling.calls.events import CallDialled, CallOffered, Event
from signaling.calls.steps import Step
from signaling.tags import call_tag

MAX_LINES = 5_000
"""Steps kept of one call; a call that needs more is looping, and its beginning shows why."""

_PERSONAL = frozenset(
    {
        "agent",
        "agents_tried",
        "asked_by",
        "business_number",
        "call_back_id",
        "call_id",
        "callback_data",
        "colleague",
        "consult_from",
        "cta_payload",
        "deeplink_payload",
        "digit",
        "except_session",
        "keys",
        "lost_session",
        "name",
        "number",
        "phone_number_id",
        "request_id",
        "sdp",
        "session",
        "text",
        "to_agent",
        "user_id",
        "wacid",
        "wanted",
    }
)
"""Fields of events and effects that are replaced by tokens; equal values get equal tokens."""

_TIMES = frozenset(
    {
        "accepted_at",
        "answered_at",
        "asked_at",
        "ended_at",
        "first_at",
        "first_audio_at",
        "joined_at",
        "offered_at",
        "requested_at",
        "ringing_at",
        "rung_at",
        "served_at",
        "since",
        "terminated_at",
        "until",
        "waiting_since",
    }
)
"""Fields that hold epoch seconds; a trace keeps them relative to its beginning, so that it replays from zero."""


class Line(msgspec.Struct, frozen=True):
    """One step."""

    t: float
    """Seconds since the call was offered."""
    event: dict[str, Any]
    effects: list[dict[str, Any]]
    phase: str
    ignored: str | None = None


class Trace:
    """The growing trace of one call. Its first line is the route of the call."""

    def __init__(self, call_id: str, route: Route) -> None:
        self.tag = call_tag(call_id)
        self._route = route
        self._lines: list[Line] = []
        self._tokens: dict[str, str] = {}
        self._began: float | None = None

    def add(self, now: float, event: Event, step: Step) -> None:
        """Note one step."""
        if self._began is None:
            self._began = now
        if len(self._lines) < MAX_LINES:
            effects = [self._redact(msgspec.to_builtins(effect)) for effect in step.effects]
            redacted = self._redact(msgspec.to_builtins(event))
            self._lines.append(Line(now - self._began, redacted, effects, step.call.phase.value, step.ignored))

    @property
    def last(self) -> Line:
        """The newest step."""
        return self._lines[-1]

    def text(self) -> str:
        """The trace as JSON lines."""
        rows: Iterable[Route | Line] = (self._route, *self._lines)
        return "".join(msgspec.json.encode(row).decode() + "\n" for row in rows)

    def _redact(self, value: Any, field: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._redact(inner, name) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._redact(inner, field) for inner in value]
        if isinstance(value, str) and value and field in _PERSONAL:
            return self._tokens.setdefault(value, f"<{field} {len(self._tokens) + 1}>")
        if isinstance(value, int | float) and field in _TIMES and self._began is not None:
            return value - self._began
        return value


class TraceFolder:
    """Where traces of ended calls are kept; without a folder they are dropped."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def write(self, trace: Trace) -> None:
        """Keep one trace. Does file I/O: call it off the event loop."""
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{trace.tag}.jsonl").write_text(trace.text())


def replay(text: str) -> Iterator[tuple[Line, Line]]:
    """Run a trace through the machine again; yields each step as ``(recorded, replayed)``.

    Raises msgspec.DecodeError or msgspec.ValidationError for a text that is no trace.
    """
    first, *rows = text.splitlines()
    route = msgspec.json.decode(first, type=Route)
    call: Call | None = None
    again: Trace | None = None
    for row in rows:
        recorded = msgspec.json.decode(row, type=Line)
        event: Event = msgspec.convert(recorded.event, type=Event)
        if call is None or again is None:
            assert isinstance(event, CallOffered | CallDialled), "a trace begins with a new call"
            again = Trace(event.call_id, route)
            step = machine.begin(event, route=route, now=recorded.t)
        else:
            step = machine.step(call, event, recorded.t)
        call = step.call
        again.add(recorded.t, event, step)
        yield recorded, again.last
