"""A release must come as a whole or not at all, and there must be a way back."""

from __future__ import annotations

from typing import Any

from shoal.errors import RolledBack
from tests.scenarios import processes
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make
from tests.scenarios.programs import SERVER, WEB, WEB_FILES

# `front` calls `back`.
PAIR = """\
name: pair
services:
  back:
    path: web
    stack: command
    command: [python3, -S, server.py]
    environment: {GREETING: hello}
    replicas: 2
  front:
    path: web
    stack: command
    command: [python3, -S, server.py]
    environment: {GREETING: welcome}
    needs: [back]
gateway: {routes: [{paths: [/back], to: back, strip: true}, {paths: [/], to: front}]}
"""
BROKEN = (
    "command: [python3, -S, server.py]\n    environment: {GREETING: welcome}",
    ("command: [python3, -S, missing.py]\n    environment: {GREETING: welcome}"),
)


def ids(app: App) -> set[str]:
    return {
        i["id"] for i in app.ok("ps", "--json").json["instances"] if i["kind"] == "service" and i["phase"] == "ready"
    }


def releases(app: App, *service: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.ok("history", *service, "--json").json["releases"]
    return found


def test_a_release_that_fails_is_taken_back_by_itself(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    before = ids(web)
    web.edit("server.py]", "missing.py]")
    failed = web.shoal("up", "-d", "--wait")
    assert failed.code == RolledBack.exit_code
    assert "release 2 failed, and release 1 runs again: web did not start: web-0-" in failed.err
    assert "missing.py" in failed.err, "its last lines are there"
    assert ids(web) == before, "what ran was never touched"
    assert [r["state"].partition(":")[0] for r in releases(web)] == ["", "failed", "current"]


def test_what_was_taken_back_is_tried_again_only_by_who_asks(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    web.edit("server.py]", "missing.py]")
    assert web.shoal("up", "-d", "--wait").code == RolledBack.exit_code
    processes.kill(web.keeper_and_daemon()[1])
    web.wait_until(lambda: len(ids(web)) == 2)
    assert [r["release"] for r in releases(web)] == [1, 2, 3]
    web.write({"web/missing.py": SERVER})
    web.ok("up", "-d", "--wait")
    assert releases(web)[-1]["release"] == 4


def test_a_part_that_fails_takes_back_the_others(app: Make) -> None:
    pair = app(PAIR, WEB_FILES)
    pair.up()
    url = pair.url
    pair.edit("GREETING: hello", "GREETING: changed")
    pair.edit(*BROKEN)
    assert pair.shoal("up", "-d", "--wait").code == RolledBack.exit_code
    pair.wait_until(lambda: pair.ready("back", 2) and get(f"{url}/back")[1].startswith("hello"))
    assert get(url)[1].startswith("welcome")
    told = [e["kind"] for e in pair.events() if e["subject"] == "front"]
    assert "returned" in told


def test_callees_are_rolled_out_before_their_callers(app: Make) -> None:
    pair = app(PAIR, WEB_FILES)
    pair.up()
    pair.edit("GREETING: hello", "GREETING: changed")
    pair.edit("GREETING: welcome", "GREETING: changed")
    assert "[after back rolled out]" in pair.ok("plan").out
    pair.up()
    started = [e["subject"] for e in pair.events() if e["kind"] == "started"]
    assert started[-3:] == ["back", "back", "front"]


def test_a_service_goes_back_to_its_revision_before_and_stays_there(app: Make) -> None:
    pair = app(PAIR, WEB_FILES)
    pair.up()
    url = pair.url
    pair.edit("GREETING: hello", "GREETING: changed")
    pair.edit("GREETING: welcome", "GREETING: glad")
    pair.up()
    pair.ok("rollback", "back")
    assert get(f"{url}/back")[1].startswith("hello")
    assert get(url)[1].startswith("glad"), "only that one"
    pair.up()
    assert get(f"{url}/back")[1].startswith("hello"), "the file says nothing new about it"
    pair.edit("GREETING: changed", "GREETING: newest")
    pair.up()
    assert get(f"{url}/back")[1].startswith("newest")


def test_the_app_goes_back_to_any_release_by_number_and_a_service_by_revision(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    url = web.url
    for old, new in (("hello", "second"), ("second", "third")):
        web.edit(f"GREETING: {old}", f"GREETING: {new}")
        web.up()
    web.ok("rollback", "1")
    assert get(url)[1].startswith("hello")
    revision = releases(web, "web")[1]["services"]["web"]
    web.ok("rollback", "web", revision[:6])
    assert get(url)[1].startswith("second")


def test_there_is_no_way_to_what_is_not_there(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    for words, says in (
        (["rollback"], "there is no release to go back to"),
        (["rollback", "7"], "release 7 is gone"),
        (["rollback", "web", "abcdef"], "there is no release or revision abcdef"),
        (["rollback", "wbe"], "wbe"),
        (["rollout", "promote"], "no rollout is under way"),
        (["rollout", "pause"], "no rollout is under way"),
        (["rollout", "abort"], "no rollout is under way"),
    ):
        refused = web.shoal(*words)
        assert refused.code == 2, words
        assert says in refused.err


def test_a_rollout_can_be_held_and_go_on_or_back(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    before = ids(web)
    web.edit("environment: {GREETING: hello}", "environment: {GREETING: slow, SLOW: '1.5'}")
    web.begin("up", "-d")
    web.wait_until(lambda: web.ok("rollout", "status", "--json").json["under_way"])
    web.ok("rollout", "pause")
    status = web.ok("rollout", "status").out
    assert "release 1 -> 2 (up): going, paused" in status
    web.ok("rollout", "abort")
    web.wait_until(lambda: len(before & ids(web)) >= 1 and len(ids(web)) == 2)
    assert releases(web)[-1]["cause"] == "release 2 failed"
    web.begin("up", "-d")
    web.wait_until(lambda: web.ok("rollout", "status", "--json").json["under_way"])
    web.ok("rollout", "pause")
    web.ok("rollout", "promote")
    assert not before & ids(web) and len(ids(web)) == 2


def test_the_daemons_death_ends_no_rollout(app: Make) -> None:
    web = app(WEB, WEB_FILES)
    web.up()
    url = web.url
    web.edit("environment: {GREETING: hello}", "environment: {GREETING: slow, SLOW: '1'}")
    web.begin("up", "-d")
    web.wait_until(lambda: web.ok("rollout", "status", "--json").json["under_way"])
    processes.kill(web.keeper_and_daemon()[1])
    web.wait_until(lambda: releases(web)[-1]["state"] == "current" and web.ready("web", 2))
    assert get(url)[1].startswith("slow")
