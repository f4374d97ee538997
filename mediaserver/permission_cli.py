"""Owns ``ringbridge permission explain``: why a user may or may not be called, from the records beside a server.

Meta is not asked; what it said last is in the records.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from mediaserver.numbers_config import NumberSection
from mediaserver.store_access import StoreAccess
from policy.countries import country_of
from policy.explaining import explain
from policy.limits import Limits
from policy.records import Answer, Call, Direction, Ledger, Request
from policy.verdict import Explanation, Verdict
from policy.words import span
from signaling.calls.events import Caller
from signaling.clock import SystemClock
from signaling.permissions.ledgers import Ledgers
from signaling.permissions.pair import Pair


def pair(business: str, user: str, numbers: Iterable[NumberSection]) -> Pair:
    """The two who are meant: a number of ours or its id at Meta, and a user id (``GB.1203…``) or a number."""
    digits = _digits(business)
    ours = next((number for number in numbers if digits in (number.number, number.phone_number_id)), None)
    return Pair(
        phone_number_id=ours.phone_number_id if ours is not None else digits,
        user=Caller(user_id=user) if "." in user else Caller(number=_digits(user)),
        business_number=ours.number if ours is not None else None,
    )


def _digits(typed: str) -> str:
    return "".join(filter(str.isdigit, typed))


def picture(access: StoreAccess, whose: Pair, limits: Limits) -> Explanation:
    """Both verdicts and what they rest on. Raises NewerFile, StoreUnavailable."""
    clock = SystemClock()
    country = country_of(whose.business_number) if whose.business_number else None
    ledger = asyncio.run(_read(access, whose, clock)) if access.exists() else Ledger()
    return explain(ledger, limits, clock(), country=country)


async def _read(access: StoreAccess, whose: Pair, clock: SystemClock) -> Ledger:
    store = await access.open(clock)
    try:
        return await Ledgers(store, clock).read(whose)
    finally:
        await store.close()


def as_json(explanation: Explanation) -> str:
    """The whole picture as one JSON object."""
    return msgspec.json.encode(explanation).decode()


def as_text(explanation: Explanation) -> Iterator[str]:
    """For a person, in local time."""
    yield from _verdict("call", explanation.call, explanation.at)
    yield from _verdict("ask for permission", explanation.request, explanation.at)
    permission = explanation.permission
    ends = f", until {_when(permission.expires_at)}" if permission.expires_at is not None else ""
    yield f"permission: {permission.status.value}{ends}"
    warns, revokes = explanation.run_warns, explanation.run_revokes
    yield f"in a row without answer: {explanation.run} (a warning from {warns}, the end at {revokes})"
    if explanation.snapshot is not None:
        yield f"Meta's last word: {explanation.snapshot.status.value}, {_when(explanation.snapshot.at)}"
    facts: tuple[Request | Answer | Call, ...] = (*explanation.requests, *explanation.answers, *explanation.calls)
    for fact in sorted(facts, key=lambda fact: fact.at):
        yield f"  {_when(fact.at)}  {_told(fact)}"


def _verdict(what: str, verdict: Verdict, now: float) -> Iterator[str]:
    yield f"{what}: {'yes' if verdict.allowed else 'no'} ({verdict.reason.value}). {verdict.words}"
    for count in verdict.counts:
        window = f" in {span(count.window_s)}" if count.window_s is not None else ""
        leaves = f", the next leaves in {span(count.items[0].leaves_at - now)}" if count.items else ""
        yield f"  {count.limit.value}: {count.used} of {count.allowed}{window}{leaves}"
    for warned in verdict.warnings:
        yield f"  {warned.words}"
    if verdict.disagreement is not None:
        yield f"  {verdict.disagreement.words}"


def _told(fact: Request | Answer | Call) -> str:
    match fact:
        case Request():
            return f"permission request {fact.delivery.value}"
        case Answer():
            said = "for good" if fact.permanent else "yes" if fact.accepted else "no"
            return f"answer: {said}{', automatic' if fact.automatic else ''}"
        case Call():
            whose = "the user's call" if fact.direction is Direction.USER else "our call"
            return f"{whose} {fact.outcome.value}"


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"
