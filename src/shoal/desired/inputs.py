"""What compile needs from outside the file."""

from __future__ import annotations

import msgspec

from shoal.model.app import App, Service, SharedBuild
from shoal.model.observed import Endpoint
from shoal.model.workload import Copy
from shoal.stacks import Source, Tool


class Inputs(msgspec.Struct, frozen=True):
    """What stands in each folder that is built or run (by its key) with its digest; the text of files that backing
    services name; keyed digests of secrets; programs on PATH that builds run, with what tells their versions apart; the
    versions of those that the file asks a version of; where the gateway will listen, if a build asks for it, and what
    it speaks; what `files` copies (relative path -> content); and digests of the files that jobs are made of (by
    `portion_key`)."""

    sources: dict[str, Source] = {}
    contents: dict[str, str] = {}
    secrets: dict[str, str] = {}
    programs: dict[str, str] = {}
    tools: dict[str, tuple[Tool, ...]] = {}
    gateway: Endpoint | None = None
    copies: dict[str, dict[str, Copy]] = {}
    portions: dict[str, str] = {}
    scheme: str = "http"

    def source(self, of: Service | SharedBuild) -> Source:
        """What stands in its folder; nothing for what has none."""
        if isinstance(of, Service) and not of.sourced:
            return Source("")
        return self.sources[folder_of(of).key]


class Folder(msgspec.Struct, frozen=True):
    """A folder of the app that is built or run. `ignore` are names that are no part of it, besides what stacks leave
    out. Of one that is for a `dockerfile` they leave nothing out: it may want what another build made."""

    path: str
    ignore: tuple[str, ...] = ()
    dockerfile: str = ""

    @property
    def key(self) -> str:
        """The same folder is another source to whoever ignores other parts of it."""
        without = f"{self.path} without {' '.join(sorted(self.ignore))}" if self.ignore else self.path
        return f"{without} for {self.dockerfile}" if self.dockerfile else without


def folder_of(one: Service | SharedBuild) -> Folder:
    image = one.image if isinstance(one, Service) else None
    return Folder(one.path, one.recipe.ignore, image.dockerfile if image else "")


def folders(app: App) -> dict[str, Folder]:
    """All that are read, by their keys."""
    services = (folder_of(service) for service in app.services if service.sourced)
    found = {folder.key: folder for folder in (*services, *map(folder_of, app.builds))}
    return dict(sorted(found.items()))


def portion_key(service: Service) -> str:
    """Names a part of a folder: the files that a job or a migration is made of."""
    return f"{folder_of(service).key}: {' '.join(service.inputs)}"
