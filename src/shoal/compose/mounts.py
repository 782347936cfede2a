"""`volumes`, `tmpfs`, `volumes_from`, `shm_size`, and the files of `secrets` and `configs` → what is mounted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shoal.compose import nodes, shorts
from shoal.compose.grants import grants
from shoal.compose.making import Making
from shoal.compose.models.service import VolumeForm
from shoal.compose.names import plain
from shoal.compose.shorts import Mounted
from shoal.compose.sizes import shown, size
from shoal.errors import Place
from shoal.spec.scalars import truth
from shoal.spec.tree import Items, Node, Table
from shoal.spec.words import quote

FORMS = "such as data:/var/lib/app, ./conf:/etc/app:ro or {type: bind, source: ./conf, target: /etc/app}"
_KNOWN = frozenset({"ro", "rw", "z", "Z", "cached", "delegated", "consistent", "nocopy"})

Another = Callable[[str], Making]
"""Of another service of the project."""


def mounts_of(making: Making, another: Another) -> Items | None:
    """All that is mounted; of two things at one place the later counts."""
    found: dict[str, Node] = {}
    for target, node in (*_inherited(making, another, ()), *_own(making), *_memory(making), *_granted(making)):
        found[target] = node
    return Items(tuple(found.values()), making.spot("volumes")) if found else None


def _own(making: Making) -> Iterator[tuple[str, Node]]:
    for index, written in enumerate(making.service.volumes):
        place = making.spot("volumes", index)
        if isinstance(written, VolumeForm):
            yield from _long(written, place, index, making)
            continue
        short = shorts.volume(written)
        if short is None:
            making.problem(f"expected a volume, got {quote(written)}", "volumes", index, hint=FORMS)
            continue
        unknown = [option for option in short.options if option not in _KNOWN]
        if unknown or {"z", "Z"} & set(short.options):
            option = (unknown or [name for name in short.options if name in "zZ"])[0]
            making.remark(f"the option {option} has no meaning here", "volumes", index)
        kind = "bind" if short.bind else "volume"
        source = short.source or _anonymous(short, making)
        yield short.target, _mount(kind, source, short.target, place, making, read_only="ro" in short.options)


def _anonymous(short: Mounted, making: Making) -> str:
    """Without a name Compose keeps it for this service alone."""
    return f"{making.names[making.name]}-{plain(short.target)}"


def _long(form: VolumeForm, place: Place, index: int, making: Making) -> Iterator[tuple[str, Node]]:
    path = ("volumes", index)
    read_only = making.flag(form.read_only, *path, "read_only")
    if not form.target:
        making.problem("`target` is missing: where it is mounted", *path, hint=FORMS)
    elif form.type == "tmpfs":
        yield form.target, _tmpfs(form.target, form.tmpfs.size, place, making, (*path, "tmpfs", "size"))
    elif form.type in ("bind", "volume", ""):
        kind = form.type or ("bind" if Mounted(form.target, form.source).bind else "volume")
        source = form.source or _anonymous(Mounted(form.target), making)
        if kind == "bind" and not source.startswith((".", "/", "~")):
            source = f"./{source}"
        must = kind == "bind" and truth(form.bind.create_host_path or "true") is False
        yield form.target, _mount(kind, source, form.target, place, making, read_only=read_only, must=must)
    else:
        why = "nothing is mounted there: shoal mounts volumes, folders and memory"
        making.remark(f"{form.type} isn't known here; {why}", *path, "type")


def _mount(
    kind: str, source: str, target: str, place: Place, making: Making, *, read_only: bool, must: bool = False
) -> Node:
    if kind == "bind" and source.startswith("~"):
        source = making.project.variables.get("HOME", "~") + source[1:]
    entries: dict[str, Node | None] = {
        kind: nodes.said(source, place),
        "at": nodes.said(target, place),
        "read_only": nodes.word("true", place) if read_only else None,
        "create": nodes.word("true", place) if kind == "bind" and not must else None,
    }
    return nodes.table(entries, place)


def _tmpfs(target: str, text: str, place: Place, making: Making, path: tuple[str | int, ...]) -> Node:
    bytes_ = size(text) if text else 0
    if bytes_ is None:
        making.problem(f"expected a size such as 64m, got {quote(text)}", *path)
    most = nodes.word(shown(bytes_) if bytes_ else "true", place)
    return nodes.table({"tmpfs": most, "at": nodes.said(target, place)}, place)


def _memory(making: Making) -> Iterator[tuple[str, Node]]:
    """`tmpfs`, and what programs share with each other."""
    for index, scalar in enumerate(making.texts("tmpfs")):
        target, _, options = scalar.text.partition(":")
        given = dict(option.partition("=")[::2] for option in options.split(",") if option)
        for name in given:
            if name not in ("size", "rw", "noexec", "nosuid", "nodev", "mode", "uid", "gid"):
                making.remark(f"the option {name} has no meaning here", "tmpfs", index)
        if lost := [name for name in ("mode", "uid", "gid") if name in given]:
            making.remark(f"{', '.join(lost)}: it is everybody's, as /tmp is", "tmpfs", index)
        yield target, _tmpfs(target, given.get("size", ""), scalar.place, making, ("tmpfs", index))
    if making.service.shm_size:
        place = making.spot("shm_size")
        yield "/dev/shm", _tmpfs("/dev/shm", making.service.shm_size, place, making, ("shm_size",))


def _inherited(making: Making, another: Another, trail: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    """`volumes_from`: what another service has mounted."""
    for index, text in enumerate(making.service.volumes_from):
        name, _, mode = text.partition(":")
        if name == "container" or name not in making.names or name in trail:
            why = "it names no other service of this file: nothing is taken from there"
            making.remark(why, "volumes_from", index)
            continue
        other = another(name)
        for target, node in (*_inherited(other, another, (*trail, making.name)), *_own(other)):
            yield target, _read_only(node) if mode == "ro" else node


def _read_only(node: Node) -> Node:
    if not isinstance(node, Table) or "tmpfs" in node.entries:
        return node
    entries = {key: entry.value for key, entry in node.entries.items()} | {"read_only": nodes.word("true", node.place)}
    return nodes.table(entries, node.place)


def _granted(making: Making) -> Iterator[tuple[str, Node]]:
    """Secrets and configs that are files of this machine; the others are files that shoal writes."""
    for grant in grants(making):
        if grant.entry.file:
            yield (
                grant.at,
                _mount("bind", _path(grant.entry.file), grant.at, grant.place, making, read_only=True, must=True),
            )


def _path(text: str) -> str:
    return text if text.startswith((".", "/", "~")) else f"./{text}"
