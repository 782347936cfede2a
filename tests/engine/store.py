"""Layers and images, each kept under the digest of its bytes. What was made once is not made again."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine.parts import SCRIPTS, Workshop, stamp
from tests.engine.table import IMAGES, SYSTEM, Image, Layer
from tests.engine.tree import Tree

TYPES = "application/vnd.oci.image"
LAYER = f"{TYPES}.layer.v1.tar"
CODE = ("debian.py", "parts.py", "tree.py")
CREATED = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Blob:
    kind: str
    digest: str
    size: int

    def described(self) -> dict[str, Any]:
        return {"mediaType": self.kind, "digest": self.digest, "size": self.size}


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shoal-tests/engine"


class Store:
    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder, self._say = folder, say
        self._code = "".join((SCRIPTS.parent / name).read_text() for name in CODE)
        for name in ("blobs", "layers"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def images(self) -> dict[str, Blob]:
        """Name -> index of each image of the table, made where it wasn't there. One process makes them at a time."""
        with self._alone(), tempfile.TemporaryDirectory(dir=self.folder) as folder:
            shop = Workshop(Path(folder))
            shop.system = self.path(self._layer(SYSTEM, shop))
            return {name: index for image in IMAGES for index in [self._image(image, shop)] for name in image.names}

    def path(self, blob: Blob) -> Path:
        return self.folder / "blobs" / blob.digest.removeprefix("sha256:")

    def read(self, blob: Blob) -> Any:
        return json.loads(self.path(blob).read_text())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _layer(self, layer: Layer, shop: Workshop) -> Blob:
        key = hashlib.sha256(self._code.encode())
        key.update("".join(map(stamp, (*SYSTEM, *layer))).encode())
        note = self.folder / "layers" / key.hexdigest()
        if not note.exists():
            self._say(f"making a layer: {', '.join(str(part)[:60] for part in layer[:2])}")
            with tempfile.NamedTemporaryFile(dir=self.folder) as file:
                tree = Tree(file)
                for part in layer:
                    part.write(tree, shop)
                tree.close()
                file.flush()
                note.write_text(self.path(self._keep(Path(file.name), LAYER)).name)
        kept = self.folder / "blobs" / note.read_text()
        return Blob(LAYER, f"sha256:{kept.name}", kept.stat().st_size)

    def _image(self, image: Image, shop: Workshop) -> Blob:
        layers = [self._layer(layer, shop) for layer in image.layers]
        config = self._text("config", _config(image, layers))
        told = {"config": config.described(), "layers": [layer.described() for layer in layers]}
        manifest = self._text("manifest", _typed("manifest", told))
        only = manifest.described() | {"platform": {"os": "linux", "architecture": "amd64"}}
        return self._text("index", _typed("index", {"manifests": [only]}))

    def _text(self, kind: str, content: dict[str, Any]) -> Blob:
        with tempfile.NamedTemporaryFile("w", dir=self.folder) as file:
            json.dump(content, file)
            file.flush()
            return self._keep(Path(file.name), f"{TYPES}.{kind}.v1+json")

    def _keep(self, file: Path, kind: str) -> Blob:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256")
        blob = Blob(kind, f"sha256:{digest.hexdigest()}", file.stat().st_size)
        if not self.path(blob).exists():
            os.link(file, self.path(blob))
        self.path(blob).chmod(0o644)
        return blob


def _typed(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"schemaVersion": 2, "mediaType": f"{TYPES}.{kind}.v1+json", **content}


def _config(image: Image, layers: list[Blob]) -> dict[str, Any]:
    run: dict[str, Any] = {
        "Env": [f"{name}={value}" for name, value in image.env.items()],
        "Entrypoint": list(image.entrypoint) or None,
        "Cmd": list(image.command) or None,
        "WorkingDir": image.folder,
        "User": image.user,
        "ExposedPorts": {port: {} for port in image.ports} or None,
        "Volumes": {path: {} for path in image.volumes} or None,
        "StopSignal": image.stops,
    }
    return {
        "architecture": "amd64",
        "os": "linux",
        "created": CREATED,
        "config": {key: value for key, value in run.items() if value},
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        "history": [{"created": CREATED, "created_by": "a stand-in"} for _ in layers],
    }
