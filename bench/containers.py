"""The built blog in containers: from `up` until each service answers through the gateway.

Bound: the time that it takes by processes, and 1.2 times that of creating and starting as many trivial containers by
the engine's own interface, all in the same run. Beside it, N trivial services in containers: until all are ready, and
what shoal's daemon takes.

Needs a Docker engine (DOCKER_HOST); in a checkout: eval "$(python -m tests.engine up)".
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from bench.app import App, own, say
from bench.blog import blog
from bench.figures import Verdict, conclude, median, spread
from shoal.drivers.docker.connection import connect

PATHS = ("/", "/api/tags", "/api/profiles/nobody")
SHARE = 1.2
IMAGE = "debian:bookworm-slim"
PATIENCE = 120.0


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code < 500
    except OSError:
        return False


def brought_up(app: App, target: str) -> float:
    """Seconds until all answer; it was down."""
    begun = time.monotonic()
    url = app.run("up", "-d", "--wait", "-q", "--target", target).strip()
    while not all(answers(url + path) for path in PATHS):
        if time.monotonic() - begun > PATIENCE:
            raise SystemExit(f"bench: not all of {PATHS} answer on {target}")
        time.sleep(0.02)
    return time.monotonic() - begun


async def trivial(count: int) -> float:
    """Seconds to create and start as many containers that only sleep, one after the other."""
    docker = connect()
    made = []
    try:
        begun = time.monotonic()
        for _ in range(count):
            made.append(await docker.containers.create({"Image": IMAGE, "Cmd": ["sleep", "1000"]}))
            await made[-1].start()
        return time.monotonic() - begun
    finally:
        for each in made:
            await each.delete(force=True)
        await docker.close()


def of_the_blog(rounds: int) -> Verdict:
    processes, containers, bare = [], [], []
    with blog() as app:
        app.prepare()
        app.down()
        say("preparing: images")
        brought_up(app, "docker")
        for number in range(1, rounds + 1):
            app.run("down", "--target", "docker")
            since = time.time()
            containers.append(brought_up(app, "docker"))
            count = sum(e["kind"] == "started" for e in _events(app, since))
            app.run("down", "--target", "docker")
            processes.append(brought_up(app, "process"))
            app.down()
            bare.append(asyncio.run(trivial(count)))
            say(f"{number}: {containers[-1]:.2f} s, processes {processes[-1]:.2f} s, {count} trivial {bare[-1]:.2f} s")
        app.run("down", "-v", "-y", "--target", "docker")
    print(f"containers {spread(containers).text('s')}, processes {spread(processes).text('s')}, "
          f"as many trivial containers {spread(bare).text('s')}")  # fmt: skip
    ratios = [c / (p + SHARE * b) for c, p, b in zip(containers, processes, bare, strict=True)]
    return Verdict("the blog's `up` in containers, against processes + 1.2 × trivial containers", median(ratios), 1.0)


def _events(app: App, since: float) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in app.run("events", "--json", "--target", "docker").splitlines()]
    return [event for event in found if event["time"] >= since]


class Many(App):
    def __init__(self, folder: Path, count: int) -> None:
        super().__init__(folder, "many")
        self.folder.mkdir(parents=True)
        one = f"{{ image: '{IMAGE}', command: [sleep, '1000'], ports: [] }}"
        lines = "".join(f"  s{number}: {one}\n" for number in range(count))
        (self.folder / "shoal.yaml").write_text(f"target: docker\nservices:\n{lines}")
        self.state = self.state.with_name("docker")


def many(count: int) -> None:
    """Stated, with no bound of its own."""
    with own(lambda folder: Many(folder, count)) as app:
        begun = time.monotonic()
        app.run("up", "-d", "--wait", "-q")
        took = time.monotonic() - begun
        bare = asyncio.run(trivial(count))
        before, at = _cpu(app.keepers().daemon), time.monotonic()
        time.sleep(20)
        share = (_cpu(app.keepers().daemon) - before) / (time.monotonic() - at)
        memory = _memory(app.keepers().daemon)
    print(f"{count} trivial services: all ready after {took:.1f} s ({took / bare:.2f} × as many bare containers)")
    print(f"  then the daemon has {memory:.0f} MB, and takes {share:.1%} of a core")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("Pss:"))) / 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=3, metavar="N", help="rounds of the blog (3)")
    parser.add_argument("--many", type=int, default=100, metavar="N", help="trivial services (100; 0: none)")
    options = parser.parse_args()
    verdicts = [of_the_blog(options.n)] if options.n else []
    if options.many:
        many(options.many)
    return conclude(verdicts)


if __name__ == "__main__":
    sys.exit(main())
