"""A service, a job or a migration → a service of the Compose file."""

from __future__ import annotations

from collections.abc import Mapping

from shoal.build.image.wanted import wanted
from shoal.compose.export.bounds import deploy_of, security_of
from shoal.compose.export.mounting import configs_of, folder_of, mounts_of
from shoal.compose.export.scene import GATEWAY, Filling, Json, Made, Scene, escaped, seconds
from shoal.desired.builds import GATEWAY as ADDRESS
from shoal.drivers.docker import places
from shoal.model.app import Restart, Service, Stop
from shoal.model.workload import Workload
from shoal.stacks.ports import port_env

APART = "jobs"
"""The profile of jobs that `up` doesn't run."""
UNTIL = {"started": "service_started", "ready": "service_healthy", "done": "service_completed_successfully"}


def service_of(workload: Workload, scene: Scene, checks: Mapping[str, Json], awaited: frozenset[str]) -> Made:
    """`checks` are the health checks of all services, `awaited` are jobs that others wait for."""
    service, filling = scene.services[workload.owner], Filling(scene, workload)
    made_of, comment = _made_of(workload, service, filling, scene)
    tree: Json = {
        **made_of,
        **_started(workload, filling),
        "environment": _environment(workload, service, filling),
        **_ports(workload),
        "networks": {"default": {"aliases": list(workload.aliases)}} if workload.aliases else {},
        "depends_on": _waits(workload, scene, checks),
        "profiles": _profiles(workload, service, awaited),
        "healthcheck": checks.get(workload.name, {}),
        **_lasting(workload),
        **deploy_of(workload, scene),
        **mounts_of(workload, service, filling, scene),
        **configs_of(workload, filling, scene),
        **security_of(workload),
    }
    if workload.restart.policy != "no" and workload.restart.backoff != Restart().backoff:
        policy = {"condition": _CONDITION[workload.restart.policy], "delay": seconds(workload.restart.backoff)}
        tree["deploy"] = tree.get("deploy", {}) | {"restart_policy": policy}
    return Made({key: value for key, value in tree.items() if value or key == "entrypoint"}, comment)


_CONDITION = {"always": "any", "on-failure": "on-failure", "no": "none"}


def _made_of(workload: Workload, service: Service, filling: Filling, scene: Scene) -> tuple[Json, str]:
    image = workload.image
    if image and image.reference:
        return {"image": escaped(image.reference)}, ""
    if image:
        build: Json = {"context": scene.path(service.path), "dockerfile": escaped(image.dockerfile)}
        build |= {"target": escaped(image.target)} if image.target else {}
        build |= {"args": {name: filling.text(value) for name, value in image.args.items()}} if image.args else {}
        return {"build": build}, ""
    artifact = scene.artifacts[workload.artifact]
    tag = wanted(scene.desired, artifact).tag
    if ADDRESS in artifact.tools:
        scene.lose(
            f"{service.section}/{service.name}/build", "the gateway's address stands in it: say the name of an image"
        )
    # Nobody else's image of this name is meant, wherever one might be found.
    made: Json = {"image": tag, "pull_policy": "never", "init": True}
    return made, f"its image is made by: shoal build --target docker {service.name}"


def _started(workload: Workload, filling: Filling) -> Json:
    given = workload.image.entrypoint if workload.image else None
    # An empty one is said, too: it isn't the image's.
    found: Json = {} if given is None else {"entrypoint": filling.texts(given)}
    if workload.command:
        found["command"] = filling.texts(workload.command)
    folder = folder_of(workload, filling)
    return found | ({"working_dir": folder} if workload.cwd.parts and folder != str(places.APP) else {})


def _environment(workload: Workload, service: Service, filling: Filling) -> Json:
    """An image that somebody else made listens where it likes: it needn't be told."""
    told = workload.env
    if service.image:
        chosen = {name for port in service.ports or () for name in port.env} | service.environment.keys()
        usual = port_env(service)
        told = {key: value for key, value in told.items() if key in chosen or usual.get(key) != value}
    return {name: filling.text(value) for name, value in told.items()}


def _ports(workload: Workload) -> Json:
    numbers = places.numbers(workload.ports)
    published = [f"{_shown(host, number)}:{inside}" for inside, host, number in places.published(workload.ports)]
    within = sorted({numbers[port.name] for port in workload.ports if not port.publish})
    return {"ports": published, "expose": [str(number) for number in within]}


def _shown(host: str, number: int) -> str:
    where = f"[{host}]" if ":" in host else host
    return f"{where}:{number}" if number else f"{where}:"


def _waits(workload: Workload, scene: Scene, checks: Mapping[str, Json]) -> Json:
    found: dict[str, str] = {}
    for after in workload.after:
        name, _, part = after.name.partition(".")
        if name in scene.backing and part not in ("", "streams"):
            name, until = name, "ready"
        elif scene.desired.workload(after.name) is None:
            continue
        else:
            name, until = after.name, after.until
        if name in scene.backing and name not in checks:
            continue
        if until == "ready" and name not in checks:
            why = f"{name} has no healthcheck here: it waits until that is started"
            scene.lose(f"{workload.name}: waits for {name} to be ready", why)
            until = "started"
        found[name] = UNTIL[until]
    values = (*workload.words(), *workload.env.values(), *workload.files.values())
    if any(ref.kind == "address" and ref.name == GATEWAY for value in values for ref in value.refs()):
        found[GATEWAY] = UNTIL["started"]
    return {name: {"condition": condition} for name, condition in found.items()}


def _profiles(workload: Workload, service: Service, awaited: frozenset[str]) -> list[str]:
    apart = workload.kind == "job" and workload.when != "up" and workload.name not in awaited
    return [*service.profiles, *([APART] if apart and not service.profiles else [])]


def _lasting(workload: Workload) -> Json:
    """A job that ended well is done; Compose itself starts nothing again unless it's told to."""
    policy = workload.restart.policy
    if workload.kind == "job":
        policy = "on-failure" if policy == "on-failure" else "no"
    found: Json = {"restart": "unless-stopped" if policy == "always" else policy}
    if workload.stop.signal != Stop().signal:
        found["stop_signal"] = workload.stop.signal
    if workload.stop.grace != Stop().grace:
        found["stop_grace_period"] = seconds(workload.stop.grace)
    return found
