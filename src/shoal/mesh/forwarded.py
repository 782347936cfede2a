"""Forwarded: who asks, said by the gateway in x-forwarded-for, -proto and -host.

Whoever connects may have written anything there. Only proxies that the file trusts are believed: their connections are
told apart by where they come from, before a byte is read, and have a connection manager of their own.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from shoal.mesh.envoy import Json, add_if_absent, add_to, extension, overwrite

PEER = "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"
# What other proxies say besides; services believe some of it.
FORGED = ("forwarded", "x-forwarded-port", "x-forwarded-prefix", "x-forwarded-scheme", "x-forwarded-ssl", "x-real-ip")


def strangers() -> Json:
    """Fields of the connection manager for everybody: what they say of themselves is replaced."""
    replaced = [overwrite("x-forwarded-host", "%REQ(:authority)%"), overwrite("x-forwarded-for", PEER)]
    return {
        # Envoy would name another of this machine's addresses for a loopback client, hence `skip_xff_append`.
        "use_remote_address": True,
        "skip_xff_append": True,
        "filters": [_mutation([*({"append": one} for one in replaced), *({"remove": name} for name in FORGED)])],
    }


def proxies(networks: Iterable[str]) -> Json:
    """The same for those that are trusted: what they say stays, and who they are is added."""
    added = [add_if_absent("x-forwarded-host", "%REQ(:authority)%"), add_to("x-forwarded-for", PEER)]
    kind = "envoy.extensions.http.original_ip_detection.xff.v3.XffConfig"
    trusted = {"cidrs": [network(text) for text in networks]}
    # Envoy takes its own headers off for strangers only.
    own = {"remove_on_match": {"key_matcher": {"prefix": "x-envoy-"}}}
    return {
        "use_remote_address": False,
        "original_ip_detection_extensions": [extension("xff", kind, xff_trusted_cidrs=trusted, skip_xff_append=True)],
        "filters": [_mutation([*({"append": one} for one in added), own])],
    }


def network(text: str) -> Json:
    found = ipaddress.ip_network(text)
    return {"address_prefix": str(found.network_address), "prefix_len": found.prefixlen}


def _mutation(mutations: list[Json]) -> Json:
    kind = "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation"
    return extension("forwarded", kind, mutations={"request_mutations": mutations})
