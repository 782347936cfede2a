"""Which app and environment a verb is about."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from shoal.api.client import Client
from shoal.api.place import state_folder, state_root
from shoal.errors import MissingFile, UsageError
from shoal.model.names import NAME

NAMES = ("shoal.yaml", "shoal.yml")


class Place:
    """The file, its folder, and where the state of the asked-for environment lies. Reads no YAML. `env_files` are
    those that `--env-file` names, `profiles` those of `--profile`."""

    def __init__(
        self, file: Path, environment: str, env_files: Sequence[Path] = (), profiles: Sequence[str] = ()
    ) -> None:
        self.file, self.folder, self.environment = file, file.parent, environment
        self.env_files, self.profiles = tuple(env_files), tuple(profiles)

    def state(self, name: str = "") -> Path:
        return state_folder(state_root(os.environ), self.folder, name, self.environment)

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
    env_files = [Path(name).absolute() for name in getattr(options, "env_file", ())]
    profiles = getattr(options, "profile", ())
    return Place(_named(given) if given else _found(Path.cwd()), options.env, env_files, profiles)


def _named(given: Path) -> Path:
    candidates = [given / name for name in NAMES] if given.is_dir() else [given]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise MissingFile(f"{given}: there is no such file", hint="Name a shoal.yaml, or its folder, with -f.")


def _found(here: Path) -> Path:
    for folder in (here, *here.parents):
        for name in NAMES:
            if (folder / name).is_file():
                return (folder / name).resolve()
    raise MissingFile(
        f"there is no shoal.yaml in {here} or above it",
        hint="Go to your app's folder, or name the file with -f; `shoal init` writes a first one.",
    )
