"""A registry on the loopback that serves the store's images under their official names, and takes what is pushed."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from typing import IO

from tests.engine.debian import ENVIRONMENT
from tests.engine.store import Blob, Store


class Registry:
    """In a folder of its own; the blobs in it are links to the store's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._root = folder / "files/docker/registry/v2"

    def fill(self, store: Store, images: dict[str, Blob]) -> None:
        for name, index in images.items():
            repository, _, tag = name.rpartition(":")
            self._serve(store, repository if "/" in repository else f"library/{repository}", tag, index)

    def start(self, log: IO[bytes]) -> tuple[str, subprocess.Popen[bytes]]:
        """Its host and port, and its process."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            at = f"127.0.0.1:{free.getsockname()[1]}"
        settings = {
            "version": "0.1",
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "files")}, "delete": {"enabled": True}},
            "http": {"addr": at},
        }
        told = self.folder / "settings.yml"
        told.write_text(json.dumps(settings))
        command = ["setpriv", "--pdeathsig", "TERM", "docker-registry", "serve", str(told)]
        return at, subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _serve(self, store: Store, repository: str, tag: str, index: Blob) -> None:
        manifest = Blob("", *_first(store.read(index)["manifests"]))
        told = store.read(manifest)
        contents = [Blob("", one["digest"], one["size"]) for one in (told["config"], *told["layers"])]
        at = self._root / "repositories" / repository
        for blob in contents:
            self._name(at / "_layers", blob)
        for blob in (index, manifest):
            self._name(at / "_manifests/revisions", blob)
        self._name(at / f"_manifests/tags/{tag}/index", index)
        (at / f"_manifests/tags/{tag}/current").mkdir(parents=True, exist_ok=True)
        (at / f"_manifests/tags/{tag}/current/link").write_text(index.digest)
        for blob in (index, manifest, *contents):
            kept = store.path(blob)
            data = self._root / "blobs/sha256" / kept.name[:2] / kept.name / "data"
            data.parent.mkdir(parents=True, exist_ok=True)
            if not data.exists():
                data.symlink_to(kept)

    @staticmethod
    def _name(folder: Path, blob: Blob) -> None:
        link = folder / blob.digest.replace(":", "/") / "link"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.write_text(blob.digest)


def _first(manifests: list[dict[str, str]]) -> tuple[str, int]:
    return manifests[0]["digest"], int(manifests[0]["size"])
