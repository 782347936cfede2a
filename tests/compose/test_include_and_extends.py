"""What other files bring: whole projects by `include`, services by `extends`; paths lead where the other file means."""

from __future__ import annotations

import pytest

from shoal.errors import Cycle, FileError
from tests.compose.conftest import Read

SUB = """
services:
  db:
    build: {context: ., additional_contexts: {x: ./y, z: "service:q"}}
    volumes: ["./data:/d", "v:/v"]
    env_file: [db.env]
volumes: {v: }
secrets: {key: {file: key.txt}}
"""


def test_an_included_project_keeps_its_own_paths(read: Read) -> None:
    found = read({"compose.yaml": "include: [sub/one.yaml]\nservices: {web: {image: w}}", "sub/one.yaml": SUB})
    assert found["services"]["db"] == {
        "build": {"context": "sub", "additional_contexts": {"x": "sub/y", "z": "service:q"}},
        "volumes": ["./sub/data:/d", "v:/v"],
        "env_file": ["sub/db.env"],
    }
    assert found["secrets"] == {"key": {"file": "sub/key.txt"}}
    assert set(found["services"]) == {"db", "web"}


def test_the_long_form_has_files_a_folder_and_variables_of_its_own(read: Read) -> None:
    main = "include: [{path: [sub/one.yaml, sub/two.yaml], project_directory: other, env_file: sub/my.env}]"
    files = {
        "compose.yaml": main,
        "sub/one.yaml": "services: {a: {image: $NAME, env_file: x.env}}",
        "sub/two.yaml": "services: {a: {labels: [l=$NAME]}}",
        "sub/my.env": "NAME=mine",
    }
    expected = {"image": "mine", "env_file": "other/x.env", "labels": ["l=mine"]}
    assert read(files)["services"]["a"] == expected
    assert read(files, variables={"NAME": "caller"})["services"]["a"]["image"] == "caller"


def test_an_included_folder_has_its_own_env_file(read: Read) -> None:
    files = {
        "compose.yaml": "include: [sub/compose.yaml]\nservices: {b: {image: '${N:-none}'}}",
        "sub/compose.yaml": "services: {a: {image: $N}}",
        "sub/.env": "N=sub",
    }
    found = read(files)["services"]
    assert (found["a"]["image"], found["b"]["image"]) == ("sub", "none")


def test_what_is_included_may_be_changed_by_a_later_file(read: Read) -> None:
    files = {
        "compose.yaml": "include: [sub/a.yaml]",
        "sub/a.yaml": "services: {a: {image: a}}",
        "over.yaml": "services: {a: {image: b}}",
    }
    assert read(files, "over.yaml")["services"] == {"a": {"image": "b"}}


def test_but_not_be_declared_twice(read: Read) -> None:
    files = {"compose.yaml": "include: [a.yaml]\nservices: {a: {image: b}}", "a.yaml": "services: {a: {image: a}}"}
    with pytest.raises(FileError, match=r"compose\.yaml:2:12: services/a: \"a\" is declared in a\.yaml:1:12 as well"):
        read(files)


def test_a_service_extends_one_of_another_file(read: Read) -> None:
    files = {
        "compose.yaml": "services: {web: {extends: {file: sub/b.yaml, service: base}, environment: {B: 2}}}",
        "sub/b.yaml": "services: {base: {extends: root, environment: [A=1, B=1], build: .}, root: {init: true}}",
    }
    expected = {"init": "true", "environment": {"A": "1", "B": "2"}, "build": "sub"}
    assert read(files)["services"] == {"web": expected}


def test_a_service_extends_one_of_its_own_file_or_an_earlier_one(read: Read) -> None:
    files = {
        "compose.yaml": "services: {base: {image: b, ports: ['1:1']}, web: {extends: {service: base}}}",
        "over.yaml": "services: {two: {extends: base, ports: !reset []}}",
    }
    found = read(files, "over.yaml")["services"]
    assert found["web"] == {"image": "b", "ports": ["1:1"]}
    assert found["two"] == {"image": "b"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"compose.yaml": "include: [a.yaml]", "a.yaml": "include: [compose.yaml]\nservices: {}"},
            "compose.yaml → a.yaml → compose.yaml: each includes the next",
        ),
        (
            {"compose.yaml": "services: {a: {extends: b}, b: {extends: {service: a}}}"},
            "a → b → a: each extends the next",
        ),
        (
            {
                "compose.yaml": "services: {a: {extends: {file: x.yaml, service: b}}}",
                "x.yaml": "services: {b: {extends: {file: compose.yaml, service: a}}}",
            },
            "a → b → a: each extends the next",
        ),
    ],
)
def test_circles_are_refused(read: Read, files: dict[str, str], told: str) -> None:
    with pytest.raises(Cycle, match=told) as caught:
        read(files)
    assert caught.value.where


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("include: [gone.yaml]", 'compose.yaml:1:11: include/0: there is no file "gone.yaml"'),
        ("include: [{env_file: x}]", "compose.yaml:1:11: include/0: expected a path, or a map with `path`"),
        (
            "services: {a: {extends: {file: gone.yaml, service: b}}}",
            'compose.yaml:1:32: services/a/extends: there is no file "gone.yaml"',
        ),
        (
            "services: {a: {extends: wbe}, web: {image: x}}",
            'compose.yaml:1:25: services/a/extends: there is no service "wbe" in compose.yaml\n  did you mean "web"?',
        ),
        (
            "services: {a: {extends: {file: x}}}",
            "compose.yaml:1:25: services/a/extends: expected the name of a service",
        ),
    ],
)
def test_what_isnt_there_is_told_with_its_place(read: Read, text: str, told: str) -> None:
    with pytest.raises(FileError) as caught:
        read(text)
    assert str(caught.value).startswith(told)
