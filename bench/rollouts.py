"""A rolling update of posts, then of users, with two instances each, under a steady load that doesn't wait: 30 % of the
capacity measured just before, a fifth of it writes.

Bounds: no request fails (no answer, reset, refused, 5xx, over 5 s); p99 while it goes on at most 2 times that of an
equally long window just before, median of the rounds. A supervisor behind nginx does the same beside it.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from bench.app import say
from bench.blog import Blog, blog
from bench.figures import Verdict, conclude, median, spread
from bench.supervised import Supervised
from bench.traffic import mixed
from bench.vegeta import Generator, Window, between

SERVICES = ("posts", "users")
SHARE, RATIO, FAILED = 0.3, 2.0, 0
WHOLE = 50_000
"""Requests that the claim speaks of."""
AFTER = 2.0
"""Seconds after the end of a rollout that belong to it: what it leaves behind would be seen then."""
VARIABLE = "ROUND"


class Round(NamedTuple):
    """One rollout of one service."""

    service: str
    before: Window
    during: Window
    seconds: float
    busy: float

    @property
    def ratio(self) -> float:
        return self.during.p(0.99) / self.before.p(0.99)


def changed(text: str, service: str, value: int) -> str:
    """The blog's file with another variable in the environment of a service. Raises ValueError: there is no such."""
    found = re.search(rf"^  {service}:.*\n((?:    .*\n)+)", text, re.MULTILINE)
    if found is None:
        raise ValueError(service)
    section, pair = found[1], f'{VARIABLE}: "{value}"'
    for pattern, new in (
        (rf'{VARIABLE}: "\d+"', pair),
        (r"environment: \{", f"environment: {{ {pair},"),
        (r"\A", f"    environment: {{ {pair} }}\n"),
    ):
        if re.search(pattern, section):
            section = re.sub(pattern, new, section, count=1)
            break
    return text[: found.start(1)] + section + text[found.end(1) :]


Update = Callable[[str, int], None]
"""Rolls a service out, once more; returns when that is done."""


def update_of(app: Blog) -> Update:
    def update(service: str, number: int) -> None:
        file = app.folder / "shoal.yaml"
        file.write_text(changed(file.read_text(), service, number))
        app.up()

    return update


def _peer(app: Blog, n: int, floor: float) -> list[Round]:
    peer = Supervised(app)
    with peer.running():
        generator = Generator(app.folder.parent / "load-of-peer", peer.url, mixed(peer.url))
        generator.capacity(5)
        return rounds_of("supervisord behind nginx", peer.update, generator, n, floor)


def rounds_of(name: str, update: Update, generator: Generator, n: int, floor: float) -> list[Round]:
    """The first rollout of each service isn't counted: it says how long the window before has to be."""
    long = {service: max(floor, _timed(update, service, 0)) for service in SERVICES}
    found = []
    for number in range(1, n + 1):
        rate = generator.capacity(5) * SHARE
        for service in SERVICES:
            found.append(_round(update, generator, rate, service, number, long[service]))
            say(f"{name}, round {number} of {n}, {rate:.0f} requests/s: {_line(found[-1])}")
    return found


def _timed(update: Update, service: str, number: int) -> float:
    began = time.monotonic()
    update(service, number)
    return time.monotonic() - began + AFTER


def _round(update: Update, generator: Generator, rate: float, service: str, number: int, long: float) -> Round:
    with generator.load(rate) as answers:
        time.sleep(long * 1.25 + 1)  # the next one may take longer
        since = time.time()
        seconds = _timed(update, service, number)
        left = long - seconds
        time.sleep(AFTER + max(0.0, left))
        until = time.time()
    before = between(answers, since - (until - since), since)
    return Round(service, before, between(answers, since, until), seconds - AFTER, os.getloadavg()[0])


def _line(r: Round) -> str:
    failed = sum(r.during.failures.values())
    return (
        f"{r.service} in {r.seconds:.1f} s, {failed} failed of {len(r.during.answers)},"
        f" p99 {r.before.p(0.99):.0f} → {r.during.p(0.99):.0f} ms ({r.ratio:.2f} ×), load average {r.busy:.1f}"
    )


def _failures(windows: Iterable[Window]) -> Counter[str]:
    return sum((window.failures for window in windows), Counter())


def _report(name: str, rounds: Sequence[Round]) -> None:
    for service in SERVICES:
        mine = [r for r in rounds if r.service == service]
        failed, asked = _failures(r.during for r in mine), sum(len(r.during.answers) for r in mine)
        print(
            f"  {name}, {service}: {failed.total()} failed of {asked} while it was rolled out in"
            f" {spread([r.seconds for r in mine]).text('s', 1)}; p99 before"
            f" {spread([r.before.p(0.99) for r in mine]).text('ms', 0)}, meanwhile"
            f" {spread([r.during.p(0.99) for r in mine]).text('ms', 0)}"
        )
        for what, times in failed.most_common(5):
            print(f"    {times} × {what}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=5, metavar="N", help="rounds (5)")
    parser.add_argument("--seconds", type=float, default=60, help="how long each window lasts at least (60)")
    parser.add_argument("--no-peer", action="store_true", help="without the supervisor behind nginx")
    options = parser.parse_args()
    with blog() as app:
        app.prepare()
        app.run("scale", *(f"{service}=2" for service in SERVICES))
        url = app.up()
        generator = Generator(app.folder.parent / "load", url, mixed(url))
        generator.capacity(5)  # JVMs that have done nothing yet are slow
        ours = rounds_of("shoal", update_of(app), generator, options.n, options.seconds)
        peer = [] if options.no_peer else _peer(app, options.n, options.seconds)
    return _conclude(ours, peer)


def _conclude(ours: Sequence[Round], peer: Sequence[Round]) -> int:
    print("rolling updates under load, a fifth of it writes; medians and how far they lie apart")
    _report("shoal", ours)
    if peer:
        _report("supervisord behind nginx", peer)
    asked = sum(len(w.answers) for r in ours for w in (r.before, r.during))
    failed = _failures(w for r in ours for w in (r.before, r.during)).total()
    if asked < WHOLE:
        print(f"  the claim is about {WHOLE} requests; these were {asked}: more rounds (-n) or longer ones (--seconds)")
    ratios = [
        Verdict(
            f"p99 while {service} is rolled out, against before, median of {len(ours) // len(SERVICES)}",
            median([r.ratio for r in ours if r.service == service]),
            RATIO,
        )
        for service in SERVICES
    ]
    return conclude([Verdict(f"failed of {asked}, before and meanwhile", failed, FAILED, "requests"), *ratios])


if __name__ == "__main__":
    sys.exit(main())
