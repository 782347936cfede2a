"""Override files: maps go into each other, lists are joined, `!reset` takes away and `!override` replaces."""

from __future__ import annotations

import pytest

from tests.compose.conftest import Read


def web(read: Read, base: str, over: str, **variables: str) -> dict[str, object]:
    files = {"compose.yaml": f"services: {{web: {base}}}", "over.yaml": f"services: {{web: {over}}}"}
    found: dict[str, object] = read(files, "over.yaml", variables=variables)["services"]["web"]
    return found


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        pytest.param("{image: a}", "{image: b}", {"image": "b"}, id="a text is replaced"),
        pytest.param("{image: a, dns: [x]}", "{dns: [y]}", {"image": "a", "dns": ["x", "y"]}, id="a list is joined"),
        pytest.param("{dns: x}", "{dns: [y]}", {"dns": ["x", "y"]}, id="one and several are joined"),
        pytest.param("{cap_add: [A, B]}", "{cap_add: [B]}", {"cap_add": ["A", "B"]}, id="the same is once"),
        pytest.param("{command: [a, b]}", "{command: [c]}", {"command": ["c"]}, id="a command is one value"),
        pytest.param("{entrypoint: [a, b]}", "{entrypoint: c}", {"entrypoint": "c"}, id="so is an entrypoint"),
        pytest.param(
            "{healthcheck: {test: [CMD, a], retries: 3}}",
            "{healthcheck: {test: [CMD, b]}}",
            {"healthcheck": {"test": ["CMD", "b"], "retries": "3"}},
            id="and what a healthcheck runs",
        ),
        pytest.param(
            "{environment: {A: 1, B: 2}}",
            "{environment: [A=3, C]}",
            {"environment": {"A": "3", "B": "2", "C": ""}},
            id="variables in either form",
        ),
        pytest.param(
            "{depends_on: [a]}",
            "{depends_on: {b: {condition: service_healthy}}}",
            {"depends_on": {"a": "", "b": {"condition": "service_healthy"}}},
            id="dependencies in either form",
        ),
        pytest.param(
            "{build: ./x}", "{build: {target: t}}", {"build": {"context": "./x", "target": "t"}}, id="a build's forms"
        ),
        pytest.param(
            "{ports: ['8080:80', '1:1']}",
            "{ports: ['8080:80', '81:80']}",
            {"ports": ["8080:80", "1:1", "81:80"]},
            id="ports that are published elsewhere are further ones",
        ),
        pytest.param(
            "{ports: ['8080:80']}",
            "{ports: [{target: 80, published: '8080', name: web}]}",
            {"ports": [{"target": "80", "published": "8080", "name": "web"}]},
            id="one port in two forms",
        ),
        pytest.param(
            "{volumes: ['aa:/x', 'bb:/y']}",
            "{volumes: ['cc:/x:ro']}",
            {"volumes": ["cc:/x:ro", "bb:/y"]},
            id="one place holds one volume",
        ),
        pytest.param(
            "{secrets: [a]}",
            "{secrets: [{source: a, mode: 0400}]}",
            {"secrets": [{"source": "a", "mode": "0400"}]},
            id="a secret is given once",
        ),
        pytest.param(
            "{logging: {driver: a, options: {x: 1}}}",
            "{logging: {driver: b}}",
            {"logging": {"driver": "b"}},
            id="options are those of their driver",
        ),
        pytest.param("{image: a, dns: [x]}", "{dns: }", {"image": "a", "dns": ["x"]}, id="nothing changes nothing"),
        pytest.param("{image: a, dns: [x]}", "{dns: !reset []}", {"image": "a"}, id="reset"),
        pytest.param(
            "{environment: {A: 1, B: 2}}",
            "{environment: {A: !reset null}}",
            {"environment": {"B": "2"}},
            id="reset one",
        ),
        pytest.param("{ports: ['1:1']}", "{ports: !override ['2:2']}", {"ports": ["2:2"]}, id="override"),
        pytest.param(
            "{environment: {A: 1}}", "{environment: !override {B: 2}}", {"environment": {"B": "2"}}, id="override a map"
        ),
    ],
)
def test_what_two_files_say_of_one_service(read: Read, base: str, over: str, expected: dict[str, object]) -> None:
    assert web(read, base, over) == expected


def test_a_whole_service_is_taken_away(read: Read) -> None:
    files = {"compose.yaml": "services: {a: {image: a}, b: {image: b}}", "over.yaml": "services: {a: !reset {}}"}
    assert read(files, "over.yaml") == {"services": {"b": {"image": "b"}}}


def test_anchors_and_merge_keys(read: Read) -> None:
    text = """
x-base: &base {restart: always, environment: &env {A: 1, B: 1}}
services:
  web: {<<: *base, image: w, environment: {<<: *env, B: 2}}
  two: {<<: [*base, {restart: "no", init: true}], image: t}
"""
    assert read(text)["services"] == {
        "web": {"restart": "always", "environment": {"A": "1", "B": "2"}, "image": "w"},
        "two": {"restart": "always", "environment": {"A": "1", "B": "1"}, "init": "true", "image": "t"},
    }


def test_three_files_the_last_one_wins(read: Read) -> None:
    files = {f"{name}.yaml": f"services: {{web: {{image: {name}}}}}" for name in ("compose", "b", "c")}
    assert read(files, "b.yaml", "c.yaml") == {"services": {"web": {"image": "c"}}}
