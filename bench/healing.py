"""One of two instances is killed (SIGKILL) under a steady load of GETs through the gateway: how many fail, and how long
it takes until there are two again.

Bounds: no failure, and full strength after 1 s more than a start of its own takes, by the median. Half a second of that
is the pause before the first new start. Each instance is killed once between `up` and `down`: one that ends again
within a minute is in a series, where the pause is longer.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from typing import Any, NamedTuple

from bench.app import own, say
from bench.figures import Verdict, conclude, median, spread
from bench.hung import BEFORE, RATE, Two, generator

BOUND = 1.0
# The load goes on for that long after there are two again.
AFTER = 1.0


class Killed(NamedTuple):
    """Seconds from the kill until two were ready, seconds that the new one's start took of that, requests that were
    asked and that failed."""

    whole: float
    start: float
    asked: int
    failed: int


def killed(app: Two, url: str, index: int) -> Killed:
    victim = next(row for row in app.instances() if row["workload"] == "web" and row["index"] == index)
    with generator(app, url).load(RATE) as answers:
        time.sleep(BEFORE)
        begun = time.time()
        os.kill(victim["pid"], signal.SIGKILL)
        while len(app.pids()) < 2 or victim["pid"] in app.pids():
            time.sleep(0.1)
        time.sleep(AFTER)
    started, ready = (_when(app.events(begun), kind) for kind in ("started", "ready"))
    return Killed(ready - begun, ready - started, len(answers), sum(one.failed for one in answers))


def _when(events: list[dict[str, Any]], kind: str) -> float:
    return float(next(event["time"] for event in events if (event["kind"], event["subject"]) == (kind, "web")))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=3, metavar="N", help="rounds of two kills (3)")
    options = parser.parse_args()
    rounds = []
    with own(Two) as app:
        for number in range(options.n):
            url = app.up()
            for index in range(2):
                rounds.append(one := killed(app, url, index))
                say(f"round {number + 1}: {one.whole:.2f} s, {one.start:.2f} s of it a start; {one.failed} failed")
            app.down()
    print(f"two again after {spread([one.whole for one in rounds]).text('s')}; {RATE:g} requests a second")
    beyond, failed = median([one.whole - one.start for one in rounds]), sum(one.failed for one in rounds)
    print(f"{failed} of {sum(one.asked for one in rounds)} requests failed")
    return conclude(
        [
            Verdict("killed → full strength, beyond its own start", beyond, BOUND, "s"),
            Verdict("reads that failed", failed, 0, "requests"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
