"""References become text: what a workload's values mean for one instance on this machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from shoal.drivers.process.ports import HOST
from shoal.errors import DriverFailed
from shoal.model import uri
from shoal.model.observed import Endpoint
from shoal.model.values import Ref
from shoal.model.workload import Copy, Workload


class Sources(msgspec.Struct, frozen=True):
    """Where the answers come from that are the same for everybody. Of a secret with the digest of its content."""

    address: Callable[[str], Endpoint]
    secret: Callable[[str, str], str]
    program: Callable[[str], str]
    artifact: Callable[[str], Path]
    data: Callable[[str], Path]
    meshdir: Path


class Place(msgspec.Struct, frozen=True):
    """Where one instance runs: `files` holds its rendered files, `scratch` is for what it writes,
    `view` is its working folder if files are placed in that, `host` is where it listens."""

    instance: str
    index: int
    files: Path
    scratch: Path
    endpoints: Mapping[str, Endpoint] = {}
    view: Path = Path()
    host: str = HOST


class Rendering:
    """Resolves the references of one workload for one instance."""

    def __init__(self, workload: Workload, place: Place, sources: Sources) -> None:
        self._workload = workload
        self._place = place
        self._sources = sources

    def command(self) -> list[str]:
        return [value.render(self.resolve) for value in self._workload.command]

    def env(self) -> dict[str, str]:
        return {name: value.render(self.resolve) for name, value in self._workload.env.items()}

    def port_variables(self) -> dict[str, str]:
        """Names that the user chose for allotted numbers."""
        found: dict[str, str] = {}
        for port in self._workload.ports:
            if endpoint := self._place.endpoints.get(port.name):
                found |= dict.fromkeys(port.env, str(endpoint.port))
        return found

    def cwd(self) -> Path:
        """Where it runs: in a view of its working folder if files are placed there, else in that itself."""
        return self._place.view if self.placed() else self.home()

    def placed(self) -> list[str]:
        """Paths of files below the working folder."""
        return [name.removeprefix("./") for name in (*self._workload.files, *self._workload.copies) if _placed(name)]

    def home(self) -> Path:
        """The working folder: as the workload says (relative: in the artifact), else the artifact, else its own."""
        workload = self._workload
        if workload.kind == "mesh" and not workload.cwd.parts:
            return self._sources.meshdir
        home = self._sources.artifact(workload.artifact) if workload.artifact else self._place.scratch
        return home / workload.cwd.render(self.resolve)

    def kept(self) -> list[tuple[Path, str]]:
        return [(Path(k.path.render(self.resolve)), k.text.render(self.resolve)) for k in self._workload.kept]

    def files(self) -> dict[Path, Copy]:
        """Absolute path -> content. Raises DriverFailed for a path that leaves the instance's folders."""
        rendered = {name: Copy(value.render(self.resolve).encode()) for name, value in self._workload.files.items()}
        return {self._path(name): copy for name, copy in (rendered | self._workload.copies).items()}

    def _path(self, name: str) -> Path:
        folder = self._place.view if _placed(name) else self._place.files
        path = folder / name
        if ".." in Path(name).parts or not path.is_relative_to(folder):
            raise DriverFailed(f"{self._workload.name}: the file {name!r} lies outside its folder")
        return path

    def resolve(self, ref: Ref) -> str:
        """Raises DriverFailed for a reference that means nothing here, ToolMissing for a program that isn't there."""
        sources = self._sources
        match ref.kind:
            case "address":
                return _part(sources.address(ref.name), ref)
            case "secret":
                return _secret(sources.secret(ref.name, self._workload.secrets.get(ref.name, "")), ref)
            case "program":
                return sources.program(ref.name)
            case "artifact":
                return str(sources.artifact(ref.name))
            case "data":
                return str(sources.data(ref.name or self._workload.data))
            case "self":
                return self._own(ref)
        raise DriverFailed(f"{self._workload.name}: nothing answers to {ref}")

    def _own(self, ref: Ref) -> str:
        if ref.attr == "port" or ref.attr.startswith("port:"):
            return str(self._port(ref.attr.partition(":")[2]).port)
        place = self._place
        known = {
            "host": place.host,
            "instance": place.instance,
            "index": str(place.index),
            "workload": self._workload.name,
            "files": str(place.files),
            "scratch": str(place.scratch),
            "meshdir": str(self._sources.meshdir),
            "xds": str(self._sources.meshdir / "xds"),
        }
        if ref.attr == "data" and self._workload.data:
            return str(self._sources.data(self._workload.data))
        if ref.attr not in known:
            raise DriverFailed(f"{self._workload.name}: nothing answers to ${{self:{ref.attr}}}")
        return known[ref.attr]

    def _port(self, name: str) -> Endpoint:
        first = self._workload.ports[0].name if self._workload.ports else ""
        endpoint = self._place.endpoints.get(name or first)
        if endpoint is None:
            raise DriverFailed(f"{self._workload.name} has no port {name!r}")
        return endpoint


def _placed(name: str) -> bool:
    return name.startswith("./")


def _secret(content: str, ref: Ref) -> str:
    try:
        return uri.part(content, ref.attr)
    except ValueError as problem:
        raise DriverFailed(
            f"the secret {ref.name}: {problem}", hint="such as postgresql://user:password@host/name"
        ) from None


def _part(endpoint: Endpoint, ref: Ref) -> str:
    parts = {"host": endpoint.host, "port": str(endpoint.port), "": str(endpoint)}
    if ref.attr not in parts:
        raise DriverFailed(f"an address has a host and a port, no {ref.attr!r} ({ref.name})")
    return parts[ref.attr]
