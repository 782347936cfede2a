"""Whatever is killed, of ours or of theirs: survivors must be adopted, strangers left alone, nothing left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from shoal.drivers.process.census import Census, Registrar
from shoal.model.app import Stop
from tests.conformance.drivers.bed import ProcessBed, runs, until

CLIENT = """\
import asyncio, sys
from pathlib import Path
from shoal.drivers.process.driver import ProcessDriver
from shoal.model.values import concat
from shoal.model.workload import Workload

async def main():
    driver = ProcessDriver(Path(sys.argv[1]))
    await driver.open(lambda: None)
    command = tuple(concat(word) for word in ("sleep", "1000"))
    for index in range(3):
        instance = await driver.start(Workload(name="users", kind="service", revision="r1", command=command), index)
        print(instance.id, flush=True)
    await asyncio.sleep(1000)

asyncio.run(main())
"""


async def client(bed: ProcessBed) -> tuple[int, list[str]]:
    """Another process that has opened the state folder and started three instances; its pid and their ids."""
    await bed.driver.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CLIENT, str(bed.root), stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "src"}
    )
    assert process.stdout
    names = [(await process.stdout.readline()).decode().strip() for _ in range(3)]
    bed.waiting = process  # type: ignore[attr-defined]
    return process.pid, names


async def kill(bed: ProcessBed, *pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    if process := getattr(bed, "waiting", None):
        await process.wait()
        process._transport.close()
    for pid in pids:
        await until(lambda pid=pid: not runs(pid), f"the end of {pid}")  # type: ignore[misc]


async def again(bed: ProcessBed) -> None:
    bed.driver = bed.fresh()
    await bed.driver.open(bed.wake)


async def test_the_client_is_killed(processes: ProcessBed) -> None:
    pid, names = await client(processes)
    await kill(processes, pid)
    await again(processes)
    observed = await processes.driver.observe()
    assert [instance.id for instance in observed] == names
    os.kill(observed[0].pid, signal.SIGTERM)
    assert (await processes.ended(names[0])).exit == -signal.SIGTERM


async def test_the_keeper_is_killed_under_an_open_driver(processes: ProcessBed) -> None:
    first = await processes.driver.start(processes.runs("users"), 0)
    keeper = processes.keeper()
    await kill(processes, keeper)
    await until(lambda: processes.woken > 0, "a wake")
    assert runs(first.pid)
    second = await processes.driver.start(processes.exits("job", 5), 0)
    assert (await processes.ended(second.id)).exit == 5
    assert processes.keeper() not in (0, keeper)
    os.kill(first.pid, signal.SIGKILL)
    ended = await processes.ended(first.id)
    assert (ended.exit, ended.reason) == (None, "ended while nobody watched")


async def test_client_and_keeper_are_killed(processes: ProcessBed) -> None:
    pid, names = await client(processes)
    await kill(processes, pid, processes.keeper())
    await again(processes)
    observed = await processes.driver.observe()
    assert [instance.id for instance in observed] == names
    assert all(runs(instance.pid) for instance in observed)
    for name in names:
        await processes.driver.stop(name)
    assert processes.left() == []


async def test_everything_is_killed(processes: ProcessBed) -> None:
    pid, names = await client(processes)
    await kill(processes, pid, processes.keeper(), *processes.left())
    await again(processes)
    assert [instance.phase for instance in await processes.driver.observe() if instance.phase == "starting"] == []
    assert [(await processes.ended(name)).exit for name in names] == [None] * 3


async def test_a_pid_that_is_somebody_elses_now_is_never_signalled(processes: ProcessBed) -> None:
    instance = await processes.driver.start(processes.runs("users"), 0)
    await processes.driver.stop(instance.id)
    await processes.driver.close()
    stranger = await asyncio.create_subprocess_exec("sleep", "1000", start_new_session=True)
    folder = processes.root / "instances" / instance.id
    identity = json.loads((folder / "identity.json").read_text())
    (folder / "identity.json").write_text(json.dumps({**identity, "pid": stranger.pid}))
    (folder / "exit.json").unlink()
    await again(processes)
    assert not (await processes.instance(instance.id)).alive
    await processes.driver.stop(instance.id, grace=0)
    assert runs(stranger.pid)
    stranger.kill()
    await stranger.wait()


async def test_after_a_reboot_everything_has_ended(processes: ProcessBed) -> None:
    instance = await processes.driver.start(processes.runs("users"), 0)
    path = processes.root / "instances" / instance.id / "identity.json"
    true = path.read_text()
    await processes.driver.close()
    path.write_text(json.dumps({**json.loads(true), "boot": "another"}))
    await again(processes)
    # It is swept: by its marker it is known to be of this state folder.
    assert (await processes.ended(instance.id)).exit in (None, -signal.SIGTERM)
    await until(lambda: not runs(instance.pid))


async def test_children_that_went_into_a_session_of_their_own_are_stopped_too(processes: ProcessBed) -> None:
    script = "setsid sleep 1000 & setsid sh -c 'trap \"\" TERM; echo up; while :; do sleep 0.05; done' & wait"
    instance = await processes.driver.start(processes.shell("users", script, stop=Stop(grace=0.5)), 0)
    await until(lambda: "up" in processes.log(instance.id))
    assert len(processes.left()) >= 3
    await processes.driver.stop(instance.id)
    assert processes.left() == []


async def test_what_a_dead_leader_left_behind_is_swept_before_the_instance_has_ended(processes: ProcessBed) -> None:
    instance = await processes.driver.start(processes.shell("users", "setsid sleep 1000 & sleep 1000 & exit 3"), 0)
    assert (await processes.ended(instance.id)).exit == 3
    assert processes.left() == []


async def test_leftovers_are_swept_though_nobody_saw_the_leaders_end(processes: ProcessBed) -> None:
    script = "setsid sleep 1000 & echo up; sleep 1000"
    instance = await processes.driver.start(processes.shell("users", script), 0)
    await until(lambda: "up" in processes.log(instance.id))
    keeper = processes.keeper()
    await processes.driver.close()
    await kill(processes, keeper, instance.pid)
    await again(processes)
    assert (await processes.ended(instance.id)).exit is None
    assert processes.left() == []


async def test_an_instance_whose_records_are_damaged_is_not_lost(processes: ProcessBed) -> None:
    first = await processes.driver.start(processes.runs("users"), 0)
    second = await processes.driver.start(processes.runs("users"), 1)
    third = await processes.driver.start(processes.runs("users"), 2)
    await processes.driver.close()
    instances = processes.root / "instances"
    (instances / first.id / "spec.json").write_text('{"inst')
    (instances / second.id / "identity.json").write_text("")
    for path in sorted((instances / third.id).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (instances / third.id).rmdir()
    await again(processes)
    observed = {i.id: i for i in await processes.driver.observe()}
    assert {name: (i.pid, i.workload, i.index) for name, i in observed.items()} == {
        i.id: (i.pid, "users", index) for index, i in enumerate((first, second, third))
    }
    assert observed[first.id].revision == ""
    for name in observed:
        await processes.driver.stop(name)
    assert processes.left() == []


def test_a_census_takes_no_strangers_session_for_ours() -> None:
    from shoal.drivers.process.census import Leader, Process

    stranger = Process(pid=50, parent=1, group=50, session=50, start=900)
    child = Process(pid=51, parent=50, group=50, session=50, start=901)
    ours = Process(pid=52, parent=1, group=50, session=50, start=150)
    census = Census({p.pid: p for p in (stranger, child, ours)}, {})
    assert census.members("users-0-aaaa", Leader(50, 100, ended=200)) == [ours]
    assert census.members("users-0-aaaa", Leader(50, 100, ended=-1)) == []
    assert census.group(Leader(50, 100)) == []
    assert Registrar("nowhere").take().marked == {}


async def test_the_keeper_is_small(processes: ProcessBed) -> None:
    for index in range(20):
        await processes.driver.start(processes.exits("job", 0), index)
    status = Path(f"/proc/{processes.keeper()}/status").read_text()
    size = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    assert int(size.split()[1]) < 15_000
