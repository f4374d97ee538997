"""Webhooks are verified first, repeated until taken, and every POST is on record (whatsapp-calling 1.1, 1.3)."""

import pytest

from benchmarks.simulator.webhooks import DeliveryRules, NotVerified
from tests.benchmarks.simulator.conftest import MakeStage, Stage
from tests.benchmarks.simulator.stock_business import Manners


async def test_a_taken_webhook_is_posted_once_and_timed(stage: Stage) -> None:
    stage.business.manners.never_accepts = True
    stage.cloud.place_call()
    await stage.cloud.settled()
    (delivery,) = stage.cloud.deliveries
    assert (delivery.label, delivery.attempt, delivery.status) == ("connect", 1, 200)
    assert delivery.latency_s > 0
    assert stage.business.unsigned == 0, "every body must carry its signature"


async def test_a_refused_webhook_comes_again(make_stage: MakeStage) -> None:
    rules = DeliveryRules(retry_after_s=0.01, attempts=3)
    stage = await make_stage(manners=Manners(never_accepts=True, webhook_status=503), delivery=rules)
    stage.cloud.place_call()
    await stage.cloud.settled()
    assert [(item.attempt, item.status) for item in stage.cloud.deliveries] == [(1, 503), (2, 503), (3, 503)]


async def test_a_business_that_is_down_is_tried_again(make_stage: MakeStage) -> None:
    stage = await make_stage(delivery=DeliveryRules(retry_after_s=0.01, attempts=2))
    await stage.business.close()
    stage.cloud.place_call()
    await stage.cloud.settled()
    assert [item.status for item in stage.cloud.deliveries] == [None, None]


async def test_closing_does_not_wait_for_the_next_attempt(make_stage: MakeStage) -> None:
    stage = await make_stage(manners=Manners(webhook_status=500), delivery=DeliveryRules(retry_after_s=600))
    stage.cloud.place_call()
    await stage.business.wait_for_event("connect")
    await stage.cloud.close()
    assert len(stage.cloud.deliveries) <= 1


async def test_a_callback_url_that_fails_the_handshake_is_not_used(stage: Stage) -> None:
    with pytest.raises(NotVerified):
        await stage.cloud.subscribe(stage.business.callback_url, "wrong-token")
