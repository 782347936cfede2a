"""The configuration of an image, and what an image can't be made of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from shoal.build.image.config import config
from shoal.build.image.pack import pack
from shoal.errors import BuildFailed
from shoal.model.workload import Packing
from tests.unit.build.image.artifacts import BASE, KEY, put, wanted

ARM, INTEL = (b"\x7fELF\x02\x01" + b"\0" * 12 + bytes((number, 0)) + b"\0" * 40 for number in (183, 62))
OF = wanted(Packing("python:3.11-slim", apart=(".venv",)))


def test_it_stands_on_the_base_and_runs_as_nobody(tmp_path: Path) -> None:
    put(tmp_path, {"x.py": "x", ".venv/y.py": "y"})
    packed = pack(OF, tmp_path)
    found = json.loads(config(msgspec.structs.replace(BASE, env=("PATH=/bin", "HOME=/root")), packed, OF).text)
    assert found["rootfs"]["diff_ids"] == ["sha256:below", *(each.layer.digest for each in packed)]
    assert found["config"]["User"] == "65532:65532"
    assert (found["config"]["WorkingDir"], found["config"]["Entrypoint"]) == ("/app", [])
    assert found["config"]["Env"] == ["PATH=/bin", "HOME=/tmp"]
    assert (found["architecture"], found["os"], found["created"]) == ("amd64", "linux", "1970-01-01T00:00:00Z")
    assert [each["created_by"] for each in found["history"]] == [
        "python:3.11-slim",
        "shoal: packages of api",
        "shoal: code of api",
    ]


def test_labels_tell_what_it_is_made_of(tmp_path: Path) -> None:
    put(tmp_path, {"x.py": "x"})
    made = config(BASE, pack(OF, tmp_path), OF)
    labels = json.loads(made.text)["config"]["Labels"]
    assert labels.pop("shoal.content") == made.content
    assert labels == {
        "org.opencontainers.image.title": "shop-api",
        "org.opencontainers.image.base.name": "python:3.11-slim",
        "org.opencontainers.image.base.digest": BASE.digest,
        "shoal.app": "shop",
        "shoal.service": "api",
        "shoal.artifact": KEY,
    }
    assert made.id == f"sha256:{hashlib.sha256(made.text).hexdigest()}"


def test_its_name_is_the_apps_and_the_services(tmp_path: Path) -> None:
    assert (OF.tag, OF.repository) == ("shoal/shop-api:111111111111", "shoal/shop-api")


def test_another_base_is_another_image(tmp_path: Path) -> None:
    put(tmp_path, {"x.py": "x"})
    packed = pack(OF, tmp_path)
    newer = msgspec.structs.replace(BASE, layers=("sha256:newer",))
    assert config(BASE, packed, OF).id != config(newer, packed, OF).id


def test_programs_for_another_processor_only_are_one_clear_error(tmp_path: Path) -> None:
    put(tmp_path, {"bin/server": ARM})
    with pytest.raises(BuildFailed) as problem:
        config(BASE, pack(OF, tmp_path), OF)
    assert str(problem.value) == (
        "api: bin/server is for arm64, and python:3.11-slim is for amd64\n"
        "  build on a machine of amd64, or run on an engine of arm64"
    )


def test_packages_that_bring_programs_for_many_processors_are_fine(tmp_path: Path) -> None:
    put(tmp_path, {"prebuilds/arm64/x.node": ARM, "prebuilds/x64/x.node": INTEL})
    assert config(BASE, pack(OF, tmp_path), OF).id


def test_services_of_several_languages_on_one_build_are_refused_with_a_way_out() -> None:
    with pytest.raises(BuildFailed) as problem:
        wanted(Packing("python:3.11-slim", others=("node:24-slim",))).packing  # noqa: B018
    assert str(problem.value) == (
        "api can't become one image: its services stand on different ones (python:3.11-slim, node:24-slim)\n"
        "  give the services of each language a build of their own"
    )
