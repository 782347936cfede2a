"""Keys of the specification that shoal doesn't honour, each with the reason. All others are honoured; a test compares
this with the models. `*` is any name of the user's."""

from __future__ import annotations

from collections.abc import Iterator

from shoal.compose.remarks import Remark, dotted
from shoal.spec.tree import Entry, Items, Node, Path, Scalar, Table

_ENGINE = "the engine's default holds: shoal has no key for it"
_LABELS = "labels of containers are shoal's own, by which it finds them"
_NETWORK = "each environment has one network of its own, with addresses that the engine chooses"
_SWARM = "means something to Docker Swarm alone; Compose itself doesn't honour it either"
_IMAGES = "the engine's builder takes the Dockerfile, its target and its arguments, and nothing else"
_FLOOR = "shoal limits what is taken; nothing is set aside"
_GPU = "shoal hands no devices to containers"
_EDIT = "`up --watch` follows edits by itself: it rebuilds and replaces"
_MODELS = "shoal runs no models; name the address of one under `environment`"
_ROLLOUT = "shoal replaces instances one by one, each after its successor is ready, and goes back if one fails"
_FILES = "files are given as Compose gives them: owner and mode are the file's own"

SERVICE: dict[str, str] = {
    "annotations": _LABELS,
    "attach": "`logs` shows what is asked for: shoal logs SERVICE",
    "blkio_config": _ENGINE,
    "build.additional_contexts": _IMAGES,
    "build.cache_from": _IMAGES,
    "build.cache_to": _IMAGES,
    "build.entitlements": _IMAGES,
    "build.extra_hosts": _IMAGES,
    "build.isolation": _IMAGES,
    "build.labels": _LABELS,
    "build.network": _IMAGES,
    "build.no_cache": "what hasn't changed isn't built again",
    "build.no_cache_filter": "what hasn't changed isn't built again",
    "build.platforms": "an image is built for this machine's engine",
    "build.privileged": _IMAGES,
    "build.provenance": _IMAGES,
    "build.pull": _IMAGES,
    "build.sbom": _IMAGES,
    "build.secrets": _IMAGES,
    "build.shm_size": _IMAGES,
    "build.ssh": _IMAGES,
    "build.tags": "shoal names what it builds itself",
    "build.ulimits": _IMAGES,
    "cgroup": _ENGINE,
    "cgroup_parent": _ENGINE,
    "cpu_count": _ENGINE,
    "cpu_percent": _ENGINE,
    "cpu_rt_period": _ENGINE,
    "cpu_rt_runtime": _ENGINE,
    "cpu_shares": "shares are relative; write cpus, which is a limit",
    "cpuset": _ENGINE,
    "credential_spec": "it is for Windows",
    "deploy.endpoint_mode": _SWARM,
    "deploy.labels": _SWARM,
    "deploy.placement": _SWARM,
    "deploy.resources.reservations": _FLOOR,
    "deploy.restart_policy.max_attempts": "shoal tries on, with pauses that grow to 30 s",
    "deploy.restart_policy.window": "an instance that ran for a while begins with short pauses again",
    "deploy.rollback_config": _ROLLOUT,
    "deploy.update_config": _ROLLOUT,
    "develop": _EDIT,
    "device_cgroup_rules": _GPU,
    "devices": _GPU,
    "dns": _ENGINE,
    "dns_opt": _ENGINE,
    "dns_search": _ENGINE,
    "domainname": _ENGINE,
    "external_links": "containers of other apps are on other networks: name an address under `environment`",
    "extra_hosts": _ENGINE,
    "gpus": _GPU,
    "group_add": _ENGINE,
    "healthcheck.start_interval": "until it is healthy it is asked often",
    "hostname": "a container is called by its id; others reach it by its service's name",
    "init": "the image's own program is the first process",
    "ipc": _ENGINE,
    "isolation": "it is for Windows",
    "label_file": _LABELS,
    "labels": _LABELS,
    "logging": "shoal keeps the logs itself, with a quota: shoal logs",
    "mac_address": _NETWORK,
    "mem_reservation": _FLOOR,
    "mem_swappiness": _ENGINE,
    "memswap_limit": "a limit of memory holds for memory and swap together",
    "models": _MODELS,
    "networks.*.driver_opts": _NETWORK,
    "networks.*.gw_priority": _NETWORK,
    "networks.*.interface_name": _NETWORK,
    "networks.*.ipv4_address": _NETWORK,
    "networks.*.ipv6_address": _NETWORK,
    "networks.*.link_local_ips": _NETWORK,
    "networks.*.mac_address": _NETWORK,
    "networks.*.priority": _NETWORK,
    "oom_kill_disable": _ENGINE,
    "oom_score_adj": _ENGINE,
    "pid": _ENGINE,
    "platform": "an image is taken for this machine's engine",
    "ports[].mode": "one machine has one mode",
    "post_start": "a job that others wait for does what has to be done first",
    "pre_start": "a job that others wait for does what has to be done first",
    "pre_stop": "a service is asked to end by its stop signal, once it gets no more requests",
    "provider": "shoal calls no providers",
    "pull_policy": "an image is pulled when the engine doesn't have it",
    "pull_refresh_after": "an image is pulled when the engine doesn't have it",
    "runtime": _ENGINE,
    "secrets[].uid": _FILES,
    "secrets[].gid": _FILES,
    "secrets[].mode": _FILES,
    "configs[].uid": _FILES,
    "configs[].gid": _FILES,
    "configs[].mode": _FILES,
    "stdin_open": "nobody types into what runs in the background; shoal exec is for that",
    "storage_opt": _ENGINE,
    "sysctls": _ENGINE,
    "tty": "what runs in the background has no terminal; shoal exec is for that",
    "ulimits": _ENGINE,
    "use_api_socket": "shoal hands the engine's socket to nobody",
    "userns_mode": _ENGINE,
    "uts": _ENGINE,
    "volumes[].bind.propagation": _ENGINE,
    "volumes[].bind.recursive": _ENGINE,
    "volumes[].bind.selinux": _ENGINE,
    "volumes[].consistency": "it is for Docker Desktop, and obsolete there",
    "volumes[].image": "shoal mounts volumes, folders and memory",
    "volumes[].tmpfs.mode": _ENGINE,
    "volumes[].volume.labels": _LABELS,
    "volumes[].volume.nocopy": "a new volume begins with what the image has there",
    "volumes[].volume.subpath": "a volume is mounted whole",
}
TOP: dict[str, str] = {
    "version": "obsolete: it means nothing to Compose either",
    "networks.*": _NETWORK,
    "volumes.*.driver": "volumes are the engine's own",
    "volumes.*.driver_opts": "volumes are the engine's own",
    "volumes.*.labels": _LABELS,
    "volumes.*.name": "shoal names volumes itself, apart for each environment",
    "volumes.*.external": "a volume is of one app and one environment; its data has to be copied",
    "secrets.*.name": "a secret goes by the name that it has here",
    "secrets.*.labels": _LABELS,
    "secrets.*.driver": _SWARM,
    "secrets.*.driver_opts": _SWARM,
    "secrets.*.template_driver": _SWARM,
    "configs.*.name": "a config goes by the name that it has here",
    "configs.*.labels": _LABELS,
    "configs.*.template_driver": _SWARM,
    "models": _MODELS,
}
REASONS = TOP | {f"services.*.{key}": why for key, why in SERVICE.items()}


