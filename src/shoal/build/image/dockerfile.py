"""An image by its own Dockerfile: the engine builds it, from the artifact's folder."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tarfile
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from shoal.errors import BuildFailed
from shoal.model.container import Image
from shoal.stacks.stack import OUR_FOLDER

if TYPE_CHECKING:
    from aiodocker import Docker
    from aiohttp import StreamReader

LAST = 20
"""Lines that are told of a build that failed."""
BUILDKIT = "it is built by the engine's classic builder: what only BuildKit knows (RUN --mount) can't be used"


def tag_of(app: str, owner: str, key: str, image: Image) -> str:
    """The same for the same source, stage and arguments."""
    asked = hashlib.sha256(msgspec.json.encode((image.dockerfile, image.target, image.args), order="sorted"))
    return f"shoal/{app}-{owner}:{key[:12]}-{asked.hexdigest()[:8]}"


class Plan(msgspec.Struct, frozen=True):
    """`folder` is the context. `labels` are given to what comes of it."""

    folder: Path
    owner: str
    image: Image
    tag: str
    labels: dict[str, str]


async def build_by_engine(docker: Docker, plan: Plan, say: Callable[[str], None]) -> None:
    """`say` is told each step. Raises `BuildFailed` with the step and its last lines."""
    image = plan.image
    params = {
        "t": plan.tag,
        "dockerfile": image.dockerfile,
        "target": image.target,
        "buildargs": json.dumps({name: str(value) for name, value in image.args.items()}),
        "labels": json.dumps(plan.labels),
        "rm": "1",
        "forcerm": "1",
    }
    with tempfile.TemporaryFile() as context:
        await asyncio.to_thread(_pack, plan.folder, context)
        forever = docker._resolve_long_running_timeout(None)
        headers = {"Content-Type": "application/x-tar"}
        query = docker._query("build", "POST", params=params, data=context, headers=headers, timeout=forever)
        async with query as answer:
            try:
                await _follow(answer.content, plan.owner, say)
            finally:
                answer.close()


async def _follow(content: StreamReader, owner: str, say: Callable[[str], None]) -> None:
    last: deque[str] = deque(maxlen=LAST)
    step = "its first step"
    async for line in content:
        told = json.loads(line)
        if "error" in told:
            raise _failed(owner, step, told["error"], last)
        for text in str(told.get("stream") or "").splitlines():
            if text.startswith("Step "):
                step = text
                say(text)
                last.clear()
            elif text.strip():
                last.append(text)


def _failed(owner: str, step: str, why: str, last: deque[str]) -> BuildFailed:
    lines = "\n".join(f"| {line}" for line in last)
    more = BUILDKIT if "BuildKit" in why or "unknown flag" in why or "unknown instruction" in why else ""
    return BuildFailed(f"building {owner}: {step}: {why.strip()}", hint="\n  ".join(filter(None, (lines, more))))


def _pack(folder: Path, out: IO[bytes]) -> None:
    """Sorted, of nobody, with the times of the files: by them does the builder know what it has built before."""
    with tarfile.open(fileobj=out, mode="w") as tar:
        for below, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if not (below == str(folder) and name == OUR_FOLDER))
            for name in sorted((*names, *folders)):
                path = Path(below, name)
                tar.add(path, arcname=str(path.relative_to(folder)), recursive=False, filter=_nobodys)
    out.seek(0)


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
