"""The file as shoal understands it: overlay applied, variables filled in, defaults written out. Secrets stay names."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from shoal.cli.load import builtins, env_file_argument, load_app, profile_argument
from shoal.cli.output import as_json, data
from shoal.cli.place import place
from shoal.model.app import App

EXAMPLE = "shoal config --env test"
JSON = {
    "app": "the file, with all defaults; null with --explain",
    "explained": "with --explain: name, value, claims (the strongest first), made_of, uses; else null",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--schema", action="store_true", help="the JSON Schema of shoal.yaml, for editors")
    parser.add_argument("-q", "--quiet", action="store_true", help="only check the file")
    text = "who sets a variable of the file, or SERVICE.NAME that a service gets, and who would have"
    parser.add_argument("--explain", metavar="NAME", help=text)
    env_file_argument(parser)
    profile_argument(parser)


def run(options: Namespace) -> int:
    if options.schema:
        from shoal.spec import schema

        as_json(schema())
        return 0
    at = place(options)
    app = load_app(at)
    if options.explain is not None:
        from shoal.cli.explain import explain

        explain(options.explain, app, at, json=options.json)
        return 0
    app = _active(app)
    found = _readable({key: value for key, value in builtins(app).items() if key != "places"})
    if options.quiet:
        return 0
    if options.json:
        as_json({"version": 1, "app": found, "explained": None})
        return 0
    import yaml

    data(
        yaml.dump(
            found, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120
        ).rstrip()
    )
    return 0


def _active(app: App) -> App:
    """Without what no active profile asks for."""
    from msgspec.structs import replace

    from shoal.desired.chosen import chosen
    from shoal.model.release import Overrides

    names = chosen(app, Overrides())
    services = tuple(service for service in app.services if service.name in names)
    return replace(app, services=services, backing=tuple(entry for entry in app.backing if entry.name in names))


def _readable(value: Any) -> Any:
    """Values with references as the text a user writes."""
    if isinstance(value, dict):
        if set(value) == {"parts"}:
            return "".join(part if isinstance(part, str) else _reference(part) for part in value["parts"])
        return {key: _readable(item) for key, item in value.items()}
    return [_readable(item) for item in value] if isinstance(value, list | tuple) else value


def _reference(ref: dict[str, str]) -> str:
    return f"${{secrets.{ref['name']}}}" if ref["kind"] == "secret" else f"${{{ref['name']}.{ref['attr']}}}"
