"""`shoal import` writes what means the same, with variables still variables; `-f compose.yaml` runs it as it is."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from shoal.cli.main import main
from shoal.compose.loading import load
from shoal.model.app import App

FILE = """
services:
  web:
    image: nginx:${TAG:-1}
    environment: [A=$$5, "P=${PASS:-word}", "Q=$GONE"]
    ports: ["8080:80"]
    depends_on: {user_db: {condition: service_healthy}}
    logging: {driver: none}
  user_db:
    image: postgres:16
    healthcheck: {test: pg_isready}
    volumes: ["data:/var/lib/postgresql/data"]
  seed: {image: s, command: [a, "b c", "yes"], profiles: [tools]}
volumes: {data: }
"""


def bare(app: App) -> App:
    return msgspec.structs.replace(app, places={})


@pytest.fixture
def compose(folder: Path) -> Path:
    (folder / "compose.yaml").write_text(FILE)
    return folder


def test_what_is_written_is_the_same_app(compose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import"]) == 0
    text = (compose / "shoal.yaml").read_text()
    assert 'image: "nginx:${TAG:-1}"' in text and "${PASS:-word}" in text and "${GONE:-}" in text
    assert "backing: {user-db: postgres}" in text
    assert "compose.yaml:8:5: services/web/logging: " in text
    assert "compose.yaml:8:5: services/web/logging: " in capsys.readouterr().err
    same = load(Path("shoal.yaml"), variables={})
    assert bare(same) == bare(load(Path("compose.yaml"), variables={}))


def test_a_file_that_is_there_stays(compose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (compose / "shoal.yaml").write_text("mine")
    assert main(["import"]) == 13
    assert (compose / "shoal.yaml").read_text() == "mine"
    assert "shoal.yaml is there already" in capsys.readouterr().err
    assert main(["import", "--force"]) == 0
    assert (compose / "shoal.yaml").read_text() != "mine"


def test_it_goes_elsewhere_or_to_stdout(compose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "compose.yaml", "-o", "other.yaml"]) == 0
    assert (compose / "other.yaml").exists()
    capsys.readouterr()
    assert main(["import", "compose.yaml", "-o", "-"]) == 0
    assert capsys.readouterr().out == (compose / "other.yaml").read_text()
    assert not (compose / "shoal.yaml").exists()


def test_several_files_are_merged(compose: Path) -> None:
    (compose / "prod.yaml").write_text("services: {web: {image: prod}}")
    assert main(["import", "compose.yaml", "prod.yaml"]) == 0
    app = load(Path("shoal.yaml"), variables={})
    assert [one.image.reference for one in app.services if one.image and one.name == "web"] == ["prod"]


@pytest.mark.parametrize("words", [["-f", "compose.yaml", "config", "-q"], ["config", "-q", "-f", "compose.yaml"]])
def test_a_verb_takes_a_compose_file_as_it_is(compose: Path, words: list[str]) -> None:
    assert main(words) == 0


def test_without_a_shoal_yaml_the_compose_file_is_pointed_at(compose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 3
    assert "`shoal -f compose.yaml up` runs it as it is" in capsys.readouterr().err


def test_a_folder_without_any_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import"]) == 3
    assert "there is no Compose file in this folder" in capsys.readouterr().err
