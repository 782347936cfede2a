"""Programs of Debian's, taken out of their packages without installing them. An installed one is taken as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bench.app import say
from shoal.build.cache import cache_folder

PLACES = ("usr/sbin", "usr/bin")
# What a program needs besides that not every machine has.
MORE = {
    "haproxy": ("liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1"),
    "wrk": ("libluajit-5.1-2",),
}


def program(name: str) -> tuple[str, Mapping[str, str]]:
    """Its path, and the environment that it needs. The package is called as it is. Unpacked where other runs find it
    again."""
    if found := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return found, os.environ
    folder = cache_folder().with_name("shoal-bench") / name
    if not _found(folder, name):
        _unpack(folder, (name, *MORE.get(name, ())))
    path = _found(folder, name)
    if path is None:
        raise SystemExit(f"bench: Debian's package {name} has no program {name}")
    libraries = ":".join(str(each) for each in folder.glob("usr/lib/*-linux-gnu"))
    return str(path), {**os.environ, **({"LD_LIBRARY_PATH": libraries} if libraries else {})}


def _found(folder: Path, name: str) -> Path | None:
    return next((folder / place / name for place in PLACES if (folder / place / name).exists()), None)


def _unpack(folder: Path, packages: tuple[str, ...]) -> None:
    say(f"fetching {packages[0]} from Debian")
    folder.mkdir(parents=True, exist_ok=True)
    for words in (
        ["apt-get", "download", "-q", *packages],
        ["sh", "-c", 'for each in *.deb; do dpkg -x "$each" .; done'],
    ):
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"bench: {packages[0]} can't be had: {done.stderr.strip()} (--no-peer leaves it out)")
