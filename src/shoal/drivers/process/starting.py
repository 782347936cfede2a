"""What the keeper is told to start one instance: everything rendered, written where it belongs, nothing running yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from shoal.drivers.process import atomic
from shoal.drivers.process.census import MARKER, REALM
from shoal.drivers.process.environment import markers
from shoal.drivers.process.render import Rendering
from shoal.drivers.process.state import State
from shoal.drivers.process.view import look_like
from shoal.errors import DriverFailed, ShoalError, StartFailed, ToolMissing
from shoal.model.observed import Instance
from shoal.model.workload import Workload


class Base(msgspec.Struct, frozen=True):
    """What all children of one driver have in common."""

    realm: str
    inherited: Mapping[str, str] = {}

    def env(self, workload: Workload, rendering: Rendering, instance: str = "", index: int = 0) -> dict[str, str]:
        mine = markers(self.realm, workload.name, instance, index)
        # A command beside an instance is called like that instance, but found by marks of its own.
        found_by = {name: mine[name] for name in (REALM, MARKER) if name in mine}
        return {**self.inherited} | mine | rendering.port_variables() | rendering.env() | found_by


def order(
    workload: Workload, instance: Instance, rendering: Rendering, base: Base, state: State, log: Path
) -> dict[str, Any]:
    """The request to the keeper; writes the instance's files on the way."""
    command = rendering.command()
    if not command:
        raise DriverFailed(f"{workload.name} has no command")
    scratch = state.instances / instance.id / "scratch"
    scratch.mkdir(mode=0o700)
    folders = [str(scratch), *write_files(rendering, state.files / instance.id, state.view(instance.id))]
    if workload.data:
        folders.append(str(state.data_folder(workload.data)))
    return {
        "do": "spawn",
        "instance": instance.id,
        "folder": str(state.instances / instance.id),
        "command": command,
        "env": base.env(workload, rendering, instance.id, instance.index),
        "cwd": str(rendering.cwd()),
        "log": str(log),
        "unprivileged": workload.unprivileged,
        "folders": folders,
        # Envoy has two for each connection that goes through it.
        "descriptors": workload.kind == "mesh",
    }


def write_files(rendering: Rendering, folder: Path, view: Path) -> Sequence[str]:
    """The workload's files, for its owner only; the folders they lie in."""
    folder.mkdir(mode=0o700, exist_ok=True)
    placed = rendering.placed()
    if placed:
        look_like(rendering.home(), view, placed)
    for path, text in rendering.kept():
        if not path.exists():
            atomic.write(path, text)
    for path, copy in rendering.files().items():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.write(path, copy.data, mode=0o700 if copy.executable else 0o600)
    return [str(folder), str(view)] if placed else [str(folder)]


def refusal(workload: Workload, order: dict[str, Any], error: dict[str, Any]) -> ShoalError:
    """The keeper's word about a start that failed, in ours."""
    program, text = order["command"][0], error["text"]
    match error["stage"], error["errno"]:
        case "exec", 2:
            hint = "is it installed, and spelled as it should be? (A script: is the program of its first line there?)"
            return ToolMissing(f"{workload.name}: the program {program!r} isn't there", hint=hint)
        case "exec", _:
            return StartFailed(f"{workload.name}: {program!r} can't be executed: {text}")
        case "cwd", _:
            return StartFailed(f"{workload.name}: its working folder can't be entered: {text}")
        case "unprivileged", _:
            return StartFailed(f"{workload.name} must not run as root: {text}")
    return DriverFailed(f"{workload.name} can't be started: {error['stage']}: {text}")
