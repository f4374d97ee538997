"""Owns the configuration of the waiting room: queues, routes and agents, and what must hold between them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from mediaserver.hours_config import HoursSection
from mediaserver.section import Country, Section
from mediaserver.wait_config import FarewellSection, WaitSection
from signaling.calls.events import Overflow
from signaling.waiting.routes import Communication
from signaling.waiting.rules import Strategy

DEFAULT_QUEUE = "main"
"""Name of the queue of a server of which nothing is said."""


class QueueSection(Section):
    """One queue."""

    name: str = Field(default=DEFAULT_QUEUE, min_length=1, description="Name of the queue, shown to agents.")
    answer: Literal["at_once", "with_agent"] = Field(
        default="at_once",
        description="at_once picks up and plays; with_agent lets WhatsApp ring until an agent answers, 25 s at most.",
    )
    country: str = Field(default="eu", description="Whose ringback tone callers hear, e.g. eu, us, gb, jp.")
    ringback_cycles: int = Field(
        default=2, ge=0, le=100, description="Ringback cadences before music begins; 0 begins with music."
    )
    music: bool = Field(default=True, description="Music after the ringback; without it the ringback goes on.")
    wait: WaitSection = WaitSection()
    farewell: FarewellSection = FarewellSection()
    strategy: Strategy = Field(
        default=Strategy.LONGEST_IDLE,
        description="Who is rung first: longest_idle, round_robin, fewest_calls, random or top_down; or ring_all.",
    )
    skills: tuple[str, ...] = Field(default=(), description="Skills an agent needs for every call of this queue.")
    ring_s: float = Field(default=20.0, gt=0, le=120, description="How long one agent is rung, in seconds.")
    refused_pause_s: float = Field(
        default=10.0, ge=0, description="How long an agent who refused is left alone, in seconds."
    )
    no_answer_pause_s: float = Field(
        default=10.0, ge=0, description="How long an agent who did not answer is left alone, in seconds."
    )
    busy_pause_s: float = Field(
        default=10.0, ge=0, description="The same if the agent's browser could not take the call, in seconds."
    )
    wrap_up_s: float = Field(
        default=0.0, ge=0, description="Time for the work after a conversation, in seconds; Ready ends it sooner."
    )
    sticky_s: float = Field(
        default=0.0, ge=0, description="How long a caller waits for the agent of last time before others, in seconds."
    )
    caller_return_s: float = Field(
        default=0.0, ge=0, description="Who hangs up and phones again within this time has the old place, in seconds."
    )
    max_length: int | None = Field(default=None, ge=0, description="Most callers that wait; none is no limit.")
    max_wait_s: float = Field(default=1800.0, gt=0, le=10_800, description="Longest wait of a caller, in seconds.")
    unstaffed_wait_s: float | None = Field(
        default=None, ge=0, description="Longest wait while no agent of the queue is signed in, in seconds."
    )
    overflow: Overflow = Field(
        default=Overflow.HANG_UP,
        description="What these three limits lead to: hang_up, queue (another one) or call_back (a request for it).",
    )
    overflow_queue: str | None = Field(default=None, description="The other queue, for overflow = queue.")
    hours: HoursSection | None = None
    one_way_alarm_s: float = Field(
        default=20.0,
        ge=1,
        description="How long one side is found inaudible, and the other is not, until the agent is told, in s.",
    )
    agent_return_s: float = Field(
        default=5.0, gt=0, description="How long an agent lost in mid-call may take to come back, in seconds."
    )


def _at_least_one(queues: tuple[QueueSection, ...]) -> tuple[QueueSection, ...]:
    if not queues:
        raise ValueError("needs at least one queue; leave it out for the default one")
    return queues


Queues = Annotated[tuple[QueueSection, ...], AfterValidator(_at_least_one)]
"""All queues; the first is the default one."""


class RouteSection(Section):
    """One route: which calls go to which queue. The first that matches wins; without one, the first queue."""

    name: str = Field(min_length=1, description="Name of the route, as call records tell it.")
    queue: str = Field(description="Queue of the calls that match.")
    priority: int = Field(default=0, description="Routes of higher priority are tried first, equal ones in file order.")
    call_priority: int = Field(default=0, description="Calls of higher priority are served first.")
    skills: tuple[str, ...] = Field(default=(), description="Skills an agent needs for these calls.")
    channel: str | None = Field(default=None, pattern="^whatsapp$", description="Only this channel: whatsapp.")
    communication: Communication | None = Field(default=None, description="Only calls or only messages.")
    numbers: tuple[str, ...] = Field(default=(), description="Only to these business numbers (digits) or PNIDs.")
    countries: tuple[Country, ...] = Field(default=(), description="Only callers of these countries, e.g. GB.")
    payloads: tuple[str, ...] = Field(
        default=(), description="Only from buttons or links with these payloads; a final * stands for any end."
    )


class AgentSection(Section):
    """One agent. Whoever is not listed serves every queue."""

    name: str = Field(min_length=1, description="Name of the agent, as in the sign-in token.")
    queues: tuple[str, ...] = Field(default=(), description="Queues that this agent serves; all of them if empty.")
    skills: tuple[str, ...] = Field(default=(), description="What this agent can do, e.g. ja or refunds.")
    tier: int = Field(default=1, ge=1, description="Agents of a lower tier are rung first, whatever the strategy.")
    wrap_up_s: float | None = Field(default=None, ge=0, description="Own time to wrap up instead of the queue's.")


def broken_references(table: Mapping[str, Any]) -> Iterator[str]:
    """What does not fit together in a file: names given twice, queues that do not exist. One sentence each.

    Takes the file as it was read, so that these problems are told together with those of single keys; what is no
    table or no name is left to those.
    """
    queues, routes, agents = (_tables(table, name) for name in ("queues", "routes", "agents"))
    for kind, tables in (("queues", queues), ("routes", routes), ("agents", agents)):
        yield from _repeated(kind, tables)
    known = {_name(queue) for queue in queues} or {DEFAULT_QUEUE}
    yield from _wrong_overflows(queues, known)
    calling = _inner(_inner(table, "whatsapp"), "calling")
    yield from _unknown("whatsapp.calling.hours_of", calling.get("hours_of"), known)
    for index, route in enumerate(routes):
        yield from _unknown(f"routes.{index}.queue", route.get("queue"), known)
    for index, agent in enumerate(agents):
        for place, queue in enumerate(_texts(agent.get("queues"))):
            yield from _unknown(f"agents.{index}.queues.{place}", queue, known)


def _wrong_overflows(queues: list[dict[str, Any]], known: set[Any]) -> Iterator[str]:
    nexts: dict[object, object] = {}
    for index, queue in enumerate(queues):
        overflows, target = queue.get("overflow") == Overflow.QUEUE.value, queue.get("overflow_queue")
        key = f"queues.{index}.overflow_queue"
        if overflows and target is None:
            yield f"{key}: is missing; say into which queue this one overflows"
        elif target is not None and not overflows:
            yield f'{key}: has no effect; set overflow = "queue" as well'
        else:
            yield from _unknown(key, target, known)
            nexts[_name(queue)] = target
    for circle in _circles(nexts):
        yield f"queues: {' -> '.join(map(str, circle))} overflow in a circle; let one of them hang_up or call_back"


def _circles(nexts: Mapping[object, object]) -> Iterator[list[object]]:
    """Every circle once, beginning and ending with the same queue."""
    seen: set[object] = set()
    for start in nexts:
        path: list[object] = []
        here: object = start
        while here in nexts and here not in seen:
            seen.add(here)
            path.append(here)
            here = nexts[here]
        if here in path:
            yield [*path[path.index(here) :], here]


def _tables(table: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = table.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _inner(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name)
    return found if isinstance(found, dict) else {}


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _name(queue: Mapping[str, Any]) -> object:
    return queue.get("name", DEFAULT_QUEUE)


def _repeated(kind: str, tables: list[dict[str, Any]]) -> Iterator[str]:
    names = [_name(table) if kind == "queues" else table.get("name") for table in tables]
    for name, times in Counter(name for name in names if isinstance(name, str)).items():
        if times > 1:
            places = ", ".join(f"{kind}.{index}" for index, other in enumerate(names) if other == name)
            yield f"{kind}: the name {name!r} is given {times} times ({places}); names are unique"


def _unknown(key: str, queue: object, known: set[Any]) -> Iterator[str]:
    if isinstance(queue, str) and queue not in known:
        yield f"{key}: there is no queue {queue!r}; the queues are {', '.join(sorted(map(str, known)))}"
