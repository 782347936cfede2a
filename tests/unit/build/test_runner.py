"""Builds: real ones, with steps of a line of shell."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.build import artifact_folder, build, digest, is_built
from shoal.build.store import drop, lock_file, unused
from shoal.errors import BuildFailed
from shoal.model.values import Value, concat
from shoal.model.workload import Artifact, Step
from shoal.stacks import COMMON_IGNORE, HERE


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "my code"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/tool").write_text("#!/bin/sh\necho hello\n")
    (folder / "sub/tool").chmod(0o755)
    (folder / "link").symlink_to("sub/tool")
    (folder / "node_modules").mkdir()
    (folder / "node_modules/big").write_text("x")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def sh(name: str, script: str, **files: str) -> Step:
    command = tuple(concat(word) for word in ("sh", "-c", script))
    return Step(name, command, files={name: concat(text) for name, text in files.items()})


def artifact(source: Path, *steps: Step, key: str = "k") -> Artifact:
    return Artifact(key, "users", str(source), steps, COMMON_IGNORE, digest(source))


def left(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "builds").iterdir())


def count(folder: Path) -> int:
    return len((folder / "count").read_text().splitlines())


async def test_without_steps_it_is_a_copy_of_the_source(source: Path, root: Path) -> None:
    folder = await build(artifact(source), root=root)
    assert is_built(root, "k")
    assert (folder / "sub/tool").read_text() == (source / "sub/tool").read_text()


async def test_the_source_is_copied_and_the_steps_run_in_order(source: Path, root: Path) -> None:
    seen: list[tuple[str, bool]] = []
    steps = (sh("one", "./link > out"), sh("two", "tr a-z A-Z < out > loud"))
    folder = await build(
        artifact(source, *steps), root=root, report=lambda step, note, seconds: seen.append((step, seconds is None))
    )
    assert folder == root / "builds/k" == artifact_folder(root, "k")
    assert (folder / "loud").read_text() == "HELLO\n"
    assert seen == [("one", True), ("one", False), ("two", True), ("two", False)]
    assert not (folder / "node_modules").exists()
    assert not (source / "out").exists()
    assert (folder / "link").is_symlink()


async def test_a_key_is_built_once(source: Path, root: Path) -> None:
    made = artifact(source, sh("count", "echo x >> count"))
    await build(made, root=root)
    assert count(await build(made, root=root)) == 1


async def test_builds_at_the_same_time_wait_for_each_other(source: Path, root: Path) -> None:
    made = artifact(source, sh("count", "sleep 0.3; echo x >> count"))
    waited: list[str] = []
    folder, *_ = await asyncio.gather(
        *(build(made, root=root, report=lambda step, note, seconds: waited.append(step)) for _ in range(3))
    )
    assert count(folder) == 1
    assert waited.count("wait") == 2


async def test_files_of_a_step_are_written_first_and_may_name_the_folder(source: Path, root: Path) -> None:
    step = Step("files", tuple(map(concat, ("cat", "new/args"))), files={"new/args": concat("in ", HERE)})
    folder = await build(artifact(source, step), root=root)
    assert (folder / "new/args").read_text() == f"in {folder}"
    assert f"in {folder}" in (root / "builds/k.log").read_text()


async def test_a_step_may_have_files_only(source: Path, root: Path) -> None:
    folder = await build(artifact(source, Step("files", files={"link": Value(("x",))})), root=root)
    assert (folder / "link").read_text() == "x"
    assert (folder / "sub/tool").read_text() != "x"


async def test_a_failure_says_which_step_and_shows_the_last_lines(source: Path, root: Path) -> None:
    bad = sh("compile", "for i in $(seq 50); do echo line $i; done; echo no such symbol >&2; exit 3")
    with pytest.raises(BuildFailed) as caught:
        await build(artifact(source, bad), root=root)
    assert caught.value.what == "building users: step `compile` ended with exit code 3"
    lines = caught.value.hint.splitlines()
    assert len(lines) == 21
    assert lines[0] == "line 32"
    assert lines[-2:] == ["  no such symbol", f"  the whole log: {root}/builds/k.log"]
    assert not is_built(root, "k")
    assert left(root) == ["k.lock", "k.log"], "nothing of it takes room"


async def test_the_next_try_starts_afresh(source: Path, root: Path) -> None:
    flag = source.parent / "flag"
    made = artifact(source, sh("one", f"echo x >> count; test -f '{flag}'"))
    with pytest.raises(BuildFailed):
        await build(made, root=root)
    flag.touch()
    assert count(await build(made, root=root)) == 1


async def test_a_program_that_is_not_there(source: Path, root: Path) -> None:
    with pytest.raises(BuildFailed, match="can't be started"):
        await build(artifact(source, Step("one", (concat("no-such-program"),))), root=root)


async def test_a_step_that_was_killed(source: Path, root: Path) -> None:
    with pytest.raises(BuildFailed, match="ended with signal 9"):
        await build(artifact(source, sh("one", "kill -9 $$")), root=root)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "the marker is gone": lambda folder: (folder / ".shoal/done").unlink(),
    "the marker is garbage": lambda folder: (folder / ".shoal/done").write_bytes(b"\xff{"),
    "the marker is another JSON": lambda folder: (folder / ".shoal/done").write_text("[1]"),
    "the marker is a folder": lambda folder: swap_for_folder(folder / ".shoal/done"),
    "a program was emptied": lambda folder: (folder / "sub/tool").write_text(""),
    "a file is gone": lambda folder: (folder / "sub/tool").unlink(),
    "it is a file": lambda folder: swap_for_file(folder),
    "it is a link to nowhere": lambda folder: swap_for_link(folder),
    "all builds are a file": lambda folder: swap_for_file(folder.parent),
    "it can't be written to": lambda folder: lock_away(folder),
}


def lock_away(folder: Path) -> None:
    (folder / ".shoal/done").unlink()
    (folder / "sub").chmod(0o500)


def swap_for_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def swap_for_file(path: Path) -> None:
    path.rename(path.with_name("away"))
    path.write_text("garbage")


def swap_for_link(path: Path) -> None:
    path.rename(path.with_name("away"))
    path.symlink_to("nowhere")


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
async def test_garbage_in_the_cache_is_wiped_and_built_again(
    source: Path, root: Path, damage: Callable[[Path], object]
) -> None:
    made = artifact(source, sh("count", "echo x >> count"))
    damage(await build(made, root=root))
    assert not is_built(root, "k")
    assert count(await build(made, root=root)) == 1


async def test_a_build_of_an_older_shoal_is_as_good(source: Path, root: Path) -> None:
    folder = await build(artifact(source, sh("one", "touch nothing")), root=root)
    (folder / ".shoal/done").write_text('{"entries": ["nothing", "sub"]}')
    assert is_built(root, "k")


async def test_foreign_files_beside_the_builds_are_left_alone(source: Path, root: Path) -> None:
    (root / "builds").mkdir(parents=True)
    (root / "builds/notes.txt").write_text("mine")
    await build(artifact(source, sh("one", "true")), root=root)
    assert (root / "builds/notes.txt").read_text() == "mine"


async def test_a_cache_that_is_no_folder_is_named(source: Path, root: Path) -> None:
    root.write_text("not a folder")
    with pytest.raises(BuildFailed) as caught:
        await build(artifact(source, sh("one", "true")), root=root)
    assert caught.value.what == f"building users: {root}/builds: Not a directory"
    assert "XDG_CACHE_HOME names another" in caught.value.hint


async def test_a_file_that_changes_while_it_is_copied_is_noticed(
    source: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = artifact(source, sh("one", "true"))
    copy = shutil.copy2

    def changing(name: Path, target: Path) -> object:
        if name.name == "tool":
            name.write_text("half of anoth")
        return copy(name, target)

    monkeypatch.setattr("shoal.build.runner.shutil.copy2", changing)
    with pytest.raises(BuildFailed, match="changed while they were copied"):
        await build(made, root=root)
    assert left(root) == ["k.lock", "k.log"]


async def test_a_source_that_changed_meanwhile_is_not_built_under_the_old_key(source: Path, root: Path) -> None:
    made = artifact(source, sh("one", "true"))
    (source / "sub/tool").write_text("other")
    with pytest.raises(BuildFailed, match="changed while they were copied"):
        await build(made, root=root)


async def test_cancelling_ends_the_step_and_leaves_nothing_done(source: Path, root: Path) -> None:
    made = artifact(source, sh("one", "echo $$ > pid; sleep 60"))
    task = asyncio.create_task(build(made, root=root))
    pid = root / "builds/k/pid"
    while not (pid.exists() and pid.read_text()):
        await asyncio.sleep(0.01)
    number = int(pid.read_text())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    assert not is_built(root, "k")
    assert left(root) == ["k.lock", "k.log"]


async def test_unused_builds_can_be_pruned(source: Path, root: Path) -> None:
    for key in ("old", "kept", "fresh"):
        await build(artifact(source, sh("one", "true"), key=key), root=root)
    for key in ("old", "kept"):
        os.utime(root / "builds" / key / ".shoal/done", (1, 1))
    assert unused(root, frozenset({"kept"}), 3600) == ["old"]
    assert drop(root, "old")
    assert not is_built(root, "old") and unused(root, frozenset({"kept"}), 3600) == []
    assert is_built(root, "kept") and is_built(root, "fresh")


async def test_a_build_that_somebody_is_at_stays(source: Path, root: Path) -> None:
    await build(artifact(source, sh("one", "true"), key="busy"), root=root)
    with lock_file(root, "busy").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not drop(root, "busy")
    assert is_built(root, "busy")
