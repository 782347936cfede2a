"""The programs that come in wheels are there, are programs, and are the pinned ones."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shoal.build import program, version
from shoal.build.engines import _WHEELS, _postgres, _Wheel
from shoal.errors import ToolMissing

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("name", "argument", "answer"),
    [
        ("envoy", "--version", "1.40.0"),
        ("nats-server", "--version", "2.15.1"),
        ("postgres@16", "--version", "16."),
        ("initdb@16", "--version", "16."),
        ("psql", "--version", "16."),
        ("psql@18", "--version", "18."),
        ("pg_dump@18", "--version", "18."),
        ("pg_ctl@18", "--version", "18."),
        ("java", "--version", "25.0.2"),
        ("node", "--version", "v24.19.0"),
        ("uv", "--version", "0.13.9"),
        ("caddy", "version", "v2.11.7"),
        ("python", "--version", "Python 3."),
    ],
)
def test_programs_run_with_an_empty_environment(name: str, argument: str, answer: str) -> None:
    done = subprocess.run([program(name), argument], env={}, capture_output=True, text=True, check=True)
    assert answer in done.stdout


def test_they_are_executables_and_not_scripts_that_start_one() -> None:
    for name in ("envoy", "nats-server", "java", "node", "uv", "caddy", "postgres@16", "postgres@18"):
        assert program(name).read_bytes()[:4] == b"\x7fELF"


def test_npm_is_run_by_the_pinned_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "with space"))
    folder = program("node-bin")
    for name, answer in (("node", "v24."), ("npm", "11."), ("npx", "11.")):
        env = {"PATH": f"{folder}:{os.defpath}", "HOME": str(tmp_path)}
        done = subprocess.run([folder / name, "--version"], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.startswith(answer)


@pytest.mark.parametrize(("extra", "install"), [("", "shoal"), ("java", "shoal[java]")])
def test_a_missing_wheel_says_what_to_do(extra: str, install: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_WHEELS, "envoy", _Wheel("no-such-package", "x", "the gateway and the mesh", extra))
    with pytest.raises(ToolMissing) as caught:
        program("envoy")
    assert str(caught.value) == (
        "envoy is missing: the gateway and the mesh need the package no-such-package\n"
        f"  install it: pip install '{install}' (in a checkout: scripts/setup)"
    )


def test_every_engine_comes_with_shoal_or_with_the_extra_that_it_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {"": project["dependencies"], **project["optional-dependencies"]}
    for wheel in [*_WHEELS.values(), _postgres("psql")]:
        assert wheel and any(line.startswith(f"{wheel.distribution}==") for line in wanted[wheel.extra]), wheel
    extras = set(project["optional-dependencies"]) - {"all", "blog"}
    assert project["optional-dependencies"]["all"] == [f"shoal[{','.join(sorted(extras, key=_order(project)))}]"]


def _order(project: dict[str, Any]) -> Callable[[str], int]:
    return list(project["optional-dependencies"]).index


def test_unknown_names_and_versions() -> None:
    with pytest.raises(ToolMissing, match="no program is called `docker`"):
        program("docker")
    with pytest.raises(ToolMissing, match="no PostgreSQL 12"):
        program("postgres@12")


def test_versions_are_those_of_the_wheels() -> None:
    assert version("envoy") == "1.40.0"
    assert version("java") == "25.0.2.1"
    assert version("mvn") == "3.9.16"
    assert version("python").startswith("3.")
    assert version("nothing") == ""
