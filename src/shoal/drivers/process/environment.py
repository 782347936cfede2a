"""The environment that every child starts from: little of ours, and what it is called by."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from shoal.drivers.process.census import MARKER, REALM

PERSON = ("HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR")
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
INHERITED = frozenset((*PERSON, *PROXIES, *(name.upper() for name in PROXIES), *TRUST))


def base(ours: Mapping[str, str], tools: Sequence[str] = ()) -> dict[str, str]:
    """What is taken over of `ours`: who and where we are, the way to the network; `tools` come first on PATH."""
    kept = {name: value for name, value in ours.items() if name in INHERITED or name.startswith("LC_")}
    path = ours.get("PATH") or os.defpath
    return {**kept, "PATH": os.pathsep.join([*tools, path])}


def markers(realm: str, workload: str, instance: str = "", index: int = 0) -> dict[str, str]:
    """What a child and all its children are found by again. Without an instance: only whose it is."""
    named = {"SHOAL_WORKLOAD": workload}
    return named | {REALM: realm, MARKER: instance, "SHOAL_INDEX": str(index)} if instance else named
