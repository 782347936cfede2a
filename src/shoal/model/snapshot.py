"""Snapshot: the mesh's whole configuration, as files for Envoy's filesystem subscription."""

from __future__ import annotations

import msgspec


class Snapshot(msgspec.Struct, frozen=True):
    """`version` is a hash of the content, and stands as `version_info` in each file. `files` maps a file name
    (`lds.json`, `cds.json`, ...) to its text. `instances` are the ids that receive requests by it."""

    version: str
    files: dict[str, str]
    instances: frozenset[str] = frozenset()
