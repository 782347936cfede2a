from __future__ import annotations

from pathlib import Path

import pytest

from shoal.errors import MissingFile
from shoal.spec import find


def test_the_nearest_folder_above_with_a_file_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "shoal.yaml").touch()
    (folder / "users" / "src").mkdir()
    (folder / "posts" / "shoal.yml").touch()
    assert find(folder / "users" / "src") == folder / "shoal.yaml"
    assert find(folder / "posts") == folder / "posts" / "shoal.yml"
    monkeypatch.chdir(folder / "users" / "src")
    assert find(Path()) == Path("../../shoal.yaml")
    monkeypatch.chdir(folder)
    assert find(Path()) == Path("shoal.yaml")


def test_yaml_wins_over_yml(folder: Path) -> None:
    (folder / "shoal.yml").touch()
    (folder / "shoal.yaml").touch()
    assert find(folder) == folder / "shoal.yaml"


def test_a_file_is_itself(folder: Path) -> None:
    (folder / "other.yaml").touch()
    assert find(folder / "other.yaml") == folder / "other.yaml"


def test_none_says_what_to_do(folder: Path) -> None:
    with pytest.raises(MissingFile, match="or above") as caught:
        find(folder)
    assert "shoal init" in caught.value.hint
    with pytest.raises(MissingFile, match="nowhere"):
        find(folder / "nowhere")
