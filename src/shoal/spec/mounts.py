"""`volumes` of a service or job → Mount."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath

import msgspec
from msgspec import UNSET

from shoal.errors import MissingFile, WrongType
from shoal.model.container import Mount
from shoal.spec.facts import Facts
from shoal.spec.models import MountEntry
from shoal.spec.tree import Path
from shoal.spec.words import quote

KINDS = ("volume", "bind", "tmpfs")
FORMS = "such as data:/var/lib/app, ./conf:/etc/app:ro or {tmpfs: 64Mi, at: /tmp}"

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}")


def mounts_of(entries: list[str | MountEntry], path: Path, facts: Facts) -> tuple[Mount, ...]:
    """Those that could be understood; the others are reported."""
    if entries and facts.target == "process":
        hint = "say `target: docker` (or --target docker); a process sees this machine's own folders"
        facts.problem_at_key(WrongType, path, "are mounted into containers, and the target is process", hint)
        return ()
    found: dict[str, Mount] = {}
    for index, entry in enumerate(entries):
        here = (*path, index)
        mount = None if facts.report.broken(here) else _mount(entry, here, facts)
        if mount and mount.target in found:
            facts.problem(WrongType, here, f"something else is mounted at {mount.target}", "keep one of the two")
        elif mount:
            found[mount.target] = mount
    return tuple(found.values())


def _mount(entry: str | MountEntry, path: Path, facts: Facts) -> Mount | None:
    return _text(entry, path, facts) if isinstance(entry, str) else _map(entry, path, facts)


def _text(text: str, path: Path, facts: Facts) -> Mount | None:
    source, _, rest = text.partition(":")
    target, _, mode = rest.partition(":")
    if not rest:
        what = f"expected what is mounted and where, got {quote(text)}"
        hint = f"name it, so that it isn't lost: data:{text}; or, if it may be: {{tmpfs: true, at: {text}}}"
        facts.problem(WrongType, path, what, hint if text.startswith("/") else FORMS)
        return None
    if mode not in ("", "ro", "rw"):
        what = f"expected `ro` or nothing after the second colon, got {quote(mode)}"
        facts.problem_in(WrongType, path, mode, what, FORMS)
        return None
    bound = source.startswith((".", "/", "~"))
    entry = MountEntry(at=target, read_only=mode == "ro")
    entry = msgspec.structs.replace(entry, **{"bind" if bound else "volume": source})
    return _map(entry, path, facts)


def _map(entry: MountEntry, path: Path, facts: Facts) -> Mount | None:
    named = [kind for kind in KINDS if getattr(entry, kind) not in (UNSET, False)]
    if len(named) != 1:
        got = " and ".join(f"`{kind}`" for kind in named) or "none"
        facts.problem(WrongType, path, f"expected one of `volume`, `bind` and `tmpfs`, got {got}", FORMS)
        return None
    target = _target(entry.at, path, facts)
    if not target:
        return None
    if isinstance(entry.volume, str):
        return _volume(entry, entry.volume, target, path, facts)
    if isinstance(entry.bind, str):
        return Mount(target, _bound(entry, entry.bind, path, facts), "bind", entry.read_only, create=entry.create)
    if entry.read_only:
        facts.problem_at_key(WrongType, (*path, "read_only"), "there is nothing in new memory to read", "leave it out")
    return Mount(target, kind="tmpfs", size=0 if isinstance(entry.tmpfs, bool) else int(entry.tmpfs or 0))


def _target(text: str, path: Path, facts: Facts) -> str:
    """Tidied up; nothing for what can't be."""
    parts = PurePosixPath(text).parts
    if len(parts) > 1 and parts[0] == "/" and ".." not in parts:
        return f"/{'/'.join(parts[1:])}"
    facts.problem_in(WrongType, path, text, f"expected a whole path in the container, got {quote(text)}", FORMS)
    return ""


def _volume(entry: MountEntry, name: str, target: str, path: Path, facts: Facts) -> Mount:
    if not _NAME.fullmatch(name):
        hint = "letters, digits, `_`, `.` and -; a folder of this machine begins with ./ or /"
        facts.problem_in(WrongType, path, name, f"{quote(name)} is not a valid name of a volume", hint)
    return Mount(target, name, "volume", entry.read_only)


def _bound(entry: MountEntry, named: str, path: Path, facts: Facts) -> str:
    """The absolute path of what has to be there: an engine would make an empty folder of root's."""
    found = facts.folder / named
    if named.startswith("~"):
        what = f"{quote(named)}: only a shell knows whose home that is"
        facts.problem_in(WrongType, path, named, what, f"write ${{HOME}}{named[1:]}")
    elif not entry.create and not _exists(str(found)):
        what = f"there is no file or folder {quote(named)}"
        facts.problem_in(MissingFile, path, named, what, "paths are relative to this file")
    return os.path.normpath(facts.folder.resolve() / named)


def _exists(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110 (pathlib raises for names that are too long)
