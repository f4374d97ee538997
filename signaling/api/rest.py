"""Owns how operations meet HTTP: who asks, what is asked, the answer, and every refusal as problem details.

It knows no resource. What it does not understand it refuses by itself, so that handlers only see requests that fit.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from aiohttp import hdrs, web

from signaling.agents.tokens import Identity, InvalidToken, Verifier
from signaling.api.idempotency import MAX_KEY_CHARACTERS, Idempotency, Reply
from signaling.api.operation import KEY_HEADER, PREFIX, AnyOperation, Asked, Nothing
from signaling.api.problem import Problem, describe, invalid
from signaling.store.contract import StoreUnavailable

MAX_BODY_BYTES = 256 * 1024
"""Far above any note or message; the webhook has its own bound."""
REPEATED_HEADER = "Idempotent-Replayed"
PREFLIGHT_S = 600
"""How long a browser may remember which requests another site may make, seconds."""

_JSON = "application/json"
_log = structlog.get_logger(__name__)


class Rest:
    """The operations as routes of an aiohttp application.

    ``origins`` are the sites beside our own whose pages may use them, as browsers write them: ``https://crm.example``.
    """

    def __init__(
        self,
        operations: Iterable[AnyOperation],
        idempotency: Idempotency,
        *,
        identify: Verifier,
        origins: Collection[str] = (),
    ) -> None:
        self._operations = tuple(operations)
        self._idempotency = idempotency
        self._identify_token = identify
        self._origins = frozenset(origins)

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        routes = [
            web.route(operation.method, PREFIX + operation.path, self._handler(operation))
            for operation in self._operations
        ]
        paths = {PREFIX + operation.path for operation in self._operations}
        return [*routes, *(web.options(path, self._preflight) for path in sorted(paths))]

    def _handler(self, operation: AnyOperation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                response = await self._serve(operation, request)
            except Problem as problem:
                response = problem.response()
            except StoreUnavailable:
                response = Problem(
                    503,
                    "store_unavailable",
                    "Try again later",
                    "The records cannot be reached just now; nothing was done.",
                    headers={"Retry-After": "1"},
                ).response()
            self._allow_origin(request, response)
            response.headers[hdrs.CACHE_CONTROL] = "no-store"
            response.headers[hdrs.X_CONTENT_TYPE_OPTIONS] = "nosniff"
            return response

        return handle

    async def _serve(self, operation: AnyOperation, request: web.Request) -> web.Response:
        who = self._identify(request)
        if who.role not in operation.roles:
            raise Problem(
                403,
                "role_not_allowed",
                "Not with this role",
                f"This needs one of the roles {', '.join(sorted(role.value for role in operation.roles))}.",
            )
        raw = await _body(request)
        asked = Asked(
            who=who,
            path=dict(request.match_info),
            query=_query(operation, request),
            body=_decoded(operation, raw),
            key=_key(request, required=operation.spends),
        )
        if not operation.spends:
            return _respond(await _reply(operation, asked))
        assert asked.key is not None
        what = f"{operation.method} {request.rel_url}\n".encode() + raw
        reply, repeated = await self._idempotency.once(
            who.name, asked.key, what, lambda: _reply_or_problem(operation, asked)
        )
        response = _respond(reply)
        if repeated:
            response.headers[REPEATED_HEADER] = "true"
        return response

    def _identify(self, request: web.Request) -> Identity:
        kind, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        try:
            if kind.lower() != "bearer":
                raise InvalidToken("send a token as Authorization: Bearer")
            return self._identify_token(token.strip())
        except InvalidToken as error:
            raise Problem(
                401,
                "not_signed_in",
                "Not signed in",
                f"The token signs nobody in: {error}.",
                headers={hdrs.WWW_AUTHENTICATE: 'Bearer realm="ringbridge"'},
            ) from error

    async def _preflight(self, request: web.Request) -> web.Response:
        """A browser asks what a page of another site may do (Fetch standard, CORS preflight)."""
        response = web.Response(status=204)
        if self._allow_origin(request, response):
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
            response.headers["Access-Control-Allow-Headers"] = f"Authorization, Content-Type, {KEY_HEADER}"
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_S)
        return response

    def _allow_origin(self, request: web.Request, response: web.StreamResponse) -> bool:
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is None or origin not in self._origins:
            return False
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = f"{REPEATED_HEADER}, Retry-After"
        response.headers[hdrs.VARY] = hdrs.ORIGIN
        return True


async def _reply(operation: AnyOperation, asked: Asked[Any, Any]) -> Reply:
    answer = await operation.handle(asked)
    if operation.status == HTTPStatus.NO_CONTENT:
        return Reply(operation.status, _JSON, b"")
    return Reply(operation.status, _JSON, msgspec.json.encode(answer))


async def _reply_or_problem(operation: AnyOperation, asked: Asked[Any, Any]) -> Reply:
    """A refusal is an answer too, and is repeated for the same key."""
    try:
        return await _reply(operation, asked)
    except Problem as problem:
        response = problem.response()
        assert isinstance(response.body, bytes)
        return Reply(response.status, response.content_type, response.body)


def _respond(reply: Reply) -> web.Response:
    return web.Response(body=reply.body, status=reply.status, content_type=reply.content_type)


async def _body(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Problem(413, "too_large", "The body is too large", f"At most {MAX_BODY_BYTES} bytes are read.")
    return bytes(body)


def _query(operation: AnyOperation, request: web.Request) -> msgspec.Struct:
    repeated = {name for name in request.query if len(request.query.getall(name)) > 1}
    if repeated:
        raise invalid("Each query parameter may be given once.")
    try:
        query: msgspec.Struct = msgspec.convert(dict(request.query), type=operation.query, strict=False)
    except msgspec.ValidationError as error:
        found = describe(error)
        raise invalid(f"Query, at {found['where']}: {found['expected']}.") from None
    return query


def _decoded(operation: AnyOperation, raw: bytes) -> msgspec.Struct:
    if operation.body is Nothing:
        return Nothing()
    try:
        body: msgspec.Struct = msgspec.json.decode(raw, type=operation.body)
    except (msgspec.DecodeError, RecursionError) as error:
        found = describe(error) if isinstance(error, msgspec.DecodeError) else {"where": "$", "expected": "valid JSON"}
        raise invalid(f"Body, at {found['where']}: {found['expected']}.") from None
    return body


def _key(request: web.Request, *, required: bool) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is None and required:
        raise Problem(
            400,
            "idempotency_key_missing",
            "An idempotency key is needed",
            f"This has an effect outside: send a fresh {KEY_HEADER} of up to {MAX_KEY_CHARACTERS} characters.",
        )
    if key is not None and not (0 < len(key) <= MAX_KEY_CHARACTERS and key.isprintable()):
        raise Problem(400, "idempotency_key_invalid", "The idempotency key cannot be used")
    return key
