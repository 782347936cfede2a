"""The configuration files of a service: templates bound, copies by what stands in the app's folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

import msgspec

from shoal.desired.bind import Bindings, resolve
from shoal.errors import WrongType
from shoal.model.app import App, Service
from shoal.model.values import Value
from shoal.model.workload import Copy


class Files(msgspec.Struct, frozen=True):
    """Path -> content, as a workload has them."""

    written: dict[str, Value] = {}
    copied: dict[str, Copy] = {}


def files_of(app: App, service: Service, bindings: Bindings, contents: dict[str, dict[str, Copy]]) -> Files:
    """`contents` maps each `from` to what is there: relative path (empty: the file itself) -> content.
    Raises `WrongType` when a copied folder brings a file where another one goes."""
    written: dict[str, Value] = {}
    copied: dict[str, Copy] = {}
    for file in service.files:
        where = f"{service.section}.{service.name}.files.{file.path}"
        if file.content is not None:
            written[file.path] = resolve(file.content, bindings, app, where)
        for name, copy in contents.get(file.source, {}).items() if file.source else ():
            copied[f"{file.path}/{name}" if name else file.path] = copy
    _check_room(app, service, written, copied)
    return Files(written, copied)


def _check_room(app: App, service: Service, written: Iterable[str], copied: Iterable[str]) -> None:
    """A copied folder has no file where another one goes, and what is copied is a folder where files go below it."""
    paths = [*written, *copied]
    taken = set(copied)
    for path in paths:
        others = [path] if path in written and path in taken else []
        others += [str(above) for above in PurePosixPath(path).parents if str(above) in taken]
        if others:
            place = app.places.get(f"{service.section}.{service.name}.files.{path}")
            what = f"{service.section}/{service.name}/files: {path} is in the way of {others[0]}, which is copied there"
            raise WrongType(what, where=place, hint="keep one of the two")
