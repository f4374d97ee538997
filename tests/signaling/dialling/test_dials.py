"""From an agent's wish to a call that has begun: what is held, what is given back, and each wish once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from signaling.agents.dialling_messages import Dial, Dialling, DialRefused, DialTo
from signaling.calls.call import CallBackRequest, DialOutcome, Route
from signaling.calls.effects import SettleDial
from signaling.calls.events import CallDialled, Caller
from signaling.dialling.dials import Dials, Granted, Office, Refused
from signaling.store.contract import StoreUnavailable

PNID = "445566778899001"
NOOR = Caller(number="447700900123")
FREED = "release ann not_needed"
WISH = Dial(request_id="w1", to=DialTo(number="+44 7700 900123"), sdp="v=0 tab")
ASKED = CallBackRequest(
    call_id="wacid.missed",
    phone_number_id=PNID,
    business_number="442079460018",
    caller=Caller(user_id="GB.1", name="Noor"),
    queue="support",
    requested_at=1.0,
)


class Tab:
    """A tab of Ann's that notes what it is sent."""

    agent, session = "ann", "tab-1"

    def __init__(self) -> None:
        self.open = True
        self.taken: str | None = None
        self.sent: asyncio.Queue[Dialling | DialRefused] = asyncio.Queue()

    def take(self, call_id: str) -> bool:
        if self.open:
            self.taken = call_id
        return self.open

    def send(self, message: Dialling | DialRefused) -> None:
        self.sent.put_nowait(message)

    async def refusal(self) -> str:
        message = await asyncio.wait_for(self.sent.get(), 5)
        assert isinstance(message, DialRefused)
        return message.code


class World:
    """Everything around dialling, as a test wants it; what happened, in order."""

    def __init__(self) -> None:
        self.agent_free, self.stopping = True, False
        self.refusal: Refused | None = None
        self.store_away = 0
        self.happened: list[str] = []
        self.started: asyncio.Queue[tuple[CallDialled, Route]] = asyncio.Queue()
        self.settled: asyncio.Queue[tuple[str, SettleDial]] = asyncio.Queue()
        self.fulfilled: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.dials = Dials(
            Office(
                {PNID: "442079460018"},
                lambda queue: Route(queue=queue or "main") if queue in (None, "support") else None,
            ),
            seats=self,
            permissions=self,
            call_backs=self,
            start=self.start,
            pause=self.pause,
        )

    async def engage(self, call_id: str, agent: str, queue: str) -> bool:
        self.happened.append(f"engage {agent} {queue}")
        return self.agent_free

    def release(self, call_id: str, agent: str, outcome: str) -> None:
        self.happened.append(f"release {agent} {outcome}")

    async def reserve(self, call_id: str, phone_number_id: str, who: Caller) -> Granted | Refused:
        self.happened.append("reserve")
        if self.store_away:
            raise StoreUnavailable("away")
        return self.refusal or Granted(warnings=("this is the last call for today",))

    async def settle(self, call_id: str, dial: SettleDial) -> None:
        if self.store_away:
            self.store_away -= 1
            raise StoreUnavailable("away")
        self.settled.put_nowait((call_id, dial))

    async def call_back(self, call_id: str) -> CallBackRequest | None:
        return ASKED if call_id == ASKED.call_id else None

    async def called_back(self, call_id: str, by: str) -> None:
        self.fulfilled.put_nowait((call_id, by))

    def start(self, dialled: CallDialled, route: Route) -> bool:
        if not self.stopping:
            self.started.put_nowait((dialled, route))
        return not self.stopping

    async def pause(self, seconds: float) -> None:
        self.happened.append("pause")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    yield world
    await world.dials.close()


async def begun(world: World) -> tuple[CallDialled, Route]:
    return await asyncio.wait_for(world.started.get(), 5)


async def test_a_wish_becomes_a_call_of_the_tab_that_had_it(world: World) -> None:
    tab = Tab()
    world.dials.dial(tab, WISH)

    dialled, route = await begun(world)

    assert (dialled.caller, dialled.country, dialled.phone_number_id) == (NOOR, "GB", PNID)
    assert (dialled.agent, dialled.session, dialled.sdp, dialled.request_id) == ("ann", "tab-1", "v=0 tab", "w1")
    assert (tab.taken, route.queue) == (dialled.call_id, "main")
    assert dialled.warnings == ("this is the last call for today",)
    assert dialled.business_number == "442079460018"
    assert world.happened == ["engage ann main", "reserve"], "the agent is held before the permission is"


