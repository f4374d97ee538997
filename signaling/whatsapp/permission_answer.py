"""Owns the reading of Meta's answer to ``GET call_permissions`` (whatsapp-calling 2.2). Pure; judges nothing."""

import re
from typing import Final

import msgspec

from policy.records import Can, Snapshot, Status, Usage
from signaling.whatsapp.payload import epoch, number, part, parts, text

_ABSENT: Final = msgspec.Raw()
_DURATION: Final = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
_SECONDS: Final = (604_800, 86_400, 3_600, 60, 1)


class _Answer(msgspec.Struct):
    permission: msgspec.Raw = _ABSENT
    actions: msgspec.Raw = _ABSENT


class _Permission(msgspec.Struct):
    status: object = None
    expiration_time: object = None
    expiration: object = None


class _Action(msgspec.Struct):
    action_name: object = None
    can_perform_action: object = None
    limits: msgspec.Raw = _ABSENT


class _Limit(msgspec.Struct):
    time_period: object = None
    max_allowed: object = None
    current_usage: object = None
    limit_expiration_time: object = None


def read_permissions(raw: bytes, at: float) -> Snapshot | None:
    """The answer as it was at this time, or None if it says nothing of a permission.

    The end of a permission has two names at Meta (``expiration_time``, ``expiration``). What is unreadable is left out.
    """
    answer = part(raw, _Answer)
    permission = part(answer.permission, _Permission) if answer is not None else None
    status = text(permission.status) if permission is not None else None
    if answer is None or permission is None or status not in _STATUSES:
        return None
    ends = (epoch(permission.expiration_time), epoch(permission.expiration))
    actions = {
        text(action.action_name): _can(action)
        for item in parts(answer.actions) or []
        if (action := part(item, _Action)) is not None and isinstance(action.can_perform_action, bool)
    }
    return Snapshot(
        at=at,
        status=_STATUSES[status],
        expires_at=next((end for end in ends if end is not None), None),
        call=actions.get("start_call"),
        request=actions.get("send_call_permission_request"),
    )


def period(value: object) -> float | None:
    """An ISO 8601 duration without months and years, in seconds."""
    found = _DURATION.fullmatch(text(value) or "")
    if found is None or not any(found.groups()):
        return None
    return float(sum(int(count or 0) * seconds for count, seconds in zip(found.groups(), _SECONDS, strict=True)))


def _can(action: _Action) -> Can:
    limits = (part(item, _Limit) for item in parts(action.limits) or [])
    usage = (_usage(limit) for limit in limits if limit is not None)
    return Can(now=action.can_perform_action is True, usage=tuple(one for one in usage if one is not None))


def _usage(limit: _Limit) -> Usage | None:
    window_s, allowed, used = period(limit.time_period), number(limit.max_allowed), number(limit.current_usage)
    if window_s is None or allowed is None or used is None:
        return None
    return Usage(window_s=window_s, allowed=allowed, used=used, free_at=epoch(limit.limit_expiration_time))


_STATUSES: Final = {status.value: status for status in Status}
