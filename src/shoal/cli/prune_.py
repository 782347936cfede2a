"""Delete what nothing refers to: builds that no app's last `up` wants, and the state of apps whose folder is gone.
State with data in it stays, unless -v says so. What runs, and what was built within the last hour, is never touched."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.cli.output import as_json, data, size
from shoal.errors import Refused

EXAMPLE = "shoal prune --dry-run"
JSON = {
    "dry_run": "whether nothing was deleted",
    "states": "each with `name`, `environment`, `target`, `folder`, `data` and `bytes`",
    "builds": "each with `key` and `bytes`",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-n", "--dry-run", action="store_true", help="only tell what would go")
    parser.add_argument("-v", "--volumes", action="store_true", help="with the data of apps whose folder is gone")
    parser.add_argument("-y", "--yes", action="store_true", help="with -v: don't ask")
    parser.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    from shoal.api.place import state_root
    from shoal.cli import pruning

    states = pruning.abandoned(state_root(os.environ), data=options.volumes)
    builds = pruning.unused(state_root(os.environ))
    told = [state.told() for state in states], [build.told() for build in builds]
    if not options.dry_run:
        if any(state.data for state in states) and not options.yes:
            _confirm([state.name for state in states if state.data])
        for state in states:
            state.delete()
        for build in builds:
            build.delete()
    _tell(options, *told)
    return 0


def _confirm(names: list[str]) -> None:
    what = f"all data of {', '.join(names)}"
    if not sys.stdin.isatty():
        raise Refused(f"prune -v drops {what}", hint="Nobody is there to ask: say --yes if you mean it.")
    print(f"Drop {what}? It can't be undone. [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was deleted")


def _tell(options: Namespace, states: list[dict[str, Any]], builds: list[dict[str, Any]]) -> None:
    if options.json:
        as_json({"version": 1, "dry_run": options.dry_run, "states": states, "builds": builds})
        return
    for state in states:
        where = f"{state['name']}, {state['environment']}, {state['target']}"
        data(f"state  {where}: {size(state['bytes'])}; its folder {state['folder']} is gone")
    for build in builds:
        data(f"build  {build['key'][:12]}: {size(build['bytes'])}")
    whole = sum(found["bytes"] for found in (*states, *builds))
    data(
        f"{'would be freed' if options.dry_run else 'freed'}: {size(whole)}"
        if states or builds
        else "nothing to delete"
    )
