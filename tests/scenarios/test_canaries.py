"""A canary must get its share of the requests and no more, and go on or away."""

from __future__ import annotations

import urllib.request
from collections import Counter

from shoal.errors import RolledBack
from tests.scenarios import processes
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.programs import WEB, WEB_FILES


def canary(app: Make, steps: str, kind: str = "canary") -> App:
    strategy = f"strategy: {{type: {kind}, header: X-Canary, {steps}}}"
    return app(WEB.replace("replicas: 2", f"replicas: 2\n    {strategy}"), WEB_FILES)


def answers(web: App, count: int, header: str = "") -> Counter[str]:
    """How often which greeting came."""
    found: Counter[str] = Counter()
    url = web.url
    for _ in range(count):
        request = urllib.request.Request(url, headers={header: "1"} if header else {})
        with urllib.request.urlopen(request, timeout=10) as answer:
            found[answer.read().decode().split()[0]] += 1
    return found


def stepped(web: App, text: str) -> None:
    web.wait_until(lambda: any(text in e["text"] for e in web.events("step")))


def test_it_gets_its_share_until_somebody_promotes_it(app: Make) -> None:
    web = canary(app, "steps: [{weight: 30}]")
    web.up()
    web.edit("GREETING: hello", "GREETING: new")
    up = web.begin("up", "-d", "--wait")
    stepped(web, "1 of 1: 30 % of the requests go to the new revision, until `shoal rollout promote`")
    web.wait_until(lambda: answers(web, 40)["new"] > 0)
    found = answers(web, 300)
    assert 50 <= found["new"] <= 130, found
    assert answers(web, 20, "x-canary") == {"new": 20}
    assert len(web.of("web")) == 3, "the stable ones are all there"
    assert "30 %" in web.ok("rollout", "status").out
    web.ok("rollout", "promote")
    assert up.wait(30) == 0
    assert answers(web, 20) == {"new": 20}
    assert len(web.of("web")) == 2


def test_it_goes_from_step_to_step_by_itself(app: Make) -> None:
    web = canary(app, "steps: [{weight: 20, for: 300ms}, {weight: 60, for: 300ms}]")
    web.up()
    web.edit("GREETING: hello", "GREETING: new")
    web.up()
    told = [e["text"].partition(":")[0] for e in web.events("step")]
    assert told == ["1 of 2", "2 of 2", "the last step is over"]
    assert answers(web, 20) == {"new": 20}


def test_one_that_dies_is_taken_back_and_the_others_never_noticed(app: Make) -> None:
    web = canary(app, "steps: [{weight: 30}]")
    web.up()
    before = web.pids()
    web.edit("server.py]", "missing.py]")
    assert web.shoal("up", "-d", "--wait").code == RolledBack.exit_code
    assert web.pids() == before


FAILING = """\
import http.server, os, itertools

count = itertools.count()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        bad = self.path == "/" and os.environ["BAD"] == "yes" and next(count) % 5 == 0
        body = os.environ["GREETING"].encode()
        self.send_response(500 if bad else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


print("serves", flush=True)
http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"""


def test_one_that_fails_more_than_the_stable_ones_is_taken_back_with_its_numbers(app: Make) -> None:
    web = canary(app, "steps: [{weight: 50, for: 1h}]")
    web.write({"web/server.py": FAILING})
    web.edit("{GREETING: hello}", "{GREETING: hello, BAD: no}")
    web.edit("[python3, -S, server.py]", "[python3, server.py]")
    web.up()
    before = web.pids()
    web.edit("{GREETING: hello, BAD: no}", "{GREETING: new, BAD: yes}")
    up = web.begin("up", "-d", "--wait")
    stepped(web, "1 of 1")
    web.wait_until(lambda: asked(web, 100) and up.poll() is not None, deadline=60)
    assert up.wait() == RolledBack.exit_code
    told = web.told(up)
    assert "canary fails more than stable" in told, told
    assert web.pids() == before


def asked(web: App, count: int) -> bool:
    """Asks as often as that, whatever the answers are."""
    url = web.url
    for _ in range(count):
        get(url)
    return True


def test_where_nobody_asks_shoal_asks_and_says_so(app: Make) -> None:
    web = canary(app, "steps: [{weight: 10, for: 1s}]")
    web.up()
    web.edit("GREETING: hello", "GREETING: new")
    web.up()
    assert any("traffic is thin: shoal asks GET /ready itself" in e["text"] for e in web.events("asks"))
    (judged,) = web.events("judged")
    assert "as good as stable" in judged["text"]


def test_one_that_nothing_is_asked_of_is_not_judged(app: Make) -> None:
    web = canary(app, "steps: [{weight: 10, for: 300ms}], analysis: false")
    web.up()
    web.edit("GREETING: hello", "GREETING: new")
    web.up()
    assert web.events("judged") == web.events("asks") == []


def test_an_aborted_one_goes_and_its_requests_with_it(app: Make) -> None:
    web = canary(app, "steps: [{weight: 50}]")
    web.up()
    before = web.pids()
    web.edit("GREETING: hello", "GREETING: new")
    up = web.begin("up", "-d", "--wait")
    stepped(web, "1 of 1")
    web.ok("rollout", "abort")
    assert up.wait(30) == RolledBack.exit_code
    web.wait_until(lambda: web.pids() == before)
    assert answers(web, 20) == {"hello": 20}


def test_its_steps_outlive_the_daemon(app: Make) -> None:
    web = canary(app, "steps: [{weight: 40}]")
    web.up()
    web.edit("GREETING: hello", "GREETING: new")
    web.begin("up", "-d")
    stepped(web, "1 of 1")
    pids = web.pids()
    processes.kill(web.keeper_and_daemon()[1])
    web.wait_until(lambda: "40 %" in web.ok("rollout", "status").out)
    assert web.pids() == pids


def test_blue_green_switches_all_requests_at_once(app: Make) -> None:
    web = canary(app, "for: 1h", "blue-green")
    web.up()
    web.edit("environment: {GREETING: hello}", "environment: {GREETING: new, SLOW: '0.5'}")
    web.begin("up", "-d")
    web.wait_until(lambda: len(web.of("web")) == 4)
    assert answers(web, 20)["new"] == 0
    stepped(web, "2 of 2: 100 % of the requests")
    web.wait_until(lambda: answers(web, 20) == {"new": 20})
    assert len(web.of("web")) == 4, "one can go back at once"
    web.ok("rollout", "abort")
    web.wait_until(lambda: answers(web, 20) == {"hello": 20})
