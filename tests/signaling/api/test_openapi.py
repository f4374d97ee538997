"""The description says what the operations are, and the page shows all of it without a script."""

import re
from types import SimpleNamespace
from typing import Any

import msgspec

from mediaserver.rest_interface import operations
from signaling.api import openapi
from tests.signaling.api.conftest import Served

PARTS = ("conversations", "requests", "contacts", "threads", "senders", "shelf", "permissions")
"""Of everything about conversations, what the interface is built on."""


async def _document(served: Served) -> dict[str, Any]:
    async with served.client.get("/api/v1/openapi.json") as response:
        assert response.content_type == "application/json"
        document: dict[str, Any] = await response.json()
        return document


async def test_the_description_comes_from_the_operations(served: Served) -> None:
    document = await _document(served)
    assert document["openapi"] == "3.1.0"
    add = document["paths"]["/api/v1/sums/{name}"]["get"]
    assert [(p["name"], p["in"], p["required"]) for p in add["parameters"]] == [
        ("name", "path", True),
        ("a", "query", True),
        ("b", "query", False),
    ]
    assert add["parameters"][1]["description"] == "One number."
    assert add["responses"]["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Total"}
    spend = document["paths"]["/api/v1/sums"]["post"]
    assert spend["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Sum"}
    assert spend["parameters"][-1]["name"] == "Idempotency-Key"
    assert spend["x-roles"] == ["integration", "supervisor"]
    assert "201" in spend["responses"]


async def test_every_reference_of_the_description_leads_somewhere(served: Served) -> None:
    document = await _document(served)

    def references(part: object) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [found for value in part.values() for found in references(value)]
        return [found for value in part for found in references(value)] if isinstance(part, list) else []

    found = references(document)
    assert "#/components/schemas/Sum" in found, "the query of one operation is the body of another"
    assert found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"], reference


async def test_the_page_shows_every_operation_and_escapes_their_words(served: Served) -> None:
    async with served.client.get("/api/v1") as response:
        page = await response.text()
        assert response.url.path == "/api/v1/"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "/api/v1/sums/{name}" in page
    assert "Add up &lt;two&gt; numbers" in page
    assert 'id="model-Total"' in page
    assert "<script" not in page
    async with served.client.get("/api/v1/reference.css") as response:
        assert response.content_type == "text/css"


def test_the_whole_interface_of_a_server_is_described_without_a_gap() -> None:
    """A client generator stops at the first reference that leads nowhere."""
    anything: Any = None
    every = operations(anything, anything, anything, SimpleNamespace(**dict.fromkeys(PARTS)), {})  # type: ignore[arg-type]
    document = openapi.document(every)
    text = msgspec.json.encode(document).decode()
    for name in set(re.findall(r"#/components/schemas/([\w.]+)", text)):
        assert name in document["components"]["schemas"], f"{name} leads nowhere"
    ids = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids)), "two operations have one name"
