"""Names of images, the lock that says what they meant, and who one is to their registries."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from shoal.build.image.credentials import credentials
from shoal.build.image.lock import Lock, lock_beside
from shoal.build.image.reference import parse
from shoal.errors import DriverFailed, FileError

DIGEST, NEWER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


@pytest.mark.parametrize(
    ("text", "whole", "familiar"),
    [
        ("python:3.11-slim", "docker.io/library/python:3.11-slim", "python:3.11-slim"),
        ("envoyproxy/envoy:v1", "docker.io/envoyproxy/envoy:v1", "envoyproxy/envoy:v1"),
        ("caddy", "docker.io/library/caddy:latest", "caddy:latest"),
        ("registry.example:5000/team/api:1", "registry.example:5000/team/api:1", "registry.example:5000/team/api:1"),
        ("localhost/api", "localhost/api:latest", "localhost/api:latest"),
        (f"python@{DIGEST}", f"docker.io/library/python@{DIGEST}", f"python@{DIGEST}"),
        (f"python:3@{DIGEST}", f"docker.io/library/python@{DIGEST}", f"python@{DIGEST}"),
    ],
)
def test_a_short_name_is_one_of_the_hub(text: str, whole: str, familiar: str) -> None:
    assert (str(parse(text)), parse(text).familiar()) == (whole, familiar)


def test_the_lock_is_sorted_and_kept_beside_the_file(tmp_path: Path) -> None:
    lock = Lock(lock_beside(tmp_path / "shoal.yaml"))
    assert lock.digest("python:3") == ""
    lock.note("python:3", DIGEST)
    lock.note("node:24", NEWER)
    assert (tmp_path / "shoal.lock").read_text() == (
        f'{{\n  "images": {{\n    "node:24": "{NEWER}",\n    "python:3": "{DIGEST}"\n  }}\n}}\n'
    )
    assert Lock(tmp_path / "shoal.lock").digest("python:3") == DIGEST


def test_what_others_note_meanwhile_stays(tmp_path: Path) -> None:
    one, other = Lock(tmp_path / "shoal.lock"), Lock(tmp_path / "shoal.lock")
    one.note("python:3", DIGEST)
    other.note("node:24", NEWER)
    assert Lock(tmp_path / "shoal.lock").digest("python:3") == DIGEST


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "shoal.lock")
    lock.note("python:3", "")
    assert not (tmp_path / "shoal.lock").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"images": {"python:3": "latest"}}', '{"images": 1}'])
def test_a_lock_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "shoal.lock").write_text(text)
    with pytest.raises(FileError) as problem:
        Lock(tmp_path / "shoal.lock")
    assert str(problem.value) == (
        f"{tmp_path}/shoal.lock: shoal.lock isn't what shoal writes: names of images and their digests\n"
        "  take it from your repository again, or delete it"
    )


@pytest.fixture
def docker_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


def test_a_password_is_where_docker_login_has_put_it(docker_config: Path) -> None:
    auth = base64.b64encode(b"me:se:cret").decode()
    (docker_config / "config.json").write_text(json.dumps({"auths": {"registry.example": {"auth": auth}}}))
    assert credentials("registry.example") == ("me", "se:cret")
    assert credentials("elsewhere.example") is None


def test_the_hub_goes_by_an_address_of_old(docker_config: Path) -> None:
    auth = base64.b64encode(b"me:secret").decode()
    (docker_config / "config.json").write_text(json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": auth}}}))
    assert credentials("docker.io") == ("me", "secret")


def test_a_helper_is_asked(docker_config: Path) -> None:
    helper = docker_config / "docker-credential-mine"
    helper.write_text('#!/bin/sh\nread name; echo "{\\"Username\\": \\"$name\\", \\"Secret\\": \\"secret\\"}"\n')
    helper.chmod(0o755)
    (docker_config / "config.json").write_text(json.dumps({"credHelpers": {"registry.example": "mine"}}))
    assert credentials("registry.example") == ("registry.example", "secret")


def test_a_helper_that_knows_nothing_means_nobody(docker_config: Path) -> None:
    helper = docker_config / "docker-credential-mine"
    helper.write_text("#!/bin/sh\necho credentials not found; exit 1\n")
    helper.chmod(0o755)
    (docker_config / "config.json").write_text(json.dumps({"credsStore": "mine"}))
    assert credentials("registry.example") is None


def test_a_helper_that_is_missing_is_named(docker_config: Path) -> None:
    (docker_config / "config.json").write_text(json.dumps({"credsStore": "gone"}))
    with pytest.raises(DriverFailed, match=r"docker-credential-gone, which knows the password for registry.example"):
        credentials("registry.example")


def test_settings_that_are_none_mean_nobody(docker_config: Path) -> None:
    (docker_config / "config.json").write_text("not json")
    assert credentials("registry.example") is None
