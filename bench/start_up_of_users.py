"""Users' start until its readiness answers: as built against trained (with its AOT cache), alternately, by hand.

Bound: trained takes at most 0.75 of the time.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from bench.app import say
from bench.blog import blog
from bench.by_hand import Part, Ran, Recording
from bench.figures import Verdict, conclude, median, spread

BOUND = 0.75
NAME = "users"
CACHE = "-XX:AOTCache="


def untrained(options: str) -> str:
    """A JVM's file of arguments without the line that names the cache."""
    return "".join(line for line in options.splitlines(keepends=True) if not line.lstrip('"').startswith(CACHE))


def _as_built(part: Part, folder: Path) -> Part:
    """With the options that it had before its training."""
    command = list(part.command)
    place = next(n for n, word in enumerate(command) if word.startswith("@"))
    options = Path(command[place][1:]).read_text()
    if untrained(options) == options:
        raise SystemExit("bench: users isn't trained")
    fresh = folder / "java.args"
    fresh.write_text(untrained(options))
    command[place] = f"@{fresh}"
    return part._replace(command=tuple(command))


def _took(ran: Ran) -> float:
    return ran.ready[NAME] - ran.started[NAME]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=5, metavar="N", help="starts of each (5)")
    options = parser.parse_args()
    plain: list[Ran] = []
    trained: list[Ran] = []
    with blog() as app, tempfile.TemporaryDirectory(prefix="shoal-bench-") as kept:
        app.prepare()
        app.down()
        recording = Recording(app, app.up(), Path(kept))
        app.down()
        parts = {"plain": _as_built(recording.parts[NAME], Path(kept)), "trained": recording.parts[NAME]}
        with recording.laid_out():
            for number in range(options.n):
                say(f"start {number + 1} of {options.n}")
                for kind, runs in (("plain", plain), ("trained", trained)):
                    recording.parts[NAME] = parts[kind]
                    runs.append(asyncio.run(recording.run(recording.chain(NAME), [NAME])))
    print(f"start-up of users, median of {options.n} (least–most)")
    for kind, runs in (("plain", plain), ("trained", trained)):
        print(f"  {kind}: {spread([_took(r) for r in runs]).text('s')}, {_cpu(runs)}")
    cpu = median([t.cpu[NAME] / p.cpu[NAME] for p, t in zip(plain, trained, strict=True)])
    wall = median([_took(t) / _took(p) for p, t in zip(plain, trained, strict=True)])
    return conclude(
        [
            Verdict("users' start until it is ready, trained against plain", wall, BOUND),
            Verdict("the CPU time of it", cpu, BOUND),
        ]
    )


def _cpu(runs: list[Ran]) -> str:
    return f"CPU {spread([r.cpu[NAME] for r in runs]).text('s')}"


if __name__ == "__main__":
    sys.exit(main())
