"""The file, read for a verb that needs it (the heavy half of the command line)."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, cast

from shoal.cli.place import Place
from shoal.model.app import App, Target


def env_file_argument(parser: ArgumentParser) -> None:
    """For every verb that reads the file."""
    text = "variables for ${...}, instead of .env and .env.ENVIRONMENT; may be repeated, later files win"
    parser.add_argument("--env-file", action="append", default=[], metavar="FILE", help=text)


def profile_argument(parser: ArgumentParser) -> None:
    """For every verb that is about what should run."""
    text = "with the services of this profile, too (`*`: of all; default: SHOAL_PROFILES); may be repeated"
    parser.add_argument("--profile", action="append", default=[], metavar="NAME", help=text)


def load_app(place: Place, variables: Mapping[str, str] = os.environ) -> App:
    from shoal.compose.loading import load

    return load(
        place.file,
        environment=place.environment,
        target=cast("Target | None", place.given or None),
        variables=variables,
        env_files=place.env_files,
        profiles=place.profiles,
    )


def secret_values(app: App, place: Place) -> dict[str, str]:
    """The contents of the declared secrets, from the caller's variables and files; made ones are the daemon's."""
    from shoal.compose.loading import secret_values

    return secret_values(app, place.file, os.environ, place.env_files)


def tell_unheard(place: Place) -> None:
    """What of a Compose file isn't honoured, each with its line."""
    from shoal.cli.output import progress
    from shoal.compose.loading import unheard

    for remark in unheard(place.file, os.environ, place.env_files):
        progress(f"not honoured: {remark}")


def builtins(app: App) -> Any:
    import msgspec

    return msgspec.to_builtins(app)
