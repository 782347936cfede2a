"""The configuration of an image: what it stands on, what its layers are, whom it runs as. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import msgspec

from shoal.build.image.pack import Packed
from shoal.build.image.wanted import Wanted
from shoal.errors import BuildFailed
from shoal.stacks.in_image import HERE

USER = "65532:65532"
"""Nobody's: the number that images without a shell have for it."""

CREATED = "1970-01-01T00:00:00Z"
"""One time for all images: the same source gives the same image."""

MACHINES = {"amd64": 62, "386": 3, "arm64": 183, "arm": 40, "riscv64": 243, "ppc64le": 21, "s390x": 22}
"""Architectures by the engine's names -> ELF's numbers."""

TITLE = "org.opencontainers.image.title"
BASE_NAME = "org.opencontainers.image.base.name"
BASE_DIGEST = "org.opencontainers.image.base.digest"
CONTENT = "shoal.content"


class Base(msgspec.Struct, frozen=True):
    """An image that others stand on, as the engine knows it. `digest` is the registry's (empty: it came from none)."""

    reference: str
    digest: str
    id: str
    architecture: str
    os: str
    layers: tuple[str, ...]
    env: tuple[str, ...] = ()
    variant: str = ""


class Config(msgspec.Struct, frozen=True):
    """`text` is the JSON; its digest is the image's id. `content` is a digest of all but itself, which stands in a
    label: by it the image is found again in engines that have other ids."""

    text: bytes
    content: str
    layers: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"sha256:{hashlib.sha256(self.text).hexdigest()}"


def config(base: Base, packed: Sequence[Packed], wanted: Wanted) -> Config:
    """Raises `BuildFailed` if the programs in it are for another processor."""
    _check(base, packed, wanted)
    whole = _whole(base, packed, wanted)
    content = f"sha256:{hashlib.sha256(_json(whole)).hexdigest()}"
    whole["config"]["Labels"][CONTENT] = content
    return Config(_json(whole), content, tuple(whole["rootfs"]["diff_ids"]))


def _whole(base: Base, packed: Sequence[Packed], wanted: Wanted) -> dict[str, Any]:
    own = [{"created": CREATED, "created_by": f"shoal: {each.note}"} for each in packed]
    below = [{"created": CREATED, "created_by": base.reference} for _ in base.layers]
    whole: dict[str, Any] = {
        "architecture": base.architecture,
        "os": base.os,
        "created": CREATED,
        "config": {
            "User": USER,
            "WorkingDir": HERE,
            "Env": _env(base),
            "Entrypoint": [],
            "Labels": _labels(base, wanted),
        },
        "rootfs": {"type": "layers", "diff_ids": [*base.layers, *(each.layer.digest for each in packed)]},
        "history": [*below, *own],
    }
    return whole | ({"variant": base.variant} if base.variant else {})


def _env(base: Base) -> list[str]:
    """A user without an entry in /etc/passwd has no home but this."""
    return [*(each for each in base.env if not each.startswith("HOME=")), "HOME=/tmp"]


def _labels(base: Base, wanted: Wanted) -> dict[str, str]:
    digest = {BASE_DIGEST: base.digest} if base.digest else {}
    return digest | {
        TITLE: f"{wanted.app}-{wanted.artifact.owner}",
        BASE_NAME: base.reference,
        "shoal.app": wanted.app,
        "shoal.service": wanted.artifact.owner,
        "shoal.artifact": wanted.artifact.key,
    }


def _check(base: Base, packed: Sequence[Packed], wanted: Wanted) -> None:
    """Packages often bring programs for many processors; one for this one must be among them."""
    machines = {number: name for each in packed for number, name in each.layer.machines.items()}
    mine = MACHINES.get(base.architecture)
    if mine is None or not machines or mine in machines:
        return
    number, name = next(iter(machines.items()))
    found = next((known for known, code in MACHINES.items() if code == number), f"processor {number}")
    what = f"{wanted.artifact.owner}: {name} is for {found}, and {base.reference} is for {base.architecture}"
    raise BuildFailed(what, hint=f"build on a machine of {base.architecture}, or run on an engine of {found}")


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
