"""Owns the description of the REST interface: OpenAPI 3.1, made from the operations themselves. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from signaling.api.operation import KEY_HEADER, PREFIX, AnyOperation, Nothing
from signaling.api.problem import CONTENT_TYPE, ProblemDetails

VERSION = "1"

_REF = "#/components/schemas/{name}"


def document(operations: Iterable[AnyOperation]) -> dict[str, Any]:
    """The OpenAPI document."""
    known = tuple(operations)
    models: list[type[msgspec.Struct]] = [ProblemDetails]
    for operation in known:
        models += [model for model in (operation.answer, operation.body, operation.query) if model not in models]
    schemas, components = msgspec.json.schema_components(models, ref_template=_REF)
    schema_of = dict(zip(models, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in known:
        paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = _operation(
            operation, schema_of, components
        )
    # What is asked for in addresses is shown there, unless something else refers to it as well.
    used = _references(paths) | _references(components)
    shown = {name: schema for name, schema in components.items() if name in used}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ringbridge",
            "version": VERSION,
            "description": "Calls, queues, permissions and conversations of WhatsApp Business numbers. "
            "Times are epoch seconds, numbers are digits without a plus sign.",
        },
        "paths": paths,
        "components": {
            "schemas": shown,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{"token": []}],
    }


def _references(part: object) -> set[str]:
    """The names of all models that a part of the document refers to."""
    if isinstance(part, Mapping):
        own = {_name(part)} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in part.values()))
    if isinstance(part, list):
        return set().union(*(_references(value) for value in part))
    return set()


def _operation(
    operation: AnyOperation, schema_of: Mapping[type, dict[str, Any]], components: Mapping[str, Any]
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "tags": [operation.tag],
        "operationId": _operation_id(operation),
        "parameters": [*_path_parameters(operation), *_query_parameters(schema_of[operation.query], components)],
        "responses": {
            str(operation.status): _response(operation, schema_of),
            "default": {
                "description": "A refusal",
                "content": {CONTENT_TYPE: {"schema": schema_of[ProblemDetails]}},
            },
        },
        "x-roles": sorted(role.value for role in operation.roles),
    }
    if operation.spends:
        described["parameters"].append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": True,
                "schema": {"type": "string"},
                "description": "A fresh value for each request; repeated, it repeats the answer and not the effect.",
            }
        )
    if operation.body is not Nothing:
        content = {"application/json": {"schema": schema_of[operation.body]}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _response(operation: AnyOperation, schema_of: Mapping[type, dict[str, Any]]) -> dict[str, Any]:
    if operation.answer is Nothing:
        return {"description": "Done"}
    return {"description": "Done", "content": {"application/json": {"schema": schema_of[operation.answer]}}}


def _name(schema: Mapping[str, Any]) -> str:
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def _operation_id(operation: AnyOperation) -> str:
    words = re.findall(r"[a-z]+", operation.path)
    return "_".join([operation.method.lower(), *words])


def _path_parameters(operation: AnyOperation) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", operation.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(schema: Mapping[str, Any], components: Mapping[str, Any]) -> list[dict[str, Any]]:
    model = components[_name(schema)]
    required = model.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": {key: value for key, value in about.items() if key != "description"},
            **({"description": about["description"]} if "description" in about else {}),
        }
        for name, about in model.get("properties", {}).items()
    ]
