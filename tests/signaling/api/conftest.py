"""A served REST interface with two operations of its own, one of which spends something."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from signaling.agents.tokens import Role, Verifier, issue
from signaling.api.endpoint import Api
from signaling.api.idempotency import Idempotency
from signaling.api.operation import STAFF, Asked, Nothing, operation
from signaling.store.memory import MemoryStore
from tests.support.hand_clock import HandClock

SECRET = "s" * 32
ORIGIN = "https://crm.example"


class Sum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to add up."""

    a: Annotated[int, msgspec.Meta(ge=0, description="One number.")]
    b: int = 1


class Total(msgspec.Struct, frozen=True):
    """What it comes to."""

    total: int


class Shop:
    """Two operations and what became of them."""

    def __init__(self) -> None:
        self.spent: list[int] = []
        self.fault: Exception | None = None

    async def add(self, asked: Asked[Sum, Nothing]) -> Total:
        return Total(asked.query.a + asked.query.b)

    async def spend(self, asked: Asked[Nothing, Sum]) -> Total:
        self.spent.append(asked.body.a)
        if self.fault is not None:
            raise self.fault
        return Total(sum(self.spent))

    def api(self, idempotency: Idempotency, clock: HandClock) -> Api:
        add = operation("GET", "/sums/{name}", "Add up <two> numbers", self.add, tag="sums")
        spend = operation("POST", "/sums", "Spend", self.spend, tag="sums", roles=STAFF, spends=True, status=201)
        return Api((add, spend), idempotency, identify=Verifier(SECRET, clock), origins=(ORIGIN,))


class Served:
    """The interface, who asks it, and what lies behind."""

    def __init__(self, client: TestClient[web.Request, web.Application], shop: Shop, clock: HandClock) -> None:
        self.client = client
        self.shop = shop
        self.clock = clock

    def token(self, role: Role = Role.INTEGRATION, name: str = "crm") -> dict[str, str]:
        """The header that signs in."""
        return {"Authorization": f"Bearer {issue(name, secret=SECRET, now=self.clock(), role=role)}"}


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    clock = HandClock()
    shop = Shop()
    application = web.Application()
    application.add_routes(shop.api(Idempotency(MemoryStore(clock), clock), clock).routes())
    async with TestClient(TestServer(application)) as client:
        yield Served(client, shop, clock)
