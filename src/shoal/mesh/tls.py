"""TLS: how the gateway speaks it. Certificates are files of their own, one each, so that a renewed one is taken for new
connections while open ones go on."""

from __future__ import annotations

import json

from shoal.mesh.envoy import Json, extension, typed
from shoal.model.app import Tls

FOLDER = "../secrets/certificates"
"""As Envoy sees it from its working directory."""
SECRET = "envoy.extensions.transport_sockets.tls.v3.Secret"
VERSIONS = {"1.2": "TLSv1_2", "1.3": "TLSv1_3"}


def names(tls: Tls) -> tuple[str, ...]:
    """What its certificates are called, the first for clients that name no host."""
    if tls.acme:
        return ("acme",)
    return tuple(f"file-{index}" for index in range(len(tls.certificates))) or ("local",)


def transport(tls: Tls) -> Json:
    """HTTP/2 or 1.1, as the client likes; the certificate that fits the host that it names."""
    return extension(
        "envoy.transport_sockets.tls",
        "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context={
            "alpn_protocols": ["h2", "http/1.1"],
            "tls_params": {"tls_minimum_protocol_version": VERSIONS[tls.minimum]},
            "tls_certificate_sds_secret_configs": [_followed(name) for name in names(tls)],
        },
    )


def _followed(name: str) -> Json:
    source = {"path": f"{FOLDER}/{name}.json", "watched_directory": {"path": FOLDER}}
    return {"name": name, "sds_config": {"path_config_source": source, "resource_api_version": "V3"}}


def chain(text: str) -> str:
    """What such a file shows to whoever connects."""
    (found,) = json.loads(text)["resources"]
    return str(found["tls_certificate"]["certificate_chain"]["inline_string"])


def secret(name: str, chain: str, key: str) -> str:
    """The file of one certificate. It holds the key itself: two files couldn't be replaced at the same moment."""
    pair = {"certificate_chain": {"inline_string": chain}, "private_key": {"inline_string": key}}
    return json.dumps({"resources": [typed(SECRET, name=name, tls_certificate=pair)]}, indent=1) + "\n"
