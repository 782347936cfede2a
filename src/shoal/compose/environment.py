"""`environment`, `env_file`, `command`, `entrypoint`."""

from __future__ import annotations

from shoal.compose import nodes
from shoal.compose.making import Making
from shoal.compose.models.service import EnvFile
from shoal.spec.tree import Items, Node, Scalar, Table
from shoal.spec.words import quote


def environment_of(making: Making) -> Table | None:
    """Of two lines for one name the later counts. A name alone takes the caller's value, and isn't set without one."""
    found: dict[str, Node] = {}
    for name, at, value in making.pairs("environment"):
        if value is not None:
            found[name] = value
        elif name in making.project.variables:
            found[name] = nodes.word("", at.place)
        else:
            index = next((i for i, item in enumerate(making.texts("environment")) if item.place == at.place), name)
            making.remark(f"{name} has no value here: it isn't set", "environment", index)
    return nodes.table(found, making.spot("environment")) if found else None


def env_files_of(making: Making) -> Items | None:
    written = making.service.env_file
    entries = [written] if isinstance(written, str) else written
    found: list[Node] = []
    for index, one in enumerate(entries):
        entry = EnvFile(path=one) if isinstance(one, str) else one
        path: tuple[str | int, ...] = ("env_file",) if isinstance(written, str) else ("env_file", index)
        if entry.format not in ("", "raw"):
            making.problem(f"there is no format {quote(entry.format)}", *path, "format", hint="raw, or none")
        required = making.flag(entry.required, *path, "required", otherwise=True)
        found.append(_env_file(entry, required, making, path))
    return Items(tuple(found), making.spot("env_file")) if found else None


def _env_file(entry: EnvFile, required: bool, making: Making, path: tuple[str | int, ...]) -> Node:
    place = making.spot(*path)
    if required and not entry.format:
        return nodes.said(entry.path, place)
    entries: dict[str, Node | None] = {
        "path": nodes.said(entry.path, place),
        "required": None if required else nodes.word("false", place),
        "format": nodes.word("raw", place) if entry.format else None,
    }
    return nodes.table(entries, place)


def words_of(making: Making, key: str) -> Node | None:
    """A list, or a text that is split as a shell would."""
    node = making.node(key)
    if isinstance(node, Items):
        return Items(tuple(map(making.text, making.texts(key))), node.place)
    return making.text(node) if isinstance(node, Scalar) and not node.null else None
