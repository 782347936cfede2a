"""Golden files: input, an option or two, and what is expected, all in one file."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from shoal.model.values import Value

GOLDEN = Path(__file__).parents[2] / "golden" / "spec"
REWRITE = bool(os.environ.get("SHOAL_GOLDEN"))


class Case:
    """`shoal.yaml` comes first; `==== NAME` starts another part: a file (`.env`), `environment`, or the result."""

    def __init__(self, file: Path) -> None:
        self.file = file
        first, *others = file.read_text(encoding="utf-8").split("==== ")
        self.parts = {"shoal.yaml": first}
        for part in others:
            name, _, text = part.partition("\n")
            self.parts[name.strip()] = text

    def check(self, name: str, text: str) -> None:
        """The result is what the file says; with SHOAL_GOLDEN=1 the file is made to say it."""
        if REWRITE and self.parts.get(name) != text:
            self.parts[name] = text
            head = self.parts["shoal.yaml"]
            rest = "".join(f"==== {part}\n{text}" for part, text in self.parts.items() if part != "shoal.yaml")
            self.file.write_text(head + rest, encoding="utf-8")
        assert text == self.parts.get(name)


def cases(folder: str) -> list[Case]:
    return [Case(file) for file in sorted((GOLDEN / folder).glob("*.txt"))]


def plain(value: object) -> object:
    """A noun without what is at its default, texts with holes as text: short, and blind to new keys."""
    if isinstance(value, Value):
        return str(value)
    if isinstance(value, msgspec.Struct):
        tag = type(value).__struct_config__.tag
        fields = msgspec.structs.fields(type(value))
        given = {field.name: getattr(value, field.name) for field in fields}
        found = {field.name: plain(given[field.name]) for field in fields if given[field.name] != _default(field)}
        return {tag: found} if isinstance(tag, str) else found
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def _default(field: msgspec.structs.FieldInfo) -> object:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
