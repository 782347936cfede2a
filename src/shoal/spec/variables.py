"""Which variables a file sees, and where each comes from. The first of these that sets one wins:

1. the caller's environment
2. the files of `--env-file`, the last named first; they stand in for 3 and 4, as in Compose
3. `.env.<environment>` beside shoal.yaml
4. `.env` beside shoal.yaml

Below all of them is the default that stands in the text itself: `${NAME:-default}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shoal.errors import MissingFile
from shoal.spec.dotenv import Setting, parse
from shoal.spec.expand import Scope
from shoal.spec.reader import text_of

Reading = Callable[[Mapping[str, str]], Scope]
"""How a value's `${...}` are read: here, or in Compose's way."""


def known(
    folder: Path, environment: str, given: Mapping[str, str], env_files: Sequence[Path] = (), scope: Reading = Scope
) -> dict[str, str]:
    """Name -> value: `given` (the caller's) over those of the files. Without an environment there is none of its own.
    Raises what is wrong with a file."""
    layers = read(folder, environment, given, env_files, scope)
    found = [{name: setting.value for name, setting in one.items()} for one in layers]
    return {name: value for layer in (*found, given) for name, value in layer.items()}


def read(
    folder: Path, environment: str, given: Mapping[str, str], env_files: Sequence[Path] = (), scope: Reading = Scope
) -> list[dict[str, Setting]]:
    """What each file sets, the weakest first. A value may use the names of the caller and of weaker files."""
    found: list[dict[str, Setting]] = []
    before: dict[str, str] = {}
    for file in _files(folder, environment, env_files):
        found.append(parse(text_of(file), str(file), given, before, scope))
        before |= {name: setting.value for name, setting in found[-1].items()}
    return found


def _files(folder: Path, environment: str, env_files: Sequence[Path]) -> list[Path]:
    """The weakest first. Raises `MissingFile` for one that was named and isn't there."""
    for file in env_files:
        if not file.is_file():
            raise MissingFile(f"{file}: there is no such file", hint="--env-file names a file of NAME=value lines.")
    beside = (folder / ".env", *([folder / f".env.{environment}"] if environment else []))
    return list(env_files) or [file for file in beside if file.is_file()]
