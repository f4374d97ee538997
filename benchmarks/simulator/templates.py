"""Owns the message templates of the business' account: listing, state, and filling (whatsapp-calling 2.5). Pure."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from benchmarks.simulator import message_request, refusal
from benchmarks.simulator.message_request import CallButton, PermissionQuestion, TemplateUse, Text
from benchmarks.simulator.payloads import Json
from benchmarks.simulator.refusal import Refusal

_CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
_STATUSES = ("APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED")
_FIELDS = ("id", "name", "language", "status", "category", "parameter_format", "components")
_PAGE = 25
"""Templates on a page unless asked otherwise."""
_LONGEST_PAGE = 250
_FORBIDDEN = re.compile(r"[\n\t]| {5}")
"""Meta: a parameter cannot have new-line or tab characters or more than 4 consecutive spaces."""
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_BODY_CHARACTERS = 1024
_SHORTEST_TTL_MINUTES = 1440
"""Of a call button in a template; a message may say less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template in one language."""

    template_id: str
    name: str
    language: str = "en_GB"
    category: str = "UTILITY"
    status: str = "APPROVED"
    components: tuple[Json, ...]

    @property
    def asks_for_permission(self) -> bool:
        """Whether it carries the call permission request."""
        return any(component["type"].lower() == "call_permission_request" for component in self.components)

    @property
    def buttons(self) -> list[Json]:
        """Its buttons, in order."""
        return [button for component in self.components for button in component.get("buttons", [])]

    def text(self, part: str) -> str:
        """What ``HEADER`` or ``BODY`` says, variables and all."""
        found = (component for component in self.components if component["type"].upper() == part)
        return str(next(found, {}).get("text", ""))

    def as_json(self, fields: tuple[str, ...] = _FIELDS) -> Json:
        """As message_templates lists it."""
        named = not all(name.isdecimal() for name in _VARIABLE.findall(self.text("BODY")))
        whole = {
            "id": self.template_id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "parameter_format": "NAMED" if named else "POSITIONAL",
            "components": list(self.components),
        }
        return {name: whole[name] for name in ("id", *fields)}


class Templates:
    """All templates of one account."""

    def __init__(self) -> None:
        self._templates: list[Template] = []

    def add(self, name: str, *components: Json, language: str = "en_GB", category: str = "UTILITY") -> Template:
        """A template that was approved."""
        number = 1_100_000_000_000_000 + len(self._templates)
        template = Template(
            template_id=str(number), name=name, language=language, category=category, components=components
        )
        self._templates.append(template)
        return template

    def set_status(self, template: Template, status: str) -> Template:
        """Meta judges it anew."""
        assert status in _STATUSES, status
        changed = replace(template, status=status)
        self._templates[self._templates.index(template)] = changed
        return changed

    def page(self, query: Mapping[str, str], address: str) -> Json:
        """One page of what fits a GET's query at this address. Raises Refusal."""
        limit = query.get("limit", str(_PAGE))
        if not limit.isdecimal() or not 0 < int(limit) <= _LONGEST_PAGE:
            raise refusal.invalid_parameter(f"limit is not a whole number from 1 to {_LONGEST_PAGE}")
        fields = tuple(query["fields"].split(",")) if "fields" in query else _FIELDS
        if set(fields) - set(_FIELDS):
            raise refusal.invalid_parameter("fields names a field that does not exist")
        found = [template for template in self._templates if _fits(template, query)]
        start = _index(query["after"]) if "after" in query else 0
        shown = found[start : start + int(limit)]
        answer: Json = {"data": [template.as_json(fields) for template in shown]}
        if shown:
            cursors = {"before": _cursor(start), "after": _cursor(start + len(shown))}
            answer["paging"] = {"cursors": cursors}
            if start + len(shown) < len(found):
                answer["paging"]["next"] = f"{address}?{urlencode({**query, 'after': cursors['after']})}"
        return answer

    def fill(self, use: TemplateUse) -> Text | PermissionQuestion | CallButton:
        """What the reader of a template gets. Raises Refusal."""
        template = self._usable(use)
        parts = {kind: [part for part in use.components if part.get("type") == kind] for kind in ("header", "body")}
        others = [part for part in use.components if part.get("type") not in ("header", "body", "button")]
        if others or any(len(found) > 1 for found in parts.values()):
            raise refusal.invalid_parameter("components may be one header, one body, and buttons")
        _filled(template.text("HEADER"), parts["header"])
        body = _filled(template.text("BODY"), parts["body"])
        if len(body) > _BODY_CHARACTERS:
            raise Refusal(132005, f"the filled body is longer than {_BODY_CHARACTERS} characters")
        button = _call_button(template, use, body)
        if template.asks_for_permission:
            return PermissionQuestion(body)
        return button or Text(body)

    def _usable(self, use: TemplateUse) -> Template:
        found = [item for item in self._templates if (item.name, item.language) == (use.name, use.language)]
        if not found or found[0].status in ("PENDING", "REJECTED"):
            raise Refusal(132001, f"template name ({use.name}) does not exist in {use.language}", status=404)
        if found[0].status == "PAUSED":
            raise Refusal(132015, "the template is paused for low quality")
        if found[0].status == "DISABLED":
            raise Refusal(132016, "the template is disabled for low quality")
        return found[0]


