from __future__ import annotations

import pytest

from shoal.errors import FileError, UnknownReference
from tests.unit.spec.conftest import Load

FILE = """
services:
  users: {path: users, replicas: 2, environment: {A: 1, B: 2}, needs: [posts], command: [a, b]}
  posts: {path: posts}
  web: {path: web}
environments:
  test:
    services:
      users: {environment: {B: 3, A: null}, needs: [web], replicas: 1, command: null}
      posts: null
  prod:
    services: {users: {replicas: "${N}"}}
    gateway: {routes: [{to: web}]}
"""


def test_no_environment_is_dev_which_always_exists(loaded: Load) -> None:
    assert loaded(FILE).environment == "dev"
    assert loaded(FILE, "dev") == loaded(FILE)
    assert loaded(FILE).services[0].replicas == 2


def test_dev_may_have_an_overlay(loaded: Load) -> None:
    assert loaded(FILE + "  dev: {services: {users: {replicas: 0}}}\n").services[0].replicas == 0


def test_maps_go_into_each_other_lists_and_values_are_replaced_and_null_removes(loaded: Load) -> None:
    app = loaded(FILE, "test")
    users = app.services[0]
    assert [service.name for service in app.services] == ["users", "web"]
    assert {name: str(value) for name, value in users.environment.items()} == {"B": "3"}
    assert ([need.name for need in users.needs], users.replicas, users.command) == (["web"], 1, ())


def test_variables_of_another_environment_arent_asked_for(loaded: Load) -> None:
    assert loaded(FILE).gateway is None
    assert loaded(FILE, "prod", N="5").services[0].replicas == 5
    with pytest.raises(FileError, match="N has no value"):
        loaded(FILE, "prod")


def test_parts_of_an_overlay_keep_their_place(loaded: Load) -> None:
    places = loaded(FILE, "test").places
    assert (places["services.users"].line, places["services.web"].line) == (9, 5)
    assert places["services.users.replicas"].line == 9


def test_an_unknown_environment_is_an_error(loaded: Load) -> None:
    with pytest.raises(UnknownReference) as caught:
        loaded(FILE, "prd")
    assert caught.value.hint == 'did you mean "prod"?'
