"""Owns what may stand in what we write: lengths, ranges, and the words that say what is wrong. Pure.

Figures: Meta, *call-button-messages-deep-links* (2026-02-25) and interactive messages, as in whatsapp-calling 2.4, 2.5.
"""

from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from signaling.conversations.conversation import Draft

MAX_LABEL = 20
"""Letters on a call button."""
DEFAULT_LABEL = "Call Now"
"""Meta's own."""
MIN_TTL_MINUTES, MAX_TTL_MINUTES = 1, 43_200
"""How long a call button of an interactive message may work, minutes."""
MIN_TEMPLATE_TTL_MINUTES = 1440
"""The same of a template's button."""
DEFAULT_TTL_MINUTES = 10_080
"""Seven days, Meta's own default."""
MAX_PAYLOAD = 512
"""Characters of the payload of a button or a link."""
MAX_BODY = 1024
"""Characters of the text of an interactive message."""
MAX_TOPIC, MAX_TAG, MAX_TAGS, MAX_NOTE = 200, 40, 20, 4000
"""Ours: characters of a topic and of a tag, tags of a conversation, characters of a note."""
MAX_KEY = 64
"""Characters of a key by which a person's wish is known when it is repeated."""


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field: str
    reason: str
    """A sentence for a person: what is wrong and what would be right."""


def button_problems(*, body: str, label: str, ttl_minutes: int, payload: str | None) -> tuple[Problem, ...]:
    """What keeps a call-button message from being sent."""
    return (
        *_text("body", body, MAX_BODY, needed=True),
        *_text("label", label, MAX_LABEL, needed=True),
        *_whole("ttl_minutes", ttl_minutes, MIN_TTL_MINUTES, MAX_TTL_MINUTES),
        *_text("payload", payload or "", MAX_PAYLOAD),
    )


def draft_problems(draft: Draft) -> tuple[Problem, ...]:
    """What is wrong with a draft: only that it is far too large. What keeps it from being sent is said on sending."""
    longest = 4 * MAX_BODY
    texts = (("body", draft.body), ("label", draft.label), ("payload", draft.payload or ""))
    return tuple(problem for field, text in texts for problem in _text(field, text, longest))


def template_button_problems(*, ttl_minutes: int | None, payload: str | None) -> tuple[Problem, ...]:
    """What keeps a template's call button from being sent; without a time the template's own holds."""
    return (
        *(_whole("ttl_minutes", ttl_minutes, MIN_TEMPLATE_TTL_MINUTES, MAX_TTL_MINUTES) if ttl_minutes else ()),
        *_text("payload", payload or "", MAX_PAYLOAD),
    )


def request_problems(*, body: str) -> tuple[Problem, ...]:
    """What keeps a free-form permission request from being sent; the text may be left out."""
    return tuple(_text("body", body, MAX_BODY))


def note_problems(text: str) -> tuple[Problem, ...]:
    """What is wrong with a note."""
    return tuple(_text("text", text, MAX_NOTE, needed=True))


def form_problems(*, topic: str, tags: tuple[str, ...]) -> tuple[Problem, ...]:
    """What is wrong with what an agent fills in about a conversation."""
    many = (Problem("tags", f"At most {MAX_TAGS} tags; there are {len(tags)}."),) if len(tags) > MAX_TAGS else ()
    return (
        *_text("topic", topic, MAX_TOPIC),
        *many,
        *(problem for tag in tags for problem in _text("tags", tag, MAX_TAG, needed=True)),
    )


def key_problems(key: str) -> tuple[Problem, ...]:
    """What is wrong with a key of a wish; it goes to Meta and comes back in webhooks."""
    if 0 < len(key) <= MAX_KEY and all(letter.isalnum() or letter in "-_." for letter in key) and key.isascii():
        return ()
    return (Problem("key", f"Use 1 to {MAX_KEY} letters, digits, hyphens, dots or underscores."),)


def deep_link(business_number: str, payload: str | None = None) -> str:
    """A link that phones the business number from WhatsApp on a phone; its payload comes back with the call."""
    link = f"https://wa.me/call/{business_number}"
    return f"{link}?biz_payload={quote(payload, safe='')}" if payload else link


def link_problems(*, payload: str | None) -> tuple[Problem, ...]:
    """What is wrong with a link's payload."""
    return tuple(_text("payload", payload or "", MAX_PAYLOAD))


def _text(field: str, text: str, longest: int, *, needed: bool = False) -> Iterator[Problem]:
    if needed and not text.strip():
        yield Problem(field, "This must not be empty.")
    if len(text) > longest:
        yield Problem(field, f"At most {longest} characters; there are {len(text)}.")


def _whole(field: str, value: int, least: int, most: int) -> Iterator[Problem]:
    if not least <= value <= most:
        yield Problem(field, f"Between {least} and {most}; it is {value}.")
