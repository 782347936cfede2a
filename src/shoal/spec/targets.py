"""`service` or `service:port`, wherever requests may be sent: a route, a rule, a mirror."""

from __future__ import annotations

from shoal.errors import UnknownReference, WrongType
from shoal.spec.facts import WORDS, Facts
from shoal.spec.ports import check_port, protocol
from shoal.spec.tree import Path


def target(text: str, path: Path, facts: Facts) -> tuple[str, str]:
    """The service and the port that are meant; reported at `path` if requests can't go there."""
    service, _, port = text.partition(":")
    kind = facts.kinds.get(service)
    if kind is None:
        services = [name for name, kind in facts.kinds.items() if kind == "service"]
        facts.unknown(path, "there is no service", service, services)
    elif kind != "service":
        what = f"{service} is {WORDS[kind]}: requests go to a service"
        facts.problem(UnknownReference, path, what)
    else:
        check_port(port, service, path, facts)
        if protocol(service, port, facts) == "tcp" and not facts.report.broken(path):
            facts.problem(WrongType, path, f"{service} speaks tcp there: requests go where http or grpc is spoken")
    return (service, port) if not facts.report.broken(path) else ("", "")
