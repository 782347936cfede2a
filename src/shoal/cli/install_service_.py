"""Start this app, in this environment, when the machine starts: writes a unit for systemd, and has it wanted at boot.
A user's own unit (the default, but for root) needs no rights; a system unit (--system) runs as the user who asked.
Nothing is started or stopped now."""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

from shoal.api.place import PROCESS, state_folder, state_root
from shoal.cli.load import env_file_argument, load_app, profile_argument
from shoal.cli.output import data, progress
from shoal.cli.place import Place, place
from shoal.cli.unit import Unit
from shoal.errors import Refused, UsageError
from shoal.model.app import App

EXAMPLE = "shoal install-service --env prod"

SYSTEM = Path("/etc/systemd/system")
LINGER = Path("/var/lib/systemd/linger")
RUNS = Path("/run/systemd/system")
CARRIED = ("LANG", "TZ")
OWN = ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
MARGIN = 30  # seconds for `down` besides what the services may take


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--system", action="store_true", help="a unit of the system (the default for root)")
    parser.add_argument("--user", action="store_true", help="a unit of your own, in ~/.config/systemd/user")
    text = "with --system: the user that the app runs as (default: who asked, before any sudo)"
    parser.add_argument("--as", dest="name", metavar="USER", help=text)
    parser.add_argument("--print", action="store_true", dest="shown", help="show the unit, and write nothing")
    parser.add_argument("--remove", action="store_true", help="take the unit away; what runs goes on")
    env_file_argument(parser)
    profile_argument(parser)


def run(options: Namespace) -> int:
    system = _is_system(options)
    at = place(options)
    who = _account(options.name if system else None)
    variables = _variables(who)
    app = _read(at, variables)
    unit = _unit(at, app, variables, who.pw_name if system else "")
    folder = SYSTEM if system else _own_folder(who)
    file = folder / _name(at, app, variables)
    if options.shown:
        data(unit.text().rstrip())
    elif options.remove:
        _remove(file, folder / f"{unit.target}.wants" / file.name, system)
    else:
        _install(file, unit)
        data(str(file))
        _say_what_next(file.name, system, who.pw_name)
    return 0


def _is_system(options: Namespace) -> bool:
    if options.system and options.user:
        raise UsageError("a unit is of the system or of a user", hint="Say --system or --user, not both.")
    system = bool(options.system or (os.getuid() == 0 and not options.user))
    if options.name and not system:
        raise UsageError("--as belongs to --system", hint="A unit of your own runs as you.")
    return system


def _account(name: str | None) -> pwd.struct_passwd:
    """Whom it runs as: who is named, else who asked for root's rights, else who asks."""
    asked = name or (os.environ.get("SUDO_USER") if os.getuid() == 0 else None)
    try:
        return pwd.getpwnam(asked) if asked else pwd.getpwuid(os.getuid())
    except KeyError:
        raise UsageError(f"this machine knows no user {asked or os.getuid()}") from None


def _variables(who: pwd.struct_passwd) -> dict[str, str]:
    """What a shoal at boot sees. No more of the caller's: everybody may read what stands in a unit."""
    mine = who.pw_uid == os.getuid()
    home = os.environ.get("HOME") if mine else None
    folders = [f for f in os.environ.get("PATH", os.defpath).split(os.pathsep) if f.startswith("/")]
    carried = (*CARRIED, *OWN) if mine else CARRIED
    return {
        "HOME": home or who.pw_dir,
        "PATH": os.pathsep.join(dict.fromkeys((str(Path(sys.executable).parent), *folders))),
    } | {name: os.environ[name] for name in carried if os.environ.get(name)}


def _read(at: Place, variables: Mapping[str, str]) -> App:
    """The app as the unit will find it. Raises what only the caller's own variables would mend."""
    from shoal.spec import known, secrets

    app = load_app(at, variables)
    secrets.secret_values(app, known(at.folder, at.environment, variables, at.env_files))
    return app


def _unit(at: Place, app: App, variables: Mapping[str, str], user: str) -> Unit:
    script = Path(sys.executable).with_name("shoal")
    shoal = [str(script)] if script.exists() else [sys.executable, "-m", "shoal.cli"]
    chosen = [f"--target={at.given}"] if at.given else []
    where = ["--file", str(at.file), "--env", at.environment, *chosen]
    more = [f"--env-file={file}" for file in at.env_files] + [f"--profile={name}" for name in app.profiles]
    unit = Unit(
        app=app.name,
        environment=at.environment,
        up=[*shoal, "up", "-d", "-q", *where, *more],
        down=[*shoal, "down", "-q", *where],
        variables=variables,
        folders=[str(at.folder), str(state_root(variables))],
        stop=MARGIN + round(sum(service.stop.grace for service in app.services)) + MARGIN * len(app.backing),
        user=user,
    )
    _check(unit)
    return unit


def _check(unit: Unit) -> None:
    """Raises `UsageError` for what systemd takes in no spelling."""
    if odd := set(unit.up[0]) & set("\"'\\"):
        raise UsageError(f"systemd starts no program whose path holds {' '.join(sorted(odd))}: {unit.up[0]}")
    for text in (*unit.up, *unit.variables.values()):
        if "\n" in text:
            raise UsageError(f"a unit can't hold a line break, and {text!r} has one")


def _name(at: Place, app: App, variables: Mapping[str, str]) -> str:
    """Two copies of an app have a unit each."""
    state = state_folder(state_root(variables), at.folder, app.name, at.environment, at.target)
    more = "" if at.target == PROCESS else f"-{at.target}"
    return f"shoal-{state.parents[1].name}-{at.environment}{more}.service"


def _own_folder(who: pwd.struct_passwd) -> Path:
    home = Path(os.environ.get("HOME") or who.pw_dir)
    given = os.environ.get("XDG_CONFIG_HOME") or ""
    return (Path(given) if given.startswith("/") else home / ".config") / "systemd/user"


def _install(file: Path, unit: Unit) -> None:
    """The link is what `systemctl enable` makes; like this it needs no systemd that runs."""
    link = file.parent / f"{unit.target}.wants" / file.name
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(unit.text())
        link.unlink(missing_ok=True)
        link.symlink_to(file)
    except PermissionError as problem:
        raise _no_rights(problem, file) from None


def _remove(file: Path, link: Path, system: bool) -> None:
    if not file.exists():
        raise UsageError(f"there is no unit {file}", hint="It was never written, or is of another environment: --env")
    try:
        link.unlink(missing_ok=True)
        file.unlink()
    except PermissionError as problem:
        raise _no_rights(problem, file) from None
    progress(f"{file} is gone; what runs goes on")
    if RUNS.exists():
        progress(f"Next: {_systemctl(system)} daemon-reload")


def _no_rights(problem: OSError, file: Path) -> Refused:
    hint = "Say it with sudo, or leave --system away, or write what --print shows there yourself."
    return Refused(f"{file} can't be changed: {problem.strerror}", hint=hint)


def _say_what_next(name: str, system: bool, user: str) -> None:
    control = _systemctl(system)
    if RUNS.exists():
        progress(f"it starts at boot; for now: {control} daemon-reload && {control} start {shlex.quote(name)}")
    else:
        progress("no systemd runs here: the unit counts when this machine is started with it")
    if not system and not (LINGER / user).exists():
        progress(f"it starts when {user} logs in; to start it at boot: sudo loginctl enable-linger {user}")


def _systemctl(system: bool) -> str:
    return "systemctl" if system else "systemctl --user"
