"""`prune` must delete what nothing refers to, and nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import worker

BUILT = "name: {name}\nservices: {{built: {{path: src, stack: python, command: [sleep, '1000']}}}}\n"
DATA = worker("keeps") + "backing: {db: {postgres: {}}}\n"


@pytest.fixture
def own_cache(tmp_path: Path) -> Path:
    return tmp_path / "own cache"


def built(app: Make, cache: Path, name: str, home: Path | None = None) -> App:
    made = app(BUILT.format(name=name), {"src/requirements.txt": "", "src/main.py": f"# {name}"}, name=name, home=home)
    made.env["XDG_CACHE_HOME"] = str(cache)
    return made


def age(cache: Path) -> None:
    """All builds are two hours old."""
    for marker in (cache / "shoal/builds").glob("*/.shoal/done"):
        then = marker.stat().st_mtime - 7200
        os.utime(marker, (then, then))


def builds(cache: Path) -> set[str]:
    return {marker.parents[1].name for marker in (cache / "shoal/builds").glob("*/.shoal/done")}


def own(keys: set[str]) -> set[str]:
    """Without those that are parts of others."""
    return {key for key in keys if not key.startswith("part-")}


def test_a_part_goes_with_the_last_build_that_has_it(app: Make, own_cache: Path) -> None:
    some = built(app, own_cache, "some")
    some.up()
    first = builds(own_cache)
    assert own(first) < first
    for text in ("# changed", "# changed again"):
        some.write({"src/requirements.txt": "msgspec", "src/main.py": text})
        some.up()
    age(own_cache)
    some.ok("prune")
    assert builds(own_cache).isdisjoint(first)


def test_builds_that_no_app_wants_or_goes_back_to_go_and_the_others_stay(app: Make, own_cache: Path) -> None:
    some = built(app, own_cache, "some")
    some.up()
    first = builds(own_cache)
    for text in ("# changed", "# changed again"):
        some.write({"src/main.py": text})
        some.up()
    age(own_cache)
    told = some.ok("prune", "--dry-run", "--json").json
    gone = own(first)
    assert [build["key"] for build in told["builds"]] == sorted(gone)
    assert told["dry_run"] and told["builds"][0]["bytes"] > 0
    assert first < builds(own_cache)
    assert "freed: " in some.ok("prune").out
    assert builds(own_cache).isdisjoint(gone) and own(builds(own_cache))
    some.ok("rollback")
    assert "its build was deleted" in some.shoal("rollback", "1").err
    assert first - gone <= builds(own_cache), "both builds have the same environment"
    some.ok("down")
    assert some.ok("prune").out == "nothing to delete\n", "an app that is down wants its build nevertheless"


def test_a_fresh_build_stays(app: Make, own_cache: Path) -> None:
    some = built(app, own_cache, "some")
    some.up()
    some.write({"src/main.py": "# changed"})
    some.up()
    assert some.ok("prune").out == "nothing to delete\n"


def test_state_of_apps_without_a_folder_goes_data_only_when_it_is_meant(app: Make, own_cache: Path) -> None:
    some = built(app, own_cache, "some")
    bare, full = (app(yaml, name=name, home=some.home) for name, yaml in (("bare", worker("w")), ("full", DATA)))
    for one in (bare, full):
        one.env["XDG_CACHE_HOME"] = str(own_cache)
        one.up()
        one.ok("down")
    some.up()
    states = {one.folder.name: one.state() for one in (bare, full, some)}
    for one in (bare, full):
        one.folder.rename(one.folder.with_name(f"{one.folder.name}-moved"))
    try:
        some.ok("prune")
        assert {name: state.exists() for name, state in states.items()} == {"bare": False, "full": True, "some": True}
        refused = some.shoal("prune", "-v")
        assert refused.code == 13
        assert states["full"].exists()
        assert f"its folder {full.folder} is gone" in some.ok("prune", "-v", "--yes").out
        assert not states["full"].exists() and states["some"].exists()
        assert some.ready("built")
    finally:
        for one in (bare, full):
            one.folder.with_name(f"{one.folder.name}-moved").rename(one.folder)


def test_while_a_wish_cant_be_read_no_build_is_deleted(app: Make, own_cache: Path) -> None:
    some = built(app, own_cache, "some")
    some.up()
    some.ok("down")
    (some.state() / "release.json").write_text("{")
    age(own_cache)
    result = some.shoal("prune")
    assert result.code == 11
    assert builds(own_cache)
    shutil.rmtree(some.state())
