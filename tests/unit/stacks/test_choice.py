"""Which stack a folder gets, and what is said when that isn't clear."""

from __future__ import annotations

import msgspec
import pytest

from shoal.errors import FileError, Place, WrongType
from shoal.model.app import Port, Service
from shoal.model.values import concat
from shoal.stacks import STACKS, Source, ignored, stack_of


@pytest.mark.parametrize(
    ("name", "stack"),
    [
        ("pom.xml", "java"),
        ("package.json", "node"),
        ("requirements.txt", "python"),
        ("pyproject.toml", "python"),
        ("uv.lock", "python"),
    ],
)
def test_one_file_is_enough(name: str, stack: str) -> None:
    assert stack_of(Service("a"), Source("/a", (name,))).name == stack


def test_every_stack_knows_its_own_name() -> None:
    assert {name: stack.name for name, stack in STACKS.items()} == {name: name for name in STACKS}


def test_a_command_alone_is_enough_where_no_stack_fits() -> None:
    assert stack_of(Service("a", command=(concat("./run"),)), Source("/a", ("run",))).name == "command"


def test_two_stacks_have_to_be_told_apart() -> None:
    both = Source("/a", ("package.json", "pyproject.toml"))
    with pytest.raises(FileError) as caught:
        stack_of(Service("a", path="one"), both, Place("shoal.yaml", 3, 5))
    assert str(caught.value) == (
        "shoal.yaml:3:5: service a: one looks like python and node\n  say which with `stack:` (python, node)"
    )
    assert stack_of(Service("a", stack="node"), both).name == "node"


def test_nothing_recognised_says_what_was_seen() -> None:
    names = tuple(f"{letter}.txt" for letter in "abcdefghij")
    with pytest.raises(FileError) as caught:
        stack_of(Service("a", path="one"), Source("/a", names))
    assert str(caught.value) == (
        "service a: no stack recognises one "
        "(a.txt, b.txt, c.txt, d.txt, e.txt, f.txt, g.txt, h.txt and 2 more)\n"
        "  say which with `stack:` (python, java, node, static, command), or give a `command:`"
    )


def test_an_unknown_stack_is_refused() -> None:
    with pytest.raises(WrongType, match="no stack is called `ruby`"):
        stack_of(Service("a", stack="ruby"), Source("/a"))


def test_the_command_stack_builds_nothing_and_runs_where_the_code_lies() -> None:
    service = Service("a", stack="command", command=(concat("./run"),), ports=(Port("web"), Port("grpc-admin")))
    launch = STACKS["command"].launch(service, Source("/code/a"), "")
    assert STACKS["command"].artifact("a", Source("/code/a")) is None
    assert str(launch.cwd) == "/code/a"
    assert {name: str(value) for name, value in launch.env.items()} == {
        "HOST": "${self:host}",
        "PORT": "${self:port:web}",
        "GRPC_ADMIN_PORT": "${self:port:grpc-admin}",
    }


def test_the_command_stack_needs_a_command() -> None:
    with pytest.raises(FileError, match="no command"):
        STACKS["command"].launch(Service("a", stack="command"), Source("/a"), "")


def test_a_service_without_ports_gets_no_port_variables() -> None:
    service = Service("a", command=(concat("./run"),), ports=())
    assert STACKS["command"].launch(service, Source("/a"), "").env == {}


def test_an_artifacts_key_follows_content_steps_and_tools() -> None:
    base = Source("/a", ("requirements.txt",), {}, "d1", {"python": "3.11", "uv": "1", "java": "25"})
    keys = [
        key(base),
        key(msgspec.structs.replace(base, digest="d2")),
        key(msgspec.structs.replace(base, tools={"python": "3.12", "uv": "1"})),
        key(msgspec.structs.replace(base, texts={"requirements.txt": "--hash=x"})),
    ]
    assert len(set(keys)) == 4
    assert key(msgspec.structs.replace(base, path="/b", tools={**base.tools, "java": "26"})) == keys[0]


def key(source: Source) -> str:
    artifact = STACKS["python"].artifact("a", source)
    assert artifact is not None
    return artifact.key


def test_what_is_ignored_depends_on_what_the_folder_is() -> None:
    assert "target" in ignored(Source("/a", ("pom.xml",)))
    assert "target" not in ignored(Source("/a", ("run",)))
    assert ".git" in ignored(Source("/a"))
