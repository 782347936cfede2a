"""`profiles` of services and jobs, and which are active."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from shoal.errors import UsageError, WrongType
from shoal.model.app import Service
from shoal.model.names import hint
from shoal.spec.facts import Facts
from shoal.spec.tree import Path
from shoal.spec.words import quote

VARIABLE = "SHOAL_PROFILES"
ALL = "*"

# As in Compose.
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


def profiles_of(names: list[str], path: Path, facts: Facts) -> tuple[str, ...]:
    """The names, once each; what can't be one is reported."""
    for index, name in enumerate(names):
        if not _NAME.fullmatch(name) and not facts.report.broken((*path, index)):
            what = f"{quote(name)} is not a valid name of a profile"
            facts.problem(WrongType, (*path, index), what, "letters, digits, `_`, `.` and -, a letter or digit first")
    return tuple(dict.fromkeys(names))


def active(given: Sequence[str], variables: Mapping[str, str], services: Sequence[Service]) -> tuple[str, ...]:
    """The profiles that the command line names, else those of the variable. Raises `UsageError` for one that nothing
    is in."""
    source = "--profile" if given else VARIABLE
    listed = [name.strip() for name in variables.get(VARIABLE, "").split(",")]
    wanted = dict.fromkeys(given or (name for name in listed if name))
    there = sorted({profile for service in services for profile in service.profiles})
    for name in wanted:
        if name not in there and name != ALL:
            advice = hint(name, there) if there else "No service here has `profiles`."
            raise UsageError(f"{source}: nothing is in a profile {name}", hint=advice)
    return tuple(wanted)
