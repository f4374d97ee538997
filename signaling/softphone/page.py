"""Owns how the softphone's files are served: their addresses, types and security headers. Knows nothing of calls."""

import hashlib
from importlib import resources

import msgspec
from aiohttp import hdrs, web

CONTENT_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""Types by file suffix (RFC 9239 for JavaScript); a file of any other kind is not served."""


class Asset(msgspec.Struct, frozen=True):
    """One file of the softphone, read once."""

    body: bytes
    content_type: str
    etag: str


class SoftphonePage:
    """The page at ``/`` and its files below ``/softphone/``, held in memory.

    A request names a key of a table, never a path, so that nothing else can be reached through it.
    """

    def __init__(self, *, frame_ancestors: str = "'none'") -> None:
        """``frame_ancestors`` are the sites that may embed the page, in the words of CSP level 3, section 6.4.2."""
        self._assets = _read_assets()
        self._headers = _security_headers(frame_ancestors)

    def routes(self) -> list[web.RouteDef]:
        """What to add to the router of the application."""
        return [web.get("/", self._index), web.get("/softphone/{name}", self._asset)]

    async def _index(self, request: web.Request) -> web.Response:
        return self._respond(request, self._assets["index.html"])

    async def _asset(self, request: web.Request) -> web.Response:
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound(headers=self._headers)
        return self._respond(request, asset)

    def _respond(self, request: web.Request, asset: Asset) -> web.Response:
        if any(etag.value == asset.etag for etag in request.if_none_match or ()):
            response = web.Response(status=304, headers=self._headers)
        else:
            response = web.Response(
                body=asset.body, content_type=asset.content_type, charset="utf-8", headers=self._headers
            )
        response.etag = asset.etag
        return response


def _read_assets() -> dict[str, Asset]:
    assets = {}
    for file in resources.files("signaling.softphone").iterdir():
        content_type = CONTENT_TYPES.get(file.name[file.name.rfind(".") :])
        if content_type is not None:
            body = file.read_bytes()
            assets[file.name] = Asset(body, content_type, hashlib.sha256(body).hexdigest())
    return assets


def _security_headers(frame_ancestors: str) -> dict[str, str]:
    policy = {
        "default-src": "'self'",
        "connect-src": "'self' ws: wss:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": frame_ancestors,
    }
    return {
        hdrs.CONTENT_SECURITY_POLICY: "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "Referrer-Policy": "no-referrer",
        hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        # A browser asks each time and gets 304: after an update no old module meets a new one.
        hdrs.CACHE_CONTROL: "no-cache",
    }
