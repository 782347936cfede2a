"""`deploy` and `develop`."""

from __future__ import annotations

from shoal.compose.models.base import Flag, Number, Pairs, Strings, Written


class Pace(Written, frozen=True, kw_only=True):
    """`update_config` and `rollback_config`."""

    parallelism: Number = ""
    delay: str = ""
    failure_action: str = ""
    monitor: str = ""
    max_failure_ratio: Number = ""
    order: str = ""


class Devices(Written, frozen=True, kw_only=True):
    """A demand for devices."""

    capabilities: list[str] = []
    count: str = ""
    device_ids: list[str] = []
    driver: str = ""
    options: Pairs = {}


class Discrete(Written, frozen=True, kw_only=True):
    kind: str = ""
    value: Number = ""


class Generic(Written, frozen=True, kw_only=True):
    """A demand for what only the platform knows."""

    discrete_resource_spec: Discrete = Discrete()


class Ceiling(Written, frozen=True, kw_only=True):
    cpus: Number = ""
    memory: str = ""
    pids: Number = ""


class Floor(Written, frozen=True, kw_only=True):
    cpus: Number = ""
    memory: str = ""
    generic_resources: list[Generic] = []
    devices: list[Devices] = []


class Resources(Written, frozen=True, kw_only=True):
    limits: Ceiling = Ceiling()
    reservations: Floor = Floor()


class RestartPolicy(Written, frozen=True, kw_only=True):
    condition: str = ""
    delay: str = ""
    max_attempts: Number = ""
    window: str = ""


class Preference(Written, frozen=True, kw_only=True):
    spread: str = ""


class Placement(Written, frozen=True, kw_only=True):
    constraints: list[str] = []
    preferences: list[Preference] = []
    max_replicas_per_node: Number = ""


class Deploy(Written, frozen=True, kw_only=True):
    mode: str = ""
    endpoint_mode: str = ""
    replicas: Number = ""
    labels: Pairs = {}
    rollback_config: Pace = Pace()
    update_config: Pace = Pace()
    resources: Resources = Resources()
    restart_policy: RestartPolicy = RestartPolicy()
    placement: Placement = Placement()


class Hook(Written, frozen=True, kw_only=True):
    """`post_start`, `pre_stop`, and what follows an edit."""

    command: Strings = []
    user: str = ""
    privileged: Flag = ""
    working_dir: str = ""
    environment: Pairs = {}
    per_replica: Flag = ""


class Watched(Written, frozen=True, kw_only=True):
    path: str = ""
    action: str = ""
    target: str = ""
    ignore: Strings = []
    include: Strings = []
    exec: Hook = Hook()
    initial_sync: Flag = ""


class Develop(Written, frozen=True, kw_only=True):
    watch: list[Watched] = []
