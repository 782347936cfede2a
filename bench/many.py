"""An app of hundreds of trivial services: `up` against a bare loop that spawns the same programs with the same stdio,
`ps`, and what daemon and keeper take while all are asked every five seconds. supervisord with the same programs beside.

Bounds: `up` at most 2 × the loop, `ps` under 300 ms, daemon and keeper under 150 MB and 5 % of a core. They are for 300
services; with another number the values are printed and nothing is claimed.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import processes
from bench.app import App, own, say
from bench.cli import cpu_of
from bench.figures import Verdict, conclude, median, spread
from bench.idle import Use, total, watch
from bench.peers import Supervisord

SERVICES = 300
UP, PS, MEMORY, CPU = 2.0, 300.0, 150.0, 5.0
SETTLING = 6.0
EVERY = "5s"
# Of the standard library, without site-packages: what an interpreter takes to start is nearly all of it.
LISTENER = """\
import os, socket
listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
while True:
    listener.accept()[0].close()
"""
WAYS = {
    "listen": ("port: tcp, health: {ready: {tcp: true, every: " + EVERY + "}}", [sys.executable, "-I", "-S"]),
    "sleep": ("ports: []", ["sleep", "1000000"]),
}
"""What a service does -> its keys in shoal.yaml, its program (a listener's script is added)."""


class Many(App):
    """`count` services, all alike; `way` is a key of WAYS."""

    def __init__(self, folder: Path, count: int, way: str) -> None:
        super().__init__(folder, "many")
        keys, program = WAYS[way]
        script = self.folder / "listen.py"
        self.program = [*program, str(script)] if way == "listen" else program
        self.ports = free_ports(count)
        self.listens = way == "listen"
        self.folder.mkdir()
        script.write_text(LISTENER)
        service = f"{{stack: command, command: {self.program}, {keys}}}"
        lines = [f"  s{number:04}: {service}" for number in range(count)]
        (self.folder / "shoal.yaml").write_text("\n".join(["name: many", "services:", *lines, ""]))


class Ran(NamedTuple):
    """Seconds until all were there, and CPU seconds of all that took part, theirs included."""

    wall: float
    cpu: float


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    numbers = [sock.getsockname()[1] for sock in held]
    for sock in held:
        sock.close()
    return numbers


def await_all(ports: list[int]) -> None:
    """Returns when each accepts."""
    for port in ports:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.005)


@contextmanager
def loop(app: Many) -> Iterator[Ran]:
    """All of them started one after the other, each with a log file and a session of its own, as shoal does it."""
    logs = app.folder / "by-hand"
    logs.mkdir(exist_ok=True)
    own_before, begun = time.process_time(), time.monotonic()
    started: list[subprocess.Popen[bytes]] = []
    try:
        for port in app.ports:
            with (logs / f"{port}.log").open("ab") as log:
                started.append(_start(app, port, log.fileno()))
        if app.listens:
            await_all(app.ports)
        wall = time.monotonic() - begun
        used = sum(processes.on_cpu(process.pid) for process in started)
        yield Ran(wall, used + time.process_time() - own_before)
    finally:
        for process in started:
            process.kill()
            process.wait()


def _start(app: Many, port: int, log: int) -> subprocess.Popen[bytes]:
    env: Mapping[str, str] = {**os.environ, "PORT": str(port)}
    nothing = subprocess.DEVNULL
    return subprocess.Popen(app.program, env=env, stdin=nothing, stdout=log, stderr=log, start_new_session=True)


def up(app: Many) -> Ran:
    """All wanted and all ready; it runs afterwards."""
    begun = time.monotonic()
    command = cpu_of(app.command("up", "-d", "--wait", "-q"), app.folder, app.variables) / 1000
    wall = time.monotonic() - begun
    everything = processes.tree(app.keepers().keeper, processes.snapshot())
    return Ran(wall, command + sum(processes.on_cpu(process.pid) for process in everything))


class Watched(NamedTuple):
    ours: Use
    ps_wall: float
    ps_cpu: float


