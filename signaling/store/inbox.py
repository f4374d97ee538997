"""Owns the inbox: what Meta sent, kept from the moment it is accepted until it is worked on, and no second time.

It holds verified bodies as they are and never looks inside. Meta delivers at least once, so a body that was held
within the last day is a duplicate (whatsapp-calling 1.3, lesson 101).
"""

import hashlib

from signaling.store.contract import Store

PREFIX = "inbox:"
REMEMBERED_S = 86_400.0
"""How long a finished body is still recognised, seconds. Meta thins its retries out over hours."""
_DONE = b""


class Inbox:
    """Bodies waiting to be worked on. Every method raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def accept(self, raw: bytes) -> str | None:
        """Keep the body durably and return its key, or None if it is held or done already."""
        key = PREFIX + hashlib.sha256(raw).hexdigest()
        return key if await self._store.commit(key, 0, raw) else None

    async def done(self, key: str) -> None:
        """Let go of the body, and only remember that it came."""
        held = await self._store.load(key)
        if held and held.value != _DONE:
            # If somebody was faster, it was to say the same.
            await self._store.commit(key, held.version, _DONE, ttl=REMEMBERED_S)

    async def pending(self) -> list[tuple[str, bytes]]:
        """Keys and bodies that were accepted and never done: what a crash left behind."""
        left = []
        for key in await self._store.keys(PREFIX):
            held = await self._store.load(key)
            if held and held.value != _DONE:
                left.append((key, held.value))
        return left
