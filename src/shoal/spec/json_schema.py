"""Models → JSON Schema, for editors. `python -m shoal.spec.json_schema` writes shoal.schema.json anew.

It is a little wider than the loader, which also sees what a schema can't: names, files, cycles. Wherever the loader
takes a number or a choice, it takes a text with `${VARIABLE}` in it, and so does the schema.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import msgspec

from shoal.spec.hints import base, keys, taken_apart
from shoal.spec.models import File, Overlay
from shoal.spec.scalars import Duration, Frequency, Share, Size, Template

FILE = Path(__file__).with_name("shoal.schema.json")

_DURATION = r"^([0-9]+(\.[0-9]+)?(us|ms|s|m|h|d))+$"
_SIZE = r"^[0-9]+(Ki|Mi|Gi|Ti|K|M|G|T)?B?$"
_SHARE = r"^[0-9]+(\.[0-9]+)?%$"
_FREQUENCY = r"^[1-9][0-9]*/(s|m|h)$"
_VARIABLE = {"type": "string", "pattern": r"\$"}

_SCALARS: dict[Any, list[dict[str, Any]]] = {
    str: [{"type": "string"}],
    Template: [{"type": ["string", "number", "boolean"]}],
    int: [{"type": "integer"}, _VARIABLE],
    float: [{"type": "number"}, _VARIABLE],
    bool: [{"type": "boolean"}, _VARIABLE],
    Duration: [{"type": "number", "minimum": 0}, {"type": "string", "pattern": _DURATION}, _VARIABLE],
    Size: [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": _SIZE}, _VARIABLE],
    Share: [{"type": "number", "minimum": 0, "maximum": 100}, {"type": "string", "pattern": _SHARE}, _VARIABLE],
    Frequency: [{"type": "string", "pattern": _FREQUENCY}, _VARIABLE],
    type(None): [{"type": "null"}],
}


def made() -> dict[str, Any]:
    """The schema of shoal.yaml."""
    shared: dict[str, Any] = {}
    root = _model(File, shared, partial=False)
    root["patternProperties"] = {"^x-": {"description": "A place for anchors; not read."}}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "shoal.yaml"}
    return {**head, **root, "$defs": dict(sorted(shared.items()))}


def _model(model: type[msgspec.Struct], shared: dict[str, Any], *, partial: bool) -> dict[str, Any]:
    """A map with known keys. A partial one lies over another: nothing is required, null removes."""
    known = keys(model).values()
    found: dict[str, Any] = {
        "type": "object",
        "description": " ".join((model.__doc__ or "").split()),
        "properties": {key.name: _hint(key.hint, shared, partial) for key in known},
        "additionalProperties": False,
    }
    required = [key.name for key in known if key.required]
    return {**found, "required": required} if required and not partial else found


def _hint(hint: Any, shared: dict[str, Any], partial: bool) -> dict[str, Any]:
    apart = taken_apart(hint)
    options = [schema for option in apart.options for schema in _option(option, shared, partial)]
    if partial:
        options += _SCALARS[type(None)]
    distinct = [option for index, option in enumerate(options) if option not in options[:index]]
    found = dict(distinct[0]) if len(distinct) == 1 else {"anyOf": distinct}
    for meta in apart.metas:
        found |= _meta(meta, found)
    return found


def _meta(meta: msgspec.Meta, found: dict[str, Any]) -> dict[str, Any]:
    """Description and bounds; bounds belong to the numbers among the alternatives."""
    bounds = {word: bound for word, bound in (("minimum", meta.ge), ("maximum", meta.le)) if bound is not None}
    if bounds:
        numbers = [option | bounds if option.get("type") == "integer" else option for option in found["anyOf"]]
        found = {**found, "anyOf": numbers}
    more = meta.extra_json_schema or {}
    return {**found, **more, "description": meta.description or ""}


def _option(option: Any, shared: dict[str, Any], partial: bool) -> list[dict[str, Any]]:
    if option in _SCALARS:
        return _SCALARS[option]
    if option is Any:
        return [{}]
    if isinstance(option, type) and issubclass(option, msgspec.Struct):
        return [_shared(option, shared, partial or option is Overlay)]
    kind, arguments = base(option), get_args(option)
    if kind is list:
        return [{"type": "array", "items": _hint(arguments[0], shared, False)}]
    if kind is dict:
        return [{"type": "object", "additionalProperties": _hint(arguments[1], shared, partial)}]
    return [{"enum": list(arguments)}, _VARIABLE]


def _shared(model: type[msgspec.Struct], shared: dict[str, Any], partial: bool) -> dict[str, Any]:
    name = model.__name__ + ("Part" if partial and model is not Overlay else "")
    if name not in shared:
        shared[name] = {}
        shared[name] = _model(model, shared, partial=partial)
    return {"$ref": f"#/$defs/{name}"}


def text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(made(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
