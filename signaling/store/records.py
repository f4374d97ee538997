"""Owns what is remembered of calls: live ones for recovery, tombstones of ended ones, and call records (CDR).

Writing never holds up a call: what is to be written waits in memory, at most one thing per call and the newest, and
one task writes it in order, patiently if the store is away. Nothing here decides about calls.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

import msgspec
import structlog
from msgspec.structs import replace

from signaling.calls.call import Call, CallBackRequest, CallRecord
from signaling.calls.events import Caller
from signaling.pause import Pause
from signaling.store.contract import Store, StoreUnavailable
from signaling.store.removal import remove

LIVE, ENDED, CDR, CALL_BACK = "live:", "ended:", "cdr:", "callback:"
TOMBSTONE_S = 3600.0
"""How long an ended call is remembered, seconds; Meta's late webhooks ask for 600 or more (whatsapp-calling 1.3)."""
MAX_WAITING = 20_000
"""Calls whose news may wait for the store, about 3 KiB each; beyond that news of further calls is lost."""
RETRY_S = 1.0
"""Pause while the store is away, seconds."""
CLOSE_S = 5.0
"""How long close waits for the last writes, seconds."""

Listener: TypeAlias = Callable[[CallRecord], None]

_log = structlog.get_logger(__name__)
_Kind = TypeVar("_Kind", Call, CallRecord, CallBackRequest)
_OfCaller = TypeVar("_OfCaller", CallRecord, CallBackRequest)


class _News(NamedTuple):
    """What is to be written about one call."""

    key: str
    value: bytes
    ends: str | None = None
    """The call that is over with this; None if it lives on."""


