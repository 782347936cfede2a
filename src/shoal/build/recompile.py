"""A Java build after an edit of code alone: the compiler's call of the last whole build, made again, in its place.

Which call that was, the whole build has told (shoal.stacks.java_compile). It is made again for that build's own code
first: only if every byte of its classes comes out is it trusted with an edit. Whatever isn't certain is built whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from shoal.build import classes
from shoal.build.classes import JAVA, RESOURCES
from shoal.build.compiler import Compiler, Unfit
from shoal.build.store import artifact_folder, is_built, log_file, touch
from shoal.build.tree import walk
from shoal.build.trouble import last_words
from shoal.errors import BuildFailed
from shoal.model.workload import Artifact
from shoal.stacks.java_compile import Told, told

NOTE = ".shoal/compiled.json"
FREE = (f"{JAVA}/", f"{RESOURCES}/", "src/test/")
"""What an edit may be of: code, resources, and tests, which aren't built. All else makes another family."""


WARM = 4
"""Times that a compiler does what it is to be fast at, before an edit asks for it."""


class NoBase(Unfit):
    """There is no whole build before it that differs in code alone."""


class Note(msgspec.Struct, frozen=True):
    """What an artifact keeps of its build. `family` is shared by all that differ in what is `FREE` only; `told` is
    there after a whole build."""

    family: str
    told: Told | None = None


class _Base(NamedTuple):
    """The last whole build of a family, proven: what its code and resources were, and what came of them."""

    folder: Path
    arguments: tuple[str, ...]
    resources: classes.Contents
    made: classes.Contents


def family(artifact: Artifact, folder: Path) -> str:
    """Of a copy of the source that nothing is built in yet."""
    whole = hashlib.sha256(msgspec.json.encode((1, artifact.steps, artifact.tools), order="sorted"))
    for entry in walk(folder, artifact.ignore):
        if not entry.name.startswith(FREE):
            content = os.fsencode(entry.link) if entry.link else entry.path.read_bytes()
            whole.update(b"%d:%s %d:" % (len(entry.name), os.fsencode(entry.name), len(content)) + content)
    return whole.hexdigest()[:32]


def note(root: Path, artifact: Artifact, family: str) -> None:
    """After a whole build: what its log tells."""
    log = log_file(root, artifact.key).read_text(errors="replace")
    _write(artifact_folder(root, artifact.key), Note(family, told(log)))


class Recompiler:
    """`make` builds an artifact from the last whole one of its family; `prove` prepares for that. Both raise
    `Unfit`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._compiler = Compiler()
        self._bases: dict[str, _Base | Unfit] = {}
        self._warmed = 0
        self._proving = asyncio.Lock()

    async def close(self) -> None:
        self._bases.clear()
        self._warmed = 0
        await self._compiler.close()

    async def prove(self, artifact: Artifact) -> None:
        """Of the family of an artifact that is built."""
        found = await asyncio.to_thread(_read, artifact_folder(self._root, artifact.key))
        if artifact.recompile and found:
            base = await self._base(artifact.recompile.jar, found.family)
            await self._warm(base)

    async def make(self, artifact: Artifact, family: str) -> None:
        """In the artifact's folder, which holds its source. Raises `BuildFailed` when the code is wrong."""
        assert artifact.recompile is not None
        folder = artifact_folder(self._root, artifact.key)
        self._warmed = WARM  # nobody waits for more of that now
        base = await self._base(artifact.recompile.jar, family)
        resources = await asyncio.to_thread(_resources, folder, base)
        log = log_file(self._root, artifact.key)
        target = folder / "target/classes"
        if not await self._compiler.compile(_call(base.arguments, base.folder, folder, folder), log):
            raise _wrong(artifact, log)
        await asyncio.to_thread(_assemble, artifact, base, folder, resources, classes.contents(target))
        await asyncio.to_thread(_write, folder, Note(family))

    async def _base(self, jar: str, family: str) -> _Base:
        """Proven once; anew when there is a later whole build of the family."""
        folder = await asyncio.to_thread(_last_whole, self._root, family)
        async with self._proving:
            known = self._bases.get(folder.name)
            if known is None:
                known = await self._proven(jar, folder)
                self._bases[folder.name] = known
        if isinstance(known, Unfit):
            raise known
        touch(self._root, folder.name)
        return known

    async def _warm(self, base: _Base) -> None:
        """A JVM is fast at what it has done a few times."""
        while self._warmed < WARM:
            self._warmed += 1
            await self._again(base.folder, base.arguments)

    async def _proven(self, jar: str, folder: Path) -> _Base | Unfit:
        try:
            arguments = await asyncio.to_thread(_usable, folder)
            again = await self._again(folder, arguments)
            return await asyncio.to_thread(_compared, folder, arguments, jar, again)
        except Unfit as problem:
            return problem

    async def _again(self, folder: Path, arguments: tuple[str, ...]) -> classes.Contents:
        """What the call of a whole build makes of its own code."""
        with tempfile.TemporaryDirectory() as beside:
            call = _call(arguments, folder, Path(beside), folder)
            if not await self._compiler.compile(call, Path(beside) / "log"):
                raise Unfit("its last whole build can't be made again")
            return await asyncio.to_thread(classes.contents, Path(beside) / "target/classes")


