"""What to write instead of a key that people bring along from Compose."""

from __future__ import annotations

from shoal.spec.tree import Path

_WORK = {
    "cap_add": "write `security: {capabilities: [...]}`",
    "cap_drop": "all are dropped but those under `security: {capabilities: [...]}`",
    "container_name": "instances are named by shoal; leave it out",
    "depends_on": "write `needs`, which hands over addresses as well, or `after`, which only waits",
    "deploy": "write `replicas`",
    "cpus": "write `limits: {cpu: ...}`",
    "env": "write `environment`",
    "expose": "write `ports`",
    "healthcheck": "write `health`",
    "inputs": "for a migration, write `migrate: {command: [...], inputs: [...]}`",
    "links": "write `needs`",
    "mem_limit": "write `limits: {memory: ...}`",
    "networks": "each environment has its own network; leave it out",
    "pids_limit": "write `limits: {pids: ...}`",
    "privileged": "write `security: {privileged: true}`",
    "read_only": "write `security: {read_only: ...}`; it is by default",
    "scale": "write `replicas`",
    "stop_grace_period": "write `stop: {grace: 10s}`",
    "stop_signal": "write `stop: {signal: SIGTERM}`",
    "tmpfs": "write `volumes: [{tmpfs: 64Mi, at: /tmp}]`",
    "user": "write `security: {user: ...}`",
    "workdir": "write `working_dir`",
}
_BUILD = {
    "context": "write `path` beside `build`",
    "dockerfile": "write it under `build` of each service that runs from it: the same one is built once",
    "args": "write `environment`",
    "env": "write `environment`",
    "instead": "write `run`",
    "steps": "write `run`",
    "inputs": "write `ignore`: what isn't ignored is part of the source",
}
_TOP = {
    "version": "the file has no version; leave it out",
    "networks": "each environment has its own network; leave it out",
    "databases": "write `backing`",
    "volumes": "a volume is named where it is mounted: `volumes: [data:/var/lib/app]` of a service",
}


def advice(key: str, path: Path) -> str:
    """The advice for a key at `path` (the map it stands in), or nothing."""
    if not path:
        return _TOP.get(key, "")
    if (len(path) == 3 and path[2] == "build") or (len(path) == 2 and path[0] == "builds"):
        return _BUILD.get(key, "")
    return _WORK.get(key, "") if len(path) == 2 and path[0] in ("services", "jobs") else ""
