"""Artifact → folder: copy the source, run the steps, mark it done. The same key is built once."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shlex
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from shoal.build import parts, recompile
from shoal.build.compiler import Unfit
from shoal.build.engines import program
from shoal.build.environment import build_environment
from shoal.build.recompile import NoBase, Recompiler
from shoal.build.source import digest
from shoal.build.spawn import Spawn, spawn_here
from shoal.build.store import artifact_folder, is_built, lock_file, log_file, make_room, mark_built, touch, wipe
from shoal.build.tree import walk
from shoal.build.trouble import disk_full, is_full, last_words, unusable
from shoal.errors import BuildFailed
from shoal.model.values import Ref, Value
from shoal.model.workload import Artifact, Step

__all__ = ["Report", "artifact_folder", "build", "is_built", "render_programs"]

LOCK_INTERVAL = 0.2


class Report(Protocol):
    """Told twice per step: when it starts (`seconds` is None) and when it ended well."""

    def __call__(self, step: str, note: str, seconds: float | None) -> None: ...


class _Bench(NamedTuple):
    """What all steps of one build share."""

    artifact: Artifact
    folder: Path
    log: Path
    render: Callable[[Value], str]
    spawn: Spawn
    report: Report
    recompiler: Recompiler | None


def render_programs(value: Value) -> str:
    """Text with the paths of programs put in; all that a build step may refer to besides folders of artifacts."""
    return value.render(lambda ref: str(program(ref.name)) if ref.kind == "program" else str(ref))


async def build(
    artifact: Artifact,
    *,
    root: Path,
    render: Callable[[Value], str] = render_programs,
    spawn: Spawn = spawn_here,
    report: Report = lambda step, note, seconds: None,
    recompiler: Recompiler | None = None,
) -> Path:
    """The artifact's folder under `root` (the cache), built if it isn't yet; by the `recompiler`, if it can. It is
    built where it will stay, for venvs can't be moved. Raises `BuildFailed`; then only its log is left, and the next
    try starts afresh."""
    folder = artifact_folder(root, artifact.key)
    bench = _Bench(artifact, folder, log_file(root, artifact.key), render, spawn, report, recompiler)
    try:
        async with _alone(lock_file(root, artifact.key), report):
            if not await asyncio.to_thread(is_built, root, artifact.key):
                await _made(bench, root)
            touch(root, artifact.key)
    except OSError as problem:
        raise unusable(artifact.owner, root, problem) from problem
    return folder


async def _made(bench: _Bench, root: Path) -> None:
    """Built, and marked as such; or nothing of it is left."""
    try:
        await _whole(asyncio.create_task(asyncio.to_thread(_prepare, bench, root)))
        await (_run_all(bench, root) if bench.artifact.recompile is None else _compiled(bench, root))
        await asyncio.to_thread(mark_built, root, bench.artifact.key)
    except BaseException as problem:
        full = is_full(root)  # asked while it is: what is left of the build takes the room
        await _whole(asyncio.create_task(asyncio.to_thread(wipe, bench.folder)))
        if full and isinstance(problem, BuildFailed):
            raise disk_full(bench.artifact.owner, root, problem.hint) from problem
        raise


async def _compiled(bench: _Bench, root: Path) -> None:
    """The short way, or the whole, which is told why; the whole one is noted, for the next edit to begin from."""
    artifact = bench.artifact
    assert artifact.recompile is not None
    family = await asyncio.to_thread(recompile.family, artifact, bench.folder)
    if bench.recompiler:
        try:
            await _whole(asyncio.create_task(bench.recompiler.make(artifact, family)))
            for step in artifact.recompile.steps:
                await _run(bench, step)
            return
        except Unfit as problem:
            if not isinstance(problem, NoBase):
                bench.report("whole build", str(problem), None)
            await asyncio.to_thread(_prepare, bench, root)
    await _run_all(bench, root)
    await asyncio.to_thread(recompile.note, root, artifact, family)


async def _run_all(bench: _Bench, root: Path) -> None:
    part = await _with_part(bench, root)
    for step in bench.artifact.steps[len(part.steps) if part else 0 :]:
        await _run(bench, step)
    if part:
        await asyncio.to_thread(parts.check, root, part)


async def _with_part(bench: _Bench, root: Path) -> parts.Made | None:
    """Brings the part that the first steps make, made now if it hasn't been before."""
    found = await asyncio.to_thread(parts.of, bench.artifact, bench.folder, root)
    if found is None:
        return None
    async with _alone(lock_file(root, found.key), bench.report):
        folder = artifact_folder(root, found.key)
        if not await asyncio.to_thread(is_built, root, found.key):
            await _make_part(bench, root, found, folder)
        touch(root, found.key)
        await _whole(asyncio.create_task(asyncio.to_thread(parts.bring, found, folder, bench.folder)))
    return found


