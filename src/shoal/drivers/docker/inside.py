"""What is done within containers that run: commands, looks, copies."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import os
import signal
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from shoal import jobs
from shoal.drivers.copying import Kind, kind_of, landing
from shoal.drivers.docker import archive, places
from shoal.drivers.docker.connection import end_input
from shoal.drivers.docker.tracked import Tracked
from shoal.drivers.driver import Ran
from shoal.drivers.process.inspection import inspect
from shoal.errors import DriverFailed, ToolMissing, UsageError
from shoal.model.usage import Process, Usage
from shoal.model.workload import Copy, Workload

if TYPE_CHECKING:
    from aiodocker import Docker

LONGEST = 1 << 16
"""Bytes of what a command printed, from its end, that are kept."""
COLUMNS = "pid,ppid,user,etimes,times,rss,nlwp,args"
FOLDER = 1 << 31
"""Of a mode, as Go counts its bits."""
CANNOT, NOT_THERE = 126, 127
STDERR = 2
PACKAGES = ("nats",)
"""That our own jobs import."""


# Commands


async def run(docker: Docker, container: str, command: Sequence[str]) -> Ran:
    """To its end, with the container's environment, folder and user. Cancelled, it ends all that it started."""
    made = await docker.containers.container(container).exec(list(command))
    said = bytearray()
    try:
        async with made.start() as stream:
            while message := await stream.read_out():
                said += message.data
                del said[:-LONGEST]
    except asyncio.CancelledError:
        await asyncio.shield(asyncio.create_task(_end(docker, made.id)))
        raise
    text = said.decode(errors="replace")
    code = (await made.inspect())["ExitCode"]
    if code in (CANNOT, NOT_THERE) and "executable file not found" in text:
        raise ToolMissing(f"the program {command[0]!r} isn't there", hint="is it in the image?")
    return Ran(255 if code is None else code, text)


async def _end(docker: Docker, command: str) -> None:
    """The engine has no way to end one: it is a process of this machine, if the engine is."""
    pid = int((await docker._query_json(f"exec/{command}/json")).get("Pid") or 0)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if pid:
            for member in [pid, *_below(pid)]:
                os.kill(member, signal.SIGKILL)


def _below(pid: int) -> list[int]:
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [member for child in children for member in (child, *_below(child))]


async def said(docker: Docker, container: str) -> str:
    """The end of what a container has printed."""
    lines = await docker.containers.container(container).log(stdout=True, stderr=True, tail=1000)
    return "".join(lines)[-LONGEST:]


# Jobs of our own


def is_ours(workload: Workload) -> bool:
    return any(str(word).startswith(jobs.__name__) for word in workload.command)


def library(at: Path) -> dict[Path, Copy]:
    """Our jobs and what they import, as files below `at`: they run in a plain image of Python's."""
    package = Path(jobs.__path__[0])
    found = archive.of_package(package, package.parent.parent, at)
    found[at / "shoal" / "__init__.py"] = Copy(b"")
    for name in PACKAGES:
        with contextlib.suppress(ImportError):
            folder = Path(__import__(name).__path__[0])
            found |= archive.of_package(folder, folder.parent, at)
    return found


# Disks


def filling(size: int) -> tuple[str, ...]:
    script = f"head -c {size} /dev/zero > {places.SCRATCH}/.full"
    return "/bin/sh", "-c", script


def emptying() -> tuple[str, ...]:
    return "/bin/sh", "-c", f"rm -f {places.SCRATCH}/.full"


# Looks


async def processes(docker: Docker, tracked: Tracked, *, here: bool) -> tuple[Process, ...]:
    import aiodocker

    if tracked.done.is_set():
        return ()
    try:
        found = await docker.containers.container(tracked.container).top(ps_args=f"-eo {COLUMNS}")
    except aiodocker.DockerError as problem:
        if problem.status in (404, 409, 500):
            return ()
        raise
    # This machine's own look tells more, where it may.
    if seen := await asyncio.to_thread(inspect, [int(row[0]) for row in found["Processes"]]) if here else ():
        return tuple(seen)
    return tuple(_process(dict(zip(COLUMNS.split(","), row, strict=False)), time.time()) for row in found["Processes"])


def _process(row: dict[str, str], now: float) -> Process:
    return Process(
        pid=int(row["pid"]),
        parent=int(row["ppid"]),
        user=row["user"],
        started=now - float(row["etimes"]),
        cpu=float(row["times"]),
        memory=int(row["rss"]) << 10,
        measure="rss",
        threads=int(row["nlwp"]),
        descriptors=0,
        command=row["args"],
    )


async def usage(docker: Docker, tracked: Tracked, log: int, now: float) -> Usage:
    """As the engine's groups count it."""
    path = f"containers/{tracked.container}/stats"
    told = await docker._query_json(path, params={"stream": "0", "one-shot": "1"})
    memory = told.get("memory_stats") or {}
    cached = (memory.get("stats") or {}).get("inactive_file") or (memory.get("stats") or {}).get("total_inactive_file")
    pids = int((told.get("pids_stats") or {}).get("current") or 0)
    cpu = ((told.get("cpu_stats") or {}).get("cpu_usage") or {}).get("total_usage") or 0
    used = max(0, int(memory.get("usage") or 0) - int(cached or 0))
    return Usage(now, cpu / 1e9, used, "rss", pids, pids, 0, log)


