"""compose-go, Compose's own reader, understands the same files the same way. Left out where there is no Go."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from shoal.compose import shorts
from shoal.compose.models import Service
from shoal.compose.models.service import PortForm, VolumeForm
from shoal.compose.project import Project
from shoal.spec.report import Report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("go"), reason="compose-go is a Go module, and there is no Go here"),
]

PEER = Path(__file__).parent / "peer"

FILES: dict[str, dict[str, str]] = {
    "forms": {
        "compose.yaml": """
x-env: &env {A: 1, B: "two"}
services:
  web:
    image: nginx:${TAG:-1}
    environment: {<<: *env, C: "${GIVEN}", D: "$$x", E: "${NONE:+y}z"}
    ports: ["80", "8080:81", "127.0.0.1:8082:82/udp", "90-91:90-91", {target: 5, published: "6", protocol: tcp}]
    depends_on: {db: {condition: service_healthy}, seed: {condition: service_completed_successfully}}
    volumes: ["data:/d", "./conf:/c:ro", {type: tmpfs, target: /t}, /anonymous]
  db: {image: postgres, environment: [X=1, GIVEN]}
  seed: {image: s, depends_on: [db]}
volumes: {data: }
"""
    },
    "override": {
        "compose.yaml": """
services:
  web: {image: a, ports: ["1:1", "2:2"], environment: {A: 1, B: 1}, volumes: ["./a:/x", "./b:/y"]}
  two: {image: t, ports: ["3:3"], environment: {A: 1}}
""",
        "over.yaml": """
services:
  web: {image: b, ports: ["2:2", "4:4"], environment: [B=2], volumes: ["./c:/x"]}
  two: {ports: !reset [], environment: !override {Z: 9}}
""",
    },
    "elsewhere": {
        "compose.yaml": """
include: [sub/inner.yaml]
services:
  web: {extends: {file: sub/base.yaml, service: base}, environment: {B: 2}, depends_on: [inner]}
""",
        "sub/inner.yaml": "services: {inner: {image: i, volumes: ['./i:/i'], environment: {V: '$V'}}}",
        "sub/.env": "V=inner",
        "sub/base.yaml": "services: {base: {image: b, volumes: ['./data:/data'], environment: {A: 1, B: 1}}}",
    },
}


@pytest.fixture(scope="session")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("peer") / "peer"
    done = subprocess.run(["go", "build", "-o", str(out), "."], cwd=PEER, capture_output=True, text=True, check=False)
    if done.returncode and ("dial tcp" in done.stderr or "lookup " in done.stderr):
        pytest.skip("compose-go can't be had: the Go proxy isn't reached")
    assert not done.returncode, done.stderr
    return out


def theirs(peer: Path, files: list[str], given: Mapping[str, str]) -> dict[str, Any]:
    arguments = [str(peer), *files]
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=False, env={"HOME": os.environ["HOME"], **given}
    )
    assert not done.returncode, done.stderr
    return {name: _theirs(entry) for name, entry in json.loads(done.stdout)["services"].items()}


def _theirs(entry: dict[str, Any]) -> dict[str, Any]:
    ports = (
        (port.get("host_ip", ""), port["target"], port.get("published", ""), port["protocol"])
        for port in entry.get("ports") or ()
    )
    return {
        "image": entry["image"],
        "environment": {name: value for name, value in (entry.get("environment") or {}).items() if value is not None},
        "ports": sorted(ports),
        "depends_on": {name: one["condition"] for name, one in (entry.get("depends_on") or {}).items()},
        "volumes": sorted(
            (one["type"], one.get("source", ""), one["target"], one.get("read_only", False))
            for one in entry.get("volumes") or ()
        ),
    }


def ours(files: list[str], given: Mapping[str, str]) -> dict[str, Any]:
    report = Report()
    project = Project([Path(name) for name in files], given, report)
    report.raise_any()
    return {name: _ours(entry, project) for name, entry in project.file.services.items()}


def _ours(service: Service, project: Project) -> dict[str, Any]:
    return {
        "image": service.image,
        "environment": dict(_variables(service, project)),
        "ports": sorted(_ports(service)),
        "depends_on": dict(_waits(service)),
        "volumes": sorted(_volumes(service)),
    }


def _variables(service: Service, project: Project) -> Iterator[tuple[str, str]]:
    written = service.environment
    pairs = written.items() if isinstance(written, dict) else map(shorts.pair, written)
    for name, value in pairs:
        if value is not None or name in project.variables:
            yield name, project.variables[name] if value is None else value


def _ports(service: Service) -> Iterator[tuple[str, int, str, str]]:
    for one in service.ports:
        found = (
            shorts.ports(one.target, one.published, one.host_ip, one.protocol or "tcp")
            if isinstance(one, PortForm)
            else shorts.port(one)
        )
        yield from ((port.host, port.target, port.published or "", port.protocol) for port in found or ())


def _waits(service: Service) -> Iterator[tuple[str, str]]:
    waits = service.depends_on if isinstance(service.depends_on, dict) else dict.fromkeys(service.depends_on)
    yield from ((name, entry.condition if entry else "service_started") for name, entry in waits.items())


def _volumes(service: Service) -> Iterator[tuple[str, str, str, bool]]:
    for one in service.volumes:
        if isinstance(one, VolumeForm):
            yield one.type, one.source, one.target, one.read_only == "true"
        elif short := shorts.volume(one):
            source = str(Path(short.source).resolve()) if short.bind else short.source
            yield "bind" if short.bind else "volume", source, short.target, "ro" in short.options


@pytest.mark.parametrize("name", FILES)
def test_both_understand_it_alike(
    name: str, peer: Path, folder: Path, write: Callable[[Mapping[str, str]], list[Path]]
) -> None:
    write(FILES[name])
    files: list[str] = [file for file in FILES[name] if file in ("compose.yaml", "over.yaml")]
    given = {"GIVEN": "given"}
    assert ours(files, given) == theirs(peer, files, given)


def test_it_takes_what_is_exported(peer: Path) -> None:
    text = (Path(__file__).parent / "golden" / "blog.compose.yaml").read_text()
    variables = dict.fromkeys(re.findall(r"\$\{(\w+):\?", text), "x")
    arguments, given = [str(peer), "golden/blog.compose.yaml"], {"HOME": os.environ["HOME"], **variables}
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=Path(__file__).parent, env=given)
    assert not done.returncode, done.stderr
    found = json.loads(done.stdout)
    assert "PASSWORD 'x'" in found["configs"]["users-db.provision"]["content"]
    assert found["services"]["posts"]["environment"]["USERS_URL"] == "http://users:8080"
