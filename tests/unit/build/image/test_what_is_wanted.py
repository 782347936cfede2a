"""Which image is wanted: what the services of a build need in it besides the build."""

from __future__ import annotations

import pytest

from shoal.build.image.wanted import in_image, wanted
from shoal.errors import ToolMissing
from shoal.model.desired import Desired
from shoal.model.values import Ref, Value, concat, program
from shoal.model.workload import Artifact, Kept, Packing, Workload
from tests.unit.build.image.artifacts import KEY, OTHER, artifact

MINE = artifact(Packing("eclipse-temurin:25-jre"))
HERS = artifact(Packing("node:24-slim"), key=OTHER)
HERE = Value((Ref("artifact", KEY),))
API = Workload("api", "service", owner="api", artifact=KEY, command=(program("java"), concat("@", HERE, "/args")))


def desired(*workloads: Workload, artifacts: tuple[Artifact, ...] = (MINE, HERS)) -> Desired:
    return Desired("shop", workloads=workloads, artifacts=artifacts)


def test_another_build_that_a_value_names_comes_along() -> None:
    alone = wanted(desired(API), MINE)
    assert (alone.beside, set(alone.known)) == ((), {OTHER})
    reads = Workload("job", "job", owner="api", artifact=KEY, env={"X": Value((Ref("artifact", OTHER),))})
    assert wanted(desired(API, reads), MINE).beside == (OTHER,)
    assert wanted(desired(API, reads), HERS).beside == ()


def test_files_that_have_to_be_there_are_part_of_it() -> None:
    kept = Kept(concat(HERE, "/.shoal/java-1.args"), concat("-Xmx1g -Dtrust=", program("java-trust")))
    with_file = Workload("api", "service", owner="api", artifact=KEY, kept=(kept,))
    found = wanted(desired(with_file), MINE)
    assert list(found.kept) == [".shoal/java-1.args"]
    assert in_image(found.kept[".shoal/java-1.args"], KEY) == "-Xmx1g -Dtrust=/opt/java/openjdk/lib/security/cacerts"
    assert found.identity != wanted(desired(API), MINE).identity


def test_what_becomes_the_same_image_has_the_same_identity() -> None:
    other = Workload("worker", "service", owner="worker", artifact=KEY)
    assert wanted(desired(API), MINE).identity == wanted(desired(API, other), MINE).identity
    assert wanted(desired(API), MINE).identity != wanted(desired(API), HERS).identity


def test_a_program_that_no_official_image_has_is_named() -> None:
    with pytest.raises(ToolMissing, match="no official image has `ecj` at a place that is known"):
        in_image(program("ecj"), KEY)
