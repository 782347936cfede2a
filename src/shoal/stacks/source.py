"""What a stack may know of a service's folder. It is read beforehand (`shoal.build.source`), so stacks do no I/O."""

from __future__ import annotations

import msgspec

COMMON_IGNORE = (
    ".git",
    ".hg",
    ".svn",
    ".idea",
    ".vscode",
    ".DS_Store",
    ".shoal",
    # What it says of a service is in that service's revision; the rest concerns others.
    "shoal.yaml",
    "shoal.yml",
    "shoal.lock",
    "__pycache__",
    "*.pyc",
    ".venv",
    "node_modules",
    # What editors put beside a file that is open.
    "*~",
    ".*.sw?",
    ".#*",
    "#*#",
)
"""Names (patterns of a single path segment) that are never part of a source."""

INTERESTING = (
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "package.json",
    ".python-version",
    ".nvmrc",
    ".node-version",
)
"""Files whose text stacks ask for, at the top of the folder."""

NESTED = ("pom.xml",)
"""Files whose text they ask for below the top as well: one for each part of a project."""

DEPTH = 3
"""How deep `Source.names` goes: `src/<package>/__main__.py` is the deepest that a stack looks for."""


class Source(msgspec.Struct, frozen=True):
    """A folder of code.

    path    absolute, real
    names   files, relative, `/`-separated, sorted, down to `DEPTH` levels
    texts   content of those of the `INTERESTING` files that are there, and of the `NESTED` ones
    digest  hash of the whole content without what is ignored
    tools   program's name -> version of it that a build here would use
    ignore  names (patterns of a single path segment) that are no part of it, and paths from its top: `/data/*.csv`, and
            `!/data/one.csv` that is part of it after all
    interpreter  path of the program that runs it, where that isn't the one that comes with shoal
    lists   digest of the files that say which packages it is built with
    tracked digest without what `.gitignore` names: what a service writes beside its code is no edit of it
    """

    path: str
    names: tuple[str, ...] = ()
    texts: dict[str, str] = {}
    digest: str = ""
    tools: dict[str, str] = {}
    ignore: tuple[str, ...] = COMMON_IGNORE
    interpreter: str = ""
    tracked: str = ""
    lists: str = ""

    def line(self, name: str) -> str:
        """The first line that says something, of a file that holds one word."""
        lines = (line.partition("#")[0].strip() for line in self.texts.get(name, "").splitlines())
        return next((line for line in lines if line), "")

    def has(self, name: str) -> bool:
        return name in self.names

    def seen(self) -> str:
        """The files at the top, for an error message: `a.py, b.toml and 3 more`."""
        top = [name for name in self.names if "/" not in name]
        rest = f" and {len(top) - 8} more" if len(top) > 8 else ""
        return ", ".join(top[:8]) + rest if top else "no files"
