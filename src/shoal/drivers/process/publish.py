"""A snapshot's way to Envoy: files by rename, then Envoy's own word that it follows them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from shoal.drivers.process import admin, atomic
from shoal.errors import DriverFailed
from shoal.mesh import acceptance
from shoal.mesh.bootstrap import ADMIN_SOCKET as ADMIN_SOCKET
from shoal.mesh.transition import transition
from shoal.model.snapshot import Snapshot

PATIENCE = 15.0
FIRST_LOOK = 0.004
LONGEST_LOOK = 0.1
ORDER = ("cds.json", "eds.json", "rds.json", "plain.json", "lds.json")
"""What is referred to comes before what refers to it."""
EMPTY = '{"version_info": "none", "resources": []}\n'
TELLING = ("reject", "rror", "nable", "ailed", "nvalid", "xception")


def prepare(xds: Path) -> None:
    """Envoy wants its files to be there when it starts."""
    for name in ("cds.json", "lds.json"):
        if not (xds / name).exists():
            atomic.write(xds / name, EMPTY, through=xds.parent)


def write(snapshot: Snapshot, xds: Path) -> None:
    # The temporary file lies outside: Envoy looks again at every rename into the watched folder.
    names = sorted(snapshot.files, key=lambda name: (ORDER.index(name) if name in ORDER else 0, name))
    for name in names:
        atomic.write(xds / name, snapshot.files[name], through=xds.parent)


async def publish(snapshot: Snapshot, meshdir: Path, xds: Path, log: Path | None, alive: Callable[[], bool]) -> None:
    """Writes the files; while the mesh is `alive`, returns when it has accepted them. Raises DriverFailed with the
    mesh's own words (from `log`) when it refuses."""
    if not alive():
        write(snapshot, xds)
        return
    for step in transition(_present(xds, snapshot), snapshot):
        await _hand_over(step, meshdir, xds, log, alive)


async def _hand_over(snapshot: Snapshot, meshdir: Path, xds: Path, log: Path | None, alive: Callable[[], bool]) -> None:
    before = await _refusals(meshdir)
    size = log.stat().st_size if log and log.exists() else 0
    write(snapshot, xds)
    try:
        async with asyncio.timeout(PATIENCE):
            await _accepted(snapshot, meshdir, before, alive)
    except (TimeoutError, DriverFailed) as error:
        what = str(error) or f"the mesh hasn't taken the configuration {snapshot.version} in {PATIENCE:g} s"
        raise DriverFailed(what, hint=_reason(log, size)) from error


def _present(xds: Path, like: Snapshot) -> Snapshot | None:
    """What the mesh follows now; None when that can't be read."""
    try:
        files = {name: (xds / name).read_text() for name in like.files}
        return Snapshot(json.loads(files["cds.json"])["version_info"], files)
    except (OSError, ValueError, KeyError):
        return None


async def _accepted(snapshot: Snapshot, meshdir: Path, before: int, alive: Callable[[], bool]) -> None:
    pause = FIRST_LOOK
    while alive():
        if (stats := await _stats(meshdir)) is not None:
            if acceptance.accepted(snapshot, stats):
                return
            if acceptance.refusals(stats) > before:
                raise DriverFailed(f"the mesh refused the configuration {snapshot.version}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_LOOK)
    raise DriverFailed("the mesh ended while it was handed a configuration")


async def _refusals(meshdir: Path) -> int:
    stats = await _stats(meshdir)
    return acceptance.refusals(stats) if stats is not None else 0


async def _stats(meshdir: Path) -> str | None:
    """None while it is still starting."""
    try:
        return await asyncio.to_thread(admin.get, meshdir, ADMIN_SOCKET, acceptance.STATS)
    except OSError:
        return None


def _reason(log: Path | None, size: int) -> str:
    """The last lines of its log since the attempt that sound like a reason."""
    if log is None or not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(size)
        lines = file.read(1 << 16).decode(errors="replace").splitlines()
    telling = [line for line in lines if any(word in line for word in TELLING)]
    return "\n  ".join(telling[-3:] or lines[-3:])
