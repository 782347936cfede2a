"""Only what nobody but its stack starts is built the short way: others may need all that a build leaves."""

from __future__ import annotations

import msgspec
import pytest

from shoal.desired import compile
from shoal.desired.inputs import Inputs
from shoal.model.app import App, Port, Service, SharedBuild
from shoal.model.values import concat
from shoal.stacks import Source

POM = Source("/shop/api", ("pom.xml",), {"pom.xml": "<project/>"}, "d1", {"java": "25", "mvn": "3", "ecj": "3"})
API = Service("api", path="api", ports=(Port(),))
OWN = (concat("java"), concat("-cp"), concat("target/classes"), concat("Other"))


def short(*services: Service, builds: tuple[SharedBuild, ...] = ()) -> bool:
    (artifact,) = compile(App("shop", "/shop", services=services, builds=builds), Inputs({"api": POM})).artifacts
    return artifact.recompile is not None


def test_a_service_that_its_stack_starts() -> None:
    assert short(API)


@pytest.mark.parametrize("change", [{"command": OWN}, {"migrate": OWN}])
def test_a_command_of_its_own_may_read_anything(change: dict[str, tuple[object, ...]]) -> None:
    assert not short(msgspec.structs.replace(API, **change))


def test_a_job_from_the_same_folder_may_too() -> None:
    job = Service("seed", path="api", kind="job", command=OWN, ports=())
    assert not short(API, job)
    assert not short(job, API)


def test_a_shared_build_may_be_read_by_others() -> None:
    assert not short(msgspec.structs.replace(API, build="all"), builds=(SharedBuild("all", path="api"),))
