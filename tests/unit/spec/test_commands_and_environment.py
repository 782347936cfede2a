from __future__ import annotations

import pytest

from shoal.model.values import Ref, Value
from tests.unit.spec.conftest import Load


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("[serve, --port, '${self.port}']", [("serve",), ("--port",), (Ref("property", "self", "port"),)]),
        ("serve 'a b' --x=1", [("serve",), ("a b",), ("--x=1",)]),
        ("serve ${self.host}:${self.port}", [
            ("serve",), (Ref("property", "self", "host"), ":", Ref("property", "self", "port")),
        ]),
        ("'serve \"${self.host} x\" y'", [("serve",), (Ref("property", "self", "host"), " x"), ("y",)]),
        ("[8080, true]", [("8080",), ("true",)]),
        ("$TWO", [("one",), ("two",)]),
        ("[$TWO]", [("one two",)]),
        ("sh -c 'echo $$HOME $$$$'", [("sh",), ("-c",), ("echo $HOME $$",)]),
    ],
)  # fmt: skip
def test_a_command_is_these_words(loaded: Load, written: str, words: list[tuple[str | Ref, ...]]) -> None:
    app = loaded(f"services:\n  users:\n    path: users\n    command: {written}\n", TWO="one two")
    assert app.services[0].command == tuple(Value(parts) for parts in words)


def test_an_environment_is_a_map_or_a_list(loaded: Load) -> None:
    app = loaded(
        "services:\n"
        "  users: {path: users, environment: {A: 1, HERE: , EMPTY: ''}}\n"
        "  posts: {path: posts, environment: [A=1, HERE, EMPTY=, 'URL=http://${self.host}/?a=b']}\n",
        HERE="there",
    )
    plain, listed = ({k: v.parts for k, v in service.environment.items()} for service in app.services)
    assert plain == {"A": ("1",), "HERE": ("there",), "EMPTY": ()}
    assert listed == {**plain, "URL": ("http://", Ref("property", "self", "host"), "/?a=b")}


def test_a_secret_is_told_from_a_property(loaded: Load) -> None:
    app = loaded(
        "services: {users: {path: users, environment: {KEY: '${secrets.api-key}', P: '${self.ports.metrics}'}, "
        "ports: [http, metrics]}}\nsecrets: {api-key: {env: KEY}}"
    )
    assert app.services[0].environment == {
        "KEY": Value((Ref("secret", "api-key"),)),
        "P": Value((Ref("property", "self", "ports.metrics"),)),
    }
