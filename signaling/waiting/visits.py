"""Owns what is remembered of callers between their calls: who served them last, and the place they gave up. Pure.

Callers are named by a tag, never by a number. The memory is bounded in time and in size, because it travels with the
board in one record.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

REMEMBERED_S = 86_400.0
"""How long a caller is remembered, seconds: who phones again on the next day begins anew."""
MAX_REMEMBERED = 2_000
"""Callers remembered at most, about 60 bytes each; beyond that the oldest are forgotten."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A place in a queue that was given up."""

    queue: str
    since: float


class Visit(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is remembered of one caller."""

    at: float
    """When it was last renewed, epoch seconds."""
    agent: str | None = None
    """Who spoke with the caller last."""
    place: Place | None = None


Visits: TypeAlias = Mapping[str, Visit]
"""By tag of the caller, the longest unchanged first."""

_NEVER = Visit(at=0.0)


def served(visits: Visits, caller: str, agent: str, *, now: float) -> Visits:
    """The caller speaks with this agent; a place given up before is of no use any more."""
    return _with(visits, caller, Visit(at=now, agent=agent))


def gave_up(visits: Visits, caller: str, place: Place, *, now: float) -> Visits:
    """The caller hung up in a queue."""
    return _with(visits, caller, replace(visits.get(caller, _NEVER), at=now, place=place))


def returned(visits: Visits, caller: str) -> Visits:
    """The caller waits again; his old place cannot be taken twice."""
    known = visits.get(caller)
    if known is None or known.place is None:
        return visits
    return {**visits, caller: replace(known, place=None)}


def old_place(visits: Visits, caller: str, queue: str, *, now: float, within_s: float) -> float | None:
    """Since when the caller has waited in this queue, if he gave that place up less than ``within_s`` ago."""
    known = visits.get(caller, _NEVER)
    if known.place is None or known.place.queue != queue or now - known.at >= within_s:
        return None
    return known.place.since


def favourite(visits: Visits, caller: str) -> str | None:
    """Who spoke with the caller last."""
    return visits.get(caller, _NEVER).agent


def forget(visits: Visits, *, now: float) -> Visits:
    """Drop who has not phoned for long."""
    if not visits or next(iter(visits.values())).at + REMEMBERED_S > now:
        return visits
    return {caller: visit for caller, visit in visits.items() if visit.at + REMEMBERED_S > now}


def _with(visits: Visits, caller: str, visit: Visit) -> Visits:
    others = [(other, known) for other, known in visits.items() if other != caller]
    return dict([*others[-(MAX_REMEMBERED - 1) :], (caller, visit)])
