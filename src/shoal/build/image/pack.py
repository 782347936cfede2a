"""An artifact's folder → the layers of its image, measured once: an edit of the code costs reading the code."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from shoal.build.image.bytecode import Bytecode
from shoal.build.image.content import Contents
from shoal.build.image.layer import Layer, Part, measured
from shoal.build.image.relocation import Relocation
from shoal.build.image.tree import Item, split
from shoal.build.image.wanted import Wanted, in_image
from shoal.build.store import PART, artifact_folder
from shoal.errors import BuildFailed
from shoal.model.workload import Artifact, Packing
from shoal.stacks.in_image import HERE, folder

FORMAT = 1
"""Of layers: another when the same files are to give other bytes."""

KNOWN = ".shoal/layers.json"
COMPILED = ".shoal/compiled-modules"
REMEMBERED = 16


class Packed(NamedTuple):
    """A layer, and what it can be written from. `note` says what it is, for the image's history."""

    part: Part
    layer: Layer
    note: str


def pack(wanted: Wanted, root: Path) -> tuple[Packed, ...]:
    """The layers above the base, the lowest first: packages, other builds, code. `root` is the cache. Raises
    `BuildFailed`."""
    try:
        return tuple(_pack(wanted, root))
    except OSError as problem:
        what = f"{wanted.artifact.owner}: its image can't be made: {problem.filename}: {problem.strerror}"
        raise BuildFailed(what, hint="a build that is gone or is being written to; try again") from problem


def _pack(wanted: Wanted, root: Path) -> Iterator[Packed]:
    artifact, packing = wanted.artifact, wanted.packing
    apart, code = _parts(artifact, packing, root, HERE, _written(artifact, wanted))
    packages = _measured(apart, f"packages of {artifact.owner}", _shared(root, artifact.key)) if apart.items else None
    own = _measured(code, f"code of {artifact.owner}", artifact_folder(root, artifact.key))
    if packages:
        yield packages
    named = (packages.layer.others if packages else ()) + own.layer.others
    yield from _beside(wanted, root, (*wanted.beside, *named))
    yield own


def _beside(wanted: Wanted, root: Path, keys: tuple[str, ...]) -> Iterator[Packed]:
    """Each whole, in a layer of its own; those that they name follow."""
    todo, done = list(keys), {wanted.artifact.key}
    while todo:
        key = todo.pop(0)
        artifact = wanted.known.get(key)
        if key in done or artifact is None:
            continue
        done.add(key)
        whole = msgspec.structs.replace(artifact.packing, apart=()) if artifact.packing else Packing("")
        _, part = _parts(artifact, whole, root, folder(key, wanted.artifact.key), _written(artifact, wanted))
        packed = _measured(part, f"build {artifact.owner}", artifact_folder(root, key))
        todo += packed.layer.others
        yield packed


def _written(artifact: Artifact, wanted: Wanted) -> dict[str, bytes]:
    """Files that name programs: theirs is another place here. What training has put there is gone by it."""
    own = wanted.artifact.key
    files = {name: value for step in artifact.steps for name, value in step.files.items() if any(value.refs())}
    files |= wanted.kept if artifact.key == own else {}
    return {name: in_image(value, own).encode() for name, value in files.items()}


def _parts(
    artifact: Artifact, packing: Packing, root: Path, at: str, written: Mapping[str, bytes]
) -> tuple[Part, Part]:
    """Of packages, and of code."""
    here = artifact_folder(root, artifact.key)
    found = split(here, packing)

    def part(items: tuple[Item, ...], own: Mapping[str, bytes]) -> Part:
        contents = Contents(here, Relocation(root, artifact.key, at), packing.jars, written)
        # A service's own build commands may make no venv.
        compiled = bool(packing.python) and (here / packing.python).exists()
        modules = Bytecode(here / packing.python, items, contents, at) if compiled else None
        return Part(at, items, contents, own, modules)

    return part(found.apart, {}), part(found.code, written)


def _measured(part: Part, note: str, memory: Path) -> Packed:
    """As it was the last time, if no file has changed. `memory` is a folder that lives as long as the files do."""
    stamp = _stamp(part)
    known = _read(memory / KNOWN)
    if part.compiled:
        part = part._replace(compiled=part.compiled.kept(memory / COMPILED / stamp))
    layer = known.get(stamp) or measured(part)
    if stamp not in known:
        _write(memory / KNOWN, dict([*known.items(), (stamp, layer)][-REMEMBERED:]))
    return Packed(part, layer, note)


def _stamp(part: Part) -> str:
    """Of names, places on disk, sizes and times of all files: what a write changes."""
    python = part.compiled.version if part.compiled else ""
    whole = hashlib.sha256(repr((FORMAT, part.at, python, sorted(part.written.items()))).encode())
    for item in part.items:
        look = item.look
        told = (item.name, item.link, look.st_mode, *_place(item))
        whole.update(repr(told).encode(errors="surrogateescape"))
    return whole.hexdigest()[:32]


def _place(item: Item) -> tuple[int, ...]:
    """Folders and links are made anew where files are brought from elsewhere."""
    if item.is_folder or item.link:
        return ()
    return item.look.st_dev, item.look.st_ino, item.look.st_size, item.look.st_mtime_ns


def _shared(root: Path, key: str) -> Path:
    """Where packages are that other artifacts have, too; else the artifact."""
    own = artifact_folder(root, key)
    try:
        return artifact_folder(root, (own / PART).read_text())
    except OSError:
        return own


def _read(path: Path) -> dict[str, Layer]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Layer])
    except (OSError, msgspec.DecodeError):
        return {}


def _write(path: Path, known: dict[str, Layer]) -> None:
    """Only to be quicker the next time."""
    fresh = path.with_suffix(".new")
    with contextlib.suppress(OSError):
        fresh.write_bytes(msgspec.json.encode(known))
        fresh.replace(path)
