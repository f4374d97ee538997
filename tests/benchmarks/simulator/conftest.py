"""Owns the fixtures of the simulator's tests: a cloud, and a stock business subscribed to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

import aioice.ice
import pytest

from benchmarks.simulator.call import Windows
from benchmarks.simulator.clock import TravellingClock
from benchmarks.simulator.cloud import CloudConfig, SimulatedWhatsApp
from benchmarks.simulator.number import Standing
from benchmarks.simulator.payloads import Business
from benchmarks.simulator.webhooks import DeliveryRules
from tests.benchmarks.simulator.stock_business import SECRET, TOKEN, VERIFY, Manners, StockBusiness


@dataclass(frozen=True, slots=True)
class Stage:
    """A cloud and the business it calls."""

    cloud: SimulatedWhatsApp
    business: StockBusiness
    clock: TravellingClock


MakeStage: TypeAlias = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def make_stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MakeStage]:
    """Builds stages with windows, manners and patience of the test's choice, and closes them."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    built: list[Stage] = []

    async def make(
        *,
        windows: Windows | None = None,
        manners: Manners | None = None,
        delivery: DeliveryRules | None = None,
        business: Business | None = None,
        standing: Standing | None = None,
    ) -> Stage:
        clock = TravellingClock()
        config = CloudConfig(
            app_secret=SECRET,
            access_token=TOKEN,
            windows=windows or Windows(),
            delivery=delivery or DeliveryRules(),
            business=business or Business(),
            standing=standing or Standing(),
            clock=clock,
        )
        cloud = SimulatedWhatsApp(config)
        await cloud.start()
        stock = StockBusiness(cloud.graph_url, manners)
        await stock.start()
        built.append(Stage(cloud, stock, clock))
        await cloud.subscribe(stock.callback_url, VERIFY)
        return built[-1]

    yield make
    for stage in built:
        await stage.business.close()
        await stage.cloud.close()


@pytest.fixture
async def stage(make_stage: MakeStage) -> Stage:
    """A cloud and a well-mannered business."""
    return await make_stage()
