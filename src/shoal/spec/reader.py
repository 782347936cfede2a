"""Bytes → tree, or where and why it is not YAML."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path as FilePath
from typing import Any

import yaml

from shoal.errors import MissingFile, Place, SyntaxProblem
from shoal.spec.builder import Builder
from shoal.spec.report import Report
from shoal.spec.tree import Scalar, Table

LARGEST = 1_000_000  # bytes of a file

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_file(file: FilePath, report: Report, tags: Collection[str] = ()) -> Table:
    """The tree of a file. Raises SyntaxProblem or MissingFile; doubled keys go into the report."""
    return read(text_of(file), str(file), report, tags)


def text_of(file: FilePath) -> str:
    """A UTF-8 file's text, without a byte order mark."""
    where = Place(str(file))
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise MissingFile(f"cannot be read: {error.strerror or error}", where=where) from None
    if len(raw) > LARGEST:
        raise SyntaxProblem(f"larger than {LARGEST // 1000} kB", where=where)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SyntaxProblem("not UTF-8", where=Place(str(file), line, 1), hint="save the file as UTF-8") from None


def read(text: str, file: str, report: Report, tags: Collection[str] = ()) -> Table:
    """The tree of a text; a file without content is an error, as is a list or a bare word. `tags` are kept, others are
    errors."""
    try:
        root = Builder(file, report, tags).build(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text, file) from None
    except yaml.reader.ReaderError as error:
        raise _unreadable(error, text, file) from None
    if root is None or (isinstance(root, Scalar) and root.null):
        raise SyntaxProblem("the file is empty", where=Place(file), hint="`shoal init` writes a first one")
    if not isinstance(root, Table):
        raise SyntaxProblem("expected keys such as `services:`", where=root.place)
    return root


def _syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> SyntaxProblem:
    mark = error.problem_mark or error.context_mark
    where = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    context = f" {error.context}" if error.context else ""
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    return SyntaxProblem(f"not YAML: {error.problem or 'cannot be read'}{context}", where=where, hint=_advice(line))


def _advice(line: str) -> str:
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "YAML is indented with spaces, never with tabs"
    if "${" in line and ("{" in line.replace("${", "") or "[" in line):
        return 'inside { } and [ ] put quotes around it: "${...}"'
    if line.count(": ") > 1:
        return "a text with `: ` in it needs quotes"
    return ""


def _unreadable(error: yaml.reader.ReaderError, text: str, file: str) -> SyntaxProblem:
    before = text[: int(error.position or 0)]
    where = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
    return SyntaxProblem(f"not YAML: {error.reason}", where=where)