async def test_saying_it_twice_makes_one_call(world: World) -> None:
    """A socket that broke after the wish was sent says it again."""
    tab, again = Tab(), Tab()
    world.dials.dial(tab, WISH)
    world.dials.dial(again, WISH)
    dialled, _ = await begun(world)

    world.dials.dial(again, WISH)

    assert again.sent.get_nowait() == Dialling(request_id="w1", call_id=dialled.call_id, stage="connecting")
    assert world.started.empty()
    told = SettleDial(phone_number_id=PNID, customer=NOOR, outcome=DialOutcome.REJECTED)
    world.dials.settle(dialled.call_id, told)
    world.dials.dial(again, WISH)
    assert await again.refusal() == "over", "a call that is over must not be shown as dialling"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Dial(request_id="w", sdp="", to=DialTo(number="12")), "bad_number"),
        (Dial(request_id="w", sdp=""), "bad_number"),
        (Dial(request_id="w", sdp="", to=WISH.to, from_="1"), "no_number"),
        (Dial(request_id="w", sdp="", to=WISH.to, queue="nowhere"), "no_queue"),
        (Dial(request_id="w", sdp="", call_back_id="wacid.unknown"), "no_call_back"),
    ],
)
async def test_what_cannot_be_dialled_is_refused_before_anything_is_held(world: World, wish: Dial, code: str) -> None:
    tab = Tab()
    world.dials.dial(tab, wish)

    assert await tab.refusal() == code
    assert world.happened == []


async def test_an_agent_who_is_not_free_is_told_so(world: World) -> None:
    world.agent_free = False
    tab = Tab()
    world.dials.dial(tab, WISH)

    assert await tab.refusal() == "busy"
    assert world.happened == ["engage ann main"], "no permission is spent, and another call's agent is not freed"


async def test_a_missing_permission_frees_the_agent_and_says_when(world: World) -> None:
    world.refusal = Refused("connected_calls", "five calls in 24 hours", free_at=99.0)
    tab = Tab()
    world.dials.dial(tab, WISH)

    message = await asyncio.wait_for(tab.sent.get(), 5)

    assert message == DialRefused(
        request_id="w1", code="connected_calls", reason="five calls in 24 hours", free_at=99.0
    )
    assert world.happened[-1] == FREED, "#80: the agent stays busy, or has to wrap up what never was"


async def test_a_store_that_is_away_frees_the_agent(world: World) -> None:
    world.store_away = 1
    tab = Tab()
    world.dials.dial(tab, WISH)

    assert await tab.refusal() == "unavailable"
    assert world.happened[-1] == FREED


@pytest.mark.parametrize("why", ["closed", "stopping"])
async def test_what_is_held_is_given_back_if_the_call_cannot_begin(world: World, why: str) -> None:
    tab = Tab()
    tab.open, world.stopping = why != "closed", why == "stopping"
    world.dials.dial(tab, WISH)

    await tab.refusal()

    _, settled = await asyncio.wait_for(world.settled.get(), 5)
    assert settled.outcome is DialOutcome.CANCELLED, "the slot of the permission is lost"
    assert world.happened[-1] == FREED


async def test_a_request_to_be_called_back_says_whom_and_for_which_queue(world: World) -> None:
    world.dials.dial(Tab(), Dial(request_id="w", sdp="v=0", call_back_id=ASKED.call_id))

    dialled, route = await begun(world)

    assert (dialled.caller, dialled.call_back_id, route.queue) == (ASKED.caller, ASKED.call_id, "support")


@pytest.mark.parametrize("outcome", list(DialOutcome))
async def test_a_request_is_fulfilled_by_a_customer_who_was_reached(world: World, outcome: DialOutcome) -> None:
    told = SettleDial(phone_number_id=PNID, customer=NOOR, outcome=outcome, call_back_id=ASKED.call_id)
    world.store_away = 2
    world.dials.settle("dial.1", told)

    assert await asyncio.wait_for(world.settled.get(), 5) == ("dial.1", told)
    assert world.happened == ["pause", "pause"], "an outcome waits for the store"
    await world.dials.close()
    assert world.fulfilled.empty() is (outcome is not DialOutcome.ANSWERED)
