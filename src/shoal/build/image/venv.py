"""What in a venv is this machine's: its interpreter, the beginnings of its scripts, and what records those. Pure."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from posixpath import dirname, normpath

from shoal.stacks.in_image import PROGRAMS

CONFIG = "pyvenv.cfg"
RECORD = ".dist-info/RECORD"
TIMES = "uv_cache.json"
"""When a project's own folder was last written to, noted beside what was installed from it."""

_LONG = re.compile(rb"""\A#!/bin/sh\n'''exec' ["']?([^"'\n]+?)["']? "\$0" "\$@"\n' '''\n""")
"""How a script begins whose interpreter's path is too long for the kernel, or has a space in it."""


def config(text: str) -> str:
    """For the interpreter of the official image, whose patch version is its own."""
    kept = [line for line in text.splitlines() if line.partition("=")[0].strip() in ("include-system-site-packages",)]
    python = PROGRAMS["python"].rpartition("/")[0]
    return "".join(f"{line}\n" for line in (f"home = {python}", "implementation = CPython", *kept))


def script(content: bytes) -> bytes:
    """With the plain first line that a short path has."""
    return _LONG.sub(rb"#!\1\n", content)


def interpreter(name: str, target: str) -> str:
    """Where the link `name` leads in an image, if it leads to an interpreter of this machine; else nothing."""
    program = name.rpartition("/")[2]
    return PROGRAMS["python"] if target.startswith("/") and re.fullmatch(r"python[0-9.]*|pypy[0-9.]*", program) else ""


def record(name: str, text: str, content: Callable[[str], bytes | None]) -> str:
    """The list of a package's files, with hashes of what they are in the image. `content` knows that of a path below
    the artifact; None: it isn't there."""
    site = dirname(dirname(name))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in csv.reader(io.StringIO(text)):
        if row and (row[0].endswith(".pyc") or row[0].endswith(f"/{TIMES}")):
            continue
        if len(row) == 3 and row[1] and (row[0].startswith("../") or row[0].endswith("/direct_url.json")):
            found = content(normpath(f"{site}/{row[0]}"))
            row = row if found is None else [row[0], f"sha256={_hash(found)}", str(len(found))]
        writer.writerow(row)
    return out.getvalue()


def _hash(content: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
