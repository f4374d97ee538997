"""Owns the readable page of the REST interface: HTML made from the OpenAPI document, without any script. Pure."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any


def page(document: Mapping[str, Any]) -> str:
    """The whole page."""
    return "".join(_page(document))


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<title>{escape(info["title"])} REST interface</title><link rel="stylesheet" href="reference.css"></head>'
    yield f"<body><header><h1>{escape(info['title'])} REST interface</h1><p>{escape(info['description'])}</p>"
    yield "<p>Send a token as <code>Authorization: Bearer …</code>; <code>ringbridge agent-token</code> makes one. "
    yield 'Refusals are <a href="https://www.rfc-editor.org/rfc/rfc9457">problem details</a>. '
    yield 'For programs: <a href="openapi.json">openapi.json</a>.</p></header><main>'
    for tag, operations in _by_tag(document).items():
        yield f'<section aria-labelledby="{escape(tag)}"><h2 id="{escape(tag)}">{escape(tag.capitalize())}</h2>'
        for method, path, operation in operations:
            yield from _operation(method, path, operation)
        yield "</section>"
    yield '<section aria-labelledby="models"><h2 id="models">Models</h2>'
    for name, schema in sorted(document["components"]["schemas"].items()):
        yield from _model(name, schema)
    yield "</section></main></body></html>"


def _by_tag(document: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Mapping[str, Any]]]]:
    groups: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return groups


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<details id="{operation["operationId"]}"><summary><code class="{method.lower()}">{method}</code> '
    yield f"<code>{escape(path)}</code> <span>{escape(operation['summary'])}</span></summary>"
    yield f"<p>For {escape(', '.join(operation['x-roles']))}.</p>"
    if operation["parameters"]:
        yield "<table><thead><tr><th>parameter</th><th>in</th><th>type</th><th>meaning</th></tr></thead><tbody>"
        for parameter in operation["parameters"]:
            required = " (required)" if parameter["required"] else ""
            yield f"<tr><td><code>{escape(parameter['name'])}</code>{required}</td><td>{parameter['in']}</td>"
            yield f"<td>{_type(parameter['schema'])}</td><td>{escape(parameter.get('description', ''))}</td></tr>"
        yield "</tbody></table>"
    if "requestBody" in operation:
        yield f"<p>Body: {_type(operation['requestBody']['content']['application/json']['schema'])}</p>"
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values():
            yield f"<p>{'Refusal' if status == 'default' else status}: {_type(content['schema'])}</p>"
    yield "</details>"


def _model(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f'<details id="model-{escape(name)}"><summary><code>{escape(name)}</code> '
    yield f"<span>{escape(schema.get('description', '').partition(chr(10))[0])}</span></summary>"
    if "enum" in schema:
        yield f"<p>One of {', '.join(f'<code>{escape(str(value))}</code>' for value in schema['enum'])}.</p>"
    if "properties" in schema:
        required = schema.get("required", [])
        yield "<table><thead><tr><th>member</th><th>type</th><th>meaning</th></tr></thead><tbody>"
        for member, about in schema["properties"].items():
            always = "" if member in required else " (may be missing)"
            yield f"<tr><td><code>{escape(member)}</code>{always}</td><td>{_type(about)}</td>"
            yield f"<td>{escape(about.get('description', ''))}</td></tr>"
        yield "</tbody></table>"
    yield "</details>"


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words, with links to models."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#model-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(schema['items'])}" if isinstance(schema.get("items"), Mapping) else "list"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"map to {_type(schema['additionalProperties'])}"
    return escape(kind)
