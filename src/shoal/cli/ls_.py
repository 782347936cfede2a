"""All apps of this user on this machine, each environment and target a line: those that run, those that are down, and
those whose folder is gone. It needs no shoal.yaml."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from shoal.api.place import state_root, states
from shoal.cli.output import age, as_json, table
from shoal.cli.target import alive, wish

EXAMPLE = "shoal ls --json"
JSON = {
    "apps": "each with `name`, `environment`, `target`, `state`, `since` (seconds since the epoch, or null), `url`, "
    "`folder` and `gone`",
}
HEAD = ("NAME", "ENVIRONMENT", "TARGET", "STATE", "SINCE", "GATEWAY", "FOLDER")
WORST = ("failed", "unready", "building", "waiting", "starting")


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-q", "--quiet", action="store_true", help="only the folders")
    parser.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    found = [_app(state) for state in states(state_root(os.environ))]
    if options.json:
        as_json({"version": 1, "apps": found})
    elif options.quiet:
        for folder in dict.fromkeys(app["folder"] for app in found if app["folder"]):
            print(folder)
    else:
        table(HEAD, map(_row, found))
    return 0


def _app(state: Path) -> dict[str, Any]:
    """`name`, `environment` and `target` come from the state's path: they are there whatever has happened to the
    rest."""
    found = _asked(state)
    gone = bool(found["folder"]) and not Path(found["folder"]).is_dir()
    environment, app = state.parent, state.parent.parent
    where = {"name": app.name.rpartition("-")[0], "environment": environment.name, "target": state.name}
    return {**where, "gone": gone, **found}


def _asked(state: Path) -> dict[str, Any]:
    from shoal.api.client import Client
    from shoal.errors import NotRunning, ShoalError

    try:
        found = Client(state).ask("about")
    except NotRunning:
        return _at_rest(state)
    except ShoalError as problem:  # a daemon of another version, or one that can't work: say so, and go on
        return _at_rest(state) | {"state": problem.what}
    worst = next((word for word in WORST if word in found["states"]), "ready")
    standing = _standing("down" if found["down"] else worst, found["since"])
    return {"folder": found["folder"], "url": found["url"], **standing}


def _at_rest(state: Path) -> dict[str, Any]:
    """No daemon: what is on disk."""
    folder, since = wish(state)
    return {"folder": folder, "url": ""} | _standing("daemon away" if alive(state) else "down", since)


def _standing(state: str, since: float) -> dict[str, Any]:
    return {"state": state, "since": since if state != "down" else None}


def _row(app: dict[str, Any]) -> tuple[str, ...]:
    lived = age(max(0.0, time.time() - app["since"])) if app["since"] else "-"
    folder = f"{app['folder']} (gone)" if app["gone"] else app["folder"] or "unknown"
    return (app["name"], app["environment"], app["target"], app["state"], lived, app["url"] or "-", folder)
