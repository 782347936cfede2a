"""A workload as the engine is told it: the body of a container's creation. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from shoal.drivers.docker import places
from shoal.model.container import Mount
from shoal.model.limits import Limits
from shoal.model.workload import Workload

Json = dict[str, Any]

LOGS = {"Type": "json-file", "Config": {"max-size": "16m", "max-file": "2"}}
"""The engine's copy: it bridges the time in which no daemon of ours reads along."""

TEMPORARY = {"/tmp": "rw,mode=1777", "/run": "rw,mode=0755"}


class Frame(msgspec.Struct, frozen=True):
    """What is the same for all containers of one environment, or is known only to the driver.

    user       number:number, or what the image says (empty)
    mounts     as the engine writes them
    published  number inside, host and number on this machine
    writable   the root folder may be written to
    capabilities   that its program can't be executed without, for its file asks for them
    """

    image: str
    network: str
    labels: Mapping[str, str]
    user: str = ""
    mounts: Sequence[Json] = ()
    published: Sequence[tuple[int, str, int]] = ()
    aliases: Sequence[str] = ()
    writable: bool = False
    capabilities: Sequence[str] = ()
    init: bool = True


class Run(msgspec.Struct, frozen=True):
    """What is run. `entrypoint` None is the image's own, and so is the command if it is empty beside that one; without
    a folder it is the image's too."""

    command: Sequence[str]
    env: Mapping[str, str]
    folder: str = ""
    entrypoint: Sequence[str] | None = ()


def body(workload: Workload, run: Run, frame: Frame) -> Json:
    return {
        "Image": frame.image,
        **_program(run),
        "Env": [f"{name}={value}" for name, value in run.env.items()],
        **({"WorkingDir": run.folder} if run.folder else {}),
        **({"User": frame.user} if frame.user else {}),
        "Labels": dict(frame.labels),
        "Healthcheck": {"Test": ["NONE"]},
        "StopSignal": workload.stop.signal,
        "ExposedPorts": {f"{number}/tcp": {} for number, _, _ in frame.published},
        "HostConfig": _host(workload, frame),
        "NetworkingConfig": {"EndpointsConfig": {frame.network: {"Aliases": list(frame.aliases)}}},
    }


def _program(run: Run) -> Json:
    """The engine takes an image's command for arguments of any entrypoint but the image's own."""
    if run.entrypoint is None:
        return {"Cmd": list(run.command)} if run.command else {}
    words = [*run.entrypoint, *run.command]
    return {"Entrypoint": words[:1], "Cmd": words[1:]}


def _host(workload: Workload, frame: Frame) -> Json:
    security = workload.security
    return {
        "NetworkMode": frame.network,
        # It is shoal that heals: the engine would start what a rollout has just taken back.
        "RestartPolicy": {"Name": "no"},
        "Init": frame.init,
        "ReadonlyRootfs": not frame.writable,
        "Tmpfs": ({} if frame.writable else TEMPORARY) | _scratch(workload.limits),
        "Privileged": security.privileged,
        "CapDrop": [] if security.privileged else ["ALL"],
        "CapAdd": [] if security.privileged else [*frame.capabilities, *security.capabilities],
        "SecurityOpt": [] if security.new_privileges or security.privileged else ["no-new-privileges"],
        "Mounts": list(frame.mounts),
        "PortBindings": {
            f"{number}/tcp": [
                {"HostIp": host, "HostPort": str(port)} for inside, host, port in frame.published if inside == number
            ]
            for number, _, _ in frame.published
        },
        "LogConfig": LOGS,
        **_limits(workload.limits),
    }


def _scratch(limits: Limits) -> Json:
    """Limited on disk: what it writes has a size that the kernel keeps."""
    return {str(places.SCRATCH): f"rw,mode=1777,size={limits.disk}"} if limits.disk else {}


def _limits(limits: Limits) -> Json:
    found: Json = {}
    if limits.cpu:
        found["NanoCpus"] = round(limits.cpu * 1e9)
    if limits.memory:
        # No swap beside it: a limit that spills over is none.
        found |= {"Memory": limits.memory, "MemorySwap": limits.memory}
    if limits.pids:
        found["PidsLimit"] = limits.pids
    return found


def volume(name: str, at: str, *, read_only: bool = False) -> Json:
    """A named volume; without a name one that goes with the container."""
    named = {"Source": name} if name else {}
    return {"Type": "volume", "Target": at, "ReadOnly": read_only, "VolumeOptions": {"NoCopy": True}} | named


def bind(source: str, at: str, *, read_only: bool = False) -> Json:
    return {"Type": "bind", "Source": source, "Target": at, "ReadOnly": read_only}


def mount(given: Mount, volume_name: str = "") -> Json:
    """What the file mounts."""
    if given.kind == "bind":
        return bind(given.source, given.target, read_only=given.read_only)
    if given.kind == "tmpfs":
        size = {"SizeBytes": given.size} if given.size else {}
        return {"Type": "tmpfs", "Target": given.target, "TmpfsOptions": size}
    # As Docker does it: a new volume begins with what the image has there.
    return volume(volume_name, given.target, read_only=given.read_only) | {"VolumeOptions": {"NoCopy": False}}
