"""What a `.dockerignore` leaves out of what the engine sees, as paths from the folder's top.
https://docs.docker.com/build/concepts/context/#dockerignore-files"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath

_ESCAPED = re.compile(r"\\(.)")


def dockerignore(folder: Path, dockerfile: str) -> tuple[str, ...]:
    """One that belongs to the Dockerfile alone stands in for the folder's. Neither leaves out the Dockerfile itself."""
    for name in (f"{dockerfile}.dockerignore", ".dockerignore"):
        try:
            lines = (folder / name).read_text(encoding="utf-8-sig", errors="replace").splitlines()
        except OSError:
            continue
        found = tuple(_rules(lines))
        return (*found, f"!/{normpath(dockerfile)}") if found else ()
    return ()


def _rules(lines: list[str]) -> Iterator[str]:
    for line in lines:
        text = "" if line.startswith("#") else line.strip()
        exception, text = ("!", text[1:].strip()) if text.startswith("!") else ("", text)
        path = normpath(f"/{text}").strip("/") if text else ""
        if path:
            # A star is taken literally after a backslash.
            yield f"{exception}/" + _ESCAPED.sub(r"[\1]", path)
