"""Owns recording fakes of the ports: they note what a call asked for and answer nothing by themselves."""

import asyncio
from collections.abc import Sequence
from typing import Any

from hold_audio.occasions import Occasion
from signaling.calls.call import Call, CallBackRequest, CallRecord
from signaling.calls.effects import AgentNews, Connect, EnterQueue, RingAgent, SettleDial, StopRinging
from signaling.calls.events import Action
from signaling.ports import Ports


class Asked:
    """What was asked for, in order: ``(port.method, arguments)``; waits for more on an event, not on time."""

    def __init__(self) -> None:
        self.all: list[tuple[str, tuple[Any, ...]]] = []
        self._more = asyncio.Event()

    def note(self, what: str, *arguments: Any) -> None:
        """Add one request."""
        self.all.append((what, arguments))
        self._more.set()

    def names(self) -> list[str]:
        """The requests without their arguments."""
        return [what for what, _ in self.all]

    async def until(self, what: str, times: int = 1) -> tuple[Any, ...]:
        """Wait until a request has come this often; returns the arguments of the last one."""
        async with asyncio.timeout(5):
            while self.names().count(what) < times:
                self._more.clear()
                await self._more.wait()
        return [arguments for name, arguments in self.all if name == what][times - 1]


class FakeLegs:
    """Legs without sockets."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def answer(self, call_id: str, leg: str, sdp: str, *, whatsapp: bool) -> None:
        self._asked.note("legs.answer", call_id, leg, sdp, whatsapp)

    def offer(self, call_id: str, leg: str) -> None:
        self._asked.note("legs.offer", call_id, leg)

    def take_answer(self, call_id: str, leg: str, sdp: str) -> None:
        self._asked.note("legs.take_answer", call_id, leg, sdp)

    def start(self, call_id: str, leg: str) -> None:
        self._asked.note("legs.start", call_id, leg)

    def close(self, call_id: str, leg: str | None = None) -> None:
        self._asked.note("legs.close", call_id, leg)


class FakeMedia:
    """Media without packets."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def play(self, call_id: str, leg: str, queue: str, occasion: Occasion) -> None:
        self._asked.note("media.play", call_id, leg, queue, occasion)

    def join(self, call_id: str, legs: Sequence[str]) -> None:
        self._asked.note("media.join", call_id, *legs)

    def press(self, call_id: str, leg: str, keys: str) -> None:
        self._asked.note("media.press", call_id, leg, keys)

    def ring_back(self, call_id: str, leg: str, country: str | None) -> None:
        self._asked.note("media.ring_back", call_id, leg, country)


class FakeWhatsApp:
    """Meta without HTTP."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def send(
        self, call_id: str, action: Action, *, phone_number_id: str, sdp: str | None, wacid: str | None = None
    ) -> None:
        self._asked.note(f"whatsapp.{action.value}", call_id, phone_number_id, sdp, wacid)

    def connect(self, call_id: str, call: Connect) -> None:
        self._asked.note("whatsapp.connect", call_id, call)


class FakeWaiting:
    """A waiting room that assigns nobody by itself."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def enter(self, call_id: str, entry: EnterQueue) -> None:
        self._asked.note("waiting.enter", call_id, entry)

    def leave(self, call_id: str) -> None:
        self._asked.note("waiting.leave", call_id)

    def reserve(self, call_id: str, agent: str | None, queue: str | None) -> None:
        self._asked.note("waiting.reserve", call_id, agent, queue)

    def occupy(self, call_id: str, agent: str) -> None:
        self._asked.note("waiting.occupy", call_id, agent)

    def release(self, call_id: str, agent: str, outcome: str) -> None:
        self._asked.note("waiting.release", call_id, agent, outcome)


class FakeAgents:
    """Agents without browsers."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def ring(self, call_id: str, ring: RingAgent) -> None:
        self._asked.note("agents.ring", call_id, ring)

    def media_answer(self, call_id: str, agent: str, session: str, sdp: str) -> None:
        self._asked.note("agents.media_answer", call_id, agent, session, sdp)

    def stop_ringing(self, call_id: str, stop: StopRinging) -> None:
        self._asked.note("agents.stop_ringing", call_id, stop)

    def tell(self, call_id: str, news: AgentNews) -> None:
        self._asked.note("agents.tell", call_id, news)


class FakeDials:
    """Nobody waits for the outcome of calls."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def settle(self, call_id: str, dial: SettleDial) -> None:
        self._asked.note("dials.settle", call_id, dial)


class FakeRecords:
    """Records in memory, both as a port and as what the supervisor asks."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.written: list[CallRecord] = []
        self.over: set[str] = set()
        self.alive: dict[str, Call] = {}

    def save(self, call: Call) -> None:
        self.alive[call.call_id] = call
        self._asked.note("records.save", call.phase)

    def ask_call_back(self, request: CallBackRequest) -> None:
        self._asked.note("records.ask_call_back", request)

    def write(self, record: CallRecord) -> None:
        self.written.append(record)
        self.over.add(record.call_id)
        self.alive.pop(record.call_id, None)
        self._asked.note("records.write", record)

    async def ended(self, call_id: str) -> bool:
        return call_id in self.over

    async def tombstone(self, call_id: str) -> None:
        self.over.add(call_id)

    async def live(self) -> list[Call]:
        return list(self.alive.values())


def fake_ports(asked: Asked, records: FakeRecords) -> Ports:
    """All ports as fakes that note into ``asked``."""
    return Ports(
        FakeLegs(asked),
        FakeMedia(asked),
        FakeWhatsApp(asked),
        FakeWaiting(asked),
        FakeAgents(asked),
        records,
        FakeDials(asked),
    )
