"""Owns the routes of the REST interface as a whole: its operations, their description, and the page to read it.

The description is made once; nothing of it depends on who asks.
"""

from collections.abc import Collection, Iterable
from importlib import resources

import msgspec
from aiohttp import hdrs, web

from signaling.agents.tokens import Verifier
from signaling.api import openapi, reference
from signaling.api.idempotency import Idempotency
from signaling.api.operation import PREFIX, AnyOperation
from signaling.api.rest import Rest

_HEADERS = {
    hdrs.CONTENT_SECURITY_POLICY: "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
    "Referrer-Policy": "no-referrer",
    hdrs.CACHE_CONTROL: "no-cache",
}


class Api:
    """``/api/v1`` with its page at ``/api/v1/`` and its description at ``/api/v1/openapi.json``."""

    def __init__(
        self,
        operations: Iterable[AnyOperation],
        idempotency: Idempotency,
        *,
        identify: Verifier,
        origins: Collection[str] = (),
    ) -> None:
        known = tuple(operations)
        self._rest = Rest(known, idempotency, identify=identify, origins=origins)
        document = openapi.document(known)
        css = resources.files("signaling.api").joinpath("reference.css").read_bytes()
        self._files = {
            "": (reference.page(document).encode(), "text/html"),
            "openapi.json": (msgspec.json.encode(document), "application/json"),
            "reference.css": (css, "text/css"),
        }

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        pages = [web.get(f"{PREFIX}/{name}", self._file) for name in self._files]
        return [*pages, web.get(PREFIX, self._to_page), *self._rest.routes()]

    async def _to_page(self, _: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently(f"{PREFIX}/")

    async def _file(self, request: web.Request) -> web.Response:
        body, content_type = self._files[request.path.removeprefix(f"{PREFIX}/")]
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers=_HEADERS)
