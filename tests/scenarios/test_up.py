"""`up` must bring about what the file says, touch nothing else, and bear being asked twice."""

from __future__ import annotations

import shutil
import threading

from tests.scenarios.app import App, Result
from tests.scenarios.conftest import Make
from tests.scenarios.load import Load
from tests.scenarios.programs import SERVER, WEB, WEB_FILES, shell, worker

TWO = WEB.replace("gateway:", shell("other", "exec sleep 1000") + "gateway:")
TALKATIVE = "trap 'echo dies; exit 0' TERM; while :; do sleep 0.1; done"


def test_up_on_a_running_app_touches_nothing(app: Make) -> None:
    web = app(TWO, WEB_FILES)
    url = web.up().out
    before = web.pids()
    again = web.up()
    assert again.out == url
    assert again.err == ""
    assert web.pids() == before


def test_up_detached_ends_when_all_has_been_started(app: Make) -> None:
    slow = app(WEB.replace("GREETING: hello", "SLOW: '1.5'"), WEB_FILES)
    assert slow.ok("up", "-d").out.startswith("http://127.0.0.1:")
    assert [i["phase"] for i in slow.of("web")] == ["starting", "starting"]
    slow.wait_until(lambda: slow.ready("web", 2))


def test_a_changed_variable_replaces_that_service_one_by_one_without_a_failed_request(app: Make) -> None:
    web = app(TWO, WEB_FILES, plain=True)
    web.up()
    before = web.pids()
    web.edit("GREETING: hello", "GREETING: goodbye")
    with Load(web.url) as load:
        web.wait_until(lambda: len(load.answers) > 50)
        told = web.up().err
        enough = len(load.answers) + 50
        web.wait_until(lambda: len(load.answers) > enough)
    assert load.failed == []
    assert load.answers[0].startswith("200 hello")
    assert load.answers[-1].startswith("200 goodbye")
    after = web.pids()
    unchanged = {name for name in before if not name.startswith("web-")}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    assert not set(after) & (set(before) - unchanged)
    _assert_one_by_one(told)


def _assert_one_by_one(told: str) -> None:
    """Never two old instances gone before a new one was ready."""
    kinds = [line.split()[1] for line in told.splitlines() if line.startswith("web-")]
    ready = gone = 0
    for kind in kinds:
        ready += kind == "ready"
        gone += kind in ("stopped", "exited")
        assert gone <= ready, told


