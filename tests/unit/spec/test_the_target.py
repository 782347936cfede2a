"""What an app runs on: who asks, else its environment, else the file, else processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.errors import FileError, WrongType
from shoal.model.app import Target
from shoal.spec import asked_target, load
from tests.unit.spec.conftest import Load

FILE = """\
target: docker
services: {web: {path: web}}
environments:
  dev: {target: process}
  test: {}
  prod: {target: kubernetes}
  mine: {target: "${WHERE:-process}"}
  bare: {target: null}
"""


@pytest.mark.parametrize(("environment", "expected"), [
    ("dev", "process"), ("test", "docker"), ("prod", "kubernetes"), ("mine", "process"), ("bare", "process"),
])  # fmt: skip
def test_the_environments_wins_over_the_files(loaded: Load, environment: str, expected: Target) -> None:
    assert loaded(FILE, environment).target == expected
    assert asked_target(Path("shoal.yaml"), environment, {}) == expected


def test_without_a_word_it_is_process(loaded: Load) -> None:
    assert loaded("services: {web: {path: web}}").target == "process"
    assert asked_target(Path("shoal.yaml"), "dev", {}) == "process"


def test_whoever_asks_wins_over_all(loaded: Load) -> None:
    loaded(FILE)
    assert load(Path("shoal.yaml"), environment="prod", target="docker", variables={}).target == "docker"


def test_it_may_be_a_variable_of_the_caller_or_of_a_file(loaded: Load, folder: Path) -> None:
    assert loaded(FILE, "mine", WHERE="docker").target == "docker"
    (folder / ".env.mine").write_text("WHERE=docker")
    assert asked_target(Path("shoal.yaml"), "mine", {}) == "docker"
    assert asked_target(Path("shoal.yaml"), "mine", {"WHERE": "process"}) == "process"


def test_another_word_is_refused_with_the_one_that_was_meant(loaded: Load) -> None:
    with pytest.raises(WrongType, match='expected "process", "docker" or "kubernetes", got "dcoker"') as caught:
        loaded("target: dcoker\nservices: {web: {path: web}}")
    assert caught.value.hint == 'did you mean "docker"?'
    with pytest.raises(FileError, match="dcoker"):
        asked_target(Path("shoal.yaml"), "dev", {})
