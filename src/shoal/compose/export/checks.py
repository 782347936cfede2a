"""Probes → health checks. Compose asks from within the container, by what its image has: shells and little else."""

from __future__ import annotations

from shoal.compose.export.scene import Filling, Json, Scene, seconds
from shoal.drivers.docker import places
from shoal.model.app import Probe, Service
from shoal.model.workload import Workload

# Bash speaks TCP by itself; it is in every image of Debian's and Ubuntu's, which all bases but Caddy's are.
BASH_TCP = "exec 3<>/dev/tcp/127.0.0.1/{number}"
BASH_HTTP = (
    BASH_TCP + r" && printf 'GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3"
    ' && read -r _ code _ <&3 && [ "$$code" -ge 200 ] && [ "$$code" -lt 400 ]'
)
BUSYBOX = "caddy:"


def check_of(workload: Workload, service: Service, filling: Filling, scene: Scene) -> Json | None:
    """The question whether it is ready, or where there is none whether it lives; None where it can't be asked."""
    probes = workload.probes
    asked = next((probe for probe in (probes.ready, probes.startup, probes.live) if probe), None)
    where = f"{service.section}/{service.name}/health"
    if asked is None:
        return None
    if service.probes.live and service.probes.live is not asked:
        scene.lose(f"{where}/live", "Compose has one check, and replaces nobody who fails it")
    if service.probes.startup and service.probes.startup is not asked:
        scene.lose(f"{where}/startup", "Compose has one check; its start_period is the other's grace")
    test = _test(workload, asked, filling, scene)
    if test is None:
        if any((service.probes.ready, service.probes.startup, service.probes.live)):
            scene.lose(where, _why(workload, asked))
        return None
    return timed(test, asked)


def timed(test: list[str], probe: Probe) -> Json:
    """Whoever isn't ready when its grace and its further tries are over is unhealthy."""
    start = max(0.0, probe.grace - probe.failures * probe.every)
    check: Json = {"test": test, "interval": seconds(probe.every), "timeout": seconds(probe.timeout)}
    return check | {"retries": probe.failures} | ({"start_period": seconds(start)} if start else {})


def _test(workload: Workload, probe: Probe, filling: Filling, scene: Scene) -> list[str] | None:
    if probe.kind == "exec":
        return ["CMD", *filling.texts(probe.command)]
    if probe.kind not in ("http", "tcp") or workload.image or probe.send or not workload.ports:
        return None
    numbers = places.numbers(workload.ports)
    number = numbers[probe.port or workload.ports[0].name]
    path = probe.path.replace("%", "%%").replace("$", "$$").replace("'", "%27")
    if _base(workload, scene).startswith(BUSYBOX):
        if probe.kind == "tcp":
            return ["CMD", "nc", "-z", "127.0.0.1", str(number)]
        return ["CMD", "wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{number}{probe.path.replace('$', '$$')}"]
    script = BASH_HTTP if probe.kind == "http" else BASH_TCP
    return ["CMD", "bash", "-c", script.format(number=number, path=path)]


def _base(workload: Workload, scene: Scene) -> str:
    artifact = scene.artifacts.get(workload.artifact)
    return artifact.packing.base if artifact and artifact.packing else ""


def _why(workload: Workload, probe: Probe) -> str:
    if workload.image and probe.kind in ("http", "tcp"):
        return f"it isn't known by which program its image could ask ({probe.kind}); write a healthcheck"
    return f"Compose can't ask so ({probe.kind}); write a healthcheck"
