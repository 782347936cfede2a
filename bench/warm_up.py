"""Warm `up` of the blog until its gateway answers from every service, against the same parts started by hand.

Bound: 1.3 × max(longest chain of waits started by hand, CPU seconds of all parts ÷ cores).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench import processes
from bench.app import finish, say
from bench.blog import Blog, blog
from bench.by_hand import ANSWERS, ASK_EVERY, MESH, Ran, Recording, answers
from bench.figures import Verdict, conclude, median, spread
from shoal.model.observed import Endpoint

BOUND = 1.3
QUIET = 0.1
BUSY = "; that stretches all at once more than one chain alone, so the verdict counts for little"


class Up(NamedTuple):
    """One `up`, in seconds since the command was started. `own` is the daemon's CPU time."""

    answered: Mapping[str, float]
    ended: float
    started: Mapping[str, float]
    ready: Mapping[str, float]
    own: float

    @property
    def wall(self) -> float:
        return max(self.answered.values())


class Round(NamedTuple):
    """All of it, once. The CPU time is that of the parts started together by hand; `others` is the share of the
    machine that was in use before anything was started."""

    others: float
    up: Up
    chains: Mapping[str, Ran]
    together: Ran

    def baseline(self, cores: int) -> float:
        return baseline({name: ran.wall for name, ran in self.chains.items()}, sum(self.together.cpu.values()), cores)


def baseline(chains: Mapping[str, float], cpu: float, cores: int) -> float:
    """The shortest time that could be hoped for."""
    return max(max(chains.values()), cpu / cores)


async def _up(blog: Blog, gateway: Endpoint) -> Up:
    began, clock = time.monotonic(), time.time()
    process = blog.start("up", "-d", "--wait", "-q")
    try:
        times = await asyncio.gather(*(_first_answer(gateway, name, began) for name in ANSWERS))
        await asyncio.to_thread(finish, process)
    finally:
        process.kill()
    ended = time.monotonic() - began
    own = sum(processes.cpu([blog.keepers().daemon]).values())
    events = blog.events(clock)
    return Up(
        dict(zip(ANSWERS, times, strict=True)),
        ended,
        _times(events, "started", clock),
        _times(events, "ready", clock),
        own,
    )


def _times(events: Iterable[Mapping[str, Any]], kind: str, since: float) -> dict[str, float]:
    return {event["subject"]: event["time"] - since for event in events if event["kind"] == kind}


async def _first_answer(gateway: Endpoint, name: str, began: float) -> float:
    path, status = ANSWERS[name]
    while not await answers(gateway, path, status):
        if time.monotonic() - began > 120:
            raise SystemExit(f"bench: {name} doesn't answer after `up`")
        await asyncio.sleep(2 * ASK_EVERY)
    return time.monotonic() - began


def _round(blog: Blog, recording: Recording, names: Sequence[str]) -> Round:
    chains = {}
    others = processes.busy()
    with recording.laid_out():
        for name in names:
            chains[name] = asyncio.run(recording.run(recording.chain(name) | {MESH}, [name]))
        together = asyncio.run(recording.run(recording.parts, ANSWERS))
    up = asyncio.run(_up(blog, recording.gateway))
    blog.down()
    return Round(others, up, chains, together)


def _report(rounds: Sequence[Round], cores: int) -> Verdict:
    print(f"warm up of the blog, median of {len(rounds)}, {cores} cores; seconds (least–most)")
    for name in ANSWERS:
        waits = ", ".join(sorted(rounds[0].chains[name].started.keys() - {name, MESH})) or "nothing"
        print(f"  by hand, {name} alone (it waits for {waits}): {_seconds([r.chains[name].wall for r in rounds])}")
    for name in sorted(rounds[0].together.cpu):
        print(f"  CPU of {name}: {_seconds([r.together.cpu[name] for r in rounds])}")
    print(f"  CPU of all parts ÷ cores: {_seconds([sum(r.together.cpu.values()) / cores for r in rounds])}")
    print(f"  by hand, all at once: {_seconds([r.together.wall for r in rounds])}")
    print(f"  shoal up, until all answer: {_seconds([r.up.wall for r in rounds])}")
    print(f"  shoal up --wait, until it ended: {_seconds([r.up.ended for r in rounds])}")
    print(f"  CPU of the daemon: {_seconds([r.up.own for r in rounds])}")
    print(f"  the baseline: {_seconds([r.baseline(cores) for r in rounds])}")
    middle = median([r.up.wall for r in rounds])
    _timeline(min(rounds, key=lambda r: abs(r.up.wall - middle)))
    print(f"  against all at once by hand: {median([r.up.wall / r.together.wall for r in rounds]):.2f} ×")
    others = median([r.others for r in rounds])
    print(f"  in use by others: {others:.0%} of the machine{BUSY if others > QUIET else ''}")
    ratios = [r.up.wall / r.baseline(cores) for r in rounds]
    return Verdict("warm up against the least that starting by hand takes", median(ratios), BOUND)


def _seconds(values: Sequence[float]) -> str:
    return spread(values).text("s")


def _timeline(middle: Round) -> None:
    print("  the middle run, part by part (seconds since the beginning; by hand: all at once)")
    print(f"    {'':<18}{'up: started':>12}{'ready':>8}{'took':>8}   {'hand: started':>13}{'ready':>8}{'took':>8}")
    up, hand = middle.up, middle.together
    for name in sorted(up.started, key=lambda n: up.started[n]):
        ours = _row(up.started.get(name), up.ready.get(name))
        theirs = _row(hand.started.get(name), hand.ready.get(name))
        print(f"    {name:<18}{ours[0]:>12}{ours[1]:>8}{ours[2]:>8}   {theirs[0]:>13}{theirs[1]:>8}{theirs[2]:>8}")
    for name, seconds in up.answered.items():
        print(f"    the gateway answers from {name} after {seconds:.2f}")


def _row(started: float | None, ready: float | None) -> tuple[str, str, str]:
    if started is None or ready is None:
        return ("-", "-", "-")
    return (f"{started:.2f}", f"{ready:.2f}", f"{ready - started:.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=5, metavar="N", help="rounds (5)")
    options = parser.parse_args()
    with blog() as app, tempfile.TemporaryDirectory(prefix="shoal-bench-") as kept:
        app.prepare()
        app.down()
        # The prepared app may have been built or migrated just now; what is recorded is a warm one.
        recording = Recording(app, app.up(), Path(kept))
        app.down()
        rounds = []
        for number in range(options.n):
            say(f"round {number + 1} of {options.n}")
            names = list(ANSWERS)
            # Another one begins each time: after a pause the first start is the slowest.
            rounds.append(_round(app, recording, names[number % len(names) :] + names[: number % len(names)]))
    return conclude([_report(rounds, len(os.sched_getaffinity(0)))])


if __name__ == "__main__":
    sys.exit(main())
