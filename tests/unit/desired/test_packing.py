"""What an image takes of an artifact depends on all who run from it."""

from __future__ import annotations

import json

import msgspec

from shoal.desired import Inputs, compile
from shoal.desired.packing import together
from shoal.model.app import App, Port, Recipe, Service, SharedBuild
from shoal.model.workload import Packing
from shoal.stacks import PLAIN, Source
from tests.unit.desired.apps import app, words

PAGE = Source(
    "/shop/page",
    ("index.html", "package.json"),
    {"package.json": json.dumps({"scripts": {"build": "vite build"}})},
    digest="d1",
    tools={"node": "24.1.0", "python": "3.12.1"},
)


def packing(of: App, source: Source = PAGE) -> Packing:
    places = {s.path for s in of.services} | {b.path for b in of.builds}
    (artifact,) = compile(of, Inputs(dict.fromkeys(places, source))).artifacts
    assert artifact.packing is not None
    return artifact.packing


def page(name: str = "page", **rest: object) -> Service:
    return Service(name, path="page", stack="static", ports=(), **rest)  # type: ignore[arg-type]


def test_whoever_starts_it_otherwise_may_need_all_of_it() -> None:
    routed = msgspec.structs.replace(page(), ports=(Port(),))
    assert packing(app(routed)).spare == ("node_modules", "src")
    assert packing(app(page("other", command=words("serve")))).spare == ()
    assert packing(app(routed, page("other", command=words("serve")))).spare == ()


def test_a_service_of_a_shared_build_stands_on_its_own_languages_base() -> None:
    built = SharedBuild("all", path=".", recipe=Recipe(run=(words("make"),)), stack="command")
    api = Service("api", path="api", stack="python", build="all", command=words("run"))
    tool = Service("tool", path="tool", stack="command", build="all", command=words("run"))
    found = packing(app(api, tool, builds=(built,)))
    assert (found.base, found.others) == ("python:3.12-slim", ())
    assert found.apart == ("api/.venv",)


def test_services_of_several_languages_are_remembered() -> None:
    one, other = Packing("python:3.12-slim", (".venv",)), Packing("node:24-slim", ("node_modules",))
    assert together(one, other) == Packing("python:3.12-slim", (".venv", "node_modules"), others=("node:24-slim",))
    assert together(one, Packing(PLAIN)).others == ()


def test_what_both_can_do_without_is_left_out() -> None:
    one = Packing("x", spare=("src",))
    assert together(one, one).spare == ("src",)
    assert together(one, Packing("x")).spare == ()
