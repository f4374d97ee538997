"""Owns the permission in force: what the user answered, what unanswered calls cost, and what Meta says of it.

- What the user chose last holds. WhatsApp's own permission to call back can prolong it, and never shortens it.
- A temporary permission ends when the figure says or when Meta says, whichever is first.
- A run of unanswered calls that is long enough withdraws whatever was given before its last call, and so does each
  further one: only a connected call is said to set the run to 0.
- Meta's word that there is none withdraws what was given before it. A temporary permission that Meta knows of is an
  answer given that long before its end, so it holds if we never heard of it, and not if the user said no since. A
  permanent one has no date: it holds unless the user's last word is no. So the stricter of the two always wins.
"""

import math
from typing import Final, NamedTuple

from policy.limits import Limits
from policy.records import Answer, Ledger, Outcome, Status
from policy.verdict import Permission, Reason

META_CLOCK_S: Final = 2.0
"""How far Meta's stamps, in whole seconds, may lie behind our clock: within that, the answer is the newer word."""
UNDATED_S: Final = 900.0
"""How long a word of Meta's without a date holds: a choice of ours, some fifty times as long as an answer is cached."""
NO_PERMISSION_CODE: Final = 138006
PERMANENT_CODE: Final = 138017
"""Meta's error codes (whatsapp-calling 4)."""


class Word(NamedTuple):
    """The newest that Meta said of the permission."""

    at: float
    status: Status
    expires_at: float | None = None


class _Run(NamedTuple):
    ends: tuple[float, ...]
    """When each call of the present run was given up."""
    revoked_at: float | None
    """When a run, this one or an earlier, was last long enough."""


class _Withdrawal(NamedTuple):
    at: float
    reason: Reason


def run(ledger: Ledger, limits: Limits) -> tuple[float, ...]:
    """When the business-initiated calls of the present run ended without answer, oldest first."""
    return _run(ledger, limits).ends


def newest_word(ledger: Ledger) -> Word | None:
    """What Meta said last, in its answers and in its refusals."""
    words = [Word(refusal.at, status) for refusal in ledger.refusals if (status := _STATUSES.get(refusal.code))]
    if ledger.snapshot is not None:
        words.append(Word(ledger.snapshot.at, ledger.snapshot.status, ledger.snapshot.expires_at))
    return max(words, key=lambda word: word.at, default=None)


def permission(ledger: Ledger, limits: Limits, now: float) -> Permission:
    """The permission as it is now, ledger and Meta together."""
    word = newest_word(ledger)
    given = _given(ledger, word, limits)
    if isinstance(given, Answer):
        found = _while_it_lasts(given, word, limits, now)
    else:
        found = Permission(status=Status.NO_PERMISSION, reason=given)
    if word is not None and found.reason in (Reason.NO_PERMISSION, Reason.PERMISSION_EXPIRED):
        return _unheard_of(word, limits, now) or found
    return found


def _given(ledger: Ledger, word: Word | None, limits: Limits) -> Answer | Reason:
    """The answer that gives permission, whether or not it still lasts; else why there is none."""
    answers = ledger.answers
    if word is not None and word.status is Status.TEMPORARY and word.expires_at is not None:
        given_at = word.expires_at - limits.permission.value
        answers += (Answer(id="", at=given_at, accepted=True, expires_at=word.expires_at),)
    withdrawals = [
        _Withdrawal(answer.at, Reason.PERMISSION_REVOKED if answer.automatic else Reason.PERMISSION_REJECTED)
        for answer in answers
        if not answer.accepted
    ]
    revoked_at = _run(ledger, limits).revoked_at
    if revoked_at is not None:
        withdrawals.append(_Withdrawal(revoked_at, Reason.PERMISSION_REVOKED))
    last = max(withdrawals, key=lambda withdrawal: withdrawal.at, default=_Withdrawal(-math.inf, Reason.NO_PERMISSION))
    accepted = [answer for answer in answers if answer.accepted and answer.at > last.at]
    chosen_at = max((answer.at for answer in accepted if not answer.automatic), default=-math.inf)
    holding = [answer for answer in accepted if answer.at >= chosen_at]
    return max(holding, key=lambda answer: _end(answer, limits), default=last.reason)


def _run(ledger: Ledger, limits: Limits) -> _Run:
    ends: list[float] = []
    revoked_at = None
    # In one moment a call connects before another ends in vain: the strictest order.
    for call in sorted(ledger.calls, key=lambda call: (call.at, call.outcome is not Outcome.CONNECTED)):
        if call.outcome is Outcome.CONNECTED:
            ends.clear()
        elif call.outcome in (Outcome.UNANSWERED, Outcome.REJECTED):
            ends.append(call.at)
            revoked_at = call.at if len(ends) >= limits.run_revokes.value else revoked_at
    return _Run(tuple(ends), revoked_at)


def _while_it_lasts(answer: Answer, word: Word | None, limits: Limits, now: float) -> Permission:
    end = _end(answer, limits)
    if word is not None and word.at >= answer.at + META_CLOCK_S:
        if word.status is Status.NO_PERMISSION and now < end:
            return Permission(status=Status.NO_PERMISSION, reason=Reason.META_NO_PERMISSION, since=word.at)
        end = min(end, math.inf if word.expires_at is None else word.expires_at)
    if now >= end:
        return Permission(
            status=Status.NO_PERMISSION, reason=Reason.PERMISSION_EXPIRED, since=answer.at, expires_at=end
        )
    status, expires_at = (Status.PERMANENT, None) if end == math.inf else (Status.TEMPORARY, end)
    return Permission(status=status, reason=Reason.ALLOWED, since=answer.at, expires_at=expires_at)


def _unheard_of(word: Word, limits: Limits, now: float) -> Permission | None:
    """A permission without a date that only Meta knows of, while nobody has said no."""
    if word.status is Status.PERMANENT and limits.permanent_permissions:
        return Permission(status=Status.PERMANENT, reason=Reason.ALLOWED)
    undated = word.status is not Status.NO_PERMISSION and word.expires_at is None
    if undated and now < word.at + UNDATED_S:
        return Permission(status=Status.TEMPORARY, reason=Reason.ALLOWED, expires_at=word.at + UNDATED_S)
    return None


def _end(answer: Answer, limits: Limits) -> float:
    """When a permission from this answer ends; infinity if it is for good."""
    if answer.permanent and limits.permanent_permissions:
        return math.inf
    own = answer.at + limits.permission.value
    return own if answer.expires_at is None else min(own, answer.expires_at)


_STATUSES: Final = {NO_PERMISSION_CODE: Status.NO_PERMISSION, PERMANENT_CODE: Status.PERMANENT}
