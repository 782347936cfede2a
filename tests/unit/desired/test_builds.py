"""What is built, from what, and where each service runs. Keys change with what goes into a build, and only so."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.desired import Inputs, compile
from shoal.desired.causes import with_causes
from shoal.errors import FileError
from shoal.model.app import App, Recipe, Service, SharedBuild
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint
from shoal.model.values import Value, concat
from shoal.model.workload import Artifact
from shoal.stacks import Source
from tests.unit.desired.apps import app, asks, service, words, workload

MAKE = Recipe(run=(words("make", "all"),))


def shop(*services: Service, builds: tuple[SharedBuild, ...] = (), **rest: Any) -> App:
    return app(*services, builds=builds, **rest)


def sources(*paths: str, **rest: Any) -> Inputs:
    return Inputs({path: Source(f"/shop/{path}", digest=f"d-{path}") for path in paths}, **rest)


def artifact(of: Desired, owner: str) -> Artifact:
    (found,) = (a for a in of.artifacts if a.owner == owner)
    return found


def commands(of: Artifact) -> list[str]:
    return [" ".join(map(str, step.command)) for step in of.steps]


def test_a_service_with_commands_of_its_own_runs_in_what_they_made() -> None:
    found = compile(shop(service("api", recipe=MAKE)), sources("api"))
    made = artifact(found, "api")
    assert commands(made) == ["make all"]
    assert [step.name for step in made.steps] == ["make all"]
    api = workload(found, "api")
    assert (api.artifact, str(api.cwd)) == (made.key, f"${{artifact:{made.key}}}")


def test_commands_stand_before_and_after_the_stacks_own_or_in_their_place() -> None:
    folder = Source("/shop/web", ("package.json",), {"package.json": '{"scripts": {"start": "node x"}}'}, "d")

    def steps(recipe: Recipe) -> list[str]:
        web = service("web", command=(), recipe=recipe)
        return [step.name for step in artifact(compile(shop(web), Inputs({"web": folder})), "web").steps]

    assert steps(Recipe(before=(words("gen"),), after=(words("zip"),))) == ["gen", "dependencies", "zip"]
    assert steps(MAKE) == ["make all"]
    env = artifact(compile(shop(service("web", recipe=MAKE)), Inputs({"web": folder})), "web").steps[0].env
    assert str(env["PATH"]).startswith("${artifact}/node_modules/.bin:"), "the language's programs are on PATH"


def test_a_shared_build_is_built_once_and_each_service_runs_where_its_folder_is_in_it() -> None:
    services = (
        service("one", path="src/one", build="all"),
        service("two", path="src", build="all", working_dir="two"),
        service("three", path="elsewhere", build="all"),
    )
    found = compile(
        shop(*services, builds=(SharedBuild("all", "./src", recipe=MAKE),)),
        sources("./src", "src", "src/one", "elsewhere"),
    )
    (all_of_it,) = found.artifacts
    here = f"${{artifact:{all_of_it.key}}}"
    assert all_of_it.owner == "all"
    assert [str(workload(found, name).cwd) for name in ("one", "two", "three")] == [f"{here}/one", f"{here}/two", here]
    assert {workload(found, name).artifact for name in ("one", "two", "three")} == {all_of_it.key}


def test_a_build_that_uses_another_depends_on_its_key() -> None:
    def key(of: str, digest: str) -> Artifact:
        protos = SharedBuild("protos", "protos", recipe=MAKE)
        copy = Recipe(before=((concat("cp"), concat(asks("builds", "protos"), "/out")),))
        made = shop(service("api", recipe=copy), service("other", recipe=MAKE), builds=(protos,))
        inputs = sources("api", "other")
        return artifact(compile(made, Inputs({**inputs.sources, "protos": Source("/p", digest=digest)})), of)

    assert key("api", "1").uses() == {key("protos", "1").key}
    assert key("api", "1").key != key("api", "2").key
    assert key("other", "1").key == key("other", "2").key


def test_who_refers_to_a_build_waits_for_it() -> None:
    reader = service("reader", environment={"FILES": concat(asks("builds", "site"), "/dist")})
    found = compile(shop(reader, builds=(SharedBuild("site", "site", recipe=MAKE),)), sources("reader", "site"))
    assert workload(found, "reader").artifacts() == {artifact(found, "site").key}
    assert workload(found, "reader").artifact == ""


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"recipe": Recipe(run=(words("make"),))}, "api: its build steps changed"),
        ({"recipe": Recipe(run=MAKE.run, env={"A": concat("1")})}, "api: its build steps changed"),
        ({"digest": "d2"}, "api: its source changed"),
        ({"make": "/usr/bin/make 2"}, "api: make is another version now"),
    ],
)
def test_a_change_of_what_goes_into_a_build_makes_another_and_is_named(change: dict[str, Any], cause: str) -> None:
    def one(recipe: Recipe = MAKE, digest: str = "d1", make: str = "/usr/bin/make 1") -> Desired:
        inputs = Inputs({"api": Source("/shop/api", digest=digest)}, programs={"make": make})
        return compile(shop(service("api", recipe=recipe)), inputs)

    found = artifact(with_causes(one(**change), one()), "api")
    assert found.cause == cause
    assert found.key != artifact(one(), "api").key
    assert artifact(with_causes(one(), one()), "api").cause == ""


def test_the_gateways_address_is_part_of_what_asks_for_it() -> None:
    def at(port: int) -> Desired:
        recipe = Recipe(run=(words("make"),), env={"API": concat(asks("gateway", "url"), "/api")})
        gateway = Endpoint("127.0.0.1", port)
        return compile(
            shop(service("site", recipe=recipe), service("api", recipe=MAKE)), sources("site", "api", gateway=gateway)
        )

    site = artifact(with_causes(at(2), at(1)), "site")
    assert site.cause == "site: the gateway is at http://127.0.0.1:2 now"
    assert site.steps[0].env["API"] == Value(("http://127.0.0.1:2/api",))
    assert artifact(at(1), "api").key == artifact(at(2), "api").key


def test_the_same_folder_without_some_names_is_another_source() -> None:
    recipe = Recipe(run=MAKE.run, ignore=("out", "gen"))
    inputs = Inputs({"api without gen out": Source("/shop/api", digest="d", ignore=(".git", "out", "gen"))})
    made = artifact(compile(shop(service("api", recipe=recipe)), inputs), "api")
    assert (made.digest, made.ignore) == ("d", (".git", "out", "gen"))


def test_a_shared_build_without_anything_to_do_is_refused() -> None:
    with pytest.raises(FileError, match="no stack recognises protos"):
        compile(shop(service("api"), builds=(SharedBuild("protos", "protos"),)), sources("api", "protos"))
