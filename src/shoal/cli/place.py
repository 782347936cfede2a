"""Which app, environment and target a verb is about."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from shoal.api.client import Client
from shoal.api.place import PROCESS, state_folder, state_root, wanted
from shoal.compose.finding import NAMES as COMPOSE
from shoal.compose.finding import is_compose
from shoal.errors import FileError, MissingFile, UsageError
from shoal.model.names import NAME, TARGETS, check_known

NAMES = ("shoal.yaml", "shoal.yml")
DOCKER = "docker"
"""What Compose files run on."""


class Place:
    """The file, its folder, and where the state of the asked-for environment lies. `env_files` are those that
    `--env-file` names, `profiles` those of `--profile`; `given` is the target that the command line or its variable
    names (empty: the file's own)."""

    def __init__(
        self,
        file: Path,
        environment: str,
        env_files: Sequence[Path] = (),
        profiles: Sequence[str] = (),
        given: str = "",
    ) -> None:
        self.file, self.folder, self.environment, self.given = file, file.parent, environment, given
        self.env_files, self.profiles = tuple(env_files), tuple(profiles)

    @cached_property
    def target(self) -> str:
        """What it runs on. Raises `TargetMissing` where that isn't built."""
        from shoal.cli.target import check_built

        found = self.given or self._of_the_file()
        check_built(found)
        return found

    def state(self, name: str = "") -> Path:
        return self._state(name, self.target)

    def _state(self, name: str, target: str) -> Path:
        return state_folder(state_root(os.environ), self.folder, name, self.environment, target)

    def _of_the_file(self) -> str:
        """A file that can't be read keeps nobody from stopping what runs: then it is where something was wanted."""
        if is_compose(self.file):
            return DOCKER
        try:
            # Most files say nothing of it, and most verbs need nothing else of them: reading YAML takes its time.
            if b"target" not in self.file.read_bytes():
                return PROCESS
            from shoal.spec import asked_target

            return asked_target(self.file, self.environment, os.environ, self.env_files)
        except (FileError, OSError):
            return next((target for target in TARGETS if wanted(self._state("", target))), PROCESS)

    def client(self) -> Client:
        """Of a daemon that answers, unless none is there, nor just coming back."""
        found = Client(self.state())
        if not found.alive():
            from shoal.cli.target import await_return

            await_return(self.state(), found)
        return found


def place(options: Namespace) -> Place:
    """Raises `MissingFile` when there is no shoal.yaml here or above, `UsageError` for what can't be a name: the
    environment's is part of a path."""
    if not re.fullmatch(NAME, options.env):
        hint = "--env (or SHOAL_ENV) takes one of the file's: lower-case letters, digits and -, a letter first."
        raise UsageError(f"`{options.env}` can't be the name of an environment", hint=hint)
    given = Path(options.file) if options.file else None
    if options.run_on:
        check_known([options.run_on], TARGETS, "target")
    env_files = [Path(name).absolute() for name in getattr(options, "env_file", ())]
    profiles = getattr(options, "profile", ())
    return Place(_named(given) if given else _found(Path.cwd()), options.env, env_files, profiles, options.run_on)


def _named(given: Path) -> Path:
    candidates = [given / name for name in (*NAMES, *COMPOSE)] if given.is_dir() else [given]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise MissingFile(f"{given}: there is no such file", hint="Name a shoal.yaml, or its folder, with -f.")


def _found(here: Path) -> Path:
    for folder in (here, *here.parents):
        for name in NAMES:
            if (folder / name).is_file():
                return (folder / name).resolve()
    if compose := next((name for name in COMPOSE if (here / name).is_file()), ""):
        hint = f"`shoal -f {compose} up` runs it as it is; `shoal import {compose}` writes a shoal.yaml."
        raise MissingFile(f"there is no shoal.yaml in {here} or above it, but {compose}", hint=hint)
    raise MissingFile(
        f"there is no shoal.yaml in {here} or above it",
        hint="Go to your app's folder, or name the file with -f; `shoal init` writes a first one.",
    )
