"""One of two instances is stopped (SIGSTOP: it accepts and never answers) under a steady load of GETs through the
gateway: how long it gets any of them, and how many fail.

Bounds: 2 s until the last request that meets it before its rest is over, and no failure. All is at its defaults:
another instance is asked after 1 s, five failures in a row make it rest for 5 s. It has no probe that could find it
hung.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from bench.app import App, own, say
from bench.figures import Verdict, conclude, median, spread
from bench.vegeta import Generator, Request, between

BOUND = 2.0
RATE = 100.0
# Seconds of load before.
BEFORE = 1.0
# A rest is 5 s; what meets it after that is a look whether it's well.
WATCHED = 5.0
# No answer of one that runs takes as long.
LATE = 0.2
SERVER = """\
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Answer).serve_forever()
"""
FILE = """\
name: hung
services:
  web: {path: web, stack: command, command: [python3, server.py], replicas: 2}
gateway: {routes: [{to: web}]}
"""


class Two(App):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "hung")
        (self.folder / "web").mkdir(parents=True)
        (self.folder / "web" / "server.py").write_text(SERVER)
        (self.folder / "shoal.yaml").write_text(FILE)

    def pids(self) -> list[int]:
        return sorted(row["pid"] for row in self.instances() if row["workload"] == "web")


def generator(app: Two, url: str) -> Generator:
    return Generator(app.folder.parent / "load", url, [Request("GET", "/")])


def stopped(app: Two, load: Generator) -> tuple[float, int]:
    """Seconds from the stop until the last request that met it was due, and how many failed."""
    victim = app.pids()[0]
    with load.load(RATE) as answers:
        time.sleep(BEFORE)
        begun = time.time()
        os.kill(victim, signal.SIGSTOP)
        time.sleep(WATCHED)
        os.kill(victim, signal.SIGCONT)
    met = [one.due - begun for one in between(answers, begun, begun + WATCHED).answers if one.took > LATE]
    return max(met, default=0.0), sum(one.failed for one in answers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=5, metavar="N", help="rounds (5)")
    options = parser.parse_args()
    with own(Two) as app:
        load, rounds = generator(app, app.up()), []
        for number in range(options.n):
            rounds.append(stopped(app, load))
            say(f"round {number + 1}: {rounds[-1][0]:.2f} s, {rounds[-1][1]} failed")
            time.sleep(2 * WATCHED)  # its rest ends, and it is seen to be well
    ends = [last for last, _ in rounds]
    print(
        f"the last request that met a stopped instance began after {spread(ends).text('s')}; {RATE:g} requests a second"
    )
    return conclude(
        [
            Verdict("stopped → its share is elsewhere", median(ends), BOUND, "s"),
            Verdict("reads that failed", sum(failed for _, failed in rounds), 0, "requests"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
