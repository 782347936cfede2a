"""Where the state of an app lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.api.place import state_folder, state_root, states


@pytest.mark.parametrize(("variables", "expected"), [
    ({"HOME": "/home/ann"}, "/home/ann/.local/state/shoal"),
    ({"HOME": "/home/ann", "XDG_STATE_HOME": "/state"}, "/state/shoal"),
    ({"HOME": "/home/ann", "XDG_STATE_HOME": ""}, "/home/ann/.local/state/shoal"),
    ({"HOME": "/home/ann", "XDG_STATE_HOME": "relative"}, "/home/ann/.local/state/shoal"),
])  # fmt: skip
def test_the_root_follows_the_conventions(variables: dict[str, str], expected: str) -> None:
    assert state_root(variables) == Path(expected)


def test_each_environment_has_its_own(tmp_path: Path) -> None:
    dev, test = (state_folder(tmp_path, tmp_path / "app", "shop", name) for name in ("dev", "test"))
    assert dev != test and dev.parent.parent == test.parent.parent


def test_each_target_has_its_own(tmp_path: Path) -> None:
    here, there = (state_folder(tmp_path, tmp_path / "app", "shop", "dev", name) for name in ("process", "docker"))
    assert here == state_folder(tmp_path, tmp_path / "app", "shop", "dev")
    assert here != there and here.parent == there.parent


def test_the_states_of_all_targets_are_found(tmp_path: Path) -> None:
    app = tmp_path / "app"
    found = [state_folder(tmp_path, app, "shop", "dev", name) for name in ("process", "docker")]
    for state in found:
        state.mkdir(parents=True)
        (state / "release.json").write_text("{}")
    state_folder(tmp_path, app, "shop", "test").mkdir(parents=True)
    assert states(tmp_path) == sorted(found)


def test_a_copied_folder_is_another_app(tmp_path: Path) -> None:
    assert state_folder(tmp_path, tmp_path / "a", "shop", "dev") != state_folder(
        tmp_path, tmp_path / "b", "shop", "dev"
    )


def test_a_link_to_the_folder_is_the_same_app(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "link").symlink_to("app")
    root = tmp_path / "state"
    assert state_folder(root, tmp_path / "app", "shop", "dev") == state_folder(root, tmp_path / "link", "shop", "dev")


def test_a_new_name_in_the_file_finds_the_old_state(tmp_path: Path) -> None:
    root, app = tmp_path / "state", tmp_path / "app"
    first = state_folder(root, app, "shop", "dev")
    first.mkdir(parents=True)
    assert state_folder(root, app, "store", "dev") == first
    assert state_folder(root, app, "", "dev") == first
