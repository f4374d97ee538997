"""Owns the reading of Meta's list of message templates (``GET /<WABA>/message_templates``). Pure.

What cannot be read of a template leaves that template out, never the list.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from signaling.conversations.template import Button, Part, Template, Variable, link_variables, variables_of
from signaling.whatsapp.payload import ABSENT, number, part, parts, text

MAX_TEXT = 1024
"""Longest text of a template, in characters; Meta's own limit."""


class TemplatePage(NamedTuple):
    """One page of the list."""

    templates: tuple[Template, ...]
    after: str | None
    """Where the next page begins; None at the end."""


class _Page(msgspec.Struct):
    data: msgspec.Raw = ABSENT
    paging: msgspec.Raw = ABSENT


class _Paging(msgspec.Struct):
    cursors: msgspec.Raw = ABSENT
    next: object = None


class _Cursors(msgspec.Struct):
    after: object = None


class _Template(msgspec.Struct):
    id: object = None
    name: object = None
    language: object = None
    status: object = None
    category: object = None
    parameter_format: object = None
    components: msgspec.Raw = ABSENT


class _Component(msgspec.Struct):
    type: object = None
    format: object = None
    text: object = None
    example: msgspec.Raw = ABSENT
    buttons: msgspec.Raw = ABSENT


class _Button(msgspec.Struct):
    type: object = None
    text: object = None
    url: object = None
    ttl_minutes: object = None


class _Example(msgspec.Struct):
    header_text: msgspec.Raw = ABSENT
    body_text: msgspec.Raw = ABSENT
    header_text_named_params: msgspec.Raw = ABSENT
    body_text_named_params: msgspec.Raw = ABSENT


class _Named(msgspec.Struct):
    param_name: object = None
    example: object = None


def read_page(raw: bytes) -> TemplatePage | None:
    """One page as Meta answers it; None if it is none."""
    page = part(raw, _Page)
    listed = parts(page.data) if page is not None and page.data != ABSENT else None
    if page is None or listed is None:
        return None
    paging = part(page.paging, _Paging) or _Paging()
    after = text((part(paging.cursors, _Cursors) or _Cursors()).after)
    templates = (_template(item) for item in listed)
    # Meta gives a cursor on the last page, too; only ``next`` says that there is more.
    return TemplatePage(tuple(filter(None, templates)), after if text(paging.next) else None)


def _template(raw: msgspec.Raw) -> Template | None:
    item = part(raw, _Template) or _Template()
    name, language = text(item.name), text(item.language)
    components = [part(component, _Component) for component in parts(item.components) or ()]
    by_type = {(text(found.type) or "").upper(): found for found in components if found is not None}
    body, header = by_type.get("BODY"), by_type.get("HEADER")
    words = text(body.text) if body is not None else None
    if name is None or language is None or body is None or words is None:
        return None
    buttons = _buttons(by_type.get("BUTTONS"))
    header_kind = (text(header.format) or "TEXT").lower() if header is not None else None
    header_text = text(header.text) if header is not None and header_kind == "text" else None
    named = (text(item.parameter_format) or "").upper() == "NAMED"
    return Template(
        id=text(item.id) or f"{name}.{language}",
        name=name,
        language=language,
        status=(text(item.status) or "UNKNOWN").upper(),
        category=(text(item.category) or "UNKNOWN").upper(),
        header=header_text,
        header_kind=header_kind,
        body=words[:MAX_TEXT],
        footer=text(by_type["FOOTER"].text) if "FOOTER" in by_type else None,
        buttons=buttons,
        asks_permission="CALL_PERMISSION_REQUEST" in by_type,
        named=named,
        variables=(
            *_variables(header, header_text, Part.HEADER),
            *_variables(body, words, Part.BODY),
            *link_variables(buttons),
        ),
    )


def _variables(component: _Component | None, words: str | None, where: Part) -> tuple[Variable, ...]:
    if component is None:
        return ()
    example = part(component.example, _Example) or _Example()
    if where is Part.BODY:
        rows = [parts(row) for row in parts(example.body_text) or ()]
        values, named = (rows[0] if rows else None), example.body_text_named_params
    else:
        values, named = parts(example.header_text), example.header_text_named_params
    return tuple(variables_of(words, where, {**_numbered(values), **_named(named)}))


def _numbered(values: list[msgspec.Raw] | None) -> Mapping[str, str]:
    shown = (part(value, str) for value in values or ())
    return {str(place): value for place, value in enumerate(shown, 1) if value}


def _named(raw: msgspec.Raw) -> Mapping[str, str]:
    items = (part(item, _Named) or _Named() for item in parts(raw) or ())
    return {name: value for item in items if (name := text(item.param_name)) and (value := text(item.example))}


def _buttons(component: _Component | None) -> tuple[Button, ...]:
    if component is None:
        return ()
    items = (part(item, _Button) or _Button() for item in parts(component.buttons) or ())
    return tuple(
        Button(
            kind=(text(item.type) or "unknown").lower(),
            text=text(item.text) or "",
            ttl_minutes=number(item.ttl_minutes),
            url=text(item.url),
        )
        for item in items
    )