def look(app: Many, seconds: float, times: int) -> Watched:
    """What it takes while nothing happens, and how long `ps` takes (in ms)."""
    time.sleep(SETTLING)
    ours = total(watch(app.keepers(), seconds).values())
    walls, cpus = [], []
    for _ in range(times):
        begun = time.monotonic()
        cpus.append(cpu_of(app.command("ps"), app.folder, app.variables))
        walls.append((time.monotonic() - begun) * 1000)
    return Watched(ours, median(walls), median(cpus))


def measure(app: Many, options: argparse.Namespace) -> list[Verdict]:
    by_hand, whole, idle = [], [], []
    for number in range(options.n):
        say(f"round {number + 1} of {options.n}")
        with loop(app) as ran:
            by_hand.append(ran)
        whole.append(up(app))
        idle.append(look(app, options.seconds, options.n + 2))
        app.down()
    ratios = [b.wall / a.wall for a, b in zip(by_hand, whole, strict=True)]
    cpus = [b.cpu / a.cpu for a, b in zip(by_hand, whole, strict=True)]
    print(f"  the loop: {spread([r.wall for r in by_hand]).text('s')}, CPU {median([r.cpu for r in by_hand]):.2f} s")
    print(f"  shoal up: {spread([r.wall for r in whole]).text('s')}, CPU {median([r.cpu for r in whole]):.2f} s")
    print(f"  up against the loop: {spread(ratios).text('×')}, CPU {median(cpus):.2f} ×")
    print(f"  ps: {median([w.ps_wall for w in idle]):.0f} ms, CPU {median([w.ps_cpu for w in idle]):.0f} ms")
    ours = [w.ours for w in idle]
    rss, pss, cpu = (median([getattr(u, name) for u in ours]) for name in ("rss", "pss", "cpu"))
    print(f"  daemon and keeper: RSS {rss:.1f} MB, PSS {pss:.1f} MB, CPU {cpu:.2f} % of a core", flush=True)
    return [
        Verdict("up against the bare loop", median(ratios), UP),
        Verdict("ps", median([w.ps_wall for w in idle]), PS, "ms"),
        Verdict("memory of daemon and keeper (RSS)", rss, MEMORY, "MB"),
        Verdict("CPU of daemon and keeper", cpu, CPU, "% of a core"),
    ]


def compare(app: Many, seconds: float) -> None:
    """The same programs under supervisord, which asks nobody."""
    line = " ".join(app.program)
    programs = {f"p{port}": {"command": line, "environment": f"PORT={port}"} for port in app.ports}
    peer = Supervisord(app.folder / "supervisord", programs)
    with peer.running():
        begun = time.monotonic()
        peer.start()
        await_all(app.ports)
        wall = time.monotonic() - begun
        everything = processes.tree(peer.pid, processes.snapshot())
        cpu = sum(processes.on_cpu(process.pid) for process in everything)
        time.sleep(SETTLING)
        use = watch([peer.pid], seconds)[peer.pid]
        command, env = peer.listing()
        listing = median([cpu_of(command, app.folder, env) for _ in range(3)])
    print(f"  supervisord {peer.VERSION}: up {wall:.2f} s, CPU {cpu:.2f} s; its `status` {listing:.0f} ms of CPU")
    print(f"  supervisord, idle: RSS {use.rss:.1f} MB, PSS {use.pss:.1f} MB, CPU {use.cpu:.2f} % of a core", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=SERVICES, metavar="N", help=f"how many ({SERVICES})")
    parser.add_argument("--way", choices=WAYS, default="listen", help="what each does (listen, asked by TCP)")
    parser.add_argument("--seconds", type=float, default=30, help="how long to watch each time (30)")
    parser.add_argument("--no-peer", action="store_true", help="without supervisord")
    parser.add_argument("-n", type=int, default=3, metavar="N", help="rounds (3)")
    options = parser.parse_args()
    with own(lambda folder: Many(folder, options.services, options.way)) as app:
        print(f"{options.services} services that {options.way}, median of {options.n}", flush=True)
        verdicts = measure(app, options)
        if not options.no_peer and app.listens:
            compare(app, options.seconds)
    claimed = options.services == SERVICES and options.way == "listen"
    return conclude(verdicts) if claimed else 0


if __name__ == "__main__":
    sys.exit(main())
