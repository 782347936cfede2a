"""Parts of builds: made once for all artifacts with the same lists of packages, and never for others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shoal.build import runner, store
from shoal.model.values import concat
from shoal.model.workload import Artifact, Part, Step

Build = Callable[..., Awaitable[Path]]
MAKE = 'mkdir deps && cp list deps/ && echo made >> "$0"'


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Builds `app` with these files; each making of the part is a line of `made`."""

    async def one(key: str, more: str = "true", by: Any = "link", **files: str) -> Path:
        source = tmp_path / key
        source.mkdir()
        for name, text in files.items():
            (source / name).write_text(text)
        part = Part("deps", ("list", "lock"), by)
        steps = (
            Step("deps", shell(MAKE, str(tmp_path / "made")), part=part),
            Step("more", shell(more)),
        )
        return await runner.build(Artifact(key, "app", str(source), steps), root=tmp_path / "cache")

    return one


def shell(line: str, *arguments: str) -> tuple[Any, ...]:
    return tuple(concat(word) for word in ("sh", "-ec", line, *arguments))


def made(tmp_path: Path) -> int:
    return len((tmp_path / "made").read_text().splitlines())


@pytest.mark.parametrize("by", ["link", "copy"])
async def test_an_edit_of_the_code_makes_it_not_again(build: Build, tmp_path: Path, by: str) -> None:
    first = await build("k1", by=by, list="a", code="one")
    second = await build("k2", by=by, list="a", code="two")
    assert made(tmp_path) == 1
    assert [(one / "deps/list").read_text() for one in (first, second)] == ["a", "a"]
    assert [(one / "code").read_text() for one in (first, second)] == ["one", "two"]


async def test_another_list_is_another_part(build: Build, tmp_path: Path) -> None:
    await build("k1", list="a")
    second = await build("k2", list="b")
    third = await build("k3", list="b", lock="x")
    assert made(tmp_path) == 3
    assert (second / "deps/list").read_text() == (third / "deps/list").read_text() == "b"


async def test_what_a_build_adds_or_replaces_there_is_its_own(build: Build, tmp_path: Path) -> None:
    more = "echo new > deps/new; echo other > x; mv x deps/list"
    first = await build("k1", more, "copy", list="a")
    second = await build("k2", by="copy", list="a", code="two")
    assert made(tmp_path) == 1
    assert (first / "deps/list").read_text() == "other\n"
    assert sorted(path.name for path in (second / "deps").iterdir()) == ["list"]
    assert (second / "deps/list").read_text() == "a"


async def test_a_build_that_writes_into_it_has_one_of_its_own_from_then_on(build: Build, tmp_path: Path) -> None:
    more = "cat code >> deps/list"
    first = await build("k1", more, "copy", list="a", code="1")
    second = await build("k2", more, "copy", list="a", code="2")
    third = await build("k3", more, "copy", list="a", code="3")
    assert [(one / "deps/list").read_text() for one in (first, second, third)] == ["a1", "a2", "a3"]
    assert made(tmp_path) == 3


async def test_a_part_that_was_plundered_is_made_again(build: Build, tmp_path: Path) -> None:
    await build("k1", list="a")
    (part,) = (path for path in (tmp_path / "cache/builds").glob("part-*") if path.is_dir())
    (part / "deps/list").unlink()
    second = await build("k2", list="a", code="two")
    assert made(tmp_path) == 2
    assert (second / "deps/list").read_text() == "a"


async def test_a_part_stays_as_long_as_a_build_that_has_it(build: Build, tmp_path: Path) -> None:
    await build("k1", list="a")
    await build("k2", list="b")
    root = tmp_path / "cache"
    (kept,) = (path.parent.name for path in root.glob("builds/part-*/list") if path.read_text() == "a")
    found = store.unused(root, frozenset(["k1"]), -1)
    assert "k1" not in found and kept not in found
    assert len(found) == 2 and found[0] == "k2"
