"""What no Compose file can say, by its name in the app's own file."""

from __future__ import annotations

from shoal.compose.export.scene import GATEWAY, Scene
from shoal.model.app import Backing, External, Gateway, Restart, Secret, Service
from shoal.model.policy import EdgePolicy
from shoal.model.strategy import Strategy


def lose_all(scene: Scene, *, filled: bool) -> None:
    """Whatever no part that is written tells of by itself."""
    app = scene.app
    if filled:
        why = (
            "what the file takes from variables and env_file stands here as it is now; look for what nobody should read"
        )
        scene.lose("variables", why)
    for service in app.services:
        _service(service, scene)
    if any(service.needs for service in app.services):
        why = "there is no mesh: whoever is on the network reaches everybody, needed or not, and nobody tries again"
        scene.lose("needs", why)
    if app.names:
        scene.lose("names", "the names lead straight to services, at their own ports")
    for entry in app.backing:
        _backing(entry, scene)
    if app.gateway:
        _gateway(app.gateway, scene)
    for secret in app.secrets:
        _secret(secret, scene)


def _service(service: Service, scene: Scene) -> None:
    where = f"{service.section}/{service.name}"
    for need in service.needs:
        if need.policy != EdgePolicy() or need.rules:
            said = [name for name in EdgePolicy.__struct_fields__ if getattr(need.policy, name) != _usual(name)]
            said += ["rules"] if need.rules else []
            scene.lose(f"{where}/needs/{need.name}", f"{', '.join(said)}: nothing stands between the two that could")
    if service.strategy != Strategy():
        scene.lose(f"{where}/strategy", f"{service.strategy.kind}: Compose replaces all at once")
    if service.warmup:
        scene.lose(f"{where}/warmup", "nobody asks it anything before it gets traffic")
    if service.schedule:
        scene.lose(f"{where}/schedule", f"{service.schedule.at}: Compose runs nothing by the clock")
    if service.kind == "job" or service.migrate:
        what = where if service.kind == "job" else f"{where}/migrate"
        scene.lose(what, "it runs at each `docker compose up` that includes it, not once for what it is made of")
    if service.restart.policy != "no" and service.restart.longest != Restart().longest:
        scene.lose(f"{where}/restart/longest", "the engine chooses its pauses itself")


def _usual(name: str) -> object:
    return getattr(EdgePolicy(), name)


def _backing(entry: Backing, scene: Scene) -> None:
    if isinstance(entry.engine, External):
        scene.lose(f"backing/{entry.name}", "somebody else runs it: nobody waits until it answers")


def _gateway(gateway: Gateway, scene: Scene) -> None:
    if gateway.tls:
        scene.lose(f"{GATEWAY}/tls", "certificates are made and renewed by shoal: the gateway speaks plain HTTP here")
    if gateway.redirect is not None:
        scene.lose(f"{GATEWAY}/redirect", "without TLS there is nowhere to be sent to")
    if gateway.host != "127.0.0.1":
        scene.lose(f"{GATEWAY}/host", "it is published for this machine alone; change its `ports` for others")


def _secret(secret: Secret, scene: Scene) -> None:
    if secret.file:
        scene.lose(f"secrets/{secret.name}", f"the content of {secret.file} has to be in its variable")
    elif secret.generate:
        scene.lose(f"secrets/{secret.name}", "Compose makes none: its variable has to be set")
