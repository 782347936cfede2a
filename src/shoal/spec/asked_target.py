"""Which target the file asks for, without the rest of it: for verbs that only look at what runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath

from msgspec import UNSET

from shoal.model.app import Target
from shoal.spec import overlay
from shoal.spec.conform import conform
from shoal.spec.interpolate import interpolate
from shoal.spec.models import File
from shoal.spec.reader import read_file
from shoal.spec.report import Report
from shoal.spec.tree import Table
from shoal.spec.variables import known


def asked_target(
    file: FilePath, environment: str, variables: Mapping[str, str], env_files: Sequence[FilePath] = ()
) -> Target:
    """The environment's, else the file's, else process. Raises `FileError` where that can't be read."""
    report = Report()
    written = read_file(file, report)
    overlays = overlay.environments(written, report)
    overlay.check_there(environment, overlays, written)
    alone = overlay.merged(_alone(written), _alone(overlays[environment]), (), report)
    found = conform(interpolate(alone, known(file.parent, environment, variables, env_files), report), File, report)
    report.raise_any()
    return "process" if found.target is UNSET else found.target


def _alone(tree: Table) -> Table:
    return tree.without(*(key for key in tree.entries if key != "target"))
