"""`services` and `jobs` → Service."""

from __future__ import annotations

import re
from typing import Any

from msgspec import UNSET

from shoal.errors import WrongType
from shoal.model.app import Probes, Service, Stop
from shoal.model.values import Value
from shoal.spec.builds import build_of, path_of, toolchain_of
from shoal.spec.commands import environment_of, words_of
from shoal.spec.env_files import from_files
from shoal.spec.facts import Facts
from shoal.spec.files import files_of
from shoal.spec.health import probes_of, restart_of, stop_of
from shoal.spec.images import image_of
from shoal.spec.inputs import check_counts, inputs_of
from shoal.spec.limits import limits_of
from shoal.spec.models import JobEntry, MigrateEntry, ServiceEntry, Words, Work
from shoal.spec.mounts import mounts_of
from shoal.spec.needs import needs_of
from shoal.spec.order import after_of
from shoal.spec.ports import declared, ports_of
from shoal.spec.profiles import profiles_of
from shoal.spec.references import Caller
from shoal.spec.schedules import schedule_of
from shoal.spec.security import security_of
from shoal.spec.strategies import strategy_of
from shoal.spec.tree import Path
from shoal.spec.words import quote

NO_JVM = "`jvm` is for the stack java; arguments of the program go into `args`"

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_REQUEST = re.compile(r"(?:([A-Z]+) )?(/\S*)")


def services_of(facts: Facts) -> tuple[Service, ...]:
    """Services, then jobs, each in the file's order."""
    services = [_service(name, entry or ServiceEntry(), facts) for name, entry in facts.file.services.items()]
    jobs = [_job(name, entry or JobEntry(), facts) for name, entry in facts.file.jobs.items()]
    return (*services, *jobs)


def _service(name: str, entry: ServiceEntry, facts: Facts) -> Service:
    path = ("services", name)
    needs = needs_of(name, entry.needs, (*path, "needs"), facts)
    caller = Caller(name, path, needs, declared(entry))
    work, ports = _work(entry, path, caller, facts), ports_of(entry, path, facts)
    probes = Probes() if entry.health is UNSET else probes_of(caller, entry.health, (*path, "health"), facts)
    return Service(
        **work,
        **_migration(entry.migrate, (*path, "migrate"), work["path"], caller, facts),
        kind="service",
        ports=ports,
        probes=probes,
        replicas=entry.replicas,
        strategy=strategy_of(entry, ports, probes, path, facts),
        warmup=tuple(_request(text, (*path, "warmup", i), facts) for i, text in enumerate(entry.warmup)),
    )


def _job(name: str, entry: JobEntry, facts: Facts) -> Service:
    path = ("jobs", name)
    caller = Caller(name, path, needs_of(name, entry.needs, (*path, "needs"), facts), ())
    schedule = schedule_of(entry.schedule, (*path, "schedule"), facts)
    when = "schedule" if schedule else entry.when
    work = _work(entry, path, caller, facts)
    check_counts(entry, path, facts)
    inputs = inputs_of(entry.inputs, (*path, "inputs"), work["path"], facts)
    return Service(**work, kind="job", when=when, schedule=schedule, ports=(), inputs=inputs)


def _migration(entry: Words | MigrateEntry, path: Path, folder: str, caller: Caller, facts: Facts) -> dict[str, Any]:
    if not isinstance(entry, MigrateEntry):
        return {"migrate": words_of(entry, path, caller, facts)}
    command = words_of(entry.command, (*path, "command"), caller, facts)
    if not command and not facts.report.broken((*path, "command")) and not facts.report.broken(path):
        facts.problem(WrongType, (*path, "command"), "expected a command, got nothing", "such as [flask, db, upgrade]")
    return {"migrate": command, "inputs": inputs_of(entry.inputs, (*path, "inputs"), folder, facts)}


def _work(entry: Work, path: Path, caller: Caller, facts: Facts) -> dict[str, Any]:
    """The fields that services and jobs share."""
    facts.folder_there((*path, "path"), entry.path)
    image = image_of(entry, path, caller, facts)
    _check_command(entry, path, facts)
    built = build_of(entry.build, (*path, "build"), caller.name, facts)
    return {
        "name": caller.name,
        "path": path_of(entry, built.shared, facts),
        "stack": "" if entry.stack is UNSET else entry.stack,
        "build": built.shared,
        "recipe": built.recipe,
        "toolchain": toolchain_of(entry.toolchain, (*path, "toolchain"), facts),
        "command": words_of(entry.command, (*path, "command"), caller, facts),
        "args": words_of(entry.args, (*path, "args"), caller, facts),
        "jvm": _jvm(entry, (*path, "jvm"), caller, facts),
        "environment": from_files(entry.env_file, (*path, "env_file"), facts)
        | environment_of(entry.environment, (*path, "environment"), caller, facts),
        "working_dir": entry.working_dir,
        "files": files_of(entry.files, (*path, "files"), caller, facts),
        "profiles": profiles_of(entry.profiles, (*path, "profiles"), facts),
        "needs": caller.needs,
        "after": after_of(caller.name, entry.after, (*path, "after"), facts),
        "aliases": _aliases(entry.aliases, (*path, "aliases"), facts),
        "restart": restart_of(entry.restart, path[0].removesuffix("s"), (*path, "restart"), facts),  # type: ignore[union-attr]
        "limits": limits_of(entry.limits, (*path, "limits"), facts),
        "image": image,
        "mounts": mounts_of(entry.volumes, (*path, "volumes"), facts),
        "security": security_of(entry.security, (*path, "security"), facts),
        "stop": Stop() if entry.stop is UNSET else stop_of(entry.stop, (*path, "stop"), facts),
    }


def _aliases(names: list[str], path: Path, facts: Facts) -> tuple[str, ...]:
    for index, name in enumerate(names):
        if not _HOST.fullmatch(name) and not facts.report.broken((*path, index)):
            what = f"{quote(name)} is no name of a machine"
            facts.problem(WrongType, (*path, index), what, "letters, digits, `_`, `.` and -, a letter or digit first")
    return tuple(dict.fromkeys(names))


def _jvm(entry: Work, path: Path, caller: Caller, facts: Facts) -> tuple[Value, ...]:
    found = words_of(entry.jvm, path, caller, facts)
    if facts.report.broken(path):
        return ()
    if found and entry.stack not in (UNSET, "java"):
        facts.problem_at_key(WrongType, path, f"means nothing here: the stack is {entry.stack}", NO_JVM)
    elif found and (entry.command if isinstance(entry.command, list) else entry.command.value.parts):
        what = "means nothing beside a `command`, which starts the JVM itself"
        facts.problem_at_key(WrongType, path, what, "write the arguments there, or leave the command to the stack")
    return found


def _check_command(entry: Work, path: Path, facts: Facts) -> None:
    words = entry.command if isinstance(entry.command, list) else entry.command.value.parts
    if entry.stack == "command" and not words and not facts.report.broken((*path, "command")):
        facts.problem(
            WrongType, path, "`stack: command` needs a `command`", 'command: [./server, --port, "${self.port}"]'
        )


def _request(text: str, path: Path, facts: Facts) -> str:
    match = _REQUEST.fullmatch(text)
    if match and match[1] in (None, "GET"):
        return match[2]
    if match and not facts.report.broken(path):
        facts.problem(WrongType, path, f"a warm-up changes nothing: it asks by GET, not by {match[1]}")
    elif not facts.report.broken(path):
        facts.problem(WrongType, path, f"expected a request such as GET /path, got {quote(text)}")
    return ""
