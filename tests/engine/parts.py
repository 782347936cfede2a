"""What layers are made of. A part is data: what it says and the versions that it names decide whether a layer made
earlier will do."""

from __future__ import annotations

import os
import subprocess
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from shoal.build.engines import program, version
from tests.engine.debian import ENVIRONMENT, Debian, contents
from tests.engine.tree import ROOT, Owner, Tree

SCRIPTS = Path(__file__).with_name("entrypoints")
LOCALE = "en_US.utf8"


class Workshop:
    """Where parts are made: Debian's packages, and the system below every layer but the first."""

    def __init__(self, folder: Path) -> None:
        self.debian = Debian(folder)
        self.system = folder / "nothing yet"

    def read(self, path: str) -> bytes:
        """A file of the system."""
        with tarfile.open(self.system) as tar:
            return tar.extractfile(path).read()  # type: ignore[union-attr]

    def packages(self, names: Iterable[str]) -> list[Path]:
        return self.debian.packages(self.read("var/lib/dpkg/status"), names)


class Change(NamedTuple):
    path: str
    old: str
    new: str


def changed(path: str, content: bytes, changes: tuple[Change, ...]) -> bytes:
    for change in changes:
        if change.path == path:
            assert change.old.encode() in content, f"{path} no longer says {change.old}"
            content = content.replace(change.old.encode(), change.new.encode())
    return content


class Part(Protocol):
    def write(self, tree: Tree, shop: Workshop) -> None: ...


def stamp(part: Part) -> str:
    """Changes when what the part writes would."""
    told = repr(part)
    if isinstance(part, Copy):
        told += version(part.program)
    if isinstance(part, Script):
        told += (SCRIPTS / part.name).read_text()
    return told


@dataclass(frozen=True)
class System:
    """The smallest system of Debian."""

    def write(self, tree: Tree, shop: Workshop) -> None:
        with tarfile.open(shop.debian.smallest()) as tar:
            for member in tar:
                member.name = member.name.removeprefix(".").strip("/")
                if member.islnk():
                    member.linkname = member.linkname.removeprefix("./")
                if member.name and not member.name.startswith(("var/cache/", "var/log/")):
                    tree.member(member, tar.extractfile(member) if member.isfile() else None)


@dataclass(frozen=True)
class Packages:
    """Of Debian, with those they need; nothing of them is run. `moved` says what lies elsewhere (None: nowhere), then
    `changed` which text of which file says something else."""

    names: tuple[str, ...]
    moved: tuple[tuple[str, str | None], ...] = ()
    changed: tuple[Change, ...] = ()

    def write(self, tree: Tree, shop: Workshop) -> None:
        for package in shop.packages(self.names):
            for member, content in contents(package):
                if path := self._moved(member.name):
                    member.name = path
                    if member.islnk():
                        member.linkname = self._moved(member.linkname) or ""
                    if content and any(change.path == path for change in self.changed):
                        tree.text(path, changed(path, content.read(), self.changed))
                    else:
                        tree.member(member, content)

    def _moved(self, path: str) -> str | None:
        for old, new in self.moved:
            if path == old or path.startswith(f"{old}/"):
                return None if new is None else new + path.removeprefix(old)
        return path


@dataclass(frozen=True)
class Copy:
    """Of a program that shoal has from a wheel, or of a folder: so many `above` it, and then `within`."""

    program: str
    path: str
    above: int = 0
    within: str = ""
    without: tuple[str, ...] = ()
    changed: tuple[Change, ...] = ()

    def write(self, tree: Tree, shop: Workshop) -> None:
        source = program(self.program)
        for _ in range(self.above):
            source = source.parent
        source = source / self.within
        if source.is_file():
            tree.file(self.path, source)
            return
        for folder, folders, files in os.walk(source):
            folders[:] = sorted(name for name in folders if name not in (*self.without, "__pycache__"))
            below = Path(folder).relative_to(source)
            tree.folder(f"{self.path}/{below}".removesuffix("/."))
            for name in sorted(files):
                self._file(tree, Path(folder, name), str(below / name))

    def _file(self, tree: Tree, source: Path, below: str) -> None:
        if source.is_symlink():
            tree.link(f"{self.path}/{below}", str(source.readlink()))
        elif any(change.path == below for change in self.changed):
            tree.text(f"{self.path}/{below}", changed(below, source.read_bytes(), self.changed))
        else:
            tree.file(f"{self.path}/{below}", source)


@dataclass(frozen=True)
class Script:
    """One of those beside this file."""

    name: str
    path: str

    def write(self, tree: Tree, shop: Workshop) -> None:
        tree.text(self.path, (SCRIPTS / self.name).read_bytes(), 0o755)


@dataclass(frozen=True)
class Text:
    path: str
    content: str
    mode: int = 0o644

    def write(self, tree: Tree, shop: Workshop) -> None:
        tree.text(self.path, self.content.encode(), self.mode)


@dataclass(frozen=True)
class Folder:
    path: str
    owner: Owner = ROOT
    mode: int = 0o755

    def write(self, tree: Tree, shop: Workshop) -> None:
        tree.folder(self.path, self.mode, self.owner)


@dataclass(frozen=True)
class Link:
    path: str
    target: str

    def write(self, tree: Tree, shop: Workshop) -> None:
        tree.link(self.path, self.target)


@dataclass(frozen=True)
class User:
    """One more beside those of the system. One layer of an image has one."""

    name: str
    id: Owner
    home: str
    shell: str = "/bin/sh"

    def write(self, tree: Tree, shop: Workshop) -> None:
        uid, gid = self.id
        user = f"{self.name}:x:{uid}:{gid}::{self.home}:{self.shell}\n"
        tree.text("etc/passwd", shop.read("etc/passwd") + user.encode())
        tree.text("etc/group", shop.read("etc/group") + f"{self.name}:x:{gid}:\n".encode())
        tree.folder(self.home.strip("/"), owner=self.id)


@dataclass(frozen=True)
class Locale:
    """What programs with LANG=en_US.utf8 sort and compare by."""

    def write(self, tree: Tree, shop: Workshop) -> None:
        folder = shop.debian.folder / "locales"
        sources = next(package for package in shop.packages(["locales"]) if package.name.startswith("locales_"))
        subprocess.run(["dpkg-deb", "--extract", sources, folder], env=ENVIRONMENT, check=True)
        made = folder / LOCALE
        paths = {"I18NPATH": str(folder / "usr/share/i18n")}
        command = ["localedef", "--no-archive", "-c", "-i", "en_US", "-f", "UTF-8", str(made)]
        subprocess.run(command, env=ENVIRONMENT | paths, check=True, capture_output=True)
        for file in sorted(path for path in made.rglob("*") if path.is_file()):
            tree.file(f"usr/lib/locale/{LOCALE}/{file.relative_to(made)}", file)


@dataclass(frozen=True)
class Pip:
    """pip as Python's own wheel, where the official images have it."""

    path: str

    def write(self, tree: Tree, shop: Workshop) -> None:
        package = next(path for path in shop.packages(["python3-pip-whl"]) if path.name.startswith("python3-pip-whl_"))
        folder = shop.debian.folder / "pip"
        subprocess.run(["dpkg-deb", "--extract", package, folder], env=ENVIRONMENT, check=True)
        with zipfile.ZipFile(next(folder.rglob("pip-*.whl"))) as wheel:
            for name in sorted(wheel.namelist()):
                tree.text(f"{self.path}/{name}", wheel.read(name))
