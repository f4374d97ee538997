"""Owns the inbox: what Meta sent, kept from the moment it is accepted until it is worked on, and no second time.

It holds verified bodies as they are and never looks inside. Meta delivers at least once, so a body that was held
within the last day is a duplicate (whatsapp-calling 1.3, lesson 101).
"""

import hashlib

from signaling.store.contract import Store, StoreUnavailable

PREFIX = "inbox:"
REMEMBERED_S = 86_400.0
"""How long a finished body is still recognised, seconds. Meta thins its retries out over hours."""
MAX_UNSURE = 10_000
"""Bodies in doubt that are remembered, 0.2 KB each; the oldest are forgotten first."""
_DONE = b""


class Inbox:
    """Bodies waiting to be worked on. Every method raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unsure: dict[str, None] = {}
        """Bodies of which it is open whether they are held, oldest first: Meta was told to send them again."""

    async def accept(self, raw: bytes) -> str | None:
        """Keep the body durably and return its key, or None if it is held or done already."""
        key = PREFIX + hashlib.sha256(raw).hexdigest()
        try:
            is_new = await self._store.commit(key, 0, raw)
        except StoreUnavailable:
            self._unsure[key] = None
            if len(self._unsure) > MAX_UNSURE:
                del self._unsure[next(iter(self._unsure))]
            raise
        if not is_new and key in self._unsure:
            # It was held the first time, although no answer came; nobody has worked on it since.
            held = await self._store.load(key)
            is_new = held is not None and held.value == raw
        self._unsure.pop(key, None)
        return key if is_new else None

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
