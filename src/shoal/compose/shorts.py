"""Short forms, taken apart: of ports, of volumes, of `NAME=value`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_PORT = re.compile(
    r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/\[\]]*|(?:[0-9A-Fa-f]*:){2,}[0-9A-Fa-f.]*):(?=[^:]*:))?"
    r"(?:(?P<published>[0-9]*(?:-[0-9]+)?):)?"
    r"(?P<target>[0-9]+(?:-[0-9]+)?)(?:/(?P<protocol>[A-Za-z]+))?"
)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


class Published(msgspec.Struct, frozen=True):
    """One port of a container. `published` is where it is reached on the host: a number, a range that one is chosen of,
    "" (any), or None, when it isn't published."""

    target: int
    protocol: str = "tcp"
    host: str = ""
    published: str | None = None

    def key(self) -> tuple[object, ...]:
        return (self.host, self.target, self.published, self.protocol)


def port(text: str) -> tuple[Published, ...] | None:
    """The ports of `[HOST:][PUBLISHED:]TARGET[/PROTOCOL]`, one for each number of a range; None when it's no port."""
    match = _PORT.fullmatch(text)
    if not match:
        return None
    return ports(
        match["target"],
        match["published"] or "",
        (match["host"] or "").strip("[]"),
        (match["protocol"] or "tcp").lower(),
    )


def ports(target: str, published: str, host: str, protocol: str) -> tuple[Published, ...] | None:
    """As many ports as the range of the target has; that of `published` is as long, or for one port a choice."""
    inner, outer = _range(target), _range(published) if published else []
    if not inner or outer is None or (published and len(outer) != len(inner) and len(inner) != 1):
        return None
    if len(inner) == 1:
        return (Published(inner[0], protocol, host, published),)
    chosen = [str(number) for number in outer] or [""] * len(inner)
    return tuple(Published(number, protocol, host, one) for number, one in zip(inner, chosen, strict=True))


def _range(text: str) -> list[int] | None:
    first, _, last = text.partition("-")
    if not first.isdigit() or (last and not last.isdigit()):
        return None
    numbers = range(int(first), int(last or first) + 1)
    return list(numbers) if numbers and numbers[0] > 0 and numbers[-1] < 65536 else None


class Mounted(msgspec.Struct, frozen=True):
    """A volume in its short form. `source` "": an anonymous one."""

    target: str
    source: str = ""
    options: tuple[str, ...] = ()

    @property
    def bind(self) -> bool:
        return self.source.startswith((".", "/", "~", "\\")) or bool(_DRIVE.match(self.source))


def volume(text: str) -> Mounted | None:
    """`[SOURCE:]TARGET[:OPTIONS]`; None when it is no volume."""
    parts = text.split(":")
    if _DRIVE.match(text):  # c:\data is one word
        parts = [f"{parts[0]}:{parts[1]}", *parts[2:]]
    if not all(parts) or len(parts) > 3:
        return None
    if len(parts) == 1:
        return Mounted(parts[0])
    return Mounted(parts[1], parts[0], tuple(parts[2].split(",")) if len(parts) == 3 else ())


def pair(text: str) -> tuple[str, str | None]:
    """`NAME=value`, or a name alone."""
    name, equals, value = text.partition("=")
    return name, value if equals else None


def host(text: str) -> tuple[str, str]:
    """`NAME:ADDRESS` or `NAME=ADDRESS` of extra_hosts."""
    cut = min((i for i in (text.find("="), text.find(":")) if i > 0), default=len(text))
    return text[:cut], text[cut + 1 :]


def numbers(text: str) -> Iterator[int]:
    """The ports that an `expose` names; nothing when it names none."""
    yield from _range(text.partition("/")[0]) or ()
