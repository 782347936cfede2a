"""`image`, `entrypoint` and a build's `dockerfile` → Image."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from msgspec import UNSET

from shoal.errors import MissingFile, UnknownReference, WrongType
from shoal.model.container import Image
from shoal.model.values import Value
from shoal.spec.commands import environment_of, words_of
from shoal.spec.facts import Facts
from shoal.spec.models import OwnBuildEntry, Work
from shoal.spec.references import Caller
from shoal.spec.tree import Path, find
from shoal.spec.words import quote

LONGEST = 255

_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
# https://pkg.go.dev/github.com/distribution/reference
_REFERENCE = re.compile(
    rf"(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?(?:@sha256:[0-9a-f]{{64}})?"
)
_BESIDE_IMAGE = {
    "path": "an image is made of no folder: keep one of the two",
    "stack": "an image says itself what it runs: keep one of the two",
    "toolchain": "an image has its own programs: keep one of the two",
    "build": "an image that exists isn't built: keep one of the two",
    "jvm": "write them into `command`, or into JAVA_TOOL_OPTIONS under `environment`",
    "inputs": "an image is made of no folder: leave it out",
}
_BESIDE_DOCKERFILE = {
    "stack": "the Dockerfile says what is built: keep one of the two",
    "toolchain": "the Dockerfile says with what it is built: keep one of the two",
    "jvm": "write them into `command`, or into JAVA_TOOL_OPTIONS under `environment`",
}
_OF_COMMANDS = {
    "run": "write it into the Dockerfile, as RUN",
    "before": "write it into the Dockerfile, as RUN",
    "after": "write it into the Dockerfile, as RUN",
    "environment": "write `args`",
}


def image_of(entry: Work, path: Path, caller: Caller, facts: Facts) -> Image | None:
    """The image that it comes in, if no stack is to make one."""
    own = entry.build if isinstance(entry.build, OwnBuildEntry) else OwnBuildEntry()
    if entry.image is not UNSET:
        _check_beside(_BESIDE_IMAGE, path, "`image`", facts)
        _check_beside({"inputs": _BESIDE_IMAGE["inputs"]}, (*path, "migrate"), "`image`", facts)
        found = Image(_reference(entry.image, (*path, "image"), facts))
    elif own.dockerfile is not UNSET:
        _check_beside(_BESIDE_DOCKERFILE, path, "`build: {dockerfile: ...}`", facts)
        _check_beside(_OF_COMMANDS, (*path, "build"), "`dockerfile`", facts)
        found = _built(own, own.dockerfile, entry.path, (*path, "build"), facts)
    else:
        _check_none(entry, own, path, facts)
        return None
    _check_target((*path, "image") if found.reference else (*path, "build", "dockerfile"), facts)
    _check_place(entry.working_dir, (*path, "working_dir"), facts)
    words = None if entry.entrypoint is UNSET else words_of(entry.entrypoint, (*path, "entrypoint"), caller, facts)
    return Image(found.reference, found.dockerfile, found.target, found.args, words)


def _reference(text: str, path: Path, facts: Facts) -> str:
    if (len(text) > LONGEST or not _REFERENCE.fullmatch(text)) and not facts.report.broken(path):
        hint = "such as nginx:1.29 or registry.example.com/team/app:1.0, in lower case"
        facts.problem(WrongType, path, f"{quote(text)} is not the name of an image", hint)
    return text


def _built(entry: OwnBuildEntry, dockerfile: str, folder: str, path: Path, facts: Facts) -> Image:
    here = (*path, "dockerfile")
    parts = PurePosixPath(dockerfile).parts
    if not parts or parts[0] == "/" or ".." in parts:
        what = f"expected a file below {folder}, got {quote(dockerfile)}"
        facts.problem(WrongType, here, what, "`path` is the folder that it is built from: all that the engine sees")
    elif not facts.report.broken(here) and not _is_file(facts, f"{folder}/{dockerfile}"):
        what = f"there is no file {quote(f'{folder}/{dockerfile}')}"
        facts.problem(MissingFile, here, what, "it is relative to `path`, and that to this file")
    return Image(dockerfile=dockerfile, target=entry.target, args=_args(entry, (*path, "args"), facts))


def _is_file(facts: Facts, named: str) -> bool:
    try:
        return (facts.folder / named).is_file()
    except OSError:
        return False  # a name too long, or a folder we may not look into


def _args(entry: OwnBuildEntry, path: Path, facts: Facts) -> dict[str, Value]:
    found = environment_of(entry.args, path, Caller("", path, building=True), facts)
    for name, value in found.items():
        if any(ref.name == "builds" for ref in value.refs()):
            what = f"{name}: a build is a folder of this machine, and the engine sees only `path`"
            facts.problem(UnknownReference, path, what, "let the Dockerfile build it, in a stage of its own")
    return found


def _check_beside(keys: dict[str, str], path: Path, what: str, facts: Facts) -> None:
    for key, hint in keys.items():
        if find(facts.tree, (*path, key)) is not None:
            facts.problem_at_key(WrongType, (*path, key), f"means nothing beside {what}", hint)


def _check_none(entry: Work, own: OwnBuildEntry, path: Path, facts: Facts) -> None:
    """What only an image has."""
    if entry.entrypoint is not UNSET:
        hint = "write `command`: it is all that is run"
        facts.problem_at_key(WrongType, (*path, "entrypoint"), "means nothing without an image", hint)
    for key in ("target", "args"):
        if getattr(own, key):
            hint = "such as {dockerfile: Dockerfile, target: release}"
            facts.problem_at_key(WrongType, (*path, "build", key), "means nothing without `dockerfile`", hint)


def _check_target(path: Path, facts: Facts) -> None:
    if facts.target == "process":
        hint = "say `target: docker` (or --target docker), or run it from source"
        facts.problem_at_key(WrongType, path, "an image runs in a container, and the target is process", hint)


def _check_place(folder: str, path: Path, facts: Facts) -> None:
    if folder and not folder.startswith("/"):
        what = f"expected a whole path in the image, got {quote(folder)}"
        facts.problem(WrongType, path, what, "such as /srv/app")
