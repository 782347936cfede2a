"""`build` must make what `up` would, start nothing, and do without an engine what needs none."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.processes import runs

SHOP = """\
name: shop
services:
  api: { path: api, command: [./run], build: ["sh -c 'echo built > made'"] }
  worker: { path: worker, command: [./run], build: ["sh -c 'cat ../made > made'"] }
  plain: { path: plain, command: [./run] }
"""
FILES = dict.fromkeys(("api/run", "worker/run", "plain/run"), "#!/bin/sh\nsleep 1000\n")


@pytest.fixture
def shop(app: Make, tmp_path: Path) -> App:
    made = app(SHOP.replace("cat ../made", "echo"), FILES)
    made.env["XDG_CACHE_HOME"] = str(tmp_path / "own cache")
    made.env["DOCKER_HOST"] = f"unix://{tmp_path}/nobody"
    return made


def test_everything_is_built_once_and_nothing_is_started(shop: App) -> None:
    first, second = shop.ok("build"), shop.ok("build")
    assert [line.split()[0] for line in first.out.splitlines()] == ["SERVICE", "api", "worker"]
    assert second.out == first.out
    folder = first.out.splitlines()[1].removeprefix("api").strip()
    assert (Path(folder) / "made").read_text() == "built\n"
    assert "api: sh -c" in first.err and "api: built" in second.err
    assert shop.shoal("ps").code == 10, "nothing runs"


def test_one_that_is_named_is_built_alone(shop: App) -> None:
    (row,) = shop.ok("build", "worker", "--json").json["builds"]
    assert (row["name"], row["services"], row["image"]) == ("worker", ["worker"], None)
    assert Path(row["folder"]).name == row["key"]
    unknown = shop.shoal("build", "workr")
    assert (unknown.code, "Did you mean worker?" in unknown.err) == (2, True)


def test_a_step_that_fails_is_told_with_its_last_words(shop: App) -> None:
    shop.edit("echo built > made", "echo no such thing; exit 3")
    failed = shop.shoal("build")
    assert failed.code == 5
    assert "building api: step `sh -c" in failed.err and "ended with exit code 3" in failed.err
    assert "no such thing" in failed.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_leaves_no_step_running(shop: App, tmp_path: Path, number: signal.Signals) -> None:
    shop.edit("echo built > made", "echo $$$$ > pid; sleep 1000")
    building = shop.begin("build")
    shop.wait_until(lambda: [file for file in (tmp_path / "own cache").rglob("pid") if file.read_text()])
    (file,) = (tmp_path / "own cache").rglob("pid")
    step = int(file.read_text())
    assert runs(step)
    building.send_signal(number)
    assert building.wait(20) == 130
    assert "interrupted" in shop.told(building)
    shop.wait_until(lambda: not runs(step))


def test_without_an_engine_there_are_builds_and_no_images(shop: App) -> None:
    refused = shop.shoal("build", "--target", "docker")
    assert refused.code == 4
    assert "images need a Docker engine: Cannot connect to Docker Engine via unix://" in refused.err
    assert "start it (`systemctl start docker`), or name another one in DOCKER_HOST" in refused.err
    assert {row["name"] for row in shop.ok("build", "--json").json["builds"]} == {"api", "worker"}
    assert "api: built" in shop.ok("build").err, "it was built before the engine was missed"


def test_a_registry_is_named_without_its_scheme(shop: App) -> None:
    refused = shop.shoal("build", "--push", "https://registry.example/team")
    assert refused.code == 2
    assert "say it without: --push registry.example/team" in refused.err


def test_a_lock_that_is_none_is_named(shop: App) -> None:
    shop.write({"shoal.lock": "{}"})
    refused = shop.shoal("build", "--target", "docker")
    assert (refused.code, "shoal.lock isn't what shoal writes" in refused.err) == (3, True)
    assert shop.ok("build").code == 0, "nobody needs it here"
