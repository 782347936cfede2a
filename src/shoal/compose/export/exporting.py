"""App and Desired → the tree of a Compose file."""

from __future__ import annotations

import msgspec
import yaml

from shoal.compose.export.backings import backing_of
from shoal.compose.export.checks import check_of
from shoal.compose.export.losing import lose_all
from shoal.compose.export.scene import GATEWAY, INSIDE, Filling, Json, Made, Scene, escaped
from shoal.compose.export.workloads import service_of
from shoal.drivers.docker import places, programs
from shoal.mesh.static import static
from shoal.model.app import App, Gateway
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint
from shoal.model.workload import Workload

USUAL = 8080
"""Where the gateway is published when the file says nothing: any port would be another one each time."""
ENVOY_FILE = "/etc/envoy/envoy.yaml"


class Exported(msgspec.Struct, frozen=True):
    """`lost` is what the file can't say, `comments` stand beside services, `variables` have to be set."""

    tree: Json
    lost: tuple[str, ...]
    comments: dict[str, str]
    variables: tuple[str, ...]


def exported(app: App, desired: Desired, *, filled: bool = False) -> Exported:
    """Of an app compiled for containers, with all of its profiles. `filled`: values came from outside its file."""
    scene = Scene(app, desired)
    made: dict[str, Made] = {}
    for entry in app.backing:
        made |= dict(backing_of(entry, scene))
    mine = [workload for workload in desired.workloads if workload.owner in scene.services]
    checks = {name: each.tree["healthcheck"] for name, each in made.items() if "healthcheck" in each.tree}
    checks |= {w.name: found for w in mine if (found := _check(w, scene))}
    awaited = frozenset(after.name for workload in mine for after in workload.after)
    made |= {workload.name: service_of(workload, scene, checks, awaited) for workload in mine}
    if app.gateway:
        made[GATEWAY] = _gateway(app.gateway, scene, checks)
    lose_all(scene, filled=filled)
    tree: Json = {
        "name": app.name,
        "services": {name: each.tree for name, each in made.items()},
        "volumes": {name: {} for name in scene.volumes},
        "configs": scene.configs,
    }
    comments = {name: each.comment for name, each in made.items() if each.comment}
    kept = {key: value for key, value in tree.items() if value}
    return Exported(kept, tuple(scene.lost), comments, tuple(scene.variables))


def _check(workload: Workload, scene: Scene) -> Json | None:
    service = scene.services[workload.owner]
    return check_of(workload, service, Filling(scene, workload), scene) if workload.kind == "service" else None


def _gateway(gateway: Gateway, scene: Scene, checks: dict[str, Json]) -> Made:
    """Envoy, told once. It begins when those that it leads to can answer, as far as anybody can tell."""

    def where(service: str, port: str) -> Endpoint:
        return Endpoint(service, scene.number(service, port))

    told = static(scene.desired, gateway, Endpoint(places.ANYWHERE, INSIDE), where)
    content = escaped(yaml.safe_dump(told, sort_keys=False, default_flow_style=None, width=120))
    waits = dict.fromkeys(route.to for route in gateway.routes if route.to and not scene.services[route.to].profiles)
    tree: Json = {
        "image": programs.ENVOY,
        "command": ["envoy", "-c", ENVOY_FILE, "--concurrency", "1", "--log-level", "warning"],
        "ports": [f"{places.LOOPBACK}:{gateway.port or USUAL}:{INSIDE}"],
        "depends_on": {
            name: {"condition": "service_healthy" if name in checks else "service_started"} for name in waits
        },
        "configs": [{"source": scene.config(f"{GATEWAY}.envoy.yaml", content), "target": ENVOY_FILE}],
        "restart": "unless-stopped",
    }
    return Made(tree, f"http://{places.LOOPBACK}:{gateway.port or USUAL}")