def _last_whole(root: Path, family: str) -> Path:
    found = [path.parent.parent for path in (root / "builds").glob(f"*/{NOTE}") if _is_whole(path, family)]
    for folder in sorted(found, key=lambda folder: (folder / NOTE).stat().st_mtime, reverse=True):
        if is_built(root, folder.name):
            return folder
    raise NoBase


def _is_whole(path: Path, family: str) -> bool:
    found = _read(path.parent.parent)
    return found is not None and found.family == family and found.told is not None


def _usable(folder: Path) -> tuple[str, ...]:
    found = _read(folder)
    assert found is not None
    assert found.told is not None
    if found.told.refusal:
        raise Unfit(found.told.refusal)
    arguments = found.told.arguments
    if _after(arguments, "-d") != str(folder / "target/classes"):
        raise Unfit("its last whole build compiled into another folder")
    elsewhere = [path for path in _after(arguments, "-classpath").split(os.pathsep) if path]
    if any(not Path(path).exists() for path in elsewhere):
        raise Unfit("a library of its last whole build is gone")
    if any(str(folder) in argument.replace(f"{folder}/target", "") for argument in arguments):
        raise Unfit("the build names folders of its own to the compiler")
    if classes.contents(folder / "target/generated-sources"):
        raise Unfit("the build generates sources")
    return arguments


def _after(arguments: tuple[str, ...], name: str) -> str:
    return next((value for option, value in pairwise(arguments) if option == name), "")


def _call(arguments: tuple[str, ...], base: Path, into: Path, source: Path) -> tuple[str, ...]:
    """The base's call, into another folder, for the code in `source`."""
    moved = (argument.replace(f"{base}/target", f"{into}/target") for argument in arguments)
    files = sorted(str(path) for path in (source / JAVA).rglob("*.java"))
    for folder in ("target/classes", "target/generated-sources/annotations"):
        (into / folder).mkdir(parents=True, exist_ok=True)
    return (*moved, *files)


def _compared(folder: Path, arguments: tuple[str, ...], jar: str, again: classes.Contents) -> _Base:
    """That classes and resources are all that the whole build made, and what it packed."""
    resources, made = classes.contents(folder / RESOURCES), classes.contents(folder / "target/classes")
    others = sorted(name for name in made if name not in again and name not in resources)
    if others:
        raise Unfit(f"the build makes {others[0]} as well")
    if any(made.get(name) != content for name, content in again.items()):
        raise Unfit("the build changes what the compiler makes")
    packed = classes.packed(folder / jar)
    if any(packed.get(name) != content for name, content in made.items()):
        raise Unfit("the build packs something else than it makes")
    return _Base(folder, arguments, resources, made)


def _resources(folder: Path, base: _Base) -> dict[str, bytes]:
    return classes.copied(classes.contents(folder / RESOURCES), base.resources, base.made)


def _assemble(
    artifact: Artifact, base: _Base, folder: Path, resources: classes.Contents, made: classes.Contents
) -> None:
    assert artifact.recompile is not None
    if classes.starting(made) != classes.starting(base.made):
        raise Unfit("another class may be the one to start")
    for name, content in resources.items():
        path = folder / "target/classes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name in artifact.recompile.libraries:
        shutil.copytree(base.folder / name, folder / name, symlinks=True, copy_function=os.link)
    jar = folder / artifact.recompile.jar
    jar.parent.mkdir(parents=True, exist_ok=True)
    classes.repack(base.folder / artifact.recompile.jar, base.made, {**made, **resources}, jar)


def _wrong(artifact: Artifact, log: Path) -> BuildFailed:
    return BuildFailed(f"building {artifact.owner}: the compiler refuses the code", hint=last_words(log))


def _read(folder: Path) -> Note | None:
    try:
        return msgspec.json.decode((folder / NOTE).read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        return None


def _write(folder: Path, note: Note) -> None:
    (folder / NOTE).parent.mkdir(exist_ok=True)
    (folder / NOTE).write_bytes(msgspec.json.encode(note))
