"""Artifacts as builds leave them, and what becomes of them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from shoal.build.image.config import Base
from shoal.build.image.layer import Tar
from shoal.build.image.pack import Packed, pack
from shoal.build.image.wanted import Wanted
from shoal.model.workload import Artifact, Packing, Step

KEY, OTHER = "1" * 32, "2" * 32
BASE = Base("python:3.11-slim", f"sha256:{'d' * 64}", f"sha256:{'1' * 64}", "amd64", "linux", ("sha256:below",))


def artifact(packing: Packing, key: str = KEY, steps: tuple[Step, ...] = ()) -> Artifact:
    return Artifact(key, "api", "/shop/api", steps, packing=packing)


def wanted(packing: Packing = Packing("python:3.11-slim"), steps: tuple[Step, ...] = ()) -> Wanted:
    return Wanted("shop", artifact(packing, steps=steps))


def put(root: Path, files: Mapping[str, str | bytes], key: str = KEY) -> Path:
    """Files of an artifact in a cache; `a -> b` is a link."""
    folder = root / "builds" / key
    for name, text in files.items():
        path, _, target = name.partition(" -> ")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if target:
            (folder / path).symlink_to(target)
        else:
            (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def layers(of: Wanted, root: Path) -> list[dict[str, tarfile.TarInfo]]:
    """Of each layer, what it has at which path."""
    return [{m.name: m for m in _opened(packed)} for packed in pack(of, root)]


def text(of: Wanted, root: Path, name: str) -> str:
    """The content of a file of the image."""
    for packed in pack(of, root):
        with _opened(packed) as tar:
            if name in tar.getnames():
                found = tar.extractfile(name)
                assert found is not None
                return found.read().decode()
    raise AssertionError(f"{name} is in no layer")


def digests(of: Wanted, root: Path) -> list[str]:
    return [packed.layer.digest for packed in pack(of, root)]


def _opened(packed: Packed) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(b"".join(Tar(packed.part))))
