"""`ports` and `expose` → the ports of a service: a number inside, and where this machine has it."""

from __future__ import annotations

from shoal.compose import nodes, shorts
from shoal.compose.making import Making
from shoal.compose.models.service import PortForm
from shoal.compose.shorts import Published
from shoal.errors import Place
from shoal.spec.facts import valid
from shoal.spec.tree import Entry, Node, Scalar, Table
from shoal.spec.words import quote

FORMS = 'such as "8080:80", "127.0.0.1:8080:80" or {target: 80, published: "8080"}'
EVERYWHERE = "0.0.0.0"
"""Compose publishes for other machines, too."""

SPOKEN = {"http": "http", "https": "tcp", "http2": "http", "h2c": "http", "grpc": "grpc", "ws": "http", "wss": "tcp"}
"""What `app_protocol` may say."""


def ports_of(making: Making) -> Table | None:
    """Name -> port; None without any. A job has none."""
    found: dict[str, Entry] = {}
    for index, written in enumerate(making.service.ports):
        form = written if isinstance(written, PortForm) else PortForm()
        for one in _taken_apart(written, index, making):
            _add(found, one, form, making.spot("ports", index), making, index)
    inner = {int(port.text) for port in _numbers(found)}
    for index, text in enumerate(making.service.expose):
        place = making.spot("expose", index)
        if text.endswith("/udp") or not list(shorts.numbers(text)):
            _refuse(text, "expose", index, making)
            continue
        for number in shorts.numbers(text):
            if number not in inner:
                found[f"p{number}"] = Entry(place, _port(number, "", "tcp", place))
    if found and making.is_job:
        making.remark("it runs to its end: a job has no ports", "ports" if making.service.ports else "expose")
        return None
    return Table(found, making.spot("ports")) if found else None


def _numbers(found: dict[str, Entry]) -> list[Scalar]:
    tables = (entry.value for entry in found.values() if isinstance(entry.value, Table))
    return [number for table in tables if isinstance(number := table.get("number"), Scalar)]


def _refuse(text: str, key: str, index: int, making: Making) -> None:
    if text.endswith("/udp"):
        making.remark("it isn't dialled by others, nor asked: containers speak UDP among themselves anyway", key, index)
    else:
        making.problem(f"{quote(text)} is no port", key, index, hint="such as 3000 or 3000-3005")


def _taken_apart(written: str | PortForm, index: int, making: Making) -> tuple[Published, ...]:
    if isinstance(written, str):
        found = shorts.port(written)
    else:
        found = shorts.ports(written.target, written.published, written.host_ip, written.protocol or "tcp")
    if found is None:
        shown = quote(written) if isinstance(written, str) else "a map without a valid `target`"
        making.problem(f"expected a port, got {shown}", "ports", index, hint=FORMS)
    return found or ()


def _add(found: dict[str, Entry], one: Published, form: PortForm, place: Place, making: Making, index: int) -> None:
    if one.protocol != "tcp":
        making.remark(f"only TCP is published: nobody outside reaches it by {one.protocol.upper()}", "ports", index)
        return
    published = one.published or "0"
    if "-" in published:
        first = published.partition("-")[0]
        making.remark(f"of a range the first is taken: {first}", "ports", index)
        published = first
    spoken = SPOKEN.get(form.app_protocol.lower(), "tcp")
    if form.app_protocol and form.app_protocol.lower() not in SPOKEN:
        making.remark(f"{form.app_protocol} is passed through as TCP", "ports", index, "app_protocol")
    host = f"[{one.host}]" if ":" in one.host else one.host or EVERYWHERE
    name = form.name if valid(form.name) and form.name not in found else _named(one, found)
    found[name] = Entry(place, _port(one.target, f"{host}:{published}", spoken, place))


def _named(one: Published, found: dict[str, Entry]) -> str:
    """By its number; the second of a number by the one that this machine has it at."""
    name = f"p{one.target}"
    names = (name, f"{name}-{one.published}", *(f"{name}-{number}" for number in range(2, 1000)))
    return next(each for each in names if each not in found and valid(each))


def _port(number: int, publish: str, spoken: str, place: Place) -> Table:
    entries: dict[str, Node | None] = {
        "number": nodes.word(str(number), place),
        "publish": nodes.said(publish, place) if publish else None,
        "protocol": nodes.word(spoken, place),
    }
    return nodes.table(entries, place)
