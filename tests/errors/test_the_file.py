"""A wrong file must be refused with where, what and what next; what runs goes on."""

from __future__ import annotations

import re

import pytest

from tests.scenarios.app import App, Result
from tests.scenarios.conftest import Make
from tests.scenarios.programs import worker

GOOD = worker("one", "exec sleep 1000")


@pytest.fixture(scope="module")
def running(lasting_app: Make) -> App:
    made = lasting_app(GOOD)
    made.up()
    made.before = made.pids()
    return made


def refused(app: App, yaml: str, *, code: int = 3, files: dict[str, str] | None = None) -> str:
    """What `up` says of this file. The running instance is the same afterwards."""
    app.write({"shoal.yaml": yaml, **(files or {})})
    try:
        result = app.shoal("up", "-d", "--wait")
    finally:
        app.write({"shoal.yaml": GOOD})
    assert result.code == code, str(result)
    assert result.out == ""
    assert app.pids() == app.before
    return result.err


# What is put into the file; where (line:column), and what is said.
CASES = {
    "not yaml": ("services: {one: [}\n", r"shoal\.yaml:\d+:\d+: "),
    "a tab": ("services:\n\tone: {}\n", r"(?s)shoal\.yaml:2:1: .*tab"),
    "not a map": ("- one\n", r"shoal\.yaml:1:1: expected keys"),
    "empty": ("", r"shoal\.yaml.*(empty|nothing|no services)"),
    "a key twice": ("name: a\nname: b\n", r"shoal\.yaml:2:1: .*name"),
    "an unknown key": (GOOD + "    replica: 2\n", r"shoal\.yaml:\d+:5: (?s:.)*replica\b(?s:.)*replicas"),
    "an unknown key at the top": (GOOD + "servicse: {}\n", r"(?s)shoal\.yaml:\d+:1: .*servicse.*services"),
    "a wrong type": (GOOD + "    replicas: many\n", r"shoal\.yaml:\d+:15: .*replicas.*(number|integer)"),
    "out of range": (GOOD + "    replicas: -1\n", r"shoal\.yaml:\d+:15: .*replicas"),
    "a wrong duration": (GOOD + "    stop: {grace: soon}\n", r"shoal\.yaml:\d+:19: .*grace"),
    "a missing folder": (GOOD + "    path: nowhere\n", r"shoal\.yaml:\d+:\d+: .*nowhere"),
    "a missing init file": (GOOD + "backing: {db: {postgres: {init: [no.sql]}}}\n", r"shoal\.yaml:\d+:\d+: .*no\.sql"),
    "an unknown need": (
        GOOD + "    needs: [tow]\n" + "  two: {stack: command, command: [x]}\n",
        r"(?s)shoal\.yaml:\d+:13: .*tow.*two",
    ),
    "itself": (GOOD + "    needs: [one]\n", r"shoal\.yaml:\d+:13: .*one needs itself"),
    "an unknown route": (GOOD + "gateway: {routes: [{to: nobody}]}\n", r"shoal\.yaml:\d+:21: .*nobody"),
    "an unknown reference": (
        GOOD + "    environment: {A: '${db.url}'}\n",
        r"shoal\.yaml:\d+:\d+: .*db",
    ),
    "a required variable": (
        GOOD + "    environment: {A: '${NOT_THERE:?tell me where}'}\n",
        r"shoal\.yaml:\d+:\d+: .*tell me where",
    ),
    "a variable without a value": (
        GOOD + "    environment: {A: '${NOT_THERE}'}\n",
        r"(?s)shoal\.yaml:\d+:\d+: .*NOT_THERE.*set it",
    ),
    "a missing secret": (
        GOOD + "    environment: {A: '${secrets.key}'}\nsecrets: {key: {env: NOT_THERE}}\n",
        r"(?s)shoal\.yaml:\d+:\d+: .*key.*NOT_THERE",
    ),
    "a missing secret's file": (GOOD + "secrets: {key: {file: no.txt}}\n", r"shoal\.yaml:\d+:\d+: .*no\.txt"),
    "a secret in an argument": (
        GOOD + "    args: ['--key=${secrets.key}']\nsecrets: {key: {generate: 32}}\n",
        r"(?s)shoal\.yaml:\d+:\d+: .*secret.*environment",
    ),
    "an image on processes": (
        GOOD + "  two: {image: 'nginx:1.29', port: {number: 80}}\n",
        r"(?s)shoal\.yaml:\d+:9: .*an image runs in a container, and the target is process.*target: docker",
    ),
    "a Dockerfile on processes": (
        GOOD + "  two: {build: {dockerfile: shoal.yaml}}\n",
        r"(?s)shoal\.yaml:\d+:17: .*an image runs in a container, and the target is process.*target: docker",
    ),
    "volumes on processes": (
        GOOD + "    volumes: [data:/data]\n",
        r"(?s)shoal\.yaml:\d+:5: .*mounted into containers, and the target is process.*target: docker",
    ),
    "a target that isn't": (GOOD + "target: vm\n", r'shoal\.yaml:\d+:9: .*"process", "docker" or "kubernetes"'),
    "no command": ("services: {one: {stack: command}}\n", r"shoal\.yaml:\d+:\d+: .*command"),
    "a bad name": ("services: {One_Two: {stack: command, command: [x]}}\n", r"shoal\.yaml:\d+:\d+: .*One_Two"),
    "a database that is none": (GOOD + "backing: {db: {oracle: {}}}\n", r"(?s)shoal\.yaml:\d+:\d+: .*oracle"),
    "another version of postgres": (
        GOOD + "backing: {db: {postgres: {version: 9}}}\n",
        r"(?s)shoal\.yaml:\d+:\d+: .*16.*18",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_is_named_with_its_place(running: App, name: str) -> None:
    yaml, said = CASES[name]
    told = refused(running, yaml)
    assert re.search(said, told), told
    assert len(told.splitlines()) <= 6, told


def test_a_cycle_is_shown_whole(running: App) -> None:
    yaml = "services:\n" + "".join(
        f"  {name}: {{stack: command, command: [x], port: http, needs: [{{{other}: {{wait: ready}}}}]}}\n"
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    told = refused(running, yaml)
    assert re.search(r"shoal\.yaml:\d+:\d+: ", told)
    assert re.search(r"a\b.*b\b.*c\b.*a\b", told), told


def test_several_mistakes_are_all_told(running: App) -> None:
    told = refused(running, GOOD + "    replica: 2\n    stopp: {}\n    pth: x\n")
    assert len(re.findall(r"shoal\.yaml:\d+:5: ", told)) == 3


def test_an_unknown_environment_is_named(running: App) -> None:
    running.write({"shoal.yaml": GOOD + "environments: {test: {}, prod: {}}\n"})
    result = running.shoal("up", "-d", "--env", "tset")
    running.write({"shoal.yaml": GOOD})
    assert result.code == 3
    assert "tset" in result.err
    assert "test" in result.err


def test_config_finds_the_same_mistakes(running: App) -> None:
    running.write({"shoal.yaml": GOOD + "    replica: 2\n"})
    result = running.shoal("config", "-q")
    running.write({"shoal.yaml": GOOD})
    assert result.code == 3
    assert "replica" in result.err


def test_no_file_here_or_above(running: App) -> None:
    result = running.shoal("up", cwd=running.home)
    assert result.code == 3
    assert "there is no shoal.yaml in" in result.err
    assert "-f" in result.err


@pytest.mark.parametrize("named", ["nowhere.yaml", "."])
def test_a_file_that_is_named_but_not_there(running: App, named: str) -> None:
    result = running.shoal("up", "-f", named, cwd=running.home)
    assert result.code == 3
    assert "no such file" in result.err


def test_a_wrong_file_starts_nothing(app: Make) -> None:
    wrong = app(GOOD + "    replica: 2\n")
    result: Result = wrong.shoal("up")
    assert result.code == 3
    assert wrong.processes() == {}
    assert list(wrong.home.iterdir()) == []


def test_a_file_that_is_wrong_only_for_the_daemon_leaves_none_behind(app: Make) -> None:
    """The stack is chosen by the daemon, which is there already."""
    wrong = app("services: {one: {path: src}}\n", {"src/notes.txt": "no language in here"})
    result = wrong.shoal("up")
    assert result.code == 3
    assert "one" in result.err
    assert "stack" in result.err
    assert wrong.processes() == {}


def test_a_file_that_cannot_be_read_is_an_error(running: App) -> None:
    running.write({"odd/shoal.yaml": ""})
    (running.folder / "odd/shoal.yaml").write_bytes(b"name: \xff\xfe\n")
    result = running.shoal("up", "-f", "odd")
    assert result.code == 3
    assert "shoal.yaml" in result.err
