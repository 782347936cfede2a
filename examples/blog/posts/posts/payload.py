"""Reads a request body, collecting what is wrong with each field."""

import json
from typing import Any

from flask import request

from posts.errors import invalid
from posts.text import is_storable

BLANK = "can't be blank"


class Payload:
    """The object under the wrapper key. Read the fields, then call `check`."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields
        self._errors: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def text(self, name: str) -> str:
        """A text that must not be blank; the empty text when there is an error, which `check` raises."""
        value = self._fields.get(name)
        message = _text_error(value)
        if message:
            self._errors[name] = message
            return ""
        return str(value)

    def texts(self, name: str) -> list[str]:
        """A list of texts, each once, without blank ones."""
        values = self._fields.get(name)
        if not isinstance(values, list) or any(not isinstance(value, str) for value in values):
            self._errors[name] = "must be a list of strings"
            return []
        if not all(map(is_storable, values)):
            self._errors[name] = UNSTORABLE
        return [value for value in dict.fromkeys(values) if value.strip()]

    def is_null(self, name: str) -> bool:
        return self._fields.get(name) is None

    def check(self) -> None:
        if self._errors:
            raise invalid(self._errors)


UNSTORABLE = "has characters that cannot be stored"


def _text_error(value: object) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return BLANK
    if not isinstance(value, str):
        return "must be a string"
    return None if is_storable(value) else UNSTORABLE


def wrapped(key: str) -> Payload:
    """The body's object under `key`; 422 for anything else."""
    fields = _json_body().get(key)
    if not isinstance(fields, dict):
        raise invalid({key: BLANK if fields is None else "must be an object"})
    return Payload(fields)


def _json_body() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise invalid({"body": "is not valid JSON"}) from None
    if not isinstance(body, dict):
        raise invalid({"body": "must be an object"})
    return body
