"""A migration, or a job, that says what it is made of is done again only when that has changed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shoal.desired import Inputs, compile, portion_key
from shoal.model.app import App, Recipe, Service, SharedBuild
from shoal.model.values import concat
from shoal.stacks import Source
from tests.unit.desired.apps import DB, app, job, service, words, workload

API = service("api", "db", migrate=words("migrate"), inputs=("migrations/**",))
SEED = job("seed", "db", path="api", inputs=("seed.sql",))
SOURCE = Source("/shop/api", ("requirements.txt",), {"requirements.txt": ""}, "d1", {"uv": "1"}, lists="l1")


def shop(api: Service = API, seed: Service = SEED, **rest: Any) -> App:
    return app(DB, api, seed, **rest)


def revision(name: str, of: App, source: Source = SOURCE, portion: str = "p1") -> str:
    portions = {portion_key(s): portion for s in of.services if s.inputs}
    return workload(compile(of, Inputs({"api": source}, portions=portions)), name).revision


@pytest.mark.parametrize("name", ["api.migrate", "seed"])
def test_an_edit_elsewhere_is_none_of_its_concern(name: str) -> None:
    edited = msgspec.structs.replace(SOURCE, digest="d2")
    assert revision(name, shop(), edited) == revision(name, shop())
    assert revision("api", shop(), edited) != revision("api", shop())


@pytest.mark.parametrize("name", ["api.migrate", "seed"])
@pytest.mark.parametrize("change", [
    {"portion": "p2"},
    {"source": msgspec.structs.replace(SOURCE, lists="l2")},
    {"source": msgspec.structs.replace(SOURCE, tools={"uv": "2"})},
], ids=["its files", "lists of packages", "tools"])  # fmt: skip
def test_what_it_is_made_of_is(name: str, change: dict[str, Any]) -> None:
    assert revision(name, shop(), **change) != revision(name, shop())


@pytest.mark.parametrize("change", [
    {"migrate": words("migrate", "harder")},
    {"environment": {"MODE": concat("x")}},
    {"inputs": ("migrations/**", "schema.sql")},
    {"recipe": Recipe(after=(words("make"),))},
], ids=lambda change: next(iter(change)))  # fmt: skip
def test_command_environment_and_build_are(change: dict[str, Any]) -> None:
    edited = shop(msgspec.structs.replace(API, **change))
    portions = {portion_key(s): " ".join(s.inputs) for s in (*edited.services, *shop().services)}
    found = [
        workload(compile(one, Inputs({"api": SOURCE}, portions=portions)), "api.migrate").revision
        for one in (edited, shop())
    ]
    assert found[0] != found[1]


def test_it_runs_in_what_is_built_now() -> None:
    edited = msgspec.structs.replace(SOURCE, digest="d2")
    of = compile(shop(), Inputs({"api": edited}, portions={portion_key(API): "p", portion_key(SEED): "p"}))
    assert workload(of, "api.migrate").artifact == workload(of, "api").artifact


def test_where_nothing_is_built_its_files_count_all_the_same() -> None:
    plain = Source("/shop/api", digest="d1")
    assert revision("api.migrate", shop(), plain, "p2") != revision("api.migrate", shop(), plain)


def test_lists_of_a_shared_build_are_those_beside_it() -> None:
    def found(lists: str) -> str:
        api = msgspec.structs.replace(API, build="all")
        of = app(DB, api, builds=(SharedBuild("all", stack="python"),))
        inputs = Inputs(
            {"api": SOURCE, ".": msgspec.structs.replace(SOURCE, lists=lists)}, portions={portion_key(api): "p"}
        )
        return workload(compile(of, inputs), "api.migrate").revision

    assert found("l1") != found("l2")


def test_without_a_word_all_of_the_folder_counts() -> None:
    of = shop(msgspec.structs.replace(API, inputs=()))
    assert revision("api.migrate", of, msgspec.structs.replace(SOURCE, digest="d2")) != revision("api.migrate", of)
