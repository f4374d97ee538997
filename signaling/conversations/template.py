"""Owns message templates: what one holds, which variables it has, how it reads when they are filled, how one is found.

Pure. Meta's words for templates are read in ``signaling.whatsapp.templates``; whether Meta lets one be sent, Meta says.
"""

import enum
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from signaling.conversations.compose import MAX_BODY
from signaling.conversations.contact import folded

APPROVED = "APPROVED"
"""The one status in which Meta sends a template."""
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")


class Part(enum.Enum):
    """Where a variable stands."""

    HEADER = "header"
    BODY = "body"
    BUTTON = "button"


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A button of a template."""

    kind: str
    """Meta's type in lower case: ``voice_call``, ``url``, ``quick_reply`` …"""
    text: str
    ttl_minutes: int | None = None
    """How long a call button works unless sending says otherwise."""
    url: str | None = None


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be filled in."""

    key: str
    """By which values name it: ``1`` or ``customer`` (body), ``header.1`` (header), ``button.0`` (end of a link)."""
    part: Part
    name: str
    """As the template writes it: a number, or a name."""
    example: str | None = None
    """As it was shown to Meta's reviewers."""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One template in one language."""

    id: str
    name: str
    language: str
    status: str
    """Meta's word; ``APPROVED`` can be sent."""
    category: str
    body: str
    header: str | None = None
    """Text of the header."""
    header_kind: str | None = None
    """``text``, or a kind of file, which this release cannot send."""
    footer: str | None = None
    buttons: tuple[Button, ...] = ()
    asks_permission: bool = False
    """It carries the ``call_permission_request`` component."""
    named: bool = False
    """Its variables have names instead of numbers."""
    variables: tuple[Variable, ...] = ()
    tags: tuple[str, ...] = ()
    """Ours, for finding it."""

    @property
    def call_button(self) -> Button | None:
        """The button that phones the business."""
        return next((button for button in self.buttons if button.kind == "voice_call"), None)

    @property
    def unusable(self) -> str | None:
        """Why it cannot be sent from here, for a person; None if it can."""
        if self.status != APPROVED:
            return f"Meta has not approved this template; its status is {self.status}."
        if self.header_kind not in (None, "text"):
            return f"Its header is a file ({self.header_kind}), which cannot be sent from here."
        return None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """A template as the customer will read it."""

    header: str | None
    body: str
    footer: str | None
    buttons: tuple[str, ...]
    missing: tuple[str, ...]
    """Keys of variables without a value; they are shown as the template writes them."""
    problems: tuple[str, ...] = ()
    """What is wrong with values, for a person."""


def variables_of(text: str | None, part: Part, examples: Mapping[str, str]) -> Iterator[Variable]:
    """The variables of a text of a template, each once, in order."""
    for name in dict.fromkeys(_VARIABLE.findall(text or "")):
        key = name if part is Part.BODY else f"{part.value}.{name}"
        yield Variable(key=key, part=part, name=name, example=examples.get(name))


def link_variables(buttons: Iterable[Button]) -> Iterator[Variable]:
    """The variables at the ends of links, of which each button has at most one."""
    for index, button in enumerate(buttons):
        if button.url is not None and _VARIABLE.search(button.url):
            yield Variable(key=f"button.{index}", part=Part.BUTTON, name=str(index))


def preview(template: Template, values: Mapping[str, str]) -> Preview:
    """The template with these values in it."""
    filled = {key: value.strip() for key, value in values.items() if value.strip()}
    body = _filled(template.body, filled, "")
    problems = [
        f"The value of {variable.key} holds a line break, a tab or more than four spaces in a row; Meta refuses that."
        for variable in template.variables
        if re.search(r"[\n\t]| {5,}", filled.get(variable.key, ""))
    ]
    if len(body) > MAX_BODY:
        problems.append(f"The text would have {len(body)} characters; Meta takes {MAX_BODY}.")
    return Preview(
        header=_filled(template.header, filled, "header.") if template.header is not None else None,
        body=body,
        footer=template.footer,
        buttons=tuple(button.text for button in template.buttons),
        missing=tuple(variable.key for variable in template.variables if variable.key not in filled),
        problems=tuple(problems),
    )


def matching(templates: Iterable[Template], query: str = "", *, tag: str | None = None) -> list[Template]:
    """The templates whose name, text or tags hold every word of the query; those that can be sent come first."""
    words = folded(query).split()
    found = [
        template
        for template in templates
        if (tag is None or folded(tag) in map(folded, template.tags)) and all(word in _text(template) for word in words)
    ]
    return sorted(found, key=lambda template: (template.unusable is not None, template.name, template.language))


def _filled(text: str, values: Mapping[str, str], prefix: str) -> str:
    return _VARIABLE.sub(lambda found: values.get(prefix + found[1], found[0]), text)


def _text(template: Template) -> str:
    parts = (template.name, template.name.replace("_", " "), template.header, template.body, template.footer)
    buttons = (button.text for button in template.buttons)
    return folded(" ".join((*(part for part in parts if part), *buttons, *template.tags)))
