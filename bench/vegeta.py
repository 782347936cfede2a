"""The load generator: vegeta, at a constant rate that waits for nobody.

Why this one: a request goes out when it is due, on a new connection if all are busy, so a service that stands still
gets as many requests as one that doesn't, and each of them counts. wrk and hey send the next one when they have an
answer, and so leave out just those that would have waited; wrk2 doesn't, but is packaged nowhere that we fetch from.
vegeta's own report begins to count when a request is sent, ours when it was due: its number divided by the rate.

It is built once, from the Go module proxy: a fixed version, whose content Go's checksum database vouches for.
"""

from __future__ import annotations

import base64
import csv
import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.app import finish, say
from bench.figures import percentile
from shoal.build.cache import cache_folder

MODULE, VERSION = "github.com/tsenart/vegeta/v12", "v12.12.0"
PATIENCE = 5.0
"""Seconds after which an answer is as bad as none."""


class Request(NamedTuple):
    method: str
    path: str
    body: Any = None
    token: str = ""


class Answer(NamedTuple):
    """`due` and `took` are in seconds, `due` since the epoch; `took` counts from then. `code` 0: there was none."""

    due: float
    took: float
    code: int
    what: str

    @property
    def failed(self) -> bool:
        """Also what is refused as the client's fault: all of them are requests that must succeed."""
        return not 200 <= self.code < 400 or self.took > PATIENCE


class Window(NamedTuple):
    """What was due in some stretch of time."""

    answers: Sequence[Answer]

    @property
    def failures(self) -> Counter[str]:
        """How often which failure was seen."""
        return Counter(a.what if not 200 <= a.code < 400 else "too late" for a in self.answers if a.failed)

    def p(self, share: float) -> float:
        """In milliseconds."""
        return percentile([a.took for a in self.answers], share) * 1000


def between(answers: Iterable[Answer], since: float, until: float) -> Window:
    return Window([a for a in answers if since <= a.due < until])


def parse(lines: Iterable[str], rate: float) -> list[Answer]:
    """Of `vegeta encode --to csv`, in the order in which they were due. At `rate` 0 each is due when it is sent."""
    rows = sorted(csv.reader(lines), key=lambda row: int(row[8]))
    began = int(rows[0][0]) if rows else 0
    return [_answer(row, began, rate) for row in rows]


def _answer(row: Sequence[str], began: int, rate: float) -> Answer:
    sent, code, latency, problem, number = int(row[0]), int(row[1]), int(row[2]), row[5], int(row[8])
    due = min(began + int(number / rate * 1e9), sent) if rate else sent
    return Answer(due / 1e9, (sent + latency - due) / 1e9, code, f"{row[9]} {problem}")


class Generator:
    """`url` is that of a gateway; requests are sent in turn, again and again."""

    def __init__(self, folder: Path, url: str, requests: Iterable[Request]) -> None:
        self._program = program()
        folder.mkdir(exist_ok=True)
        self._targets, self._results = folder / "targets.json", folder / "results.bin"
        self._targets.write_text("".join(_target(url, request) + "\n" for request in requests))

    def capacity(self, seconds: float, clients: int = 16) -> float:
        """Good answers a second to so many clients that send whenever they have an answer."""
        every = ["-rate=0", f"-max-workers={clients}", f"-workers={clients}", f"-duration={seconds}s"]
        finish(self._attack(*every))
        answers = self._answers(0)
        passed = max(a.due + a.took for a in answers) - answers[0].due
        return sum(not a.failed for a in answers) / passed

    def steady(self, rate: float, seconds: float) -> list[Answer]:
        """So many requests a second for so long."""
        with self.load(rate) as answers:
            time.sleep(seconds)
        return answers

    @contextmanager
    def load(self, rate: float) -> Iterator[list[Answer]]:
        """So many requests a second while the context lasts; the list is filled at its end."""
        answers: list[Answer] = []
        # In units of an hour: the rate is a whole number there.
        attack = self._attack(f"-rate={round(rate * 3600)}/1h", "-duration=0")
        try:
            yield answers
        finally:
            attack.send_signal(signal.SIGINT)  # what is under way is waited for
            finish(attack)
            answers += self._answers(round(rate * 3600) / 3600)

    def _attack(self, *options: str) -> subprocess.Popen[str]:
        words = ["attack", "-format=json", f"-targets={self._targets}", f"-output={self._results}"]
        limits = [f"-timeout={PATIENCE:g}s", "-max-body=0", "-redirects=-1"]
        return subprocess.Popen(
            [str(self._program), *words, *limits, *options], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _answers(self, rate: float) -> list[Answer]:
        encode = [str(self._program), "encode", "--to", "csv", str(self._results)]
        return parse(subprocess.run(encode, capture_output=True, text=True, check=True).stdout.splitlines(), rate)


def _target(url: str, request: Request) -> str:
    headers = {"Authorization": [f"Token {request.token}"]} if request.token else {}
    if request.body is None:
        return json.dumps({"method": request.method, "url": url + request.path, "header": headers})
    body = base64.b64encode(json.dumps(request.body).encode()).decode()
    headers |= {"Content-Type": ["application/json"]}
    return json.dumps({"method": request.method, "url": url + request.path, "header": headers, "body": body})


def program() -> Path:
    """Built where builds of other benchmarks find it again."""
    folder = cache_folder().with_name("shoal-bench") / f"vegeta-{VERSION}"
    if not (folder / "vegeta").exists():
        go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin:/usr/lib/go/bin")
        if go is None:
            raise SystemExit("bench: the load generator is built by Go, and there is none on PATH (Debian: golang-go)")
        say(f"building {MODULE} {VERSION}")
        variables = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "-modcacherw"}
        done = subprocess.run([go, "install", f"{MODULE}@{VERSION}"], env=variables, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: the load generator can't be had: {done.stderr.strip()}")
    return folder / "vegeta"