# Copies: by programs of the container's own, who see its temporary folders too; the engine's own way doesn't, and takes
# nothing where the root may not be written to. It is for images without such programs.

LOOK = 'if [ -d "$1" ]; then echo folder; elif [ -e "$1" ] || [ -L "$1" ]; then echo file; fi'


async def copy_out(docker: Docker, tracked: Tracked, path: str, destination: str) -> str:
    source = _absolute(tracked, path)
    found = await _seen(docker, tracked, source)
    if not found:
        raise UsageError(f"there is no {source}")
    target = landing(source, found, destination, kind_of)
    if kind_of(target) == "folder" and found == "file":
        raise UsageError(f"{target} is a folder: a file can't be copied onto it")
    top = PurePosixPath(source.removesuffix("/."))
    packed = await _archive(docker, tracked, top)
    await asyncio.to_thread(_unpack, packed, top.name, target)
    return target


async def copy_in(docker: Docker, tracked: Tracked, source: str, path: str) -> str:
    given = kind_of(source)
    if not given:
        raise UsageError(f"there is no {source}")
    wanted = _absolute(tracked, path)
    kinds = {place: await _seen(docker, tracked, place) for place in _asked_of(wanted)}
    target = landing(source, given, wanted, lambda place: kinds.get(place, ""))
    if await _seen(docker, tracked, target) == "folder" and given == "file":
        raise UsageError(f"{target} is a folder: a file can't be copied onto it")
    packed = await asyncio.to_thread(_packed, source, target)
    try:
        code, words = await _fed(docker, tracked, ("tar", "-xf", "-", "-C", "/"), packed)
    except ToolMissing:
        await docker.containers.container(tracked.container).put_archive("/", packed)  # type: ignore[no-untyped-call]
        return target
    if code:
        raise UsageError(f"{target}: {words.decode(errors='replace').strip() or f'tar ended with {code}'}")
    return target


async def _seen(docker: Docker, tracked: Tracked, path: str) -> Kind:
    try:
        ran = await run(docker, tracked.container, ("/bin/sh", "-c", LOOK, "sh", path))
    except ToolMissing:
        return await kind(docker, tracked.container, path)
    said: Kind = "folder" if "folder" in ran.said else "file" if "file" in ran.said else ""
    return said


async def _archive(docker: Docker, tracked: Tracked, source: PurePosixPath) -> tarfile.TarFile:
    command = ("tar", "-cf", "-", "-C", str(source.parent), source.name)
    try:
        code, packed = await _fed(docker, tracked, command, b"")
    except ToolMissing:
        return await docker.containers.container(tracked.container).get_archive(str(source))
    if code:
        raise UsageError(f"{source} can't be read by who the container runs as")
    return tarfile.open(fileobj=io.BytesIO(packed))


async def _fed(docker: Docker, tracked: Tracked, command: Sequence[str], given: bytes) -> tuple[int, bytes]:
    """Exit code and all that it printed of a command that is given something to read."""
    made = await docker.containers.container(tracked.container).exec(list(command), stdin=True)
    words, errors = bytearray(), bytearray()
    async with made.start() as stream:
        await stream.write_in(given)
        end_input(stream)
        while message := await stream.read_out():
            (errors if message.stream == STDERR else words).extend(message.data)
    code = (await made.inspect())["ExitCode"] or 0
    if code in (CANNOT, NOT_THERE) and b"executable file not found" in words + errors:
        raise ToolMissing(f"the program {command[0]!r} isn't there")
    return code, bytes(words if not code else errors + words)


def _unpack(tar: tarfile.TarFile, top: str, target: str) -> None:
    with tar:
        # Python before 3.11.4 knows no filters, and takes none as an argument.
        tar.extraction_filter = lambda member, path: member
        for member in tar.getmembers():
            if ".." in PurePosixPath(member.name).parts:
                raise UsageError(f"{member.name}: the archive leads out of its folder")
            member.name = str(PurePosixPath(target) / PurePosixPath(member.name).relative_to(top))
            member.uid, member.gid = os.getuid(), os.getgid()
            member.uname = member.gname = ""
            tar.extract(member, "/")


def _packed(source: str, target: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.add(source, arcname=target.lstrip("/"))
    return out.getvalue()


def _asked_of(path: str) -> set[str]:
    plain = path.rstrip("/") or "/"
    return {path, plain, str(PurePosixPath(plain).parent)}


def _absolute(tracked: Tracked, path: str) -> str:
    return path if path.startswith("/") else f"{tracked.cwd}/{path}"


async def kind(docker: Docker, container: str, path: str) -> Kind:
    """What lies at a path of a container, running or not."""
    # Not by the client's own way: it looks for a reason in the body of a refusal, and a HEAD's has none.
    await docker._check_version()
    url = docker._canonicalize_url(f"containers/{container}/archive")
    async with docker.session.head(url, params={"path": path}) as answer:
        if answer.status == 404:
            return ""
        if answer.status != 200:
            raise DriverFailed(f"{path}: the engine says {answer.status} to a look at it")
        told = json.loads(base64.b64decode(answer.headers["X-Docker-Container-Path-Stat"]))
    return "folder" if told["mode"] & FOLDER else "file"
