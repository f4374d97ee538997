"""Owns the scripted agent: signs in over the agent WebSocket, negotiates media while it rings, answers when told.

It speaks the protocol of signaling.agents.messages, the only thing the simulator shares with the product.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

import aiohttp

from benchmarks.simulator.browser import AnswerUnusable, Browser
from benchmarks.simulator.consultation import Consultation
from benchmarks.simulator.ear import Ear
from benchmarks.simulator.moment import Moment, happens_within
from benchmarks.simulator.secure_end import SecureEnd
from benchmarks.simulator.tones import AGENT_TONE, Tone, voice_frames
from signaling.agents import messages, sideline_messages
from signaling.agents.dialling_messages import Dial, DialAsked, Dialling, DialRefused, DialTo

Send: TypeAlias = Callable[[messages.ClientMessage], Awaitable[None]]
"""Sends one message to the server."""
MakeBrowser: TypeAlias = Callable[[], Browser[SecureEnd]]
"""Gives the media for one more ringing call."""

_PING_S = 10.0
"""Seconds between signs of life."""


class AgentCall:
    """One call as an agent's tab sees it. Milestones are moments on the monotonic clock."""

    def __init__(
        self, came: messages.Ring | messages.Resume | Dialling, browser: Browser[SecureEnd], send: Send
    ) -> None:
        self.browser = browser
        self.rang = Moment()
        self.rings_there = Moment()
        """The phone rings of the customer whom this tab dials."""
        self.media_up = Moment()
        self.answered = Moment()
        """Answer was sent."""
        self.joined = Moment()
        self.held = Moment()
        """The server put the caller on hold, for the first time."""
        self.retrieved = Moment()
        """The server joined the voices again."""
        self.stopped = Moment()
        """It stopped ringing without this tab."""
        self.ended = Moment()
        self.last_word: messages.StopRing | messages.CallEnded | None = None
        """Why it stopped or ended."""
        self.digits: list[str] = []
        """Keys the customer pressed, as shown to the agent."""
        self.consultation = Consultation()
        """The latest one."""
        self.alarms: list[str | None] = []
        """Who was told not to be heard, and None each time that was over."""
        self._came = came
        self.warnings = came.warnings if isinstance(came, Dialling) else ()
        """What the agent was warned of when he dialled."""
        self._send = send
        self.rang.happen()

    @property
    def call_id(self) -> str:
        """The call's id."""
        return self._came.call_id

    @property
    def ring(self) -> messages.Ring | messages.Resume:
        """How a call that was not dialled here came to this tab."""
        assert not isinstance(self._came, Dialling), "this tab dialled the call itself"
        return self._came

    @property
    def resumed(self) -> bool:
        """Whether it came as a conversation that was lost before, not as a ring."""
        return isinstance(self._came, messages.Resume)

    @property
    def dialled(self) -> bool:
        """Whether this tab placed it."""
        return isinstance(self._came, Dialling)

    @property
    def ear(self) -> Ear:
        """What the agent heard."""
        return self.browser.ear

    async def answer(self) -> None:
        """Press Answer."""
        self.answered.happen()
        await self._send(messages.Answer(call_id=self.call_id))

    async def reject(self) -> None:
        """Press Reject."""
        await self._send(messages.Reject(call_id=self.call_id))

    async def hold(self) -> None:
        """Press Hold."""
        await self._send(messages.Hold(call_id=self.call_id))

    async def retrieve(self) -> None:
        """Take the caller back from hold."""
        await self._send(messages.Retrieve(call_id=self.call_id))

    async def transfer(self, *, to_agent: str | None = None, to_queue: str | None = None) -> None:
        """Hand the caller over."""
        await self._send(messages.Transfer(call_id=self.call_id, to_agent=to_agent, to_queue=to_queue))

    async def consult(self, *, to_agent: str | None = None, to_queue: str | None = None) -> Consultation:
        """Ask a colleague about the caller, who is put on hold."""
        self.consultation = Consultation()
        await self._send(messages.Consult(call_id=self.call_id, to_agent=to_agent, to_queue=to_queue))
        return self.consultation

    async def cancel_consult(self) -> None:
        """Send the colleague away."""
        await self._send(messages.CancelConsult(call_id=self.call_id))

    async def merge(self) -> None:
        """Let caller and colleague hear each other as well."""
        await self._send(messages.Merge(call_id=self.call_id))

    async def complete_transfer(self) -> None:
        """Leave the caller to the colleague."""
        await self._send(messages.CompleteTransfer(call_id=self.call_id))

    async def hang_up(self) -> None:
        """Press Hang up."""
        await self._send(messages.HangUp(call_id=self.call_id))


