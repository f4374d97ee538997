"""Owns who of a conversation can be heard, and the alarm when one can for long enough and the other cannot (#39).

It knows legs by their names and nothing of calls. A voice that pauses is not inaudible: the media side tells so of a
leg only after a while. Who has muted the microphone is silent on purpose.
"""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two was not heard while the other was. Times are epoch seconds."""

    silent: str
    """``caller`` or ``agent``."""
    since: float
    until: float | None = None
    """When that was over; None while it lasts."""


class Hearing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of the legs of a call."""

    faint: Mapping[str, float] = {}
    """Legs of which nothing can be heard, and since when."""
    clear: Mapping[str, float] = {}
    """Legs that can be heard again, and since when; all others could be heard from the first."""
    muted: frozenset[str] = frozenset()
    """Legs whose microphones are shut on purpose."""
    between: tuple[str, ...] = ()
    """The legs of caller and agent, in this order, while they talk with each other."""
    since: float = 0.0
    """When they began to."""
    alarms: tuple[Alarm, ...] = ()

    @property
    def alarm(self) -> Alarm | None:
        """The alarm that lasts."""
        return self.alarms[-1] if self.alarms and self.alarms[-1].until is None else None


def inaudible(hearing: Hearing, leg: str, now: float) -> Hearing:
    """Nothing can be heard of this leg any more."""
    return hearing if leg in hearing.faint else replace(hearing, faint={**hearing.faint, leg: now})


def audible(hearing: Hearing, leg: str, now: float) -> Hearing:
    """This leg can be heard again."""
    faint = {other: since for other, since in hearing.faint.items() if other != leg}
    return _settled(replace(hearing, faint=faint, clear={**hearing.clear, leg: now}), now)


def mute(hearing: Hearing, leg: str, now: float, *, muted: bool) -> Hearing:
    """The microphone of this leg is shut, or open again."""
    return _settled(replace(hearing, muted=hearing.muted | {leg} if muted else hearing.muted - {leg}), now)


def talk(hearing: Hearing, between: tuple[str, ...], now: float) -> Hearing:
    """Caller and agent hear each other through these legs from now on, or nobody does any more."""
    if between == hearing.between:
        return hearing
    return replace(_over(hearing, now), between=between, since=now)


def due(hearing: Hearing, after_s: float) -> float | None:
    """When the alarm is to be raised if nothing changes; None if there is nothing to raise it for."""
    leg = _silent_leg(hearing)
    if leg is None or hearing.alarm is not None:
        return None
    (other,) = (one for one in hearing.between if one != leg)
    return max(hearing.since, hearing.faint[leg], hearing.clear.get(other, 0.0)) + after_s


def sound(hearing: Hearing) -> Hearing:
    """Raise the alarm; nothing happens without a reason for it."""
    leg = _silent_leg(hearing)
    if leg is None or hearing.alarm is not None:
        return hearing
    silent = "caller" if leg == hearing.between[0] else "agent"
    since = max(hearing.since, hearing.faint[leg])
    return replace(hearing, alarms=(*hearing.alarms, Alarm(silent=silent, since=since)))


def _silent_leg(hearing: Hearing) -> str | None:
    """The leg of the one who cannot be heard, if the other one can."""
    if hearing.muted.intersection(hearing.between):
        return None
    faint = [leg for leg in hearing.between if leg in hearing.faint]
    return faint[0] if len(faint) == 1 else None


def _settled(hearing: Hearing, now: float) -> Hearing:
    """The alarm is over once the silent one is heard, or has muted; pauses of the other one do not end it."""
    if hearing.alarm is None:
        return hearing
    leg = hearing.between[0 if hearing.alarm.silent == "caller" else 1]
    return _over(hearing, now) if leg not in hearing.faint or leg in hearing.muted else hearing


def _over(hearing: Hearing, now: float) -> Hearing:
    if hearing.alarm is None:
        return hearing
    return replace(hearing, alarms=(*hearing.alarms[:-1], replace(hearing.alarm, until=now)))
