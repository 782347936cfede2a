"""shoal.yaml → App: read, overlay, interpolate, conform, check."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as FilePath

import msgspec
from msgspec import UNSET

from shoal.errors import FileError, MissingFile, MissingVariable, Place, WrongType
from shoal.model.app import App, Target
from shoal.spec import overlay
from shoal.spec.backings import backing_of, secrets_of
from shoal.spec.builds import builds_of
from shoal.spec.conform import conform
from shoal.spec.cycles import check_cycles
from shoal.spec.expand import Scope
from shoal.spec.facts import Facts, check_names, valid
from shoal.spec.finding import located
from shoal.spec.gateway import gateway_of
from shoal.spec.interpolate import interpolate
from shoal.spec.models import File
from shoal.spec.profiles import active
from shoal.spec.published import check_numbers
from shoal.spec.reader import read_file
from shoal.spec.report import Report
from shoal.spec.services import services_of
from shoal.spec.tree import Path, Table, find, walk
from shoal.spec.variables import Reading, known
from shoal.spec.words import quote


def load(
    folder_or_file: FilePath,
    *,
    environment: str | None = None,
    target: Target | None = None,
    variables: Mapping[str, str],
    env_files: Sequence[FilePath] = (),
    profiles: Sequence[str] = (),
    read: Callable[[FilePath, Report], Table] = read_file,
    scope: Reading = Scope,
) -> App:
    """The app of a file, for one environment (None: dev), on one target (None: the file's own). `variables` are the
    caller's, and win over those of `env_files`, or of `.env` and its kin beside the file. `profiles` are the active
    ones, else those of a variable. `read` makes a tree of a file, `scope` is how files of variables are read: there are
    other ways to say the same.

    Raises FileError or one of its kinds: the only problem, or `Problems` with all of them.
    """
    file = located(folder_or_file)
    report = Report()
    whole = _without_anchors(read(file, report))
    overlays = overlay.environments(whole, report)
    chosen = environment or overlay.ALWAYS
    overlay.check_there(chosen, overlays, whole)

    def loaded(name: str, report: Report) -> App:
        tree = overlay.merged(whole.without("environments"), overlays[name], (), report)
        mine = known(file.parent, name, variables, env_files, scope)
        tree = interpolate(tree, mine, report)
        entry = conform(tree, File, report)
        own = "process" if entry.target is UNSET else entry.target
        # What another environment will run on, only those know who ask for it.
        facts = Facts(entry, tree, file.parent, mine, report, (target or own) if name == chosen else None)
        return _app(facts, name)

    app = loaded(chosen, report)
    for other in overlays:
        _check_other(other, loaded, report)
    report.raise_any()
    mine = known(file.parent, chosen, variables, env_files, scope)
    return msgspec.structs.replace(app, profiles=active(profiles, mine, app.services))


def _check_other(environment: str, loaded: Callable[[str, Report], App], report: Report) -> None:
    """An environment that isn't asked for is checked all the same, but for what only its own machines have."""
    aside = Report()
    try:
        loaded(environment, aside)
    except FileError as problem:  # in its own file of variables
        aside.add(type(problem), (), problem.what, problem.where, problem.hint)
    report.also(aside, but=(MissingVariable, MissingFile), note=f"(in environment {environment})")


def _without_anchors(written: Table) -> Table:
    """Top keys that start with x- are a place to keep anchors, and nothing else."""
    return written.without(*(key for key in written.entries if key.startswith("x-")))


def _app(facts: Facts, environment: str) -> App:
    check_names(facts)
    check_numbers(facts)
    services = services_of(facts)
    check_cycles(services, facts)
    _check_any(facts)
    return App(
        name=_name(facts),
        folder=str(facts.folder.resolve()),
        environment=environment,
        target=facts.target or "process",
        services=services,
        builds=builds_of(facts),
        backing=backing_of(facts),
        gateway=gateway_of(facts),
        secrets=secrets_of(facts),
        names=facts.file.names,
        places=_places(facts),
    )


def _check_any(facts: Facts) -> None:
    if not facts.names("services") and not facts.report.broken(("services",)):
        hint = "such as `services: {web: {path: web}}`"
        facts.problem_at_key(WrongType, ("services",), "there is nothing to run", hint)


def _name(facts: Facts) -> str:
    """What the file says, or the folder's name made valid."""
    name = facts.file.name
    if not name and not facts.report.broken(("name",)) and facts.tree.get("name") is None:
        plain = re.sub(r"[^a-z0-9]+", "-", facts.folder.resolve().name.lower()).lstrip("-0123456789")[:40].strip("-")
        return plain or "app"
    if not valid(name) and not facts.report.broken(("name",)):
        hint = "lower-case letters, digits and -, a letter first, 40 at most"
        facts.problem(WrongType, ("name",), f"{quote(name)} is not a valid name", hint)
    return name


def _places(facts: Facts) -> dict[str, Place]:
    """Dotted path → place. The entries of a map of needs are found by their index as well."""
    found = {_dotted(path): place for path, place in walk(facts.tree)}
    for section in ("services", "jobs"):
        for name in facts.names(section):
            needs = find(facts.tree, (section, name, "needs"))
            if isinstance(needs, Table):
                items = enumerate(needs.entries.values())
                found |= {f"{section}.{name}.needs.{index}": entry.place for index, entry in items}
    return found


def _dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)
