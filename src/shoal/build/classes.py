"""What Java code becomes: compiled classes beside copied resources, packed into a jar."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from shoal.build.compiler import Unfit

JAVA, RESOURCES = "src/main/java", "src/main/resources"
_FILLED = re.compile(rb"\$\{[^}\s]*\}|@[^@\s]*@")
"""What Maven may replace in a resource."""

_MAIN = (b"\x01\x00\x04main", b"Lorg/springframework/boot/autoconfigure/SpringBootApplication;")
"""Names in a class by which the one to start is found: the jar's manifest names it."""

Contents = Mapping[str, bytes]


def contents(folder: Path) -> dict[str, bytes]:
    """Relative path -> content of all files below; nothing for a folder that isn't there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def packed(jar: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(jar) as zipped:
        return {entry.filename: zipped.read(entry) for entry in zipped.infolist() if not entry.is_dir()}


def starting(classes: Contents) -> frozenset[tuple[str, ...]]:
    """Classes that may be the one to start, and by what."""
    return frozenset(
        (name, *(str(n) for n, sign in enumerate(_MAIN) if sign in content))
        for name, content in classes.items()
        if name.endswith(".class") and any(sign in content for sign in _MAIN)
    )


def copied(now: Contents, before: Contents, made: Contents) -> dict[str, bytes]:
    """What the build makes of the resources `now`, if it made `made` of those `before`. Raises `Unfit` where that
    can't be known: it may fill in what stands there, or leave it out."""
    return {name: found for name, content in now.items() if (found := _copy(name, content, before, made)) is not None}


def _copy(name: str, content: bytes, before: Contents, made: Contents) -> bytes | None:
    if before.get(name) == content:
        return made.get(name)
    old = before.get(name, b"")
    hidden = name.rpartition("/")[2].startswith(".")
    if (
        hidden
        or (name in before and made.get(name) != old)
        or set(_FILLED.findall(content)) - set(_FILLED.findall(old))
    ):
        raise Unfit(f"Maven may change {RESOURCES}/{name} when it copies it")
    return content


def repack(jar: Path, old: Contents, new: Contents, into: Path) -> None:
    """`jar` with `new` in the place of what came of `old`, in the same order: a framework that looks for its classes
    finds them in that order."""
    with zipfile.ZipFile(jar) as before, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as after:
        there = before.infolist()
        for entry in there:
            if entry.filename not in old:
                after.writestr(entry, before.read(entry))
            elif entry.filename in new:
                after.writestr(entry, new[entry.filename])
        names = {entry.filename for entry in there}
        for name in sorted(set(new) - names):
            _with_folders(after, name, names)
            after.writestr(name, new[name])


def _with_folders(zipped: zipfile.ZipFile, name: str, names: set[str]) -> None:
    """A package is found by its folder's entry."""
    parts = name.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth]) + "/"
        if folder not in names:
            names.add(folder)
            zipped.writestr(folder, b"")
