"""The whole file."""

from __future__ import annotations

from typing import Any

from shoal.compose.models.base import Flag, Number, Pairs, Strings, Written
from shoal.compose.models.service import Service


class External(Written, frozen=True, kw_only=True):
    """The old way of saying what something is called outside."""

    name: str = ""


class Ipam(Written, frozen=True, kw_only=True):
    driver: str = ""
    config: list[dict[str, Any]] = []
    options: dict[str, str] = {}


class Network(Written, frozen=True, kw_only=True):
    name: str = ""
    driver: str = ""
    driver_opts: dict[str, str] = {}
    ipam: Ipam = Ipam()
    external: Flag | External = ""
    internal: Flag = ""
    enable_ipv4: Flag = ""
    enable_ipv6: Flag = ""
    attachable: Flag = ""
    labels: Pairs = {}


class Volume(Written, frozen=True, kw_only=True):
    name: str = ""
    driver: str = ""
    driver_opts: dict[str, str] = {}
    external: Flag | External = ""
    labels: Pairs = {}


class Secret(Written, frozen=True, kw_only=True):
    name: str = ""
    environment: str = ""
    file: str = ""
    external: Flag | External = ""
    labels: Pairs = {}
    driver: str = ""
    driver_opts: dict[str, str] = {}
    template_driver: str = ""


class Config(Written, frozen=True, kw_only=True):
    name: str = ""
    content: str = ""
    environment: str = ""
    file: str = ""
    external: Flag | External = ""
    labels: Pairs = {}
    template_driver: str = ""


class Model(Written, frozen=True, kw_only=True):
    name: str = ""
    model: str = ""
    context_size: Number = ""
    runtime_flags: list[str] = []


class Include(Written, frozen=True, kw_only=True):
    path: Strings = []
    env_file: Strings = []
    project_directory: str = ""


class File(Written, frozen=True, kw_only=True):
    """A Compose file; keys that begin with x- are taken out before."""

    version: str = ""
    name: str = ""
    include: list[str | Include] = []
    services: dict[str, Service] = {}
    networks: dict[str, Network | None] = {}
    volumes: dict[str, Volume | None] = {}
    secrets: dict[str, Secret] = {}
    configs: dict[str, Config] = {}
    models: dict[str, Model] = {}