def unheard(tree: Table) -> Iterator[Remark]:
    """The keys of a file that aren't honoured whatever they say, in the file's order."""
    for key, entry in tree.entries.items():
        yield from _below(entry, (key,), (key,))


def _below(entry: Entry, path: Path, pattern: tuple[str, ...]) -> Iterator[Remark]:
    place, node = entry
    if why := REASONS.get(".".join(pattern)):
        if not _default(node, pattern):
            yield Remark(place, dotted(path), why)
    elif isinstance(node, Table):
        for key, inner in node.entries.items():
            yield from _below(inner, (*path, key), (*pattern, _step(pattern, key)))
    elif isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield from _below(Entry(item.place, item), (*path, index), (*pattern[:-1], f"{pattern[-1]}[]"))


def _step(above: tuple[str, ...], key: str) -> str:
    """Below a section, and below a service's networks, a key is a name of the user's."""
    return "*" if len(above) == 1 or above == ("services", "*", "networks") else key


def _default(node: Node, pattern: tuple[str, ...]) -> bool:
    """What says only what holds anyway: the default network without settings, an attach or init that is off."""
    if pattern == ("networks", "*"):
        return (isinstance(node, Scalar) and node.null) or (isinstance(node, Table) and not node.entries)
    return isinstance(node, Scalar) and (node.null or node.text in ("false", "")) and pattern[-1] in _OFF


_OFF = ("init", "tty", "stdin_open", "oom_kill_disable", "external", "use_api_socket", "no_cache", "pull", "privileged")
