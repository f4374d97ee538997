"""Owns the words of verdicts for a person, in English. Reasons and cautions are the keys for any other language."""

from typing import Final

from policy.verdict import Ask, Caution, Reason

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_DAY_S: Final = 86_400

_ALLOWED: Final = {
    Ask.CALL: "The user allows calls.",
    Ask.REQUEST: "The user may be asked for permission to call.",
}
_REFUSED: Final = {
    Reason.COUNTRY_EXCLUDED: "WhatsApp lets no business number of this country start calls. The user can call you.",
    Reason.NOT_AVAILABLE: "Meta does not let this business number start calls at present.",
    Reason.NO_PERMISSION: "The user has not allowed calls yet. Ask for permission first.",
    Reason.PERMISSION_REJECTED: "The user does not want calls.",
    Reason.PERMISSION_REVOKED: "Too many calls in a row went unanswered, so the permission is gone. Ask again.",
    Reason.PERMISSION_EXPIRED: "The permission has expired. Ask again.",
    Reason.META_NO_PERMISSION: "Meta says that the user does not allow calls any more. Ask again.",
    Reason.ALREADY_PERMANENT: "The user has allowed calls for good. There is nothing to ask.",
    Reason.CALL_ON_ITS_WAY: "A call to this user is on its way already.",
    Reason.CONNECTED_CALLS: "The user has taken as many calls as are allowed in this time.",
    Reason.REQUESTS_PER_DAY: "The user has been asked already. Asking again so soon is not allowed.",
    Reason.REQUESTS_PER_WEEK: "The user has been asked as often as is allowed in a week.",
    Reason.META_CALL_LIMIT: "Meta's limit of calls with this user is used up.",
    Reason.META_REQUEST_LIMIT: "Meta's limit of permission requests to this user is used up.",
}
_CAUTIONS: Final = {
    Caution.USER_PROMPTED: "{run} calls in a row went unanswered: WhatsApp has asked the user whether to go on.",
    Caution.LAST_BEFORE_REVOCATION: "If this call is not answered either, the permission is gone.",
    Caution.LAST_CALL: "This is the last call that is allowed for now.",
    Caution.PERMISSION_IN_FORCE: "The user allows calls at present; asking again is not needed yet.",
    Caution.PERMISSION_ENDS_FIRST: "The permission ends before the next call would be allowed.",
    Caution.META_DISAGREES: "Meta and our own record differ; the stricter one holds.",
}


def say(ask: Ask, reason: Reason, wait_s: float | None) -> str:
    """A verdict in words; ``wait_s`` is how long until it will be allowed, None if that is not a matter of time."""
    if reason is Reason.ALLOWED:
        return _ALLOWED[ask]
    words = _REFUSED[reason]
    return words if wait_s is None else f"{words} Possible in {span(wait_s)}."


def warn(caution: Caution, *, run: int) -> str:
    """A caution in words."""
    return _CAUTIONS[caution].format(run=run)


def differ(ours: Reason, metas: Reason) -> str:
    """A disagreement in words."""
    if metas is Reason.ALLOWED:
        return "Meta would allow it, our own record does not: " + _REFUSED[ours]
    return "Our own record would allow it, Meta does not: " + _REFUSED[metas]


def span(seconds: float) -> str:
    """A length of time, rounded up to what a person would say."""
    if seconds <= _MINUTE_S:
        return "1 min"
    minutes = -(-seconds // _MINUTE_S)
    if minutes < 60:
        return f"{minutes:.0f} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours:.0f} h {rest:.0f} min" if rest else f"{hours:.0f} h"
    days, rest = divmod(-(-seconds // _HOUR_S), 24)
    return f"{days:.0f} d {rest:.0f} h" if rest else f"{days:.0f} d"
