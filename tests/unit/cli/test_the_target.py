"""Which target a verb is about, and where its state lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.api.place import state_folder, state_root
from shoal.cli.main import verb_parser
from shoal.cli.place import Place, place
from shoal.errors import TargetMissing, UsageError
from tests.unit.cli.conftest import FILE, Shoal


def at(*words: str) -> Place:
    return place(verb_parser("ps").parse_args(list(words)))


def test_the_option_wins_over_the_variable_and_that_over_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "shoal.yaml").write_text(FILE + "target: kubernetes\n")
    with pytest.raises(TargetMissing, match="kubernetes"):
        at().state()
    monkeypatch.setenv("SHOAL_TARGET", "process")
    assert at().target == "process"
    with pytest.raises(TargetMissing, match="kubernetes"):
        at("--target", "kubernetes").state()


def test_the_state_is_the_targets_own(folder: Path, tmp_path: Path) -> None:
    assert at().state().name == "process"


def test_a_file_that_says_nothing_of_it_isnt_read_for_it(folder: Path) -> None:
    (folder / "shoal.yaml").write_text("services: [")
    assert at().target == "process"


def test_where_the_file_cant_be_read_it_is_what_was_wanted_last(folder: Path, tmp_path: Path) -> None:
    (folder / "shoal.yaml").write_text("target: kubernetes\nservices: [")
    assert at().target == "process"
    state = state_folder(state_root({"XDG_STATE_HOME": str(tmp_path / "state")}), folder, "shop", "dev", "kubernetes")
    state.mkdir(parents=True)
    (state / "release.json").write_text("{}")
    with pytest.raises(TargetMissing, match="kubernetes"):
        at().state()


def test_a_slip_is_refused_with_the_one_that_was_meant(folder: Path, shoal: Shoal) -> None:
    with pytest.raises(UsageError, match="there is no target dokcer") as caught:
        at("--target", "dokcer")
    assert caught.value.hint == "Did you mean docker?"
    assert shoal("ps", "--target", "").code == 10, "empty is as if it weren't there"


@pytest.mark.parametrize("verb", ["up", "ps", "down", "plan"])
def test_one_that_isnt_built_is_refused_before_anything_happens(shoal: Shoal, tmp_path: Path, verb: str) -> None:
    ran = shoal(verb, "--target", "kubernetes")
    assert (ran.code, ran.out) == (16, "")
    assert ran.err.startswith("shoal: this shoal can't run apps on kubernetes yet\n  It is planned. There is: ")
    assert not (tmp_path / "state").exists()


def test_its_file_can_be_checked(shoal: Shoal) -> None:
    assert "target: kubernetes" in shoal("config", "--target", "kubernetes").out
