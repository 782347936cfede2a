"""Keeps a compiler warm as long as edits are followed. A part of the engine."""

from __future__ import annotations

from collections.abc import Callable

from shoal.build.compiler import Unfit
from shoal.build.recompile import NoBase, Recompiler
from shoal.control.environment import Environment
from shoal.model.workload import Artifact


class Recompiling:
    """`report` tells events (kind, subject, text)."""

    def __init__(
        self, environment: Environment, recompiler: Recompiler, report: Callable[[str, str, str], None]
    ) -> None:
        self._environment, self._report = environment, report
        self._recompiler = recompiler
        self._proven: set[str] = set()
        self._said = ""

    @property
    def recompiler(self) -> Recompiler | None:
        """Nobody waits at the keyboard for other builds: they are made whole."""
        return self._recompiler if self._watched() else None

    async def run(self) -> None:
        """For ever: whenever all has come to rest, what the next edit needs is prepared. Cancelling it ends the
        compiler."""
        try:
            while True:
                await self._environment.loop.until(lambda: bool(self._due()) or self._is_over())
                for artifact in self._due():
                    await self._prove(artifact)
                if self._is_over():
                    self._proven.clear()
                    await self._recompiler.close()
        finally:
            await self._recompiler.close()

    def _watched(self) -> bool:
        release = self._environment.release
        return release is not None and release.wanted.watch is not None and not release.wanted.down

    def _is_over(self) -> bool:
        return bool(self._proven) and not self._watched()

    def _due(self) -> list[Artifact]:
        if not self._watched() or not self._environment.settled():
            return []
        loop = self._environment.loop
        candidates = [a for a in loop.desired.artifacts if a.recompile and a.key not in self._proven]
        return [a for a in candidates if a.key in loop.observed.artifacts]

    async def _prove(self, artifact: Artifact) -> None:
        self._proven.add(artifact.key)
        try:
            await self._recompiler.prove(artifact)
        except NoBase:
            return
        except Unfit as problem:
            self._say(artifact.owner, str(problem))

    def _say(self, owner: str, why: str) -> None:
        if self._said != f"{owner} {why}":
            self._said = f"{owner} {why}"
            self._report("watching", owner, f"each edit takes a whole build: {why}")
