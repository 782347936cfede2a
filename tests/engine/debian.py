"""Debian's packages, unpacked: the smallest system of them, and what others need. From where this machine has them."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import IO

from tests.engine.needs import PATH

SUITE = "bookworm"
# What merges /bin into /usr, with all of Perl: done before anything is there.
SPARE = (
    "usrmerge", "libfile-find-rule-perl", "libnumber-compare-perl", "libtext-glob-perl", "perl", "libperl5.36",
    "perl-modules-5.36", "libgdbm-compat4", "libgdbm6",
)  # fmt: skip
KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ENVIRONMENT = {**os.environ, "PATH": PATH, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian")


class Debian:
    """Works in a folder of its own. The machine's lists and packages are not touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def smallest(self) -> Path:
        """A tar of a system that can run and install packages."""
        made = self.folder / "smallest.tar"
        options = [f"--dpkgopt=path-exclude=/{path}/*" for path in LEFT_OUT]
        options += [f"--aptopt={line}" for line in self._ways]
        options += ["--include=usr-is-merged", f'--customize-hook=chroot "$1" dpkg --purge {" ".join(SPARE)}']
        _run(
            "mmdebstrap",
            "--mode=root",
            "--variant=apt",
            "--skip=output/dev",
            *options,
            SUITE,
            str(made),
            *self._sources,
        )
        return made

    def packages(self, status: bytes, names: Iterable[str]) -> list[Path]:
        """The packages, and those that they need and a system of this status lacks."""
        (self.folder / "status").write_bytes(status)
        archives = self.folder / "cache/archives"
        for archive in archives.glob("*.deb"):
            archive.unlink()
        self._updated  # noqa: B018
        self._apt("install", "--yes", "--download-only", "--no-install-recommends", *names)
        return sorted(archives.glob("*.deb"))

    @cached_property
    def _updated(self) -> bool:
        for needed in ("state/lists/partial", "cache/archives/partial"):
            (self.folder / needed).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources.list").write_text("".join(f"{line}\n" for line in self._sources))
        self._apt("update")
        return True

    def _apt(self, *words: str) -> None:
        at = self.folder
        places = {
            "Dir::State": at / "state", "Dir::State::status": at / "status", "Dir::Cache": at / "cache",
            "Dir::Etc::SourceList": at / "sources.list", "Dir::Etc::SourceParts": "/dev/null",
            "APT::Sandbox::User": "root",
        }  # fmt: skip
        _run("apt-get", "-qq", *(word for key, value in places.items() for word in ("-o", f"{key}={value}")), *words)

    @cached_property
    def _sources(self) -> list[str]:
        """Where this machine has Debian's main part from."""
        asked = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(REPO_URI)", "Identifier: Packages"]
        told = {tuple(line.split()) for line in _run(*asked).splitlines() if line.startswith("Debian ")}
        suites = {"Debian": SUITE, "Debian-Security": f"{SUITE}-security"}
        by = f"[signed-by={KEYS}] " if KEYS.exists() else ""
        found = [f"deb {by}{uri} {suites[label]} main" for _, label, uri in sorted(told) if label in suites]
        if not found:
            raise RuntimeError("apt-get has no lists of Debian's packages: apt-get update")
        return found

    @cached_property
    def _ways(self) -> list[str]:
        """How this machine's apt gets what it gets (proxies, old mirrors)."""
        return [
            line
            for line in _run("apt-config", "dump").splitlines()
            if line.startswith("Acquire::") and '""' not in line
        ]


def contents(package: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """What a package would put into a system whose /bin, /lib and /sbin are links to those in /usr."""
    unpacking = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
    with unpacking, tarfile.open(fileobj=unpacking.stdout, mode="r|") as tar:
        for member in tar:
            member.name = _merged(member.name)
            if member.islnk():
                member.linkname = _merged(member.linkname)
            if member.name and not member.name.startswith(LEFT_OUT):
                yield member, tar.extractfile(member) if member.isfile() else None


def _merged(path: str) -> str:
    path = path.removeprefix(".").strip("/")
    return f"usr/{path}" if path.partition("/")[0] in ("bin", "sbin", "lib", "lib64") else path


def _run(*command: str) -> str:
    done = subprocess.run(command, env=ENVIRONMENT, text=True, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:2])} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout
