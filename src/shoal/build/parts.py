"""Parts of artifacts that other artifacts have too: made once, in a folder of their own, and brought into each."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
from pathlib import Path

import msgspec

from shoal.build.store import PART, artifact_folder, make_room, mark_built, wipe
from shoal.model.workload import Artifact, Part, Step

STAMP = ".shoal/stamp"


class Made(msgspec.Struct, frozen=True):
    """A part, the steps that make it, and the key by which it is found again: a hash of those, of the files that it is
    made of and of the tools."""

    key: str
    part: Part
    steps: tuple[Step, ...]


def of(artifact: Artifact, folder: Path, root: Path) -> Made | None:
    """The part that the first steps make from the source in `folder`; None if there is none, or it can't be shared."""
    part = artifact.steps[0].part if artifact.steps else None
    if part is None:
        return None
    steps = tuple(itertools.takewhile(lambda step: step.part == part, artifact.steps))
    contents = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _there(part, folder)}
    wire = msgspec.json.encode((1, steps, contents, artifact.tools), order="sorted")
    made = Made(f"part-{hashlib.sha256(wire).hexdigest()[:32]}", part, steps)
    return None if _private(root, made.key).exists() else made


def prepare(root: Path, made: Made, source: Path) -> None:
    """A folder with the files that the part is made of, and nothing else."""
    folder = make_room(root, made.key)
    for name in _there(made.part, source):
        shutil.copy2(source / name, folder / name)


def seal(root: Path, made: Made) -> None:
    folder = artifact_folder(root, made.key)
    (folder / made.part.folder).mkdir(exist_ok=True)
    mark_built(root, made.key)
    if made.part.by == "copy":
        (folder / STAMP).write_text(_stamp(folder / made.part.folder))


def bring(made: Made, part: Path, artifact: Path) -> None:
    """Links of files where something may be written beside them; one that is replaced there is replaced there only."""
    (artifact / PART).parent.mkdir(exist_ok=True)
    (artifact / PART).write_text(made.key)
    target = artifact / made.part.folder
    if made.part.by == "link":
        target.symlink_to(part / made.part.folder)
    else:
        _link_all(f"{part / made.part.folder}", f"{target}")


def _link_all(folder: str, target: str) -> None:
    """All of a folder's files by links. There are ten thousand, and somebody waits: nothing is looked at twice."""
    os.mkdir(target)  # noqa: PTH102
    with os.scandir(folder) as found:
        for entry in found:
            there = f"{target}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                _link_all(entry.path, there)
            elif entry.is_symlink():
                os.symlink(os.readlink(entry.path), there)  # noqa: PTH115, PTH211
            else:
                os.link(entry.path, there)


def check(root: Path, made: Made) -> None:
    """A build that wrote into a file of its part in place has changed it for everybody: then it is nobody's any more,
    and each build makes its own from now on."""
    if made.part.by != "copy":
        return
    shared = artifact_folder(root, made.key)
    if (shared / STAMP).read_text() != _stamp(shared / made.part.folder):
        _private(root, made.key).touch()
        wipe(shared)


def _private(root: Path, key: str) -> Path:
    return root / "builds" / f"{key}.private"


def _there(part: Part, folder: Path) -> list[str]:
    return [name for name in part.of if (folder / name).is_file()]


def _stamp(folder: Path) -> str:
    """Of names, sizes and times of all files: what a write changes."""
    whole = hashlib.sha256()
    for path, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            found = os.lstat(f"{path}/{name}")
            whole.update(os.fsencode(f"{path}/{name} {found.st_size} {found.st_mtime_ns}\n"))
    return whole.hexdigest()
