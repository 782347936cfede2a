"""What `up` would do now, and why; it does nothing."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from shoal.cli.load import builtins, env_file_argument, load_app, profile_argument, secret_values
from shoal.cli.output import as_json, data
from shoal.cli.place import Place, place
from shoal.errors import NotRunning
from shoal.model.app import App

EXAMPLE = "shoal plan --json"
JSON = {
    "operations": "each with `type`, `id`, `cause` and `after`, and what its kind needs",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")
    env_file_argument(parser)
    profile_argument(parser)


def run(options: Namespace) -> int:
    at = place(options)
    app = load_app(at)
    try:
        found = at.client().ask("plan", app=builtins(app), secrets=secret_values(app, at))
    except NotRunning:
        found = _from_nothing(at, app)
    if options.json:
        as_json({"version": 1, "operations": found["operations"]})
    else:
        data(found["text"])
    return 0


def _from_nothing(at: Place, app: App) -> dict[str, object]:
    """Nothing runs, so nothing need be asked: lap one of the same decision."""
    import msgspec

    from shoal.engine import dry_plan

    plan = dry_plan(app, at.state(app.name))
    return {"text": str(plan), "operations": msgspec.to_builtins(plan.operations)}
