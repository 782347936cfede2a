"""Acceptance: what Envoy's own numbers say about the configuration it was handed.

Ask the admin socket for `READY`: 200 once it serves. Ask for `STATS` and give the text to `accepted`. A file that is
broken or refused leaves the old configuration in force, the old version in place and one more in `refusals`.
"""

from __future__ import annotations

import json

from shoal.model.snapshot import Snapshot

READY = "/ready"
STATS = "/stats?filter=version_text|update_rejected|update_failure"
SUBSCRIPTIONS = {
    "cds.json": "cluster_manager.cds",
    "rds.json": "http.gateway.rds.gateway",
    "plain.json": "http.plain.rds.gateway_plain",
    "lds.json": "listener_manager.lds",
}

ROUTE_FILES = ("rds.json", "plain.json")


def accepted(snapshot: Snapshot, stats: str) -> bool:
    """Whether every file of it is in force."""
    return versions(snapshot, stats) == dict.fromkeys(_followed(snapshot), snapshot.version)


def versions(snapshot: Snapshot, stats: str) -> dict[str, str]:
    """The version in force of each file that Envoy follows by it (empty: none yet)."""
    numbers = _numbers(stats)
    return {name: numbers.get(f"{SUBSCRIPTIONS[name]}.version_text", "").strip('"') for name in _followed(snapshot)}


def refusals(stats: str) -> int:
    """How many files were refused or unreadable since Envoy started; compare before and after."""
    counters = (int(value) for name, value in _numbers(stats).items()
                if name.endswith((".update_rejected", ".update_failure")))  # fmt: skip
    return sum(counters)


def _followed(snapshot: Snapshot) -> tuple[str, ...]:
    """Routes are followed only while a listener asks for them."""
    files = snapshot.files.items()
    return tuple(name for name, text in files if name not in ROUTE_FILES or json.loads(text)["resources"])


def _numbers(stats: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in stats.splitlines() if ": " in line)
