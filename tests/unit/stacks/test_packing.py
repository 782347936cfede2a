"""What each stack says of the image that is made of what it has built."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from shoal.build.engines import program
from shoal.model.workload import Packing
from shoal.stacks import STACKS, Source
from shoal.stacks.in_image import PROGRAMS, folder

BOOT = "<project><build><plugins><plugin>spring-boot-maven-plugin</plugin></plugins></build></project>"
PARTS = "<project><modules><module>api</module><module>common</module></modules></project>"
USES = f"{BOOT[:-10]}<dependencies><dependency><artifactId>common</artifactId></dependency></dependencies></project>"
COMMON = "<project><artifactId>common</artifactId></project>"


def source(tools: Mapping[str, str] = {}, **texts: str) -> Source:
    named = {name.replace("__", "/").replace("_", "."): text for name, text in texts.items()}
    return Source("/src", tuple(sorted(named)), named, tools=dict(tools))


def packing(stack: str, of: Source) -> Packing:
    artifact = STACKS[stack].artifact("api", of, copied=True)
    assert artifact is not None
    assert artifact.packing is not None
    return artifact.packing


@pytest.mark.parametrize(
    ("stack", "tools", "base"),
    [
        ("python", {"python": "3.11.7 /usr/bin/python3.11"}, "python:3.11-slim"),
        ("python", {"python": "3.14.0 /opt/python"}, "python:3.14-slim"),
        ("node", {"node": "24.19.0"}, "node:24-slim"),
        ("java", {"java": "25.0.2.1"}, "eclipse-temurin:25-jre"),
        ("static", {"node": "24.19.0"}, "caddy:2"),
        ("command", {}, "debian:bookworm-slim"),
    ],
)
def test_the_base_is_the_official_image_of_what_built_it(stack: str, tools: dict[str, str], base: str) -> None:
    of = source(tools, pom_xml="<project/>") if stack == "java" else source(tools)
    assert packing(stack, of).base == base


def test_packages_are_apart() -> None:
    assert packing("python", source()).apart == (".venv",)
    assert packing("node", source()).apart == ("node_modules",)
    assert packing("java", source(pom_xml=BOOT)).apart == (".shoal/app/lib",)


def test_registries_passwords_are_left_out() -> None:
    assert "**/.npmrc" in packing("node", source()).left_out
    assert "**/.npmrc" in packing("static", source()).left_out


@pytest.mark.parametrize(
    ("scripts", "runs"),
    [
        ({"build": "tsc", "start": "node dist/server.js"}, "dist"),
        ({"build": "tsc", "start": "node --enable-source-maps ./build/a/b.js"}, "build"),
        ({"build": "tsc", "start": "node server.js"}, ""),
        ({"build": "tsc", "start": "node src/server.js"}, ""),
        ({"build": "tsc", "start": "next start"}, ""),
        ({"start": "node dist/server.js"}, ""),
        ({"build": "tsc"}, ""),
    ],
)
def test_what_a_build_script_has_made_is_looked_at_for_what_it_needs(scripts: dict[str, str], runs: str) -> None:
    assert packing("node", source(package_json=json.dumps({"scripts": scripts}))).runs == runs


def test_of_maven_the_jar_is_needed_alone() -> None:
    boot, plain = packing("java", source(pom_xml=BOOT)), packing("java", source(pom_xml="<project/>"))
    assert boot.spare == ("src/main/java", "src/test", "target")
    assert boot.jars == (".shoal/app/app.jar",)
    assert "target/classes" in plain.spare
    assert "target" not in plain.spare
    assert plain.jars == ("target/app.jar",)


def test_of_several_modules_each_has_its_own() -> None:
    found = packing("java", source(pom_xml=PARTS, api__pom_xml=USES, common__pom_xml=COMMON))
    assert found.apart == ("api/.shoal/app/lib",)
    assert found.jars == ("api/.shoal/app/app.jar",)
    assert {"api/target", "common/target", "common/src/main/java"} <= set(found.spare)


def test_what_a_page_is_built_from_is_not_served() -> None:
    built = source(package_json=json.dumps({"scripts": {"build": "vite build"}}), index_html="")
    assert packing("static", built).spare == ("node_modules", "src")
    assert packing("static", source(index_html="")).spare == ()


def test_every_program_of_an_image_is_known_here_by_the_same_name() -> None:
    for name in PROGRAMS:
        assert program(name)


def test_an_artifact_lies_in_one_place_and_others_beside() -> None:
    assert (folder("k1", "k1"), folder("", "k1"), folder("k2", "k1")) == ("/app", "/app", "/builds/k2")