def _fits(template: Template, query: Mapping[str, str]) -> bool:
    for name, known in (("category", _CATEGORIES), ("status", _STATUSES)):
        if name in query and query[name].upper() not in known:
            raise refusal.invalid_parameter(f"{name} is not one of {', '.join(known)}")
    exact = (("category", template.category), ("status", template.status), ("language", template.language))
    content = " ".join(str(component.get("text", "")) for component in template.components)
    parts = (("name", template.name), ("content", content), ("name_or_content", f"{template.name} {content}"))
    return all(query.get(name, value).lower() == value.lower() for name, value in exact) and all(
        query.get(name, "").lower() in value.lower() for name, value in parts
    )


def _filled(text: str, parts: list[Json]) -> str:
    """A text with its variables replaced. Raises Refusal (132000, 132012)."""
    wanted = list(dict.fromkeys(_VARIABLE.findall(text)))
    parameters: list[Json] = parts[0].get("parameters", []) if parts else []
    if len(parameters) != len(wanted):
        raise Refusal(132000, f"the template takes {len(wanted)} parameters")
    values: dict[str, str] = {}
    for position, parameter in enumerate(parameters, start=1):
        if parameter.get("type") != "text" or not isinstance(parameter.get("text"), str) or not parameter["text"]:
            raise Refusal(132012, "a parameter is no text")
        if _FORBIDDEN.search(parameter["text"]):
            raise refusal.invalid_parameter("a parameter has new lines, tabs or more than 4 consecutive spaces")
        values[str(parameter.get("parameter_name", position))] = parameter["text"]
    if set(values) != set(wanted):
        raise Refusal(132012, "the names of the parameters are not the template's")
    return _VARIABLE.sub(lambda match: values[match[1]], text)


def _call_button(template: Template, use: TemplateUse, body: str) -> CallButton | None:
    """The call button as this use sets it up, once all buttons are found to be filled rightly. Raises Refusal."""
    given = {str(part.get("index")): part for part in use.components if part.get("type") == "button"}
    found: CallButton | None = None
    for index, button in enumerate(template.buttons):
        kind, part = button["type"].lower(), given.pop(str(index), None)
        if part is not None and part.get("sub_type") != kind:
            raise Refusal(132012, f"the button {index} is a {kind} one")
        if kind == "voice_call":
            found = _set_up(button, (part or {}).get("parameters", []), body)
        elif kind == "url":
            _filled(button.get("url", ""), [] if part is None else [part])
    if given:
        raise Refusal(132012, "a button is filled that the template does not have")
    return found


def _set_up(button: Json, parameters: list[Json], body: str) -> CallButton:
    values: dict[str, Any] = {str(item.get("type")): item.get(str(item.get("type"))) for item in parameters}
    if set(values) - {"ttl_minutes", "payload"}:
        raise Refusal(132012, "a voice_call button takes ttl_minutes and payload")
    ttl_minutes: Any = values.get("ttl_minutes", button.get("ttl_minutes", 10_080))
    payload = values.get("payload")
    message_request.call_button_parameters(button["text"], ttl_minutes, payload, shortest_ttl=_SHORTEST_TTL_MINUTES)
    return CallButton(body, button["text"], ttl_minutes, payload)


def _cursor(index: int) -> str:
    return base64.urlsafe_b64encode(f"QVFI{index}".encode()).decode()


def _index(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor).removeprefix(b"QVFI"))
    except (ValueError, binascii.Error) as error:
        raise refusal.invalid_parameter("after is no cursor") from error
