"""Call records page by page, and to agents only their own."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from signaling.agents.tokens import Role, Verifier, issue
from signaling.api import calls
from signaling.api.endpoint import Api
from signaling.api.idempotency import Idempotency
from signaling.calls.call import CallBackRequest, CallRecord
from signaling.calls.events import Caller
from signaling.store.memory import MemoryStore
from signaling.store.records import Records
from tests.signaling.api.conftest import SECRET
from tests.support.hand_clock import HandClock


def _record(number: int, agent: str) -> CallRecord:
    return CallRecord(
        call_id=f"call-{number}",
        phone_number_id="1",
        business_number=None,
        caller=Caller(user_id=f"GB.{number}"),
        queue="sales",
        offered_at=number,
        accepted_at=None,
        answered_at=None,
        ended_at=number + 0.5,
        agent=agent,
        agents_tried=(agent,),
        ended_by="caller",
        reason="hung up",
        error=None,
    )


@pytest.fixture
async def client() -> AsyncIterator[TestClient[web.Request, web.Application]]:
    clock = HandClock()
    store = MemoryStore(clock)
    records = Records(store, pause=clock.pause)
    for number in range(5):
        records.write(_record(number, "ann" if number % 2 else "bob"))
    records.ask_call_back(
        CallBackRequest(
            call_id="call-9",
            phone_number_id="1",
            business_number=None,
            caller=Caller(user_id="GB.9"),
            queue="sales",
            requested_at=9.0,
        )
    )
    await records.flush()
    application = web.Application()
    api = Api(calls.operations(records), Idempotency(store, clock), identify=Verifier(SECRET, clock))
    application.add_routes(api.routes())
    async with TestClient(TestServer(application)) as client:
        token = issue("ann", secret=SECRET, now=clock(), role=Role.SUPERVISOR)
        client.session.headers["Authorization"] = f"Bearer {token}"
        yield client


async def _ids(client: TestClient[web.Request, web.Application], query: str) -> tuple[list[str], float | None]:
    async with client.get("/api/v1/calls" + query) as response:
        answer = await response.json()
    return [call["call_id"] for call in answer["calls"]], answer["next_before"]


async def test_pages_join_without_a_gap_or_a_repetition(client: TestClient[web.Request, web.Application]) -> None:
    seen: list[str] = []
    before: float | None = 0.0
    query = "?limit=2"
    while before is not None:
        ids, before = await _ids(client, query)
        seen += ids
        query = f"?limit=2&before={before}"
    assert seen == [f"call-{number}" for number in (4, 3, 2, 1, 0)]


async def test_an_agent_sees_the_calls_he_was_rung_for(client: TestClient[web.Request, web.Application]) -> None:
    token = issue("ann", secret=SECRET, now=HandClock()())
    client.session.headers["Authorization"] = f"Bearer {token}"
    assert (await _ids(client, ""))[0] == ["call-3", "call-1"]


async def test_requests_to_be_called_back_are_shown(client: TestClient[web.Request, web.Application]) -> None:
    async with client.get("/api/v1/call-backs") as response:
        assert [request["call_id"] for request in (await response.json())["call_backs"]] == ["call-9"]
