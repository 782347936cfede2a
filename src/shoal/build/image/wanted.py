"""Which image is wanted of an artifact: what its services need besides the artifact itself. Pure."""

from __future__ import annotations

import hashlib

import msgspec

from shoal.errors import BuildFailed, ToolMissing
from shoal.model.desired import Desired
from shoal.model.values import Ref, Value
from shoal.model.workload import Artifact, Packing
from shoal.stacks.in_image import HERE, PROGRAMS, folder

SHORT = 12


class Wanted(msgspec.Struct, frozen=True):
    """`beside` are other artifacts that its services refer to, all of `known` by their keys may be named in its files;
    `kept` are files that its services have to find there (relative path -> text)."""

    app: str
    artifact: Artifact
    beside: tuple[str, ...] = ()
    known: dict[str, Artifact] = {}
    kept: dict[str, Value] = {}

    @property
    def repository(self) -> str:
        return f"shoal/{self.app}-{self.artifact.owner}"

    @property
    def tag(self) -> str:
        return f"{self.repository}:{self.artifact.key[:SHORT]}"

    @property
    def identity(self) -> str:
        """The same for what becomes the same image, on the same base."""
        told = (self.app, self.artifact.key, self.artifact.owner, self.artifact.packing, self.beside, self.kept)
        return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:32]

    @property
    def packing(self) -> Packing:
        """Raises `BuildFailed` where there can be no one image."""
        packing = self.artifact.packing
        assert packing is not None
        if packing.others:
            bases = ", ".join((packing.base, *packing.others))
            what = f"{self.artifact.owner} can't become one image: its services stand on different ones ({bases})"
            raise BuildFailed(what, hint="give the services of each language a build of their own")
        return packing


def wanted(desired: Desired, artifact: Artifact) -> Wanted:
    users = [w for w in desired.workloads if w.artifact == artifact.key]
    known = {a.key: a for a in desired.artifacts if a.key != artifact.key}
    beside = sorted({key for w in users for key in w.artifacts()} & set(known))
    kept = {in_image(k.path, artifact.key).removeprefix(f"{HERE}/"): k.text for w in users for k in w.kept}
    return Wanted(desired.app, artifact, tuple(beside), known, dict(sorted(kept.items())))


def in_image(value: Value, own: str) -> str:
    """Text with the places that programs and artifacts have in the image of the artifact `own`."""

    def place(ref: Ref) -> str:
        if ref.kind == "artifact":
            return folder(ref.name, own)
        if ref.kind == "program":
            return program_in_image(ref.name)
        return str(Value((ref,)))

    return value.render(place)


def program_in_image(name: str) -> str:
    if name not in PROGRAMS:
        raise ToolMissing(
            f"no official image has `{name}` at a place that is known", hint=f"known: {', '.join(PROGRAMS)}"
        )
    return PROGRAMS[name]
