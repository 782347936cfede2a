"""Changes: an edit is noticed, noise is not, whether the kernel tells or everything has to be looked at."""

from __future__ import annotations

import asyncio
import errno
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncinotify
import pytest

from shoal.build import changes as module
from shoal.build.changes import Changes, Places
from shoal.build.untracked import untracked

IGNORE = ("node_modules", "*.pyc")


@pytest.fixture(params=["told", "looking"])
async def changes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Changes]:
    def full() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(module, "LOOK_EVERY", 0.02)
    if request.param == "looking":
        monkeypatch.setattr(asyncinotify, "Inotify", full)
    made = Changes()
    yield made
    made.close()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for name in ("src/a/b.py", "src/node_modules/x/y.js", "shoal.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    return Places({tmp_path / "src": IGNORE}, frozenset([tmp_path / "shoal.yaml", tmp_path / ".env"]))


async def noticed(changes: Changes) -> bool:
    try:
        async with asyncio.timeout(0.5):
            await changes.burst()
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("name", ["src/a/b.py", "src/a/new.py", "src/new/deep/x.py", "shoal.yaml", ".env"])
async def test_an_edit_is_noticed(changes: Changes, places: Places, tmp_path: Path, name: str) -> None:
    changes.cover(places)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("22")
    assert await noticed(changes)


@pytest.mark.parametrize("name", ["src/node_modules/x/y.js", "src/a/b.pyc", "README", "src/node_modules/z/new.js"])
async def test_noise_is_not(changes: Changes, places: Places, tmp_path: Path, name: str) -> None:
    changes.cover(places)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("22")
    assert not await noticed(changes)


async def test_what_goes_is_noticed(changes: Changes, places: Places, tmp_path: Path) -> None:
    changes.cover(places)
    shutil.rmtree(tmp_path / "src/a")
    assert await noticed(changes)


async def test_a_folder_made_later_is_covered_by_the_next_look(
    changes: Changes, places: Places, tmp_path: Path
) -> None:
    changes.cover(places)
    (tmp_path / "src/new").mkdir()
    changes.cover(places)
    await noticed(changes)
    changes.cover(places)
    (tmp_path / "src/new/x.py").write_text("1")
    assert await noticed(changes)


async def test_why_it_looks_is_said(changes: Changes, places: Places) -> None:
    changes.cover(places)
    assert changes.problem in ("", "looks once a second: the kernel watches no more folders (Too many open files)")


def test_gitignore_counts_up_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / "app/api").mkdir(parents=True)
    (tmp_path / ".gitignore").write_text("above\n")
    (tmp_path / "app/.gitignore").write_text("# words\n*.log\nout/\n!kept.log\n/rooted\na/b\n\n")
    (tmp_path / "app/api/.gitignore").write_text("own\n")
    assert untracked(tmp_path / "app/api") == ("own",)
    (tmp_path / "app/.git").mkdir()
    assert untracked(tmp_path / "app/api") == ("own", "*.log", "out")