async def _make_part(bench: _Bench, root: Path, made: parts.Made, folder: Path) -> None:
    """Made, and marked as such; or nothing of it is left."""
    try:
        await asyncio.to_thread(parts.prepare, root, made, bench.folder)
        for step in made.steps:
            await _run(bench._replace(folder=folder), step)
        await asyncio.to_thread(parts.seal, root, made)
    except BaseException:
        await _whole(asyncio.create_task(asyncio.to_thread(wipe, folder)))
        raise


async def _whole(work: asyncio.Task[None]) -> None:
    """A thread can't be stopped: one that is cancelled goes on writing, so the lock is kept until it is done."""
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.gather(work, return_exceptions=True)
        raise


@contextlib.asynccontextmanager
async def _alone(lock: Path, report: Report) -> AsyncIterator[None]:
    """One build of a key at a time, over all processes; the kernel lets go when we die."""
    if lock.parent.exists() and not lock.parent.is_dir():
        lock.parent.unlink()
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        waits = False
        while not _locked(file):
            if not waits:
                report("wait", "another shoal is building the same", None)
            waits = True
            await asyncio.sleep(LOCK_INTERVAL)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _prepare(bench: _Bench, root: Path) -> None:
    """An empty log, and a copy of the source that is what its digest says."""
    artifact = bench.artifact
    bench.log.write_bytes(b"")
    folder = make_room(root, artifact.key)
    for entry in walk(Path(artifact.source), artifact.ignore):
        target = folder / entry.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            if entry.link:
                target.symlink_to(entry.link)
            else:
                shutil.copy2(entry.path, target)
    if artifact.digest and digest(folder, artifact.ignore) != artifact.digest:
        what = f"{artifact.owner}: its files changed while they were copied"
        raise BuildFailed(what, hint="say `up` again when they have come to rest")


async def _run(bench: _Bench, step: Step) -> None:
    started = time.monotonic()
    bench.report(step.name, step.note, None)
    command, env = await asyncio.to_thread(_rendered, bench, step)  # a program may have to be downloaded first
    if command:
        try:
            code = await bench.spawn(command, env, bench.folder, bench.log)
        except OSError as error:
            raise _failed(bench, step, f"can't be started: {error}") from error
        if code != 0:
            raise _failed(bench, step, f"ended with {f'exit code {code}' if code > 0 else f'signal {-code}'}")
    bench.report(step.name, step.note, time.monotonic() - started)


def _rendered(bench: _Bench, step: Step) -> tuple[tuple[str, ...], dict[str, str]]:
    """The step's files written, its command and environment as texts."""
    for name, content in step.files.items():
        path = bench.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(_text(bench, content))
    command = tuple(_text(bench, part) for part in step.command)
    env = build_environment(os.environ) | {name: _text(bench, value) for name, value in step.env.items()}
    if command:
        with bench.log.open("a") as log:
            log.write(f"$ {shlex.join(command)}\n")
    return command, env


def _text(bench: _Bench, value: Value) -> str:
    """Artifacts' folders lie beside each other: its own, and those that it reads."""

    def one(ref: Ref) -> Value:
        folder = bench.folder.with_name(ref.name) if ref.name else bench.folder
        return Value((str(folder),)) if ref.kind == "artifact" else Value((ref,))

    return bench.render(value.replace(one))


def _failed(bench: _Bench, step: Step, how: str) -> BuildFailed:
    what = f"building {bench.artifact.owner}: step `{step.name}` {how}"
    return BuildFailed(what, hint=last_words(bench.log))
