"""Owns requests that must have their effect once: the answer to an idempotency key is kept and given again.

The key is the client's own (``Idempotency-Key``, draft-ietf-httpapi-idempotency-key-header). The first request takes
the key before anything happens; a repetition gets the first one's answer, or is told that it is still being worked on.
If a process dies in between, the key is free again after ``LEASE_S``, and what the operation does must itself know the
key, as services that send something do.
"""

import hashlib
from collections.abc import Awaitable, Callable

import msgspec

from signaling.api.problem import Problem
from signaling.clock import Clock
from signaling.store.contract import Store

KEPT_S = 24 * 3600.0
"""How long an answer is kept, seconds."""
LEASE_S = 60.0
"""How long an unfinished request holds its key, seconds; above every bound of the requests we send to Meta."""
MAX_KEY_CHARACTERS = 128


class Reply(msgspec.Struct, frozen=True):
    """An answer as it was given."""

    status: int
    content_type: str
    body: bytes


class _Held(msgspec.Struct, frozen=True, kw_only=True):
    """What the store knows of a key."""

    fingerprint: str
    """Of the request, so that a key cannot be used for two of them."""
    until: float
    """When an unfinished request loses the key, epoch seconds."""
    reply: Reply | None = None


class Idempotency:
    """Answers to keys, by whoever used them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def once(
        self, who: str, key: str, request: bytes, work: Callable[[], Awaitable[Reply]]
    ) -> tuple[Reply, bool]:
        """The reply of ``work``, which is done once for a key, and whether it is a repetition.

        Raises Problem for a key that is in use now or was used for another request, and StoreUnavailable. Replies of
        500 and above are not kept: the same key may try again.
        """
        name = "once:" + hashlib.sha256(f"{who}\0{key}".encode()).hexdigest()
        fingerprint = hashlib.sha256(request).hexdigest()
        version = await self._take(name, fingerprint)
        if isinstance(version, Reply):
            return version, True
        kept = False
        try:
            reply = await work()
            kept = reply.status < 500
            if kept:
                done = _Held(fingerprint=fingerprint, until=0.0, reply=reply)
                await self._store.commit(name, version, msgspec.msgpack.encode(done), ttl=KEPT_S)
        finally:
            if not kept:
                await self._store.commit(name, version, None)
        return reply, False

    async def _take(self, name: str, fingerprint: str) -> int | Reply:
        """The version of the record that is ours now, or the reply to repeat."""
        while True:
            held = await self._store.load(name)
            now = self._clock()
            if held is not None:
                known = msgspec.msgpack.decode(held.value, type=_Held)
                if known.fingerprint != fingerprint:
                    raise Problem(
                        422,
                        "idempotency_key_reused",
                        "The idempotency key was used before",
                        "Another request had this key. Take a new key for a new request.",
                    )
                if known.reply is not None:
                    return known.reply
                if known.until > now:
                    raise Problem(
                        409,
                        "idempotency_key_in_use",
                        "The request is being worked on",
                        "Ask again in a moment with the same key.",
                        headers={"Retry-After": "1"},
                    )
            former = held.version if held is not None else 0
            mine = msgspec.msgpack.encode(_Held(fingerprint=fingerprint, until=now + LEASE_S))
            if taken := await self._store.commit(name, former, mine, ttl=KEPT_S):
                return taken
