"""Refusing: what listens where a caller finds the plain names of services that it doesn't need.

The address says who calls, and HTTP's own host whom; so the answer names the line that would allow it. Each refusal is
a line of Envoy's output, which `refused` reads again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from shoal.mesh.envoy import LISTENER, Json, extension, socket, typed
from shoal.mesh.http import http
from shoal.mesh.replies import CONTENT_TYPE
from shoal.model.observed import Endpoint
from shoal.model.workload import Refusal

MARK = "refused"
STATUS = 403
HOST = "%REQ(:AUTHORITY)%"
# A host's name is no longer.
LONGEST = 253


def refusing_listener(refusal: Refusal, address: Endpoint) -> Json:
    tcp = refusal.protocol == "tcp"
    chain = [_closing() if tcp else _answering(refusal)]
    logs = {"access_log": [_said(refusal, refusal.need)]} if tcp else {}
    return typed(LISTENER, name=refusal.id, address=socket(address), filter_chains=[{"filters": chain}], **logs)


def allowing(caller: str, need: str, section: str = "services") -> str:
    """What to write into the file, so that it's allowed. `need` is a service, or service:port."""
    service, _, port = need.partition(":")
    entry = f"{{{service}: {{port: {port}}}}}" if port else service
    return f"{section}: {{{caller}: {{needs: [{entry}]}}}}"


def refused(lines: Iterable[str], caller: str) -> Counter[str]:
    """Need -> how often `caller` was refused for lack of it, by the lines that Envoy has printed."""
    words = (line.split() for line in lines if line.startswith(MARK))
    return Counter(found[2] for found in words if len(found) == 3 and found[1] == caller)


def _answering(refusal: Refusal) -> Json:
    need = refusal.need or HOST
    line = allowing(refusal.caller, refusal.need, refusal.section) if refusal.need else _by_host(refusal)
    why = f"{refusal.caller} doesn't need {need}: to allow it, write {line}"
    body = {"json_format": {"errors": {"mesh": [why]}}, "content_type": CONTENT_TYPE}
    route = {"match": {"prefix": "/"}, "direct_response": {"status": STATUS, "body_format": body}}
    return http(
        refusal.id,
        reply_key="mesh",
        filters=[],
        strip_any_host_port=True,
        access_log=[_said(refusal, refusal.need or f"%REQ(:AUTHORITY):{LONGEST}%")],
        route_config={"name": refusal.id, "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
    )


def _by_host(refusal: Refusal) -> str:
    """With whatever host the request names."""
    return allowing(refusal.caller, "HOST", refusal.section).replace("HOST", HOST)


def _closing() -> Json:
    """Answers nothing, and closes."""
    kind = "envoy.extensions.filters.network.direct_response.v3.Config"
    return extension("envoy.filters.network.direct_response", kind)


def _said(refusal: Refusal, callee: str) -> Json:
    line = {"text_format_source": {"inline_string": f"{MARK} {refusal.caller} {callee}\n"}}
    kind = "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog"
    return extension("envoy.access_loggers.stdout", kind, log_format=line)
