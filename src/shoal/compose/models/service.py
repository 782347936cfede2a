"""`services`."""

from __future__ import annotations

from typing import Any

from shoal.compose.models.base import Flag, Number, Pairs, Strings, Written
from shoal.compose.models.build import Build, Grant, Limit
from shoal.compose.models.deploy import Deploy, Develop, Devices, Hook


class PortForm(Written, frozen=True, kw_only=True):
    """The long form of a port."""

    name: str = ""
    mode: str = ""
    host_ip: str = ""
    target: Number = ""
    published: str = ""
    protocol: str = ""
    app_protocol: str = ""


class BindForm(Written, frozen=True, kw_only=True):
    propagation: str = ""
    create_host_path: Flag = ""
    recursive: str = ""
    selinux: str = ""


class NamedForm(Written, frozen=True, kw_only=True):
    labels: Pairs = {}
    nocopy: Flag = ""
    subpath: str = ""


class TmpfsForm(Written, frozen=True, kw_only=True):
    size: Number = ""
    mode: Number = ""


class ImageForm(Written, frozen=True, kw_only=True):
    subpath: str = ""


class VolumeForm(Written, frozen=True, kw_only=True):
    """The long form of a volume."""

    type: str = ""
    source: str = ""
    target: str = ""
    read_only: Flag = ""
    consistency: str = ""
    bind: BindForm = BindForm()
    volume: NamedForm = NamedForm()
    tmpfs: TmpfsForm = TmpfsForm()
    image: ImageForm = ImageForm()


class Dependency(Written, frozen=True, kw_only=True):
    """The long form of an entry of `depends_on`."""

    condition: str = ""
    restart: Flag = ""
    required: Flag = ""


class Healthcheck(Written, frozen=True, kw_only=True):
    test: Strings = []
    interval: str = ""
    timeout: str = ""
    retries: Number = ""
    start_period: str = ""
    start_interval: str = ""
    disable: Flag = ""


class Attachment(Written, frozen=True, kw_only=True):
    """How a service is part of a network."""

    aliases: list[str] = []
    interface_name: str = ""
    ipv4_address: str = ""
    ipv6_address: str = ""
    link_local_ips: list[str] = []
    mac_address: str = ""
    driver_opts: dict[str, str] = {}
    priority: Number = ""
    gw_priority: Number = ""


class EnvFile(Written, frozen=True, kw_only=True):
    path: str = ""
    format: str = ""
    required: Flag = ""


class Extends(Written, frozen=True, kw_only=True):
    service: str = ""
    file: str = ""


class Logging(Written, frozen=True, kw_only=True):
    driver: str = ""
    options: dict[str, str | None] = {}


class Credential(Written, frozen=True, kw_only=True):
    config: str = ""
    file: str = ""
    registry: str = ""


class Rate(Written, frozen=True, kw_only=True):
    path: str = ""
    rate: Number = ""


class Weight(Written, frozen=True, kw_only=True):
    path: str = ""
    weight: Number = ""


class Blkio(Written, frozen=True, kw_only=True):
    device_read_bps: list[Rate] = []
    device_read_iops: list[Rate] = []
    device_write_bps: list[Rate] = []
    device_write_iops: list[Rate] = []
    weight: Number = ""
    weight_device: list[Weight] = []


class Device(Written, frozen=True, kw_only=True):
    source: str = ""
    target: str = ""
    permissions: str = ""


class ModelUse(Written, frozen=True, kw_only=True):
    endpoint_var: str = ""
    model_var: str = ""


class Provider(Written, frozen=True, kw_only=True):
    type: str = ""
    options: dict[str, Any] = {}


class Service(Written, frozen=True, kw_only=True):
    """All that the specification lets a service say."""

    annotations: Pairs = {}
    attach: Flag = ""
    blkio_config: Blkio = Blkio()
    build: str | Build = ""
    cap_add: list[str] = []
    cap_drop: list[str] = []
    cgroup: str = ""
    cgroup_parent: str = ""
    command: Strings = []
    configs: list[str | Grant] = []
    container_name: str = ""
    cpu_count: Number = ""
    cpu_percent: Number = ""
    cpu_period: str = ""
    cpu_quota: str = ""
    cpu_rt_period: str = ""
    cpu_rt_runtime: str = ""
    cpu_shares: Number = ""
    cpus: Number = ""
    cpuset: str = ""
    credential_spec: Credential = Credential()
    depends_on: list[str] | dict[str, Dependency | None] = []
    deploy: Deploy = Deploy()
    develop: Develop = Develop()
    device_cgroup_rules: list[str] = []
    devices: list[str | Device] = []
    dns: Strings = []
    dns_opt: list[str] = []
    dns_search: Strings = []
    domainname: str = ""
    entrypoint: Strings = []
    env_file: str | list[str | EnvFile] = []
    environment: Pairs = {}
    expose: list[str] = []
    extends: str | Extends = ""
    external_links: list[str] = []
    extra_hosts: dict[str, Strings] | list[str] = {}
    gpus: str | list[Devices] = ""
    group_add: list[str] = []
    healthcheck: Healthcheck = Healthcheck()
    hostname: str = ""
    image: str = ""
    init: Flag = ""
    ipc: str = ""
    isolation: str = ""
    label_file: Strings = []
    labels: Pairs = {}
    links: list[str] = []
    logging: Logging = Logging()
    mac_address: str = ""
    mem_limit: Number = ""
    mem_reservation: Number = ""
    mem_swappiness: Number = ""
    memswap_limit: Number = ""
    models: list[str] | dict[str, ModelUse | None] = []
    network_mode: str = ""
    networks: list[str] | dict[str, Attachment | None] = []
    oom_kill_disable: Flag = ""
    oom_score_adj: Number = ""
    pid: str = ""
    pids_limit: Number = ""
    platform: str = ""
    ports: list[str | PortForm] = []
    post_start: list[Hook] = []
    pre_start: list[Hook] = []
    pre_stop: list[Hook] = []
    privileged: Flag = ""
    profiles: list[str] = []
    provider: Provider = Provider()
    pull_policy: str = ""
    pull_refresh_after: str = ""
    read_only: Flag = ""
    restart: str = ""
    runtime: str = ""
    scale: Number = ""
    secrets: list[str | Grant] = []
    security_opt: list[str] = []
    shm_size: Number = ""
    stdin_open: Flag = ""
    stop_grace_period: str = ""
    stop_signal: str = ""
    storage_opt: dict[str, str] = {}
    sysctls: Pairs = {}
    tmpfs: Strings = []
    tty: Flag = ""
    ulimits: dict[str, str | Limit] = {}
    use_api_socket: Flag = ""
    user: str = ""
    userns_mode: str = ""
    uts: str = ""
    volumes: list[str | VolumeForm] = []
    volumes_from: list[str] = []
    working_dir: str = ""
