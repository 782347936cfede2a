"""Follows edits for `up --watch`: a change of the file or of a source only wakes; what is wanted then is decided by
comparing contents, like with any `up`. A part of the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import msgspec

from shoal.build.changes import Changes, Places
from shoal.build.untracked import untracked
from shoal.control.environment import Environment
from shoal.control.releases import Release
from shoal.drivers.process import atomic
from shoal.errors import ShoalError
from shoal.model.app import App
from shoal.model.release import Watch

CALLER = "secrets/%caller"
"""Below the state: the environment of whoever said `up --watch`, since the file may refer to any of it later."""


class Watcher:
    """`report` tells events (kind, subject, text)."""

    def __init__(self, environment: Environment, state: Path, report: Callable[[str, str, str], None]) -> None:
        self._environment, self._caller, self._report = environment, state / CALLER, report
        self._said = ""

    def remember(self, variables: Mapping[str, str]) -> None:
        """The caller's variables, for every later reading of the file."""
        self._caller.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.write(self._caller, msgspec.json.encode(variables).decode())

    async def run(self) -> None:
        """For ever: wait until watching is wanted, watch until it isn't."""
        while True:
            await self._environment.loop.until(lambda: self._wanted() is not None)
            await self._watch()
            self._caller.unlink(missing_ok=True)

    def _wanted(self) -> Release | None:
        release = self._environment.release
        return release if release and release.wanted.watch and not release.wanted.down else None

    async def _watch(self) -> None:
        changes = Changes()
        try:
            while release := self._wanted():
                found = await asyncio.to_thread(places, release)
                await asyncio.to_thread(changes.cover, found)
                self._say(changes.problem)
                if await self._renew(release):
                    await self._next(changes, found)
        finally:
            changes.close()

    async def _next(self, changes: Changes, covered: Places) -> None:
        """Until there is an edit, or other places count: what is wanted besides was read when it was wanted."""
        edited = asyncio.create_task(changes.burst(), name="next edit")
        other = asyncio.create_task(self._elsewhere(covered), name="other places")
        try:
            await asyncio.wait((edited, other), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (edited, other):
                task.cancel()
            await asyncio.gather(edited, other, return_exceptions=True)

    async def _elsewhere(self, covered: Places) -> None:
        """Until a release is wanted that was read from other places, or none that is watched."""
        known: Release | None = None
        while (release := self._wanted()) and (release is known or await asyncio.to_thread(places, release) == covered):
            known = release
            await self._environment.loop.until(partial(self._is_not, release))

    def _is_not(self, release: Release) -> bool:
        return self._environment.release is not release

    def _say(self, problem: str) -> None:
        if problem != self._said and problem:
            self._report("watching", "shoal", problem)
        self._said = problem

    async def _renew(self, release: Release) -> bool:
        """What is wrong with an edit is told once, and what runs goes on. False: it has to be read again."""
        before = self._environment.unread
        try:
            app, values = await asyncio.to_thread(self._read, release)
            if not await self._environment.renew(app, values):
                return False
            self._environment.unread = ""
        except ShoalError as problem:
            self._environment.unread = str(problem)
        except OSError as problem:  # a file went while it was read; its going wakes us
            self._environment.unread = f"{problem.filename}: {problem.strerror}"
        if self._environment.unread not in ("", before):
            self._report("refused", "shoal.yaml", f"{self._environment.unread}\nwhat runs goes on as it was")
        return True

    def _read(self, release: Release) -> tuple[App, dict[str, str]]:
        from shoal.compose.loading import load, secret_values

        watch = release.wanted.watch
        assert watch is not None
        file, was = Path(watch.file), release.wanted.app
        environment = was.environment
        given = self._variables()
        env_files = [Path(name) for name in watch.env_files]
        # What is said of the target meanwhile is for the next `up`.
        app = load(file, environment=environment, target=was.target, variables=given, env_files=env_files)
        return app, secret_values(app, file, given, env_files)

    def _variables(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._caller.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            return {}


def places(release: Release) -> Places:
    """All that a release was read from."""
    app, watch = release.wanted.app, release.wanted.watch
    assert watch is not None
    folder = Path(app.folder)
    trees: dict[Path, tuple[str, ...]] = {}
    for source in release.inputs.sources.values():
        path = Path(source.path)
        ignore = (*source.ignore, *untracked(path))
        # One folder may be several sources: what any of them counts, counts.
        trees[path] = tuple(name for name in trees.get(path, ignore) if name in ignore)
    return Places(trees, frozenset(_files(folder, watch, release)))


def _files(folder: Path, watch: Watch, release: Release) -> Iterator[Path]:
    app = release.wanted.app
    yield Path(watch.file)
    yield from map(Path, watch.env_files) if watch.env_files else (folder / ".env", folder / f".env.{app.environment}")
    yield from (folder / secret.file for secret in app.secrets if secret.file)
    yield from (folder / name for name in release.inputs.contents)
