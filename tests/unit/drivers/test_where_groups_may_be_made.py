"""Which control groups there are, read from what the kernel tells; and where among them we may make our own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shoal.drivers.process.groups.group import Group, limit
from shoal.drivers.process.groups.groups import Groups
from shoal.drivers.process.groups.hierarchy import UNIFIED, Hierarchy, entered, folder, mounted
from shoal.drivers.process.groups.where import Where, look
from shoal.model.limits import Limits, amount
from tests import ordinary

WHAT_IS_TOLD = """
import sys
from pathlib import Path
from shoal.drivers.process.groups.where import look
print(look(Path(sys.argv[1])).lacks["memory"])
"""


def mount(point: Path, kind: str, options: str, root: str = "/") -> str:
    return f"36 25 0:31 {root} {point} rw,nosuid shared:9 - {kind} cgroup rw,{options}\n"


def test_hierarchies_of_both_versions_are_told_apart() -> None:
    text = (
        mount(Path("/sys/fs/cgroup/cpu,cpuacct"), "cgroup", "cpu,cpuacct")
        + mount(Path("/sys/fs/cgroup/memory"), "cgroup", "memory", "/docker/abc")
        + mount(Path("/sys/fs/cgroup/unified"), "cgroup2", "nsdelegate")
        + "30 1 8:1 / /a\\040b rw - ext4 /dev/sda1 rw\n"
    )
    found = mounted(text)
    assert found["cpu"] == Hierarchy(Path("/sys/fs/cgroup/cpu,cpuacct"), "/")
    assert found["memory"] == Hierarchy(Path("/sys/fs/cgroup/memory"), "/docker/abc")
    assert found[UNIFIED].folder == Path("/sys/fs/cgroup/unified")
    assert "pids" not in found


def test_our_own_group_is_known_for_each() -> None:
    assert entered("4:memory:/a/b\n1:cpu,cpuacct:/\n0::/user.slice\n") == {
        "memory": "/a/b",
        "cpu": "/",
        "cpuacct": "/",
        UNIFIED: "/user.slice",
    }


def test_a_group_lies_below_what_is_mounted_of_its_hierarchy() -> None:
    assert folder(Hierarchy(Path("/cg"), "/"), "/a/b") == Path("/cg/a/b")
    assert folder(Hierarchy(Path("/cg"), "/docker/abc"), "/docker/abc/x") == Path("/cg/x")
    assert folder(Hierarchy(Path("/cg"), "/docker/abc"), "/elsewhere") == Path("/cg")


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    (tmp_path / "proc").mkdir()
    return tmp_path / "proc"


def unified(top: Path, *groups: str, controllers: str = "cpu memory pids", on: str = "") -> None:
    """A tree that looks like version 2: files that take whatever is written."""
    for group in ("", *groups):
        (top / group).mkdir(parents=True, exist_ok=True)
        for name, text in (("cgroup.procs", ""), ("cgroup.controllers", controllers), ("cgroup.subtree_control", on)):
            (top / group / name).write_text(text)


def told(proc: Path, mounts: str, groups: str) -> Where:
    (proc / "mountinfo").write_text(mounts)
    (proc / "cgroup").write_text(groups)
    return look(proc)


def test_on_version_2_it_is_the_nearest_group_that_gives_controllers_away(proc: Path, tmp_path: Path) -> None:
    top = tmp_path / "cg"
    unified(top, "user.slice/app.slice", "user.slice/app.slice/term.scope")
    (top / "user.slice/app.slice/cgroup.subtree_control").write_text("cpu memory pids")
    where = told(proc, mount(top, "cgroup2", "x"), "0::/user.slice/app.slice/term.scope\n")
    assert where.version == 2
    assert set(where.folders.values()) == {top / "user.slice/app.slice"}
    assert where.together == top / "user.slice/app.slice"
    assert where.lacks == {}


def test_version_2_without_controllers_is_said_to_have_none(proc: Path, tmp_path: Path) -> None:
    unified(tmp_path / "cg", "me", controllers="hugetlb")
    where = told(proc, mount(tmp_path / "cg", "cgroup2", "x"), "0::/me\n")
    assert where.folders == {}
    assert set(where.lacks.values()) == {"the kernel gives cgroup version 2 none of this controller"}
    assert where.together == tmp_path / "cg/me"


def test_version_1_has_a_folder_for_each_controller(proc: Path, tmp_path: Path) -> None:
    for name in ("memory", "pids"):
        (tmp_path / name / "mine").mkdir(parents=True)
        (tmp_path / name / "mine" / "cgroup.procs").touch()
    mounts = mount(tmp_path / "memory", "cgroup", "memory") + mount(tmp_path / "pids", "cgroup", "pids")
    where = told(proc, mounts, "2:memory:/mine\n1:pids:/mine\n")
    assert where.version == 1
    assert where.folders == {"memory": tmp_path / "memory/mine", "pids": tmp_path / "pids/mine"}
    assert where.together == tmp_path / "pids/mine"
    assert where.lacks == {"cpu": "this system has no control groups"}


def test_what_is_roots_says_so(proc: Path, tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir(mode=0o555)
    told(proc, mount(tmp_path / "memory", "cgroup", "memory"), "2:memory:/\n")
    command = [sys.executable, "-c", WHAT_IS_TOLD, str(proc)]
    said = subprocess.run(command, preexec_fn=ordinary.become, capture_output=True, text=True, check=True).stdout
    assert "only root may make groups of cgroup version 1" in said


def test_a_system_without_any_has_none(proc: Path) -> None:
    where = told(proc, "", "")
    assert (where.version, where.folders, where.together) == (0, {}, None)
    assert set(where.lacks.values()) == {"this system has no control groups"}
    assert look(proc / "nowhere").version == 0


def test_limits_are_written_as_version_2_wants_them(tmp_path: Path) -> None:
    for name in ("memory.max", "memory.swap.max", "cpu.max", "pids.max"):
        (tmp_path / name).touch()
    for controller in ("memory", "cpu", "pids"):
        limit(tmp_path, controller, Limits(cpu=0.5, memory=1 << 28, pids=7))
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {
        "memory.max": "268435456",
        "memory.swap.max": "0",
        "cpu.max": "50000 100000",
        "pids.max": "7",
    }


def test_limits_are_written_as_version_1_wants_them(tmp_path: Path) -> None:
    for name in ("memory.limit_in_bytes", "cpu.cfs_quota_us", "cpu.cfs_period_us", "pids.max"):
        (tmp_path / name).touch()
    for controller in ("memory", "cpu", "pids"):
        limit(tmp_path, controller, Limits(cpu=1.5, memory=1 << 28, pids=7))
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {
        "memory.limit_in_bytes": "268435456",
        "cpu.cfs_quota_us": "150000",
        "cpu.cfs_period_us": "100000",
        "pids.max": "7",
    }


@pytest.mark.parametrize(("name", "text"), [
    ("memory.events", "low 0\nhigh 0\nmax 9\noom 2\noom_kill 2\n"),
    ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"),
])  # fmt: skip
def test_kills_for_want_of_memory_are_counted(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert Group([tmp_path]).out_of_memory() == 2
    assert Group([tmp_path / "gone"]).out_of_memory() == 0


def test_what_nobody_sees_to_is_named_once_per_kind(tmp_path: Path) -> None:
    nowhere = Where({}, {"memory": "only root may", "cpu": "only root may", "pids": "only root may"}, None, 1)
    groups = Groups(tmp_path / "groups", lambda: "realm", lambda: nowhere)
    asked = {"users": Limits(memory=1), "posts": Limits(memory=1, disk=5), "web": Limits(), "db": Limits(cpu=1.0)}
    assert groups.lacking(asked) == (
        "cpu isn't limited (db): only root may",
        "memory isn't limited (users, posts): only root may",
    )
    assert groups.make("users-0-a", Limits(memory=1 << 30)).folders == ()
    assert not (tmp_path / "groups").exists()


@pytest.mark.parametrize(
    ("size", "text"), [(256 << 20, "256Mi"), (1 << 30, "1Gi"), (1000, "1000"), (1536 << 10, "1536Ki")]
)
def test_amounts_read_as_they_are_written(size: int, text: str) -> None:
    assert amount(size) == text
