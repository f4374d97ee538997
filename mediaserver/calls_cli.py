"""Owns ``ringbridge calls``: the call records of a store, one line each, for a person or for a program."""

import threading
from collections.abc import Iterator
from datetime import datetime

import msgspec

from mediaserver import call_details, stored_records
from mediaserver.store_access import StoreAccess
from signaling.calls.call import CALLER_LEG, CallRecord
from signaling.calls.events import Direction

LOOK_EVERY_S = 1.0
"""How often the store is asked for newer calls, seconds."""
AT_ONCE = 200
"""Most calls that may end between two looks and still be shown."""


def latest(access: StoreAccess, limit: int) -> list[CallRecord]:
    """The newest records, the newest last; none if the store does not exist yet."""
    return stored_records.ask(access, lambda records: records.calls(limit))[::-1]


def followed(access: StoreAccess, limit: int) -> Iterator[CallRecord]:
    """The newest records and then each one as it is written, for ever."""
    never = threading.Event()
    known = latest(access, max(limit, AT_ONCE))
    yield from known[-limit:]
    while not never.wait(LOOK_EVERY_S):
        records = latest(access, max(limit, AT_ONCE))
        yield from (record for record in records if record not in known)
        known = records


def as_json(record: CallRecord) -> str:
    """The whole record as one JSON object."""
    return msgspec.json.encode(record).decode()


def as_text(record: CallRecord) -> str:
    """One line for a person, in local time: when, who, queue, agent, waited, talked, sound, and how it ended.

    An arrow points at a customer whom an agent has phoned.
    """
    caller = record.caller
    who = caller.name or (f"+{caller.number}" if caller.number else caller.user_id) or "(unknown)"
    if record.direction is Direction.OUTBOUND:
        who = f"-> {who}"
    began = datetime.fromtimestamp(record.offered_at).astimezone()
    answered = record.answered_at
    waited = (answered or record.ended_at) - record.offered_at
    talked = "-" if answered is None else _length(record.ended_at - answered)
    reason = record.reason if record.error is None else f"{record.reason} ({record.error.code})"
    return (
        f"{began:%Y-%m-%d %H:%M:%S}  {who:<24.24}  {record.queue:<12.12}  {record.agent or '-':<12.12}"
        f"  waited {_length(waited):>6}  talked {talked:>6}  {_sound(record):<8}  {record.ended_by}: {reason}"
    )


def as_story(record: CallRecord) -> str:
    """The same line, and beneath it the way of the call."""
    return "\n".join((as_text(record), *call_details.details(record)))


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _sound(record: CallRecord) -> str:
    """What the caller heard, as an estimated opinion score; a dash if his phone never reported."""
    caller = next((leg for leg in record.legs if leg.leg == CALLER_LEG), None)
    return "MOS -" if caller is None or caller.outbound is None else f"MOS {caller.outbound.mos:.1f}"
