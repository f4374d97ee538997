"""What the REST interface refuses, what it lets through, and that its effects happen once."""

import asyncio

import msgspec
import pytest

from signaling.agents.tokens import Role
from signaling.api.idempotency import KEPT_S
from signaling.api.problem import CONTENT_TYPE, Problem, ProblemDetails
from signaling.store.contract import StoreUnavailable
from tests.signaling.api.conftest import ORIGIN, Served


def _details(body: bytes) -> ProblemDetails:
    return msgspec.json.decode(body, type=ProblemDetails)


async def test_an_operation_gets_its_query_checked_and_typed(served: Served) -> None:
    async with served.client.get("/api/v1/sums/x?a=2&b=3", headers=served.token()) as response:
        assert (response.status, await response.json()) == (200, {"total": 5})
        assert response.headers["Cache-Control"] == "no-store", "answers about people must not lie in caches"


@pytest.mark.parametrize("header", [None, "Basic abc", "Bearer ", "Bearer not.a.token"])
async def test_whoever_is_not_signed_in_is_told_how(served: Served, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    async with served.client.get("/api/v1/sums/x?a=2", headers=headers) as response:
        assert response.status == 401
        assert response.content_type == CONTENT_TYPE
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert _details(await response.read()).code == "not_signed_in"


async def test_an_expired_token_is_judged_by_our_clock(served: Served) -> None:
    headers = served.token()
    served.clock.advance(13 * 3600)
    async with served.client.get("/api/v1/sums/x?a=2", headers=headers) as response:
        assert "expired" in _details(await response.read()).detail


async def test_a_role_that_may_not_is_refused_before_anything_is_read(served: Served) -> None:
    async with served.client.post("/api/v1/sums", data=b"{", headers=served.token(Role.AGENT)) as response:
        details = _details(await response.read())
    assert (response.status, details.code) == (403, "role_not_allowed")
    assert "integration, supervisor" in details.detail, "the refusal must say who may"
    assert served.shop.spent == []


@pytest.mark.parametrize("query", ["", "?a=-1", "?a=x", "?a=1&other=2", "?a=1&a=2"])
async def test_a_query_that_does_not_fit_is_refused(served: Served, query: str) -> None:
    async with served.client.get("/api/v1/sums/x" + query, headers=served.token()) as response:
        assert (response.status, _details(await response.read()).code) == (422, "invalid")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a":"447700900123"}', b'{"a":1,"c":2}', b"[" * 50_000])
async def test_a_body_that_does_not_fit_is_refused_and_not_quoted(served: Served, body: bytes) -> None:
    headers = served.token() | {"Idempotency-Key": "k"}
    async with served.client.post("/api/v1/sums", data=body, headers=headers) as response:
        text = await response.read()
    assert response.status == 422
    assert b"447700900123" not in text, "what was sent may be a number, and refusals are logged by clients"
    assert served.shop.spent == []


async def test_a_body_without_end_is_cut_off(served: Served) -> None:
    headers = served.token() | {"Idempotency-Key": "k"}
    async with served.client.post("/api/v1/sums", data=b" " * 300_000, headers=headers) as response:
        assert response.status == 413


async def test_spending_needs_a_key(served: Served) -> None:
    async with served.client.post("/api/v1/sums", data=b'{"a":1}', headers=served.token()) as response:
        assert (response.status, _details(await response.read()).code) == (400, "idempotency_key_missing")
    assert served.shop.spent == []


async def _spend(served: Served, key: str, body: bytes = b'{"a":1}', **token: object) -> tuple[int, bytes, bool]:
    headers = served.token(**token) | {"Idempotency-Key": key}  # type: ignore[arg-type]
    async with served.client.post("/api/v1/sums", data=body, headers=headers) as response:
        return response.status, await response.read(), "Idempotent-Replayed" in response.headers


async def test_a_repeated_request_has_its_effect_once(served: Served) -> None:
    first, second = await _spend(served, "k"), await _spend(served, "k")
    assert first == (201, b'{"total":1}', False)
    assert second == (201, b'{"total":1}', True)
    assert served.shop.spent == [1], "the retry of a lost answer spent twice"


async def test_fifty_at_once_have_their_effect_once(served: Served) -> None:
    replies = await asyncio.gather(*(_spend(served, "k") for _ in range(50)))
    assert served.shop.spent == [1]
    assert {status for status, _, _ in replies} <= {201, 409}
    assert sum(status == 201 and not repeated for status, _, repeated in replies) == 1


async def test_a_key_belongs_to_one_request_and_to_whoever_used_it(served: Served) -> None:
    await _spend(served, "k")
    status, body, _ = await _spend(served, "k", b'{"a":2}')
    assert (status, _details(body).code) == (422, "idempotency_key_reused")
    assert (await _spend(served, "k", b'{"a":2}', name="other"))[0] == 201, "keys of one client are not another's"
    assert served.shop.spent == [1, 2]


async def test_a_refusal_is_repeated_too(served: Served) -> None:
    served.shop.fault = Problem(409, "limit", "The limit is reached", free_at=5.0)
    first, second = await _spend(served, "k"), await _spend(served, "k")
    assert first[:2] == second[:2]
    assert _details(first[1]).free_at == 5.0
    assert served.shop.spent == [1]


async def test_what_failed_for_now_may_be_tried_again_with_its_key(served: Served) -> None:
    served.shop.fault = StoreUnavailable("away")
    status, body, _ = await _spend(served, "k")
    assert (status, _details(body).code) == (503, "store_unavailable")
    served.shop.fault = None
    assert (await _spend(served, "k"))[0] == 201, "one bad moment would block the key for a day"


async def test_an_old_key_is_forgotten(served: Served) -> None:
    await _spend(served, "k")
    served.clock.advance(KEPT_S + 1)
    assert (await _spend(served, "k"))[2] is False
    assert served.shop.spent == [1, 1]


async def test_pages_of_named_sites_may_ask_and_no_others(served: Served) -> None:
    async with served.client.options("/api/v1/sums", headers={"Origin": ORIGIN}) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "Idempotency-Key" in response.headers["Access-Control-Allow-Headers"]
    async with served.client.options("/api/v1/sums", headers={"Origin": "https://elsewhere.example"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
    async with served.client.get(
        "/api/v1/sums/x?a=1", headers=served.token() | {"Origin": "https://elsewhere.example"}
    ) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
