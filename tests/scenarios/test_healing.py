"""What ends or falls ill must be replaced, and what is only busy must be left alone."""

from __future__ import annotations

import itertools

from tests.scenarios import processes
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import WEB, WEB_FILES, shell, worker


def test_a_killed_instance_is_replaced_and_the_others_answer(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    victim, other = web.of("web")
    with Load(web.url) as load:
        processes.kill(victim["pid"])
        web.wait_until(lambda: web.ready("web", 2, but=[victim["pid"]]))
    assert web.of("web")[1]["pid"] == other["pid"]
    # One request per client may have been under way in the killed one; its connection was cut, so it is tried again.
    assert len(load.failed) <= 4, load.failed
    assert any("killed by SIGKILL" in event["text"] for event in web.events())


def test_backoff_grows_for_one_that_dies_at_start_while_others_run(app: Make) -> None:
    dies = app(worker("fine", "exec sleep 1000") + shell("dies", "date +%s.%N >> starts; exit 3"), plain=True)
    dies.shoal("up", "-d")
    starts = dies.folder / "starts"
    dies.wait_until(lambda: starts.exists() and len(starts.read_text().split()) >= 4)
    times = [float(word) for word in starts.read_text().split()]
    pauses = [after - before for before, after in itertools.pairwise(times[:4])]
    assert pauses[0] >= 0.5
    assert pauses[1] >= 1.0
    assert pauses[2] >= 2.0
    assert dies.ready("fine")
    assert "exit code 3" in dies.ok("why", "dies").out or "exited with code 3" in dies.ok("why", "dies").out


def test_a_restart_policy_of_no_leaves_it_ended(app: Make) -> None:
    once = app(worker("once", "echo ran >> runs; exit 0", "restart: on-failure") + shell("fine", "exec sleep 1000"))
    once.up()
    once.wait_until(lambda: once.standing("once")["state"] == "stopped")
    once.ok("restart", "fine")
    assert (once.folder / "runs").read_text() == "ran\n"


def test_a_failing_liveness_probe_replaces_the_instance(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    ill, well = web.of("web")
    web.write({f"web/dead-{ill['pid']}": ""})
    web.wait_until(lambda: web.ready("web", 2, but=[ill["pid"]]))
    assert web.of("web")[1]["pid"] == well["pid"]
    assert "liveness" in web.ok("events").out


def test_a_failing_readiness_probe_takes_it_out_of_the_gateway_without_killing(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    busy, other = web.of("web")
    web.write({"web/unready-0": ""})
    web.wait_until(lambda: web.of("web")[0]["phase"] == "unready")
    assert {_answered_by(web) for _ in range(10)} == {other["pid"]}
    assert processes.runs(busy["pid"])
    (web.folder / "web/unready-0").unlink()
    web.wait_until(lambda: web.ready("web", 2))
    web.wait_until(lambda: _answered_by(web) == busy["pid"])


def _answered_by(app: App) -> int:
    status, body = app.get()
    assert status == 200
    return int(body.split()[1])


def test_while_one_of_three_is_well_no_reader_notices_that_two_are_frozen(app: Make) -> None:
    web = app(
        WEB.replace("replicas: 2", "replicas: 3").replace("every: 200ms}}", "every: 200ms, timeout: 1s}}"), WEB_FILES
    )
    web.up()
    frozen = {one["pid"] for one in web.of("web")[:2]}
    with Load(web.url) as load:
        for pid in frozen:
            processes.freeze(pid)
        web.wait_until(lambda: web.ready("web", 3, but=frozen))
    assert load.failed == []


def test_a_frozen_instance_that_is_asked_to_end_hears_it(app: Make) -> None:
    web = app(WEB.replace("replicas: 2", "stop: {grace: 60s}"), WEB_FILES)
    web.up()
    processes.freeze(web.pid("web"))
    web.ok("stop", "web", timeout=20)
    assert "asked to end" in web.ok("logs", "web").out


def test_a_frozen_instance_is_replaced(app: Make) -> None:
    probe = "live: {http: /live, every: 200ms, timeout: 300ms, failures: 2}"
    yaml = WEB.replace("live: {http: /live, every: 200ms}", probe) + ""
    web = app(yaml.replace("replicas: 2", "replicas: 2\n    stop: {grace: 500ms}"), WEB_FILES)
    web.up()
    frozen = web.of("web")[0]
    processes.freeze(frozen["pid"])
    web.wait_until(lambda: web.ready("web", 2, but=[frozen["pid"]]))
    assert not processes.runs(frozen["pid"])
