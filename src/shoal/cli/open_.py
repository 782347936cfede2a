"""Open the gateway in a browser; where there is none, print its URL."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from shoal.cli.output import as_json, data
from shoal.cli.place import place
from shoal.errors import UsageError

EXAMPLE = "shoal open /articles"
JSON = {
    "url": "of the page",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", default="/", help="a path on the gateway")
    parser.add_argument("--json", action="store_true", help="print the URL as JSON, and open nothing")


def run(options: Namespace) -> int:
    import webbrowser

    url = place(options).client().ask("standings")["url"]
    if not url:
        raise UsageError("this app has no gateway", hint="Give it one: gateway: {routes: [{paths: [/], to: SERVICE}]}")
    target = url + "/" + options.path.lstrip("/")
    if options.json:
        as_json({"version": 1, "url": target})
        return 0
    data(target)
    webbrowser.open(target)
    return 0
