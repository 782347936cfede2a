"""Which version builds and runs a folder, and the words of the refusal when none is what is asked for."""

from __future__ import annotations

import pytest

from shoal.errors import FileError, Place, ToolMissing
from shoal.stacks import STACKS, Source, Tool
from shoal.stacks.toolchain import Asker, chosen

TOOLS = {"python": "3.11.2 /venv/bin/python", "node": "24.19.0", "java": "25.0.2.1", "uv": "0.13.9"}
PYTHONS = (Tool("3.13.1", "/bin/python3.13"), Tool("3.12.4", "/bin/python3.12"))
OTHERS = {"python": PYTHONS, "go": (Tool("1.26", "/go"),)}
ME = Asker("api", "services.api", "code", Place("shoal.yaml", 3, 5))


def source(texts: dict[str, str]) -> Source:
    return Source("/src", tuple(texts), texts, tools=TOOLS)


def found(stack: str, asked: str, name: str = "x", text: str = "") -> Source:
    return chosen(STACKS[stack], source({name: text}), {"": asked} if asked else {}, OTHERS, ME)


def refusal(stack: str, asked: dict[str, str], name: str = "x", text: str = "") -> tuple[str, str]:
    with pytest.raises(ToolMissing) as caught:
        chosen(STACKS[stack], source({name: text}), asked, OTHERS, ME)
    assert caught.value.where == ME.place
    return caught.value.what, caught.value.hint


def pom(level: str) -> str:
    return f"<project><properties>{level}</properties></project>"


def test_what_comes_with_shoal_will_do_where_nobody_asks_for_more() -> None:
    for stack, asked in (("python", ""), ("python", ">=3.11"), ("node", "24"), ("java", "17"), ("java", ">=21")):
        assert found(stack, asked) == source({"x": ""})


def test_another_python_on_path_is_taken_if_it_must_be() -> None:
    other = found("python", "3.12")
    assert other.interpreter == "/bin/python3.12"
    assert other.tools["python"] == "3.12.4 /bin/python3.12", "another interpreter is another build"
    assert str(STACKS["python"].steps(other)[0].command[3]) == "/bin/python3.12"
    required = '[project]\nrequires-python = ">=3.12"'
    assert found("python", "", "pyproject.toml", required).interpreter == "/bin/python3.13"
    assert found("python", "", ".python-version", "# mine\n3.12\n").interpreter == "/bin/python3.12"


def test_the_file_stands_in_for_what_the_source_says() -> None:
    assert found("python", "3.11", ".python-version", "3.9").interpreter == ""
    assert found("node", ">=22", ".nvmrc", "18").interpreter == ""


def test_a_python_that_is_not_there() -> None:
    assert refusal("python", {}, "pyproject.toml", '[project]\nrequires-python = ">=3.14"') == (
        "api asks for Python >=3.14 (requires-python in code); here is 3.11.2, 3.13.1, 3.12.4",
        "install it, so that `python3.N` of that version is on PATH, or change what asks",
    )


@pytest.mark.parametrize(
    ("asked", "name", "text", "where"),
    [
        ({"": "18"}, "x", "", "18 (services.api.toolchain)"),
        ({"node": "18"}, "x", "", "18 (services.api.toolchain)"),
        ({}, ".nvmrc", "v18", "v18 (.nvmrc in code)"),
        ({}, "package.json", '{"engines": {"node": "^18 || ^20"}}', "^18 || ^20 (engines.node in code)"),
    ],
)
def test_a_node_that_is_not_there(asked: dict[str, str], name: str, text: str, where: str) -> None:
    assert refusal("node", asked, name, text) == (
        f"api asks for Node {where}; here is 24.19.0",
        "Node comes with shoal, in this version alone; change what asks, or `toolchain:` under services.api",
    )


def test_a_java_level_that_the_runtime_knows_or_not() -> None:
    assert found("java", "", "pom.xml", pom("<java.version>1.8</java.version>")).interpreter == ""
    what, _ = refusal("java", {}, "pom.xml", pom("<maven.compiler.release>26</maven.compiler.release>"))
    assert what == "api asks for Java 26 (the compiler's release in code); here is 25 down to 8"


def test_an_engine_that_is_missing_is_no_question_of_versions() -> None:
    bare = Source("/src", (), {".nvmrc": "18"})
    assert chosen(STACKS["node"], bare, {}, {}, ME) == bare


def test_a_program_of_the_machine() -> None:
    assert chosen(STACKS["command"], source({}), {"go": ">=1.22"}, OTHERS, ME) == source({})
    assert refusal("command", {"go": ">=1.30"}) == (
        "api asks for go >=1.30 (services.api.toolchain); here is 1.26",
        "install it, so that `go` of that version is on PATH, or change what asks",
    )
    assert refusal("node", {"rustc": "*"})[0] == "api asks for rustc * (services.api.toolchain); here is none"


def test_a_command_without_a_language_has_to_name_the_program() -> None:
    with pytest.raises(FileError, match=r"`toolchain: 3\.12` doesn't say of what"):
        found("command", "3.12")


def test_what_the_source_says_and_nobody_can_read_is_no_silence() -> None:
    with pytest.raises(FileError, match=r"'pypy3.9' \(.python-version in code\) is not a version"):
        found("python", "", ".python-version", "pypy3.9")
