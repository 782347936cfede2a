"""What shoal itself (daemon and keeper) takes while the blog idles: memory and CPU time, beside what the blog takes.

Bounds: under 100 MB (RSS, all of it counted in both), under 1 % of a core.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

from bench import processes
from bench.app import say
from bench.blog import blog
from bench.figures import Verdict, conclude, median, spread

MEMORY = 100.0
CPU = 1.0
SETTLING = 15.0


class Use(NamedTuple):
    """Of some processes: memory in MB, CPU in % of a core, `wakes` a second."""

    rss: float
    pss: float
    cpu: float
    wakes: float


def watch(pids: Iterable[int], seconds: float) -> dict[int, Use]:
    """Each for as long, all at the same time."""
    pids = list(pids)
    cpu = {pid: processes.on_cpu(pid) for pid in pids}
    wakes = {pid: processes.switches(pid) for pid in pids}
    began = time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - began
    return {pid: _use(pid, cpu[pid], wakes[pid], passed) for pid in pids}


def _use(pid: int, cpu: float, wakes: int, passed: float) -> Use:
    memory = processes.memory(pid)
    share = (processes.on_cpu(pid) - cpu) / passed * 100
    return Use(memory.rss, memory.pss, share, (processes.switches(pid) - wakes) / passed)


def total(uses: Iterable[Use]) -> Use:
    rows = list(uses)
    return Use(*(sum(column) for column in zip(*rows, strict=True)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long to watch each time (60)")
    parser.add_argument("-n", type=int, default=3, metavar="N", help="times (3)")
    options = parser.parse_args()
    with blog() as app:
        app.prepare()
        own = dict(zip(("keeper", "daemon"), app.keepers(), strict=True))
        roots = [row["pid"] for row in app.instances()]
        time.sleep(SETTLING)
        seen = processes.snapshot()
        parts = sorted({process.pid for root in roots for process in processes.tree(root, seen)})
        rounds = []
        for number in range(options.n):
            say(f"watching, {number + 1} of {options.n}")
            rounds.append(watch([*own.values(), *parts], options.seconds))
    print(f"idle, {options.n} times {options.seconds:g} s, medians")
    for name, pid in own.items():
        rows = [found[pid] for found in rounds]
        rss, pss = median([r.rss for r in rows]), median([r.pss for r in rows])
        print(f"  {name}: RSS {rss:.1f} MB, PSS {pss:.1f} MB, CPU {spread([r.cpu for r in rows]).text('%')},", end=" ")
        print(f"woken {median([r.wakes for r in rows]):.1f} times a second")
    ours = [total(found[pid] for pid in own.values()) for found in rounds]
    theirs = [total(found[pid] for pid in parts) for found in rounds]
    pss, blog_pss = median([use.pss for use in ours]), median([use.pss for use in theirs])
    cpu, blog_cpu = median([use.cpu for use in ours]), median([use.cpu for use in theirs])
    print(f"  the blog: PSS {blog_pss:.0f} MB, CPU {blog_cpu:.2f} %")
    print(f"  shoal against the blog: memory {pss / blog_pss:.3f} × (PSS), CPU {cpu / blog_cpu:.2f} ×")
    memory = Verdict("memory of daemon and keeper (RSS)", median([use.rss for use in ours]), MEMORY, "MB")
    return conclude([memory, Verdict("CPU of daemon and keeper", cpu, CPU, "% of a core")])


if __name__ == "__main__":
    sys.exit(main())
