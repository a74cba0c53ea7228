"""Descriptions of functions as Vertex reads them: a part of OpenAPI's schema, with types in capitals."""

from __future__ import annotations

from typing import Any

CUT_SCHEMA = "Details of a tool's description that this format does not know are not kept."
PLAIN = {
    "title",
    "description",
    "format",
    "nullable",
    "enum",
    "default",
    "required",
    "example",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
}


def declarations(tools: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
    """(the functions, whether everything in them was kept)."""
    functions, whole = [], True
    for tool in tools:
        function = tool["function"]
        declared = {key: function[key] for key in ("name", "description") if key in function}
        if isinstance(function.get("parameters"), dict):
            declared["parameters"], all_of_it = _schema(function["parameters"])
            whole = whole and all_of_it
        functions.append(declared)
        whole = whole and not set(function) - {"name", "description", "parameters"}
    return functions, whole


def _schema(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    kept: dict[str, Any] = {}
    whole = True
    for key, value in schema.items():
        if key == "type" and isinstance(value, str):
            kept["type"] = value.upper()
        elif key == "type" and isinstance(value, list) and len(set(value) - {"null"}) == 1:
            kept["type"] = next(name for name in value if name != "null").upper()
            kept["nullable"] = "null" in value
        elif key == "properties" and isinstance(value, dict):
            inner = {name: _schema(part) for name, part in value.items() if isinstance(part, dict)}
            kept["properties"] = {name: part for name, (part, _) in inner.items()}
            whole = whole and len(inner) == len(value) and all(complete for _, complete in inner.values())
        elif key == "items" and isinstance(value, dict):
            kept["items"], complete = _schema(value)
            whole = whole and complete
        elif key == "anyOf" and isinstance(value, list) and all(isinstance(part, dict) for part in value):
            parts = [_schema(part) for part in value]
            kept["anyOf"] = [part for part, _ in parts]
            whole = whole and all(complete for _, complete in parts)
        elif key in PLAIN:
            kept[key] = value
        else:
            whole = False
    return kept, whole
