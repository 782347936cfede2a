"""A Compose project → the tree of a shoal.yaml, in which everything stands where the Compose file has it; and what of
it isn't honoured."""

from __future__ import annotations

import msgspec

from shoal.compose import nodes, shorts
from shoal.compose.listing import unheard
from shoal.compose.making import Making
from shoal.compose.names import named, plain
from shoal.compose.project import Project
from shoal.compose.remarks import Remark
from shoal.compose.services import service_of
from shoal.compose.waits import links
from shoal.errors import UnknownReference, WrongType
from shoal.spec.tree import Entry, Node, Table
from shoal.spec.words import quote, suggestion


class Translated(msgspec.Struct, frozen=True):
    """`names` maps Compose's services to shoal's."""

    tree: Table
    remarks: tuple[Remark, ...]
    names: dict[str, str]


class _Translation:
    def __init__(self, project: Project, *, keep: bool) -> None:
        self.project, self.keep = project, keep
        self.remarks: list[Remark] = []
        services = project.file.services
        self.names = named(services)
        self.jobs = frozenset(_completed(project)) & services.keys()
        self.secrets = named(
            [name for name, entry in project.file.secrets.items() if entry.environment], frozenset(self.names.values())
        )
        self.linked = self._linked()
        self.apart = _apart(project)

    def making(self, name: str) -> Making:
        return Making(self.project, name, self.names, self.jobs, self.remarks, keep=self.keep)

    def aside(self, name: str) -> Making:
        """To look at another service once more: what is wrong with it is said where it stands."""
        return Making(self.project, name, self.names, self.jobs, [], keep=self.keep)

    def _linked(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.project.file.services:
            for service, alias in links(self.making(name)):
                found.setdefault(service, []).append(alias)
        return found

    def section(self, *, jobs: bool) -> Table | None:
        entries = {
            self.names[name]: Entry(self.project.spot(("services", name)), self._service(name))
            for name in self.project.file.services
            if (name in self.jobs) == jobs and not self._left_out(name)
        }
        return Table(entries, self.project.spot(("services",))) if entries else None

    def _service(self, name: str) -> Node:
        return service_of(self.making(name), self.aside, self.linked, self.secrets, apart=self.apart)

    def _left_out(self, name: str) -> bool:
        """What only a provider knows how to run."""
        return bool(self.project.file.services[name].provider.type)

    def secrets_table(self) -> Table | None:
        found: dict[str, Node | None] = {}
        for name, shoals in self.secrets.items():
            place = self.project.spot(("secrets", name))
            variable = nodes.said(self.project.file.secrets[name].environment, place)
            found[shoals] = nodes.table({"env": variable}, place)
        return nodes.table(found, self.project.spot(("secrets",))) if found else None


def translated(project: Project, *, keep: bool = False) -> Translated:
    """What can't be run at all goes into the project's report. With `keep`, variables stay variables."""
    one = _Translation(project, keep=keep)
    if not project.file.services and not project.report.broken(("services",)):
        project.report.add(WrongType, ("services",), "there is nothing to run", project.spot(("services",)))
    _check_volumes(project)
    place = project.tree.place
    entries: dict[str, Node | None] = {
        "name": nodes.said(plain(project.name), project.spot(("name",))),
        "target": nodes.word("docker", place),
        "services": one.section(jobs=False) or nodes.table({}, project.spot(("services",))),
        "jobs": one.section(jobs=True),
        "secrets": one.secrets_table(),
    }
    told = [*unheard(project.tree), *one.remarks, *_general(project)]
    remarks = sorted(dict.fromkeys(told), key=lambda remark: remark.where)
    return Translated(nodes.table(entries, place), tuple(remarks), one.names)


def _completed(project: Project) -> list[str]:
    """Services that others wait for until they have ended."""
    waits = (service.depends_on for service in project.file.services.values())
    return [
        name
        for wait in waits
        if isinstance(wait, dict)
        for name, entry in wait.items()
        if entry and entry.condition == "service_completed_successfully"
    ]


def _apart(project: Project) -> bool:
    """Whether there are two services that share no network."""
    joined = [frozenset(service.networks) or frozenset({"default"}) for service in project.file.services.values()]
    return any(not one & other for one in joined for other in joined)


def _general(project: Project) -> list[Remark]:
    found = [
        Remark(project.tree.place, f"${{{name}}}", "has no value: an empty text stands for it")
        for name in project.missing
    ]
    if project.file.name and project.name != plain(project.name):
        why = f"shoal calls it {plain(project.name)}: lower-case letters, digits and -, a letter first"
        found.append(Remark(project.spot(("name",)), "name", why))
    return found


def _check_volumes(project: Project) -> None:
    """A volume that is mounted by its name is declared, as Compose wants it."""
    for name, service in project.file.services.items():
        for index, written in enumerate(service.volumes):
            short = shorts.volume(written) if isinstance(written, str) else None
            source = "" if short is None or short.bind else short.source
            if source and source not in project.file.volumes:
                near = suggestion(source, project.file.volumes, "there are") or f"declare it: `volumes: {{{source}: }}`"
                path = ("services", name, "volumes", index)
                project.report.add(
                    UnknownReference, path, f"there is no volume {quote(source)}", project.spot(path), near
                )
