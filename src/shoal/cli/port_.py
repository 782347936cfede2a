"""Where the instances of a service listen, and the addresses that its callers dial instead. With a port, only where
the instances listen: one line each."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from shoal.cli.output import as_json, data, table
from shoal.cli.place import place
from shoal.model.names import check_known

EXAMPLE = "shoal port users http"
JSON = {
    "endpoints": "each with `instance`, `workload`, `index`, `port` and `endpoint`",
    "callers": "each with `caller`, `port` and `address`",
}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("service", metavar="SERVICE")
    parser.add_argument("port", nargs="?", metavar="PORT", help="the name of one of its ports")
    parser.add_argument("--index", type=int, metavar="N", help="only of this instance")
    parser.add_argument("--json", action="store_true")


def run(options: Namespace) -> int:
    found = place(options).client().ask("port", service=options.service)
    endpoints = [e for e in found["endpoints"] if options.index in (None, e["index"])]
    callers = found["callers"]
    if options.port:
        check_known([options.port], [e["port"] for e in found["endpoints"]], f"port of {options.service} called")
        endpoints = [e for e in endpoints if e["port"] == options.port]
        callers = [c for c in callers if c["port"] == options.port]
    if options.json:
        as_json({"version": 1, "endpoints": endpoints, "callers": callers})
    elif options.port:
        for endpoint in endpoints:
            data(endpoint["endpoint"])
    else:
        rows = [(e["instance"], e["port"], e["endpoint"]) for e in endpoints]
        table(("WHO", "PORT", "ADDRESS"), [*rows, *((f"for {c['caller']}", c["port"], c["address"]) for c in callers)])
    return 0