def test_a_changed_port_of_the_gateway_moves_it_and_leaves_the_services(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    before = [i["pid"] for i in web.of("web")]
    web.edit("{routes:", "{host: 127.0.0.2, routes:")
    url = web.up().out.strip()
    assert url.startswith("http://127.0.0.2:")
    assert web.get()[0] == 200
    assert [i["pid"] for i in web.of("web")] == before


def test_the_gateways_port_stays_over_down_and_up(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    first = web.up().out
    web.ok("down")
    assert web.up().out == first


def test_a_service_taken_out_of_the_file_is_stopped(app: Make) -> None:
    web = app(TWO, WEB_FILES)
    web.up()
    web.write({"shoal.yaml": WEB})
    web.up()
    assert web.of("other") == []
    assert web.ready("web", 2)


def test_up_of_one_service_starts_it_and_what_it_needs(app: Make) -> None:
    yaml = worker("one") + shell("two", "exec sleep 1000") + shell("three", "exec sleep 1000", "needs: [seed]")
    some = app(yaml + "jobs: {seed: {stack: command, command: ['true']}}\n")
    some.up("three")
    assert {i["workload"] for i in some.ps()} == {"three"}
    assert some.standing("seed")["state"] == "done"
    three = some.pid("three")
    some.up("one")
    assert {i["workload"] for i in some.ps()} == {"one", "three"}
    some.up()
    assert {i["workload"] for i in some.ps()} == {"one", "two", "three"}
    assert some.pid("three") == three


def test_two_ups_at_once_double_nothing(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    results: list[Result] = []
    ups = [threading.Thread(target=lambda: results.append(web.shoal("up", "-d", "--wait"))) for _ in range(2)]
    for up in ups:
        up.start()
    for up in ups:
        up.join()
    assert sorted(result.code for result in results) in ([0, 0], [0, 9]), results
    assert sorted(i["index"] for i in web.of("web")) == [0, 1]
    assert len(web.of("mesh")) == 1
    assert sum("shoal.engine" in command for command in web.processes().values()) == 1


def test_two_copies_of_an_app_run_side_by_side(app: Make) -> None:
    first = app(WEB, WEB_FILES)
    second = app(WEB.replace("hello", "servus"), WEB_FILES, name="copy", home=first.home)
    first.up()
    second.up()
    assert first.url != second.url
    assert first.get()[1].startswith("hello")
    assert second.get()[1].startswith("servus")
    second.ok("down")
    assert first.ready("web", 2)
    assert first.get()[0] == 200


def test_a_copied_folder_is_another_app(app: Make, tmp_path: object) -> None:
    first = app(worker("one"))
    first.up()
    shutil.copytree(first.folder, first.folder.parent / "other place")
    result = first.shoal("ps", cwd=first.folder.parent / "other place")
    assert result.code == 10


def test_environments_run_beside_each_other(app: Make) -> None:
    yaml = WEB + "environments: {test: {services: {web: {replicas: 1, environment: {GREETING: test}}}}}\n"
    web = app(yaml, WEB_FILES)
    web.up()
    web.up("--env", "test")
    assert len(web.of("web")) == 2
    assert [i["workload"] for i in web.ps("--env", "test")].count("web") == 1
    url = web.ok("ps", "--json", "--env", "test").json["url"]
    assert url != web.url
    assert web.ok("exec", "--env", "test", "web", "printenv", "GREETING").out == "test\n"
    web.ok("down", "--env", "test")
    assert web.shoal("ps", "--env", "test").code == 10
    assert web.ready("web", 2)


def test_services_call_each_other_by_the_variables_they_are_given(app: Make) -> None:
    asks = 'import urllib.request; return "200 OK", urllib.request.urlopen(os.environ["WEB_URL"]).read().decode()'
    caller = SERVER.replace("def answer(path):\n", f"def answer(path):\n    {asks}\n")
    assert asks in caller
    needs = "  front: {path: front, stack: command, command: [python3, server.py], needs: [web]}\n"
    yaml = WEB.replace("gateway:", needs + "gateway:").replace("to: web", "to: front")
    both = app(yaml, {**WEB_FILES, "front/server.py": caller})
    both.up()
    pids = {i["pid"] for i in both.of("web")}
    assert int(both.get()[1].removeprefix("hello ")) in pids
    both.ok("restart", "web")
    assert int(both.get()[1].removeprefix("hello ")) not in pids


def test_a_worker_has_no_port(app: Make) -> None:
    one = app(worker("one", "env > seen; exec sleep 1000"))
    one.up()
    one.wait_until(lambda: "SHOAL_INSTANCE" in (one.folder / "seen").read_text())
    assert not any(line.startswith("PORT=") for line in (one.folder / "seen").read_text().splitlines())
    assert one.of("one")[0]["endpoints"] == {}


def test_a_slow_starter_is_left_in_peace(app: Make) -> None:
    slow = app(WEB.replace("GREETING: hello", "SLOW: '2'").replace("replicas: 2", "replicas: 1"), WEB_FILES)
    slow.up()
    (event,) = [e for e in slow.events("started") if e["subject"] == "web"]
    assert slow.of("web")[0]["id"] == event["instance"]


def test_quiet_up_says_nothing_but_the_url(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    result = web.up("-q")
    assert result.err == ""
    assert result.out == web.url + "\n"


def test_nothing_is_written_into_the_project(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    web.ok("restart", "web")
    assert _files(web) == {"shoal.yaml", "web/server.py"}


def _files(app: App) -> set[str]:
    return {str(path.relative_to(app.folder)) for path in app.folder.rglob("*") if path.is_file()}
