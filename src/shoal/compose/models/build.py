"""`build`."""

from __future__ import annotations

from shoal.compose.models.base import Flag, Number, Pairs, Strings, Written


class Limit(Written, frozen=True, kw_only=True):
    """One of `ulimits`."""

    soft: Number = ""
    hard: Number = ""


class Grant(Written, frozen=True, kw_only=True):
    """A secret or a config that a service, or its build, gets to see."""

    source: str = ""
    target: str = ""
    uid: str = ""
    gid: str = ""
    mode: Number = ""


class Build(Written, frozen=True, kw_only=True):
    """How an image is made."""

    context: str = ""
    dockerfile: str = ""
    dockerfile_inline: str = ""
    entitlements: list[str] = []
    args: Pairs = {}
    ssh: Pairs | str = {}
    labels: Pairs = {}
    cache_from: list[str] = []
    cache_to: list[str] = []
    no_cache: Flag = ""
    no_cache_filter: Strings = []
    additional_contexts: Pairs = {}
    network: str = ""
    provenance: str = ""
    sbom: str = ""
    pull: Flag = ""
    target: str = ""
    shm_size: Number = ""
    extra_hosts: dict[str, Strings] | list[str] = {}
    isolation: str = ""
    privileged: Flag = ""
    secrets: list[str | Grant] = []
    tags: list[str] = []
    ulimits: dict[str, str | Limit] = {}
    platforms: list[str] = []