class Records:
    """RecordsPort over a store. Given: the store, which the caller closes. Owned: the task that writes.

    ``listeners`` are told of every call record at once; they must not block or raise. ``keep_s`` is how long call
    records and requests to be called back are kept, in seconds: they hold names and numbers. None is for ever.
    """

    def __init__(
        self, store: Store, *, pause: Pause, listeners: Sequence[Listener] = (), keep_s: float | None = None
    ) -> None:
        self._store = store
        self._pause = pause
        self._listeners = listeners
        self._keep_s = keep_s
        self._waiting: dict[str, _News] = {}
        self._writer: asyncio.Task[None] | None = None
        self.lost = 0
        """News dropped because too much was waiting; must stay 0."""

    def save(self, call: Call) -> None:
        """Remember a live call; only its newest state is written."""
        waiting = self._waiting.get(call.call_id)
        if waiting is None or waiting.ends is None:
            self._put_in_line(call.call_id, _News(LIVE + call.call_id, msgspec.json.encode(call)))

    def ask_call_back(self, request: CallBackRequest) -> None:
        """Write down that a caller is to be called back."""
        key = _by_time(CALL_BACK, request.requested_at, request.call_id)
        self._put_in_line(key, _News(key, msgspec.json.encode(request)))

    def write(self, record: CallRecord) -> None:
        """Write the record of an ended call, set its tombstone and forget the live one."""
        key = _by_time(CDR, record.ended_at, record.call_id)
        self._put_in_line(record.call_id, _News(key, msgspec.json.encode(record), ends=record.call_id))
        for listener in self._listeners:
            listener(record)

    async def ended(self, call_id: str) -> bool:
        """Whether the call is over, its record still waiting to be written included. Raises StoreUnavailable."""
        waiting = self._waiting.get(call_id)
        if waiting is not None and waiting.ends is not None:
            return True
        return await self._store.load(ENDED + call_id) is not None

    async def tombstone(self, call_id: str) -> None:
        """Remember that this call is over although it never lived here. Raises StoreUnavailable."""
        await self._set(ENDED + call_id, b"1", ttl=TOMBSTONE_S)

    async def live(self) -> list[Call]:
        """The calls that a former process left alive. Raises StoreUnavailable."""
        left = []
        for call in await self._read(await self._store.keys(LIVE), Call):
            if await self.ended(call.call_id):
                # The crash came between the call record and the end of the live one.
                await self._set(LIVE + call.call_id, None)
            else:
                left.append(call)
        return left

    async def calls(self, limit: int, *, before: float | None = None) -> list[CallRecord]:
        """The newest call records, newest first; ``before`` leaves out later ends. Raises StoreUnavailable."""
        keys = await self._store.keys(CDR)
        if before is not None:
            keys = keys[: bisect_left(keys, _by_time(CDR, before, ""))]
        newest = keys[-limit:] if limit > 0 else []
        return await self._read(newest[::-1], CallRecord)

    async def call_backs(self, limit: int) -> list[CallBackRequest]:
        """The newest requests to be called back, newest first. Raises StoreUnavailable."""
        newest = (await self._store.keys(CALL_BACK))[-limit:] if limit > 0 else []
        return await self._read(newest[::-1], CallBackRequest)

    async def call_back(self, call_id: str) -> CallBackRequest | None:
        """The request to be called back that this call left. Raises StoreUnavailable."""
        keys = [key for key in await self._store.keys(CALL_BACK) if key.endswith(f":{call_id}")]
        return next(iter(await self._read(keys, CallBackRequest)), None)

    async def called_back(self, call_id: str, by: str) -> None:
        """The request that this call left is fulfilled by another call. Raises StoreUnavailable."""
        asked = await self.call_back(call_id)
        if asked is not None:
            key = _by_time(CALL_BACK, asked.requested_at, asked.call_id)
            await self._set(key, msgspec.json.encode(replace(asked, fulfilled_by=by)), ttl=self._keep_s)

    async def forget(self, belongs: Callable[[Caller], bool]) -> tuple[int, int]:
        """Remove call records, and requests to be called back, of these callers; how many there were of each.

        Whole records: a call's very id holds the number. Raises StoreUnavailable.
        """
        return await self._forget(CDR, CallRecord, belongs), await self._forget(CALL_BACK, CallBackRequest, belongs)

    async def flush(self) -> None:
        """Wait until everything is written, for as long as that takes."""
        if self._writer is not None:
            await asyncio.shield(self._writer)

    async def close(self) -> None:
        """Write what is left, for at most CLOSE_S seconds."""
        if self._writer is None:
            return
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._writer
        except TimeoutError:
            _log.error("records_not_written", calls=len(self._waiting))

    def _put_in_line(self, about: str, news: _News) -> None:
        if about not in self._waiting and len(self._waiting) >= MAX_WAITING:
            if not self.lost:
                _log.error("records_lost", waiting=len(self._waiting))
            self.lost += 1
            return
        self._waiting[about] = news
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        away = False
        while self._waiting:
            about, news = next(iter(self._waiting.items()))
            try:
                await self._write_one(news)
            except StoreUnavailable:
                if not away:
                    _log.warning("records_wait_for_store", calls=len(self._waiting))
                away = True
                await self._pause(RETRY_S)
                continue
            away = False
            if self._waiting[about] is news:
                del self._waiting[about]

    async def _write_one(self, news: _News) -> None:
        """Every step may be repeated, so that an interrupted one is simply done again."""
        # A live call is no record yet: it stays until it has ended, however long that takes.
        await self._set(news.key, news.value, ttl=None if news.key.startswith(LIVE) else self._keep_s)
        if news.ends is not None:
            await self._set(ENDED + news.ends, b"1", ttl=TOMBSTONE_S)
            await self._set(LIVE + news.ends, None)

    async def _set(self, key: str, value: bytes | None, *, ttl: float | None = None) -> None:
        written = 0
        while not written:
            held = await self._store.load(key)
            written = await self._store.commit(key, held.version if held else 0, value, ttl=ttl)

    async def _forget(self, prefix: str, kind: type[_OfCaller], belongs: Callable[[Caller], bool]) -> int:
        gone = 0
        for key in await self._store.keys(prefix):
            if any(belongs(record.caller) for record in await self._read([key], kind)):
                gone += await remove(self._store, key)
        return gone

    async def _read(self, keys: list[str], kind: type[_Kind]) -> list[_Kind]:
        records = []
        for key in keys:
            held = await self._store.load(key)
            if held is None:
                continue
            try:
                records.append(msgspec.json.decode(held.value, type=kind))
            except msgspec.DecodeError:
                # Written by another release: one strange record must not keep the server from starting.
                _log.error("record_unreadable", kind=kind.__name__)
        return records


def _by_time(prefix: str, at: float, call_id: str) -> str:
    """A key; zero padding makes the order of keys the order of time."""
    return f"{prefix}{at:017.6f}:{call_id}"
