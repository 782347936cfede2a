"""A service as its developer runs it: what lies in the source is taken from there, what only the build has is not."""

from __future__ import annotations

import pytest

from shoal.desired import at_source
from shoal.model.values import Ref, Value, concat
from shoal.model.workload import Artifact, Workload
from shoal.stacks import Source

BUILT = Ref("artifact", "k1")
SOURCE = Source("/shop/api", names=("package.json", "src/api/__main__.py"))
ARTIFACT = Artifact("k1", "api", "/shop/api")


def moved(*parts: str | Ref) -> str:
    workload = Workload("api", "service", env={"X": concat(*parts)}, artifact="k1")
    return str(at_source(workload, ARTIFACT, SOURCE).env["X"])


@pytest.mark.parametrize(("parts", "expected"), [
    ((BUILT,), "/shop/api"),
    ((BUILT, "/src"), "/shop/api/src"),
    ((BUILT, "/src/api:/usr/lib"), "/shop/api/src/api:/usr/lib"),
    ((BUILT, "/.venv/bin:/usr/bin"), "${artifact:k1}/.venv/bin:/usr/bin"),
    (("@", BUILT, "/.shoal/java.args"), "@${artifact:k1}/.shoal/java.args"),
    ((BUILT, "/srcs"), "${artifact:k1}/srcs"),
    ((Ref("artifact", "k2"),), "${artifact:k2}"),
    ((Ref("secret", "s"), "/src"), "${secret:s}/src"),
    (("plain",), "plain"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_what_the_source_has_is_taken_from_there(parts: tuple[str | Ref, ...], expected: str) -> None:
    assert moved(*parts) == expected


def test_it_works_in_its_own_folder_with_its_command() -> None:
    command = (Value((BUILT, "/.venv/bin/python")), Value((BUILT, "/src/api/__main__.py")))
    found = at_source(Workload("api", "service", command=command, cwd=Value((BUILT,)), artifact="k1"), ARTIFACT, SOURCE)
    assert str(found.cwd) == "/shop/api"
    assert [str(word) for word in found.command] == ["${artifact:k1}/.venv/bin/python", "/shop/api/src/api/__main__.py"]
