"""What stands between a client and a service: the gateway against other proxies, and the mesh's hop against none.

Throughput: wrk with 16 connections, in turn through the gateway, through an Envoy with a hand-written static
configuration, nginx, HAProxy and Caddy, all before the same instance of nginx that answers by itself. Bound: the
gateway at least 0.95 of the static Envoy, by the median of the rounds' ratios.
Hop: vegeta at a steady 1,000 requests a second, directly, through the edge of a caller and through that static Envoy,
in turn. Bound: the edge adds at most 1 ms at p99, by the median of the rounds' differences.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import rivals
from bench.app import App, finish, own, say
from bench.debian import program
from bench.figures import Verdict, conclude, median, spread
from bench.vegeta import Generator, Request, between
from shoal.model.observed import Endpoint

SHARE, ADDED, RATE, CONNECTIONS = 0.95, 1.0, 1000.0, 16
WARM = 0.2
"""Share of a load at its beginning that doesn't count: connections are made then."""
FILE = """\
name: proxies
services:
  answers:
    stack: command
    command: [{nginx}, -p, "${{self.files}}", -c, "${{self.files}}/nginx.conf", -e, stderr]
    port: http
    health: {{ ready: / }}
    files:
      nginx.conf:
        content: |
          daemon off;
          master_process off;
          pid nginx.pid;
          error_log stderr;
          events {{ }}
          http {{
            access_log off;
            keepalive_requests 1000000000;
{spools}
            server {{
              listen ${{self.host}}:${{self.port}};
              location / {{ return 200 "hello\\n"; }}
            }}
          }}
  asks: {{ stack: command, command: [sleep, "1000000"], ports: [], needs: [answers] }}
gateway: {{ routes: [{{ to: answers }}] }}
"""


class Answering(App):
    """One instance that answers as fast as can be, and one that may ask it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "proxies")
        self.folder.mkdir(parents=True)
        spools = "".join(f"            {line}\n" for line in rivals.SPOOLS.splitlines()).rstrip()
        (self.folder / "shoal.yaml").write_text(FILE.format(nginx=program("nginx")[0], spools=spools))

    @property
    def direct(self) -> Endpoint:
        row = next(row for row in self.instances() if row["workload"] == "answers")
        return Endpoint(*next(iter(row["endpoints"].values())))

    @property
    def edge(self) -> str:
        return self.run("exec", "asks", "printenv", "ANSWERS_URL").strip()


class Proxy(NamedTuple):
    name: str
    url: str


class Tail(NamedTuple):
    """Milliseconds."""

    median: float
    p99: float


@contextmanager
def proxies(app: Answering, gateway: str, *, peers: bool) -> Iterator[list[Proxy]]:
    """The gateway first, then the static Envoy, then the peers, each running while the context lasts."""
    folder = app.folder.parent / "rivals"
    folder.mkdir()
    with ExitStack() as stack:
        found = [Proxy("shoal's gateway", gateway)]
        for rival in rivals.RIVALS if peers else rivals.RIVALS[:2]:
            say(f"starting {rival.name}")
            found.append(Proxy(rival.name, stack.enter_context(rivals.running(rival, folder, app.direct))))
        yield found


def throughput(url: str, seconds: float) -> float:
    """Requests a second. Ends the benchmark when one of them wasn't answered well."""
    path, env = program("wrk")
    words = [path, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", url]
    said = finish(subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"bench: {url} doesn't answer well: {said}")
    found = re.search(r"Requests/sec:\s*([\d.]+)", said)
    assert found, said
    return float(found[1])


def tail(generator: Generator, seconds: float) -> Tail:
    """At the steady rate."""
    answers = generator.steady(RATE, seconds)
    began = answers[0].due + seconds * WARM
    window = between(answers, began, answers[-1].due + 1)
    if window.failures:
        raise SystemExit(f"bench: {window.failures}")
    return Tail(window.p(0.5), window.p(0.99))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=5, metavar="N", help="rounds (5)")
    parser.add_argument("--seconds", type=float, default=5, help="how long each load lasts (5)")
    parser.add_argument("--no-peer", action="store_true", help="without nginx, HAProxy and Caddy")
    options = parser.parse_args()
    with own(Answering) as app:
        gateway = app.up()
        with proxies(app, gateway, peers=not options.no_peer) as found:
            rates = _in_turn(found, app.direct, options)
            hops = _hops(app, found[1], options)
    return _report(rates, hops)


def _in_turn(found: list[Proxy], direct: Endpoint, options: argparse.Namespace) -> Mapping[str, list[float]]:
    asked = [Proxy("nothing (direct)", f"http://{direct}"), *found]
    rates: dict[str, list[float]] = {proxy.name: [] for proxy in asked}
    for number in range(options.n + 1):
        for proxy in asked:
            rate = throughput(proxy.url, options.seconds)
            if number:  # the first is to warm up
                rates[proxy.name].append(rate)
        say(f"round {number} of {options.n}: " + ", ".join(f"{n} {r[-1]:.0f}" for n, r in rates.items() if r))
    return rates


def _hops(app: Answering, static: Proxy, options: argparse.Namespace) -> Mapping[str, list[Tail]]:
    ways = (Proxy("direct", f"http://{app.direct}"), Proxy("through the edge", app.edge.rstrip("/")), static)
    loads = {name: Generator(app.folder.parent / f"load {name}", url, [Request("GET", "/")]) for name, url in ways}
    tails: dict[str, list[Tail]] = {name: [] for name in loads}
    for number in range(options.n):
        for name, load in loads.items():
            tails[name].append(tail(load, 2 * options.seconds))
        say(
            f"round {number + 1} of {options.n}, p99: " + ", ".join(f"{n} {t[-1].p99:.2f} ms" for n, t in tails.items())
        )
    return tails


def _added(tails: Mapping[str, list[Tail]], name: str) -> float:
    """At p99, median of the rounds."""
    return median([a.p99 - b.p99 for a, b in zip(tails[name], tails["direct"], strict=True)])


def _report(rates: Mapping[str, list[float]], tails: Mapping[str, list[Tail]]) -> int:
    print(f"requests a second of {CONNECTIONS} connections")
    for name, values in rates.items():
        print(f"  {name}: {spread(values).text('', 0)}")
    print(f"at {RATE:g} requests a second")
    for name, found in tails.items():
        middle, late = median([t.median for t in found]), spread([t.p99 for t in found])
        print(f"  {name}: median {middle:.2f} ms, p99 {late.text('ms')}")
    print(f"  a static Envoy adds {_added(tails, 'a static Envoy'):.2f} ms at p99")
    _, ours, static, *_ = rates.values()
    share = median([a / b for a, b in zip(ours, static, strict=True)])
    return conclude(
        [
            Verdict("the gateway's throughput against a static Envoy", share, SHARE, least=True),
            Verdict("what the mesh's hop adds at p99", _added(tails, "through the edge"), ADDED, "ms"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
