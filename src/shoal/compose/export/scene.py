"""What all parts of a Compose file that is written have in common."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import msgspec

from shoal.drivers.docker import places, programs
from shoal.model.app import App, Backing, Service
from shoal.model.desired import Desired
from shoal.model.values import Ref, Value
from shoal.model.workload import Workload

Json = dict[str, Any]

GATEWAY = "gateway"
"""The service that routes what comes from outside. No service of the app can have that name."""
INSIDE = 8080
"""Where it listens."""
ADVICE = "set it in .env or in the shell"


class Scene:
    """`lost` is what can't be said, `configs`, `secrets` and `volumes` what the services refer to, `variables` those
    that have to be set."""

    def __init__(self, app: App, desired: Desired) -> None:
        self.app, self.desired = app, desired
        self.services: dict[str, Service] = {service.name: service for service in app.services}
        self.backing: dict[str, Backing] = {entry.name: entry for entry in app.backing}
        self.artifacts = {artifact.key: artifact for artifact in desired.artifacts}
        self.secrets = {secret.name: secret for secret in app.secrets}
        self.lost: list[str] = []
        self.configs: dict[str, Json] = {}
        self.volumes: dict[str, None] = {}
        self.variables: dict[str, None] = {}

    def lose(self, where: str, why: str) -> None:
        line = f"{where}: {why}"
        if line not in self.lost:
            self.lost.append(line)

    def config(self, name: str, content: str) -> str:
        """A name for this content; another one where the name is taken."""
        names = [name, *(f"{name}-{number}" for number in range(2, 100))]
        free = next(each for each in names if self.configs.get(each, {"content": content}) == {"content": content})
        self.configs[free] = {"content": content}
        return free

    def volume(self, name: str) -> str:
        self.volumes[name] = None
        return name

    def path(self, source: str) -> str:
        """As it is seen from the app's folder, where the Compose file lies; what is elsewhere stays where it is."""
        folder, there = PurePath(self.app.folder), PurePath(self.app.folder) / source
        if there.is_relative_to(folder):
            below = there.relative_to(folder)
            return "." if not below.parts else f"./{below}"
        return escaped(str(there))

    def secret(self, ref: Ref) -> str:
        """A variable: the file holds no secret."""
        declared = self.secrets.get(ref.name)
        name = declared.env if declared and declared.env else _variable(ref.name)
        if declared is None:
            name += "_PASSWORD"
        if ref.attr and ref.attr != "quoted":
            name += f"_{_variable(ref.attr)}"
        self.variables[name] = None
        return f"${{{name}:?{ADVICE}}}"

    def number(self, workload: str, port: str) -> int:
        """Where it listens in its container."""
        found = self.desired.workload(workload)
        numbers = places.numbers(found.ports if found else ())
        return numbers[port] if port in numbers else next(iter(numbers.values()))

    def address(self, ref: Ref) -> tuple[str, int]:
        """Who is dialled by its name, and where. What goes through the mesh elsewhere goes straight."""
        if ref.name == GATEWAY:
            return GATEWAY, INSIDE
        if edge := self.desired.edge(ref.name):
            return edge.callee, self.number(edge.callee, edge.port)
        name, _, port = ref.name.partition(":")
        return name, self.number(name, port)


class Filling:
    """The values of one workload as the file says them."""

    def __init__(self, scene: Scene, workload: Workload, data: str = str(places.DATA)) -> None:
        self._scene, self._workload, self._data = scene, workload, data

    def text(self, value: Value) -> str:
        return "".join(escaped(part) if isinstance(part, str) else self._one(part) for part in value.parts)

    def texts(self, values: Iterable[Value]) -> list[str]:
        return [self.text(value) for value in values]

    def _one(self, ref: Ref) -> str:
        match ref.kind:
            case "secret":
                return self._scene.secret(ref)
            case "address":
                host, number = self._scene.address(ref)
                return {"host": host, "port": str(number)}.get(ref.attr, f"{host}:{number}")
            case "artifact":
                return str(places.artifact(self._workload.artifact, ref.name or self._workload.artifact))
            case "program":
                return programs.find(ref.name).path
            case "data":
                return self._data
        return self._own(ref.attr)

    def _own(self, attr: str) -> str:
        if attr == "port" or attr.startswith("port:"):
            return str(self._scene.number(self._workload.name, attr.partition(":")[2]))
        if attr in ("instance", "index"):
            where = f"{self._workload.owner}: ${{self.{attr}}}"
            self._scene.lose(where, "Compose numbers replicas, and tells none of them its number: it is 0")
        name = self._workload.name
        return {"host": places.ANYWHERE, "index": "0", "instance": f"{name}-0", "workload": name,
                "files": str(places.FILES), "data": self._data}.get(attr, "/tmp")  # fmt: skip


def escaped(text: str) -> str:
    """A text in which no dollar sign asks for anything."""
    return text.replace("$", "$$")


def seconds(count: float) -> str:
    return f"{count:g}s"


def _variable(name: str) -> str:
    return name.upper().replace("-", "_").replace(".", "_")


class Made(msgspec.Struct, frozen=True):
    """One service of the Compose file, and what is said about it there."""

    tree: Json
    comment: str = ""
