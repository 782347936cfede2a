"""`restart`, `stop`, `start` and `scale` must change what they name, and nothing else."""

from __future__ import annotations

import socket

import pytest

from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import WEB, WEB_FILES, shell


@pytest.fixture
def web(app: Make) -> App:
    made = app(WEB.replace("gateway:", shell("other", "exec sleep 1000") + "gateway:"), WEB_FILES)
    made.up()
    return made


def test_restart_replaces_all_instances_without_a_failed_request(web: App) -> None:
    before = web.pids()
    with Load(web.url) as load:
        web.ok("restart", "web")
        enough = len(load.answers) + 50
        web.wait_until(lambda: len(load.answers) > enough)
    assert load.failed == []
    after = web.pids()
    assert {name for name in after if name in before} == {name for name in before if not name.startswith("web-")}
    assert web.ready("web", 2)


def test_stop_stops_until_start(web: App) -> None:
    other = web.pid("other")
    web.ok("stop", "web")
    assert web.of("web") == []
    assert web.get()[0] == 503
    web.ok("start", "web")
    assert web.ready("web", 2)
    assert web.get()[0] == 200
    assert web.pid("other") == other


def test_a_stopped_service_stays_stopped_when_the_daemon_comes_back(web: App) -> None:
    web.ok("stop", "other")
    _, daemon = web.keeper_and_daemon()
    web.ok("restart", "web")
    assert web.of("other") == []
    assert daemon


def test_a_whole_up_starts_what_was_stopped(web: App) -> None:
    web.ok("stop", "other")
    web.up()
    assert web.ready("other")


def test_scale_up_and_down_keeps_who_may_stay(web: App) -> None:
    first = web.of("web")[0]["pid"]
    web.ok("scale", "web=3")
    assert web.ready("web", 3)
    with Load(web.url) as load:
        web.ok("scale", "web=1")
        enough = len(load.answers) + 20
        web.wait_until(lambda: len(load.answers) > enough)
    assert load.failed == []
    assert [i["pid"] for i in web.of("web")] == [first]


def test_scale_to_nothing_and_back(web: App) -> None:
    web.ok("scale", "web=0", "other=2")
    assert web.of("web") == []
    assert web.ready("other", 2)
    web.ok("scale", "web=1")
    assert web.ready("web", 1)


def test_scale_lasts_until_the_file_changes_that_key(web: App) -> None:
    web.ok("scale", "web=3")
    web.up()
    assert web.ready("web", 3)
    web.edit("replicas: 2", "replicas: 1")
    web.up()
    assert web.ready("web", 1)


def test_plan_tells_a_change_and_makes_none(web: App) -> None:
    before = web.pids()
    web.edit("GREETING: hello", "GREETING: goodbye")
    told = web.ok("plan").out
    assert "web changed" in told
    assert "other" not in told
    starts = [o for o in web.ok("plan", "--json").json["operations"] if o["id"].startswith("start ")]
    assert [o["id"] for o in starts] == ["start web/0", "start web/1"]
    assert web.pids() == before


def test_plan_of_an_app_that_does_not_run_names_all_starts(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    told = web.ok("plan").out
    for name in ("start mesh/0", "start web/0", "start web/1"):
        assert name in told
    assert list(web.home.iterdir()) == []


def test_plan_of_another_gateway_leaves_the_present_one(web: App) -> None:
    url = web.url
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    web.edit("{routes:", f"{{port: {port}, routes:")
    assert "publish mesh" in web.ok("plan").out
    web.ok("restart", "web")
    assert web.url == url
    assert get(url + "/")[0] == 200
    web.up()
    assert web.url == f"http://127.0.0.1:{port}"
