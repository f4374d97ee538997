"""Owns ``ringbridge call-backs``: who is to be called back, read from the records beside a server that runs."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from signaling.calls.call import CallBackRequest
from signaling.clock import SystemClock
from signaling.pause import pause
from signaling.store.records import Records
from signaling.store.sqlite import SqliteStore


def newest(path: Path, limit: int) -> list[CallBackRequest]:
    """The newest requests in this store, newest first; none if it does not exist yet."""
    return asyncio.run(_read(path, limit)) if path.exists() else []


def as_json(requests: list[CallBackRequest]) -> Iterator[str]:
    """One JSON object a line."""
    return (msgspec.json.encode(request).decode() for request in requests)


def as_text(requests: list[CallBackRequest]) -> Iterator[str]:
    """One line for a person each, in local time."""
    for request in requests:
        caller = request.caller
        who = caller.name or "(no name)"
        known_as = f"+{caller.number}" if caller.number else caller.user_id or "(number hidden)"
        asked = datetime.fromtimestamp(request.requested_at).astimezone()
        yield f"{asked:%Y-%m-%d %H:%M}  {request.queue}  {who}  {known_as}"


async def _read(path: Path, limit: int) -> list[CallBackRequest]:
    store = await SqliteStore.open(path, SystemClock())
    try:
        return await Records(store, pause=pause).call_backs(limit)
    finally:
        await store.close()