class ScriptedAgent:
    """One tab of one agent. ``start``, wait for ``next_ring``, ``close``."""

    def __init__(self, url: str, token: str, make_browser: MakeBrowser, *, voice: Tone = AGENT_TONE) -> None:
        self.calls: list[AgentCall] = []
        self.presence: str | None = None
        self.welcomed = Moment()
        self.close_code: int | None = None
        """Why the server closed the socket, if it did."""
        self.failures: list[Exception] = []
        """Media negotiations that came to nothing."""
        self._url = url
        self._token = token
        self._make_browser = make_browser
        self._voice = voice
        self._rings: asyncio.Queue[AgentCall] = asyncio.Queue()
        self._dialled: asyncio.Queue[AgentCall | DialRefused] = asyncio.Queue()
        self._asked_to_dial: asyncio.Queue[DialAsked] = asyncio.Queue()
        self._wishes: dict[str, Browser[SecureEnd]] = {}
        """Browsers of wishes that are not answered yet, by their request ids."""
        self._resumed: asyncio.Queue[AgentCall] = asyncio.Queue()
        self._http = aiohttp.ClientSession()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closers: set[asyncio.Task[None]] = set()
        """Browsers on their way down; awaited, never cancelled."""
        self._closing = asyncio.Event()

    async def start(self, timeout_s: float = 5.0) -> None:
        """Sign in and go ready. Raises TimeoutError when the server does not welcome us."""
        self._socket = await self._http.ws_connect(self._url)
        self._run(self._read(self._socket))
        await self._send(messages.Hello(version=messages.PROTOCOL_VERSION, token=self._token))
        await self.welcomed.wait(timeout_s)
        self._run(self._ping())
        await self._send(messages.Ready())

    async def next_ring(self, timeout_s: float) -> AgentCall:
        """The next call that rings here. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            return await self._rings.get()

    async def next_resumed(self, timeout_s: float) -> AgentCall:
        """The conversation that comes back to this tab by itself. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            return await self._resumed.get()

    async def next_asked_to_dial(self, timeout_s: float) -> DialAsked:
        """What a program next asks this agent to dial. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            return await self._asked_to_dial.get()

    async def dial(
        self,
        to: DialTo | None = None,
        *,
        call_back_id: str | None = None,
        queue: str | None = None,
        request_id: str | None = None,
        timeout_s: float = 5.0,
    ) -> "AgentCall | DialRefused":
        """Phone somebody; the call, or why there is none. Raises TimeoutError."""
        browser = self._make_browser()
        wish = Dial(
            request_id=request_id or uuid.uuid4().hex,
            to=to,
            sdp=await browser.make_offer(),
            queue=queue,
            call_back_id=call_back_id,
        )
        self._wishes[wish.request_id] = browser
        await self._send(wish)
        async with asyncio.timeout(timeout_s):
            return await self._dialled.get()

    async def go_ready(self) -> None:
        """Take calls again."""
        await self._send(messages.Ready())

    async def go_away(self) -> None:
        """Take no more calls."""
        await self._send(messages.Away())

    async def close(self) -> None:
        """Close the tab as its user does. The second call does nothing, nor does one after a crash."""
        await self._stop()
        for call in self.calls:
            await call.browser.close()
        if self._socket is not None:
            await self._socket.close()
        await self._http.close()

    async def crash(self) -> None:
        """Go down without a word: no close frame and no close_notify, only the operating system closes TCP."""
        await self._stop()
        for call in self.calls:
            call.browser.media.close(notify=False)
        await self._http.close()
        for call in self.calls:
            await call.browser.close()

    async def _stop(self) -> None:
        self._closing.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*self._closers)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                self._take(messages.decode_from_server(frame.data))
        self.close_code = socket.close_code

    async def _ping(self) -> None:
        while not await happens_within(self._closing, _PING_S):
            await self._send(messages.Ping())

    def _take(self, message: messages.ServerMessage) -> None:
        match message:
            case messages.Welcome(presence=presence):
                self.presence = presence
                self.welcomed.happen()
            case messages.Presence(presence=presence):
                self.presence = presence
            case messages.Ring():
                self._rings.put_nowait(self._begin(message))
            case messages.Resume():
                self._resumed.put_nowait(self._begin(message))
            case DialRefused():
                self._closers.add(asyncio.create_task(self._wishes.pop(message.request_id).close()))
                self._dialled.put_nowait(message)
            case Dialling():
                self._take_dialling(message)
            case DialAsked():
                self._asked_to_dial.put_nowait(message)
            case (
                messages.Pong()
                | sideline_messages.Wallboard()
                | sideline_messages.Colleagues()
                | sideline_messages.ConversationChanged()
                | sideline_messages.LineAnswer()
                | sideline_messages.LineRefused()
            ):
                pass
            case _:
                self._take_for_call(message)

    def _take_dialling(self, message: Dialling) -> None:
        browser = self._wishes.pop(message.request_id, None)
        if browser is not None:
            call = AgentCall(message, browser, self._send)
            self.calls.append(call)
            self._dialled.put_nowait(call)
        elif message.stage == "ringing":
            self.calls[-1].rings_there.happen()

    def _take_for_call(
        self,
        message: messages.StopRing
        | messages.MediaAnswer
        | messages.Joined
        | messages.Held
        | messages.Consulting
        | messages.ConsultEnded
        | messages.HandedOver
        | messages.Digit
        | messages.AudioAlarm
        | messages.CallEnded,
    ) -> None:
        call = next((call for call in reversed(self.calls) if call.call_id == message.call_id), None)
        if call is None:
            return
        match message:
            case messages.MediaAnswer(sdp=sdp):
                self._run(self._connect(call, sdp))
            case messages.Joined():
                call.browser.media.say(voice_frames(self._voice))
                if call.held.at is not None:
                    call.retrieved.happen()
                call.joined.happen()
            case messages.Consulting() | messages.ConsultEnded() | messages.HandedOver():
                call.consultation.take(message)
            case messages.Digit(digit=digit):
                call.digits.append(digit)
            case messages.AudioAlarm(silent=silent):
                call.alarms.append(silent)
            case messages.Held():
                # The voice goes on: that the caller is spared it is for the server to see to.
                call.held.happen()
            case messages.StopRing():
                call.last_word = message
                call.stopped.happen()
                self._closers.add(asyncio.create_task(call.browser.close()))
            case messages.CallEnded():
                call.last_word = message
                call.ended.happen()
                self._closers.add(asyncio.create_task(call.browser.close()))

    def _begin(self, message: messages.Ring | messages.Resume) -> AgentCall:
        call = AgentCall(message, self._make_browser(), self._send)
        self.calls.append(call)
        self._run(self._offer(call))
        return call

    async def _offer(self, call: AgentCall) -> None:
        sdp = await call.browser.make_offer()
        await self._send(messages.MediaOffer(call_id=call.call_id, sdp=sdp))

    async def _connect(self, call: AgentCall, sdp: str) -> None:
        try:
            await call.browser.connect(sdp)
            await call.browser.media.secured.wait()
        except (AnswerUnusable, ConnectionError, ValueError) as failure:
            self.failures.append(failure)
            return
        call.media_up.happen()

    async def _send(self, message: messages.ClientMessage) -> None:
        assert self._socket is not None, "start the agent first"
        await self._socket.send_str(messages.encode(message))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
