"""Writes a folder of a server that rests to a file (`dump`), or puts one from a file in its place (`restore`).

The copy is a tar file, compressed: what it is of, then the folder. A restore unpacks all of it beside the present
folder, and then the two change names in one step: whatever fails before, and whoever dies, what was there is there.

Reads DATA (the data folder), PART (the folder in it), KIND (what it is of) and COPY (the file). `made-with` in the data
folder says which server wrote it; data of a newer one isn't put back.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import sys
import tarfile
from pathlib import Path

from shoal.jobs.copies import Failed, told
from shoal.jobs.exchange import exchange

ABOUT = "about.json"


def made_with(data: Path) -> str:
    mark = data / "made-with"
    return mark.read_text().strip() if mark.exists() else ""


def dump(data: Path, part: str, kind: str, copy: Path) -> None:
    about = json.dumps({"kind": kind, "made-with": made_with(data)}).encode()
    with gzip.open(copy, "wb", compresslevel=1) as whole, tarfile.open(fileobj=whole, mode="w|") as archive:
        head = tarfile.TarInfo(ABOUT)
        head.size = len(about)
        archive.addfile(head, io.BytesIO(about))
        archive.add(data / part, arcname=part, filter=_kept)
    os.sync()


def _kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Sockets and the like belong to who made them."""
    return member if member.isfile() or member.isdir() else None


def restore(data: Path, part: str, kind: str, copy: Path) -> None:
    beside = data / "restored"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(mode=0o700)
        with gzip.open(copy) as whole:
            with tarfile.open(fileobj=whole, mode="r|") as archive:
                _unpack(archive, beside, part, kind, made_with(data))
            while whole.read(1 << 20):
                pass  # to its very end, where the checksum is
        if not (beside / part).is_dir():
            raise Failed("the copy holds no data")
        os.sync()
        (data / part).mkdir(mode=0o700, exist_ok=True)
        exchange(data / part, beside / part)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _unpack(archive: tarfile.TarFile, folder: Path, part: str, kind: str, here: str) -> None:
    members = iter(archive)
    first = next(members, None)
    content = archive.extractfile(first) if first and first.name == ABOUT else None
    if content is None:
        raise Failed("this is no copy made by shoal")
    _check(json.loads(content.read()), kind, here)
    for member in members:
        path = Path(member.name)
        if path.parts[0] != part or ".." in path.parts:
            raise Failed(f"this is no copy made by shoal: it holds {member.name!r}")
        if member.isdir():
            (folder / path).mkdir(mode=0o700, parents=True, exist_ok=True)
        elif content := archive.extractfile(member):
            with os.fdopen(os.open(folder / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                shutil.copyfileobj(content, out)


def _check(about: dict[str, str], kind: str, here: str) -> None:
    if about["kind"] != kind:
        raise Failed(f"the copy is of {about['kind']}, and this is {kind}")
    (product, _, version), (mine, _, newest) = about["made-with"].rpartition(" "), here.rpartition(" ")
    if product != mine or _numbers(version) > _numbers(newest):
        raise Failed(f"the copy is of {about['made-with']}, and the server here is {here}, which can't read it")


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".") if number]


def main() -> None:
    work = {"dump": dump, "restore": restore}[sys.argv[1]]
    work(Path(os.environ["DATA"]), os.environ["PART"], os.environ["KIND"], Path(os.environ["COPY"]))


if __name__ == "__main__":
    sys.exit(told(sys.argv[1], main, tarfile.TarError, ValueError))
