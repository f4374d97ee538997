"""Owns a small client of the REST interface for scenarios: signed in once, with a fresh key for each POST."""

import itertools
from typing import Any

import aiohttp

from signaling.agents.tokens import Role
from signaling.api.operation import PREFIX
from tests.support.stage import Stage


class RestClient:
    """One who uses the interface."""

    def __init__(self, stage: Stage, name: str = "crm", role: Role = Role.INTEGRATION) -> None:
        self._url = stage.address + PREFIX
        self._headers = {"Authorization": f"Bearer {stage.token(name, role)}"}
        self._keys = (f"{name}-{number}" for number in itertools.count())

    async def ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **query: str
    ) -> tuple[int, Any]:
        """Status and JSON of the answer. ``body`` of a POST gets a fresh idempotency key unless one is given."""
        headers = {**self._headers, "Idempotency-Key": key or next(self._keys)} if method == "POST" else self._headers
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, self._url + path, json=body, params=query, headers=headers) as response,
        ):
            return response.status, await response.json()

    async def must(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """JSON of an answer that has to be a yes."""
        status, answer = await self.ask(method, path, body, **query)
        assert status == 200, f"{method} {path} was refused: {answer}"
        return answer
