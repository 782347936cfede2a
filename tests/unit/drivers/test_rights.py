"""What the file asks of containers and no process is kept from: told, key by key."""

from __future__ import annotations

from shoal.desired import compile
from shoal.drivers.process.rights import unheeded
from shoal.model.container import Security
from tests.unit.desired.apps import app, inputs, service, words


def test_what_is_asked_for_is_told_and_whose_it_is() -> None:
    asked = Security(user="7", asked=("user",))
    of = app(
        service("api", security=asked, migrate=words("migrate")),
        service("web", security=Security(asked=("read_only", "capabilities"))),
        service("plain"),
    )
    assert unheeded(compile(of, inputs(of))) == (
        "security isn't enforced (api: user; web: read_only, capabilities): "
        "a process has the rights of whoever runs shoal",
    )


def test_without_a_word_of_it_there_is_nothing_to_tell() -> None:
    of = app(service("api"))
    assert unheeded(compile(of, inputs(of))) == ()
