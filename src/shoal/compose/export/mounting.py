"""Volumes, folders, memory and files of one service."""

from __future__ import annotations

from pathlib import PurePosixPath

from shoal.compose.export.scene import Filling, Json, Scene
from shoal.drivers.docker import places
from shoal.model.app import Service
from shoal.model.container import Mount
from shoal.model.workload import Workload


def folder_of(workload: Workload, filling: Filling) -> str:
    """Where it runs; empty: as the image says."""
    own = "" if workload.image else str(places.APP)
    return str(PurePosixPath(own) / filling.text(workload.cwd)) if workload.cwd.parts else own


def mounts_of(workload: Workload, service: Service, filling: Filling, scene: Scene) -> Json:
    volumes = [_mount(mount, scene) for mount in workload.mounts]
    volumes += [
        {
            "type": "bind",
            "source": scene.path(file.source),
            "target": _at(file.path, workload, filling),
            "read_only": True,
        }
        for file in service.files
        if file.source
    ]
    return {"volumes": volumes} if volumes else {}


def configs_of(workload: Workload, filling: Filling, scene: Scene) -> Json:
    """Files that are written for it."""
    found = []
    for path, content in workload.files.items():
        name = scene.config(f"{workload.name}.{PurePosixPath(path).name}", filling.text(content))
        found.append({"source": name, "target": _at(path, workload, filling)})
    return {"configs": found} if found else {}


def _at(path: str, workload: Workload, filling: Filling) -> str:
    """`./path` is below its working folder, another one below that of its files."""
    below = folder_of(workload, filling) or "/" if path.startswith("./") else str(places.FILES)
    return str(PurePosixPath(below) / path)


def _mount(mount: Mount, scene: Scene) -> Json:
    read_only = {"read_only": True} if mount.read_only else {}
    if mount.kind == "tmpfs":
        size = {"tmpfs": {"size": mount.size}} if mount.size else {}
        return {"type": "tmpfs", "target": mount.target, **size}
    if mount.kind == "volume":
        return {"type": "volume", "source": scene.volume(mount.source), "target": mount.target, **read_only}
    must = {} if mount.create else {"bind": {"create_host_path": False}}
    return {"type": "bind", "source": scene.path(mount.source), "target": mount.target, **read_only, **must}
