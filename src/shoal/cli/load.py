"""The file, read for a verb that needs it (the heavy half of the command line)."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shoal.cli.place import Place
from shoal.errors import MissingFile, MissingVariable
from shoal.model.app import App, Secret


def env_file_argument(parser: ArgumentParser) -> None:
    """For every verb that reads the file."""
    text = "variables for ${...}, instead of .env and .env.ENVIRONMENT; may be repeated, later files win"
    parser.add_argument("--env-file", action="append", default=[], metavar="FILE", help=text)


def load_app(place: Place) -> App:
    from shoal.spec import load

    return load(place.file, environment=place.environment, variables=os.environ, env_files=place.env_files)


def secret_values(app: App, place: Place) -> dict[str, str]:
    """The contents of the declared secrets, from the caller's variables and files; made ones are the daemon's."""
    from shoal.spec import known

    variables = known(place.folder, place.environment, os.environ, place.env_files)
    return {s.name: _content(app, s, variables) for s in app.secrets if s.env or s.file}


def _content(app: App, secret: Secret, known: Mapping[str, str]) -> str:
    where = app.places.get(f"secrets.{secret.name}")
    if secret.file:
        try:
            return (Path(app.folder) / secret.file).read_text().rstrip("\n")
        except OSError as problem:
            raise MissingFile(f"secret {secret.name}: {secret.file}: {problem.strerror}", where=where) from None
    if secret.env not in known:
        hint = f"Set it before you run shoal, or in .env: {secret.env}=..."
        raise MissingVariable(f"secret {secret.name}: {secret.env} is not set", where=where, hint=hint)
    return known[secret.env]


def builtins(app: App) -> Any:
    import msgspec

    return msgspec.to_builtins(app)
