"""Owns how the softphone's files are served: their addresses, types and security headers. Knows nothing of calls."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

import msgspec
from aiohttp import hdrs, web

CONTENT_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
"""Types by file suffix (RFC 9239 for JavaScript); a file of any other kind is not served."""


_COMMENTED = frozenset({"text/css", "text/javascript"})
_COMMENT = re.compile(rb"^[ \t]*(?:/\*.*?\*/|//[^\n]*)[ \t]*$", re.DOTALL | re.MULTILINE)
"""A comment that has its lines to itself; no text of ours has lines that look like one."""


class Asset(msgspec.Struct, frozen=True):
    """One file of the softphone, read once."""

    body: bytes
    zipped: bytes
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
        return [web.get("/", self._index), web.get("/softphone/{name:.+}", self._asset)]

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
            zipped = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
            response = web.Response(
                body=asset.zipped if zipped else asset.body,
                content_type=asset.content_type,
                charset="utf-8",
                headers=self._headers,
            )
            if zipped:
                response.headers[hdrs.CONTENT_ENCODING] = "gzip"
        response.etag = asset.etag
        return response


def _read_assets() -> dict[str, Asset]:
    """By their addresses below ``/softphone/``."""
    assets = {}
    for name, file in _files(resources.files("signaling.softphone")):
        content_type = CONTENT_TYPES.get(name[name.rfind(".") :])
        if content_type is not None:
            body = _without_comments(file.read_bytes()) if content_type in _COMMENTED else file.read_bytes()
            # Zipped once, as small as can be, and the same bytes in every process (no time in the header).
            zipped = gzip.compress(body, 9, mtime=0)
            assets[name] = Asset(body, zipped, content_type, hashlib.sha256(body).hexdigest())
    return assets


def _without_comments(source: bytes) -> bytes:
    """What a browser needs of a file, in the lines that it has there: a sixth less to load, and errors say where."""
    return _COMMENT.sub(lambda comment: b"\n" * comment[0].count(b"\n"), source)


def _files(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{path}{entry.name}/")
        else:
            yield path + entry.name, entry


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
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
        # Pages that embed an element load its modules from here; they hold nothing that is anybody's secret.
        "Access-Control-Allow-Origin": "*",
    }
