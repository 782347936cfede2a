"""Targets with containers: nothing that runs there refers to a folder of this machine."""

from __future__ import annotations

from shoal.desired import Inputs, compile
from shoal.stacks import Source
from tests.unit.desired.apps import app, desired, service, workload


def test_a_service_without_build_steps_runs_from_a_copy_of_its_source() -> None:
    found = desired(app(service("api"), target="docker"))
    api = workload(found, "api")
    (copy,) = found.artifacts
    assert (copy.steps, copy.source) == ((), "/shop/api")
    assert (api.artifact, str(api.cwd)) == (copy.key, f"${{artifact:{copy.key}}}")


def test_on_processes_it_runs_where_it_lies() -> None:
    found = desired(app(service("api")))
    assert (found.artifacts, str(workload(found, "api").cwd)) == ((), "/shop/api")


def test_the_copy_is_another_one_when_the_source_changes() -> None:
    of = app(service("api"), target="docker")

    def revision(digest: str) -> str:
        return workload(compile(of, Inputs({"api": Source("/shop/api", digest=digest)})), "api").revision

    assert revision("one") != revision("other")
