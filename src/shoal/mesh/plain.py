"""Plain: the port beside a gateway that speaks TLS. It sends everybody there, and answers an authority that asks for a
proof (ACME's http-01)."""

from __future__ import annotations

from collections.abc import Mapping

from shoal.mesh import paths, replies
from shoal.mesh.envoy import ROUTES, Json, typed
from shoal.model.observed import Endpoint

PLAIN = "gateway:plain"
PROOFS = "/.well-known/acme-challenge/"
PERMANENT_REDIRECT = "PERMANENT_REDIRECT"


def plain_routes(secure: Endpoint, proofs: Mapping[str, str]) -> Json:
    """`proofs` maps a token to what proves it."""
    answers = [
        {"match": {"path": PROOFS + token}, **replies.direct(200, proof, "text/plain")}
        for token, proof in sorted(proofs.items())
    ]
    elsewhere = {"https_redirect": True, "response_code": PERMANENT_REDIRECT}
    if secure.port != 443:
        elsewhere |= {"port_redirect": secure.port}
    everything = {"match": paths.match("/"), "redirect": elsewhere}
    host = {"name": "*", "domains": ["*"], "routes": [*answers, everything]}
    return typed(ROUTES, name=PLAIN, virtual_hosts=[host])
