"""Owns ``ringbridge call-backs``: who is to be called back, read from the records beside a server that runs."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from mediaserver import stored_records
from mediaserver.store_access import StoreAccess
from signaling.calls.call import CallBackRequest


def newest(access: StoreAccess, limit: int) -> list[CallBackRequest]:
    """The newest requests in this store, newest first; none if it does not exist yet."""
    return stored_records.ask(access, lambda records: records.call_backs(limit))


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
        served = "" if request.served_at is None else "  (an agent took the call after all)"
        if request.fulfilled_by is not None:
            served = "  (called back)"
        yield f"{asked:%Y-%m-%d %H:%M}  {request.queue}  {who}  {known_as}{served}"
