"""Which services run: by profile, by name, and by what these need."""

from __future__ import annotations

import pytest

from shoal.desired.chosen import chosen
from shoal.model.app import App, Backing, Nats, Need, Service
from shoal.model.release import Overrides

SERVICES = (
    Service("web", needs=(Need("db"),)),
    Service("console", profiles=("debug",), needs=(Need("cache"), Need("spare"))),
    Service("cache", profiles=("load", "debug")),
    Service("proxy", profiles=("edge",), needs=(Need("web"),)),
    Service("seed", kind="job", when="request", profiles=("tools",), needs=(Need("spare"),)),
)
BACKING = (Backing("db", Nats()), Backing("spare", Nats()), Backing("alone", Nats()))
ALWAYS = {"web", "db", "alone", "seed"}


def names(*profiles: str, overrides: Overrides = Overrides()) -> set[str]:
    return set(chosen(App("shop", "/", profiles=profiles, services=SERVICES, backing=BACKING), overrides))


@pytest.mark.parametrize(("profiles", "more"), [
    ((), set()),
    (("load",), {"cache"}),
    (("debug",), {"console", "cache", "spare"}),
    (("load", "edge"), {"cache", "proxy"}),
    (("*",), {"console", "cache", "spare", "proxy"}),
])  # fmt: skip
def test_a_profile_adds_its_services_and_all_that_they_need(profiles: tuple[str, ...], more: set[str]) -> None:
    assert names(*profiles) == ALWAYS | more


def test_what_is_named_is_active_and_only_that() -> None:
    assert names(overrides=Overrides(only=frozenset(["console"]))) == {"console", "cache", "spare"}


def test_what_is_named_besides_is_active_too() -> None:
    assert names(overrides=Overrides(also=frozenset(["proxy"]))) == ALWAYS | {"proxy"}
