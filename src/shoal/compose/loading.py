"""A file of either kind → App. A Compose file is made shoal's own in memory, and then checked like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shoal import spec
from shoal.compose.finding import beside, is_compose
from shoal.compose.project import Project
from shoal.compose.remarks import Remark
from shoal.compose.translating import Translated, translated
from shoal.model.app import App
from shoal.spec import secrets
from shoal.spec.expand import Lenient, Scope
from shoal.spec.profiles import VARIABLE
from shoal.spec.report import Report
from shoal.spec.tree import Table


def load(file: Path, *, variables: Mapping[str, str], env_files: Sequence[Path] = (), **asked: Any) -> App:
    """As `spec.load` does it, whichever kind the file is of."""
    if not is_compose(file):
        return spec.load(file, variables=variables, env_files=env_files, **asked)

    def read(named: Path, report: Report) -> Table:
        return translation((named, *beside(named)), variables, report, env_files).tree

    given = {VARIABLE: variables["COMPOSE_PROFILES"]} if "COMPOSE_PROFILES" in variables else {}
    return spec.load(file, variables=given | dict(variables), env_files=env_files, read=read, scope=Lenient, **asked)


def secret_values(app: App, file: Path, variables: Mapping[str, str], env_files: Sequence[Path] = ()) -> dict[str, str]:
    """The contents of the declared secrets, from the caller's variables and files; made ones are the daemon's."""
    scope = Lenient if is_compose(file) else Scope
    return secrets.secret_values(app, spec.known(file.parent, app.environment, variables, env_files, scope))


def unheard(file: Path, variables: Mapping[str, str], env_files: Sequence[Path] = ()) -> tuple[Remark, ...]:
    """What of a Compose file isn't honoured; nothing of shoal's own."""
    if not is_compose(file):
        return ()
    return translation((file, *beside(file)), variables, Report(), env_files).remarks


def translation(
    files: Sequence[Path],
    variables: Mapping[str, str],
    report: Report,
    env_files: Sequence[Path] = (),
    *,
    keep: bool = False,
) -> Translated:
    """Raises what is wrong with the files, before what shoal makes of them is looked at."""
    project = Project(files, variables, report, env_files)
    report.raise_any()
    found = translated(project, keep=keep)
    report.raise_any()
    return found
