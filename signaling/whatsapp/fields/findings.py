"""Owns what a reading of a webhook finds besides events, and the walk over lists whose elements may be anything. Pure.

Reasons and places never quote what a user or a number is called, so they may be logged.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import msgspec

MAX_ID = 512
"""Longest id of a call (WACID) or a message (WAMID) accepted, in characters; Meta's have about 60."""

_Found = TypeVar("_Found")


class Ignored(NamedTuple):
    """A part of the body that is no news."""

    reason: str
    where: str
    """Path inside the body, e.g. ``entry[0].changes[2].value.calls[1]``."""


def each(
    items: list[msgspec.Raw] | None,
    where: str,
    read_one: Callable[[msgspec.Raw, str], Iterator[_Found]],
) -> Iterator[_Found | Ignored]:
    """Read every element of a list; None stands for something that is no list."""
    if items is None:
        yield Ignored("not a list", where)
        return
    for index, item in enumerate(items):
        yield from read_one(item, f"{where}[{index}]")


def usable_id(identity: str | None) -> str | None:
    """The id if it can be a key of ours, else None."""
    if identity is None or not (identity.isascii() and identity.isprintable() and len(identity) <= MAX_ID):
        return None
    return identity


def quotable(word: object) -> str:
    """Meta's own word if it looks like one; anything else might be a user's and is not repeated."""
    return word if isinstance(word, str) and re.fullmatch(r"[a-z_]{1,40}", word) else "an unknown word"
