"""A bridge of the engine's own, with addresses that nothing here has."""

from __future__ import annotations

import fcntl
import ipaddress
import json
import os
import random
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from tests.engine.debian import ENVIRONMENT

FROM = [ipaddress.IPv4Network(f"10.{second}.0.0/16") for second in range(160, 240)]


ALIAS = "an engine for shoal's tests, by process "


class Network(NamedTuple):
    """`bridge` has the first address of the first half; other networks are cut from the second."""

    bridge: str
    addresses: ipaddress.IPv4Network

    @property
    def first(self) -> ipaddress.IPv4Network:
        return next(self.addresses.subnets(new_prefix=24))

    @property
    def others(self) -> ipaddress.IPv4Network:
        return list(self.addresses.subnets())[1]

    def remove(self) -> None:
        """With all the others that were cut from it."""
        for link, address in _addresses():
            if address in self.addresses:
                _ip("link", "delete", link)


def bridged(bridge: str) -> Network:
    with (Path(tempfile.gettempdir()) / "shoal-engine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        taken = [*(address for _, address in _addresses()), *_routes()]
        free = [network for network in FROM if not any(address in network for address in taken)]
        network = Network(bridge, random.choice(free))
        _ip("link", "add", "name", bridge, "type", "bridge")
        _ip("address", "add", f"{network.first[1]}/24", "dev", bridge)
        _ip("link", "set", bridge, "up", "alias", f"{ALIAS}{os.getpid()}")
        return network


def abandoned() -> list[Network]:
    """Those whose process was killed, and could remove nothing."""
    found = []
    for link, address in _addresses():
        mark, _, pid = Path(f"/sys/class/net/{link}/ifalias").read_text().strip().partition(ALIAS)
        if pid and not mark and not Path(f"/proc/{pid}").exists():
            found.append(Network(link, ipaddress.IPv4Network((int(address), 16), strict=False)))
    return found


def links() -> set[str]:
    return {link for link, _ in _addresses()}


def _addresses() -> list[tuple[str, ipaddress.IPv4Address]]:
    told = json.loads(_ip("-json", "-4", "address"))
    return [(link["ifname"], ipaddress.IPv4Address(one["local"])) for link in told for one in link["addr_info"]]


def _routes() -> list[ipaddress.IPv4Address]:
    told: list[dict[str, Any]] = json.loads(_ip("-json", "-4", "route"))
    return [ipaddress.IPv4Network(one["dst"]).network_address for one in told if one["dst"] != "default"]


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], env=ENVIRONMENT, check=True, text=True, capture_output=True).stdout
