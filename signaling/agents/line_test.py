"""Owns test calls of agents: a tab hears the waiting music for a few seconds, to find out whether voices will arrive.

A test is a leg without a call: it is in no record, rings nobody and ends by itself. It uses the legs, the ports and the
sounds that a real call would.
"""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from hold_audio.occasions import Occasion
from signaling.agents.messages import ServerMessage
from signaling.agents.sideline_messages import (
    LineAnswer,
    LineRefused,
)
from signaling.calls.events import Event, LegAnswered, LegConnected, LegFailed, LegRefused
from signaling.ports import LegsPort, MediaPort

LONGEST_S = 15.0
"""After this a test is over even if its tab has forgotten it, seconds."""
MOST = 64
"""Tests at a time: a whole office that comes back from lunch, and no more."""

_PREFIX = "line-test-"
_LEG = "line"

Send: TypeAlias = Callable[[ServerMessage], None]


@dataclass(slots=True)
class _Test:
    who: object
    send: Send
    end: asyncio.TimerHandle


class LineTests:
    """Test calls of one node. ``queue`` is the one whose sounds they hear."""

    def __init__(self, legs: LegsPort, media: MediaPort, *, queue: str) -> None:
        self._legs = legs
        self._media = media
        self._queue = queue
        self._tests: dict[str, _Test] = {}
        self._names = (f"{_PREFIX}{number}" for number in itertools.count(1))

    def concerns(self, call_id: str) -> bool:
        """Whether an event with this id is of a test; Meta's ids never look like one."""
        return call_id.startswith(_PREFIX)

    def begin(self, who: object, sdp: str, send: Send) -> None:
        """Test the line of a tab, in place of a test it may have running. Answers with LineAnswer or LineRefused."""
        self.end(who)
        if len(self._tests) >= MOST:
            send(LineRefused(reason="too many tests at a time; try again in a moment"))
            return
        name = next(self._names)
        end = asyncio.get_running_loop().call_later(LONGEST_S, self._over, name)
        self._tests[name] = _Test(who, send, end)
        self._legs.answer(name, _LEG, sdp, whatsapp=False)

    def end(self, who: object) -> None:
        """The tab has heard enough, or is gone. Without a test this does nothing."""
        for name, test in tuple(self._tests.items()):
            if test.who == who:
                self._over(name)

    def post(self, name: str, event: Event) -> None:
        """What became of a test's leg."""
        test = self._tests.get(name)
        if test is None:
            return
        match event:
            case LegAnswered():
                test.send(LineAnswer(sdp=event.sdp))
                self._legs.start(name, _LEG)
            case LegConnected():
                self._media.play(name, _LEG, self._queue, Occasion.WAIT)
            case LegRefused() | LegFailed():
                test.send(LineRefused(reason=event.reason))
                self._over(name)
            case _:
                pass

    def _over(self, name: str) -> None:
        if (test := self._tests.pop(name, None)) is not None:
            test.end.cancel()
            self._legs.close(name)
