"""The caller's environment, then --env-file, or .env.<environment> and .env, then the default in the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.errors import FileError, MissingFile, SyntaxProblem
from shoal.spec import known, load
from tests.unit.spec.conftest import Load

FILE = """
services:
  web: {path: web, command: [run], environment: {A: "${A:-default}"}}
environments: {prod: {}}
"""


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / {"common": ".env", "prod": ".env.prod", "dev": ".env.dev"}.get(name, name)).write_text(text)


@pytest.mark.parametrize(
    ("caller", "prod", "common", "value"),
    [
        ("A=caller", "A=prod", "A=common", "caller"),
        ("", "A=prod", "A=common", "prod"),
        ("", "", "A=common", "common"),
        ("", "", "", "default"),
        ("A=", "A=prod", "", "default"),  # set to nothing, and `:-` counts that as unset
    ],
)
def test_the_first_that_sets_it(loaded: Load, folder: Path, caller: str, prod: str, common: str, value: str) -> None:
    write(folder, prod=prod, common=common)
    name, mark, given = caller.partition("=")
    app = loaded(FILE, "prod", **({name: given} if mark else {}))
    assert str(app.services[0].environment["A"]) == value


def test_each_environment_has_a_file_of_its_own(loaded: Load, folder: Path) -> None:
    write(folder, dev="A=dev", prod="A=prod")
    values = [str(loaded(FILE, name).services[0].environment["A"]) for name in ("dev", "prod")]
    assert values == ["dev", "prod"]


def test_values_may_use_weaker_files_and_the_caller(folder: Path) -> None:
    write(folder, common="HOST=common\nPORT=1", prod="HOST=prod\nURL=$HOST:$PORT/$WHO")
    assert known(folder, "prod", {"WHO": "ann", "PORT": "9"})["URL"] == "prod:9/ann"


def test_named_files_stand_in_for_those_beside_the_file(folder: Path) -> None:
    write(folder, common="A=common\nONLY=common", prod="A=prod", one="A=one\nB=one", two="B=two")
    found = known(folder, "prod", {}, [folder / "one", folder / "two"])
    assert found == {"A": "one", "B": "two"}


def test_a_named_file_must_be_there(folder: Path) -> None:
    with pytest.raises(MissingFile, match="none: there is no such file"):
        known(folder, "dev", {}, [folder / "none"])


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA=file\r\nB=file\r\nC=${A}\r\n")
    assert known(tmp_path, "dev", {"A": "caller"}) == {"A": "caller", "B": "file", "C": "caller"}


def test_no_file_is_fine(tmp_path: Path) -> None:
    assert known(tmp_path, "dev", {"A": "1"}) == {"A": "1"}


def test_the_files_of_other_environments_are_checked_too(loaded: Load, folder: Path) -> None:
    write(folder, prod="A=1\nnonsense")
    with pytest.raises(SyntaxProblem, match=r"expected NAME=value \(in environment prod\)") as caught:
        loaded(FILE)
    assert str(caught.value.where) == ".env.prod:2:1"


def test_what_only_another_machine_has_is_not_asked_for_here(loaded: Load, folder: Path) -> None:
    write(folder, prod="A=${ONLY_THERE}")
    assert str(loaded(FILE).services[0].environment["A"]) == "default"
    with pytest.raises(FileError, match="ONLY_THERE has no value"):
        loaded(FILE, "prod")


def test_load_takes_named_files(folder: Path) -> None:
    (folder / "shoal.yaml").write_text(FILE)
    write(folder, special="A=special")
    app = load(folder, variables={}, env_files=[folder / "special"])
    assert str(app.services[0].environment["A"]) == "special"
