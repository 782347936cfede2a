"""From the first yes of a new instance's probe until its first request: instances are replaced one after the other
under 200 GETs a second, alone and in an app of 300 endpoints.

Bound: 50 ms, by the median of 100 arrivals each.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.app import App, own, say
from bench.figures import Verdict, conclude, median, percentile, spread
from bench.many import LISTENER
from bench.vegeta import Generator, Request

BOUND, RATE, SAMPLES, ENDPOINTS = 50.0, 200.0, 100, 300
# It notes when it was first asked by the probe, and when first by anybody else.
SERVER = """\
import os, pathlib, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

noted = pathlib.Path(__file__).parent / "noted"
seen = set()

class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        now = time.time()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if self.path not in seen:
            seen.add(self.path)
            with noted.open("a") as file:
                file.write(f"{os.getpid()} {self.path} {now}\\n")

    def log_message(self, *words):
        pass

ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Answer).serve_forever()
"""
FILE = """\
name: arrival
services:
  web:
    path: web
    stack: command
    command: [python3, server.py]
    port: http
    replicas: 2
    health: { ready: /ready }
"""
OTHERS = """\
  others:
    path: web
    stack: command
    command: [python3, -I, -S, listen.py]
    port: http
    replicas: %d
    health: { ready: { tcp: true } }
"""
GATEWAY = """\
gateway:
  routes:
    - { paths: [/others], to: others }
    - { paths: [/], to: web }
"""


class Arriving(App):
    """Two instances of which each note is taken, and others beside them up to so many `endpoints`."""

    def __init__(self, folder: Path, endpoints: int) -> None:
        super().__init__(folder, "arrival")
        web = self.folder / "web"
        web.mkdir(parents=True)
        (web / "server.py").write_text(SERVER)
        (web / "listen.py").write_text(LISTENER)
        text = FILE + OTHERS % (endpoints - 2) + GATEWAY if endpoints > 2 else FILE + "gateway: {routes: [{to: web}]}\n"
        (self.folder / "shoal.yaml").write_text(text)

    def noted(self) -> dict[str, dict[str, float]]:
        """Pid -> path -> when it was first asked."""
        found: dict[str, dict[str, float]] = {}
        for line in (self.folder / "web" / "noted").read_text().splitlines():
            pid, path, at = line.split()
            found.setdefault(pid, {})[path] = float(at)
        return found


def arrivals(endpoints: int, samples: int) -> list[float]:
    """In milliseconds."""
    with own(lambda folder: Arriving(folder, endpoints)) as app:
        url = app.up()
        before = set(app.noted())
        generator = Generator(app.folder.parent / "load", url, [Request("GET", "/")])
        with generator.load(RATE) as answers:
            for number in range(-(-samples // 2)):
                app.run("restart", "web")
                if number % 10 == 9:
                    say(f"{endpoints} endpoints: {2 * number + 2} of {samples} have arrived")
        failed = sum(answer.failed for answer in answers)
        if failed:
            raise SystemExit(f"bench: {failed} of {len(answers)} requests failed")
        new = [times for pid, times in app.noted().items() if pid not in before]
    return [(times["/"] - times["/ready"]) * 1000 for times in new if len(times) == 2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=SAMPLES, metavar="N", help=f"arrivals ({SAMPLES})")
    options = parser.parse_args()
    verdicts = []
    for endpoints in (2, ENDPOINTS):
        found = arrivals(endpoints, options.n)
        print(
            f"{endpoints} endpoints: {spread(found).text('ms', 1)}, p90 {percentile(found, 0.9):.1f} ms of {len(found)}"
        )
        claim = f"first yes → first request, median of {len(found)}, {endpoints} endpoints"
        verdicts.append(Verdict(claim, median(found), BOUND, "ms"))
    return conclude(verdicts)


if __name__ == "__main__":
    sys.exit(main())
