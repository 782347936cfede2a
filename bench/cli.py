"""CPU time (user + system) of verbs over that of a bare interpreter, `python -c pass`, started alternately.

Bounds: 200 ms for --help, ps and logs; 400 ms for config and plan, which read the file.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.app import say
from bench.blog import Blog, blog
from bench.figures import Verdict, conclude, median

LIGHT, READING = 200.0, 400.0
RUNNING = {
    "--help": LIGHT,
    "ps": LIGHT,
    "logs --tail 10": LIGHT,
    "config": READING,
    "plan": READING,
}
DOWN = {"plan": READING}
"""Verbs that do more when nothing runs: then the command decides by itself."""


def cpu_of(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> float:
    """Milliseconds, of this one process and its children."""
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env=variables, stdin=nothing, stdout=nothing, stderr=nothing)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"bench: {' '.join(command)} ended with {process.returncode}")
    return (used.ru_utime + used.ru_stime) * 1000


def _measure(app: Blog, verb: str, times: int) -> tuple[list[float], list[float]]:
    bare, whole = [], []
    for _ in range(times + 1):
        bare.append(cpu_of([sys.executable, "-c", "pass"], app.folder, app.variables))
        whole.append(cpu_of(app.command(*verb.split()), app.folder, app.variables))
    # The first of each only fills the kernel's caches.
    return bare[1:], whole[1:]


def _verdicts(app: Blog, bounds: Mapping[str, float], state: str, times: int) -> list[Verdict]:
    found = []
    for verb, bound in bounds.items():
        bare, whole = _measure(app, verb, times)
        over = median([b - a for a, b in zip(bare, whole, strict=True)])
        ratio = median(whole) / median(bare)
        print(f"  {verb} ({state}): {median(whole):.0f} ms against {median(bare):.0f} ms bare, {ratio:.1f} ×")
        found.append(Verdict(f"shoal {verb} ({state}), CPU over a bare interpreter", over, bound, "ms"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=10, metavar="N", help="times each (10)")
    options = parser.parse_args()
    with blog() as app:
        app.prepare()
        say("measuring")
        print(f"the command line, median of {options.n}, CPU time")
        verdicts = _verdicts(app, RUNNING, "the blog runs", options.n)
        app.down()
        verdicts += _verdicts(app, DOWN, "nothing runs", options.n)
    return conclude(verdicts)


if __name__ == "__main__":
    sys.exit(main())
