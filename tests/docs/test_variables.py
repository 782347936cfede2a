"""docs/references-and-variables.md has every property and variable that a service can get."""

from __future__ import annotations

import re

import pytest

from shoal.backing import ENGINES
from shoal.desired import Inputs, compile
from shoal.drivers.process.environment import INHERITED, markers
from shoal.model.app import App, Backing, Engine, External, Mysql, Nats, Need, Port, Postgres, Rabbitmq, Redis, Service
from shoal.model.values import concat
from shoal.spec.references import ENGINES as PROPERTIES
from shoal.spec.references import SELF, SERVICE
from shoal.stacks import STACKS, Source
from tests.docs.pages import DOCS

PAGE = (DOCS / "references-and-variables.md").read_text()
NAMED = set(re.findall(r"`([A-Z][A-Z_]*)(?:=\w+)?`", PAGE)) | set(re.findall(r"`(<\w+>_\w+)`", PAGE))

SOURCES = {
    "python": Source("/app", ("requirements.txt", "src/app/x.py"), {"requirements.txt": ""}),
    "java": Source("/app", ("pom.xml",), {"pom.xml": "<project/>"}),
    "node": Source("/app", ("package.json",), {"package.json": "{}"}),
    "static": Source("/app", ("index.html",)),
    "command": Source("/app"),
}
PORTS = (Port(), Port("management"))
ENTRIES: dict[str, Engine] = {"db": Postgres(), "bus": Nats(), "cache": Redis(), "shop": Mysql(), "queue": Rabbitmq()}
ALL = ENTRIES | {"papers": External("mongodb", secret="mongo")}
PREFIX = re.compile(f"^({'|'.join(['PEER', *(name.upper() for name in ALL)])})_")
TITLES = {
    "postgres": "PostgreSQL",
    "nats": "NATS",
    "redis": "Redis",
    "mysql": "MySQL and MariaDB",
    "mariadb": "MySQL and MariaDB",
    "rabbitmq": "RabbitMQ",
}
# The same names mean one or the other: a service that needs both gets neither.
APART = (("db", "bus", "cache", "queue", "papers"), ("shop",))


def given(stack: str) -> set[str]:
    """The variables of a service that needs one of everything."""
    return set().union(*(_given(stack, names) for names in APART))


def _given(stack: str, names: tuple[str, ...]) -> set[str]:
    needs = (Need("peer"), *map(Need, names))
    service = Service("me", stack=stack, path=stack, command=(concat("run"),), ports=PORTS, needs=needs)
    peer = Service("peer", stack="command", path="command", command=(concat("run"),), ports=PORTS)
    backing = tuple(Backing(name, engine) for name, engine in ALL.items())
    app = App("app", "/", services=(service, peer), backing=backing)
    workload = compile(app, Inputs(SOURCES)).workload("me")
    assert workload is not None
    return set(workload.env)


@pytest.mark.parametrize("stack", STACKS)
def test_every_variable_of_a_stack(stack: str) -> None:
    # The second port's own variable is shown as <PORT>_PORT.
    written = {PREFIX.sub("<NAME>_", name) for name in given(stack)} - {"MANAGEMENT_PORT"}
    assert written - NAMED == set()


def test_no_variable_is_made_up() -> None:
    real = {PREFIX.sub("<NAME>_", name) for stack in STACKS for name in given(stack)}
    real |= set(markers("realm", "workload", "instance")) | INHERITED
    real |= {"<PORT>_PORT", "USERS_URL", "VARIABLE", "NAME", "SHOAL_ENV"}
    mine = set(re.findall(r"^ +([A-Z_]+):", PAGE, re.MULTILINE))
    assert NAMED - real - mine == set()


@pytest.mark.parametrize("engine", PROPERTIES)
def test_every_property_of_an_engine(engine: str) -> None:
    section = PAGE.partition(f"### {TITLES[engine]}\n")[2].partition("\n##")[0]
    cells = re.findall(r"^\|[^|]+\|([^|]+)\|", section, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == set(PROPERTIES[engine])


def test_every_engine_is_there() -> None:
    assert {type(engine) for engine in ENTRIES.values()} == set(ENGINES)
    assert set(TITLES) == set(PROPERTIES)


def test_every_reference() -> None:
    asked = set(re.findall(r"`\$\{(\w+)\.(\w+)", PAGE))
    assert {attribute for name, attribute in asked if name == "NAME"} >= set(SERVICE)
    assert {attribute for name, attribute in asked if name == "gateway"} == set(SERVICE)
    assert {attribute for name, attribute in asked if name == "self"} == {*SELF, "ports"}


def test_what_is_inherited() -> None:
    proxies = {name for name in INHERITED if name.lower().endswith("_proxy")}
    authorities = {name for name in INHERITED if "CERT" in name or "BUNDLE" in name}
    assert INHERITED - proxies - authorities - NAMED == set()
    assert set(markers("realm", "workload", "instance")) <= NAMED
