"""The contents of the declared secrets, from the caller's variables and from files; made ones are the driver's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shoal.errors import MissingFile, MissingVariable
from shoal.model.app import App, Secret


def secret_values(app: App, variables: Mapping[str, str]) -> dict[str, str]:
    """Name -> content. `variables` are all that the file sees. Raises `MissingFile`, `MissingVariable`."""
    return {s.name: _content(app, s, variables) for s in app.secrets if s.env or s.file}


def _content(app: App, secret: Secret, variables: Mapping[str, str]) -> str:
    where = app.places.get(f"secrets.{secret.name}")
    if secret.file:
        try:
            return (Path(app.folder) / secret.file).read_text().rstrip("\n")
        except OSError as problem:
            raise MissingFile(f"secret {secret.name}: {secret.file}: {problem.strerror}", where=where) from None
    if secret.env not in variables:
        hint = f"Set it before you run shoal, or in .env: {secret.env}=..."
        raise MissingVariable(f"secret {secret.name}: {secret.env} is not set", where=where, hint=hint)
    return variables[secret.env]
