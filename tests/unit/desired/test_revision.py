"""The revision: what an instance is compared by. What doesn't change it restarts nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.desired.revision import revised
from shoal.model.app import Need, Port, Probe, Probes, Stop
from shoal.model.container import Image, Mount, Security
from shoal.model.limits import Limits
from shoal.model.policy import EdgePolicy
from shoal.model.release import Overrides
from shoal.model.values import Ref, Value, address, concat, program, secret
from shoal.model.workload import After, Copy, Workload
from tests.unit.desired.apps import DB, app, desired, service, workload

API = Workload(
    name="api",
    kind="service",
    owner="api",
    command=(program("python"), concat("-m"), concat("api")),
    env={"A": concat("1"), "B": address("db", "host"), "TOKEN": secret("token")},
    ports=(Port(),),
    after=(After("db"),),
)


def revision(secrets: dict[str, str] | None = None, **changes: Any) -> str:
    return revised(msgspec.structs.replace(API, **changes), secrets or {}).revision


def test_it_is_short_and_always_the_same() -> None:
    # Changed here means restarted everywhere: a new shoal would restart every service of every app.
    assert revision() == revision()
    assert len(revision()) == 12
    assert revised(Workload(name="w", kind="service", command=(concat("run"),)), {}).revision == "14efa5b5c327"


@pytest.mark.parametrize("same", [
    {"replicas": 7},
    {"nonce": "again"},
    {"revision": "old"},
    {"env": dict(reversed(API.env.items()))},
], ids=lambda same: next(iter(same)))  # fmt: skip
def test_how_many_and_how_often_is_no_part_of_it(same: dict[str, Any]) -> None:
    assert revision(**same) == revision()


@pytest.mark.parametrize("other", [
    {"name": "api2"},
    {"kind": "backing"},
    {"command": (program("python"), concat("-m"), concat("other"))},
    {"command": (program("python"), concat("-m api"))},
    {"env": API.env | {"A": concat("2")}},
    {"env": {}},
    {"files": {"x.conf": concat("y")}},
    {"cwd": concat("sub")},
    {"ports": (Port(), Port("admin"))},
    {"artifact": "k2"},
    {"probes": Probes(ready=Probe("tcp"))},
    {"stop": Stop(grace=1.0)},
    {"after": ()},
    {"unprivileged": True},
], ids=lambda other: next(iter(other)))  # fmt: skip
def test_all_else_is(other: dict[str, Any]) -> None:
    assert revision(**other) != revision()


def test_a_text_that_looks_like_a_reference_is_none() -> None:
    assert revision(env={"X": concat("${secret:token}")}) != revision(env={"X": secret("token")})


def test_the_content_of_a_declared_secret_counts_by_its_digest() -> None:
    assert revision({"token": "digest-1"}) != revision({"token": "digest-2"})
    assert revision({"token": "digest-1"}) != revision()


def test_a_secret_of_somebody_else_does_not() -> None:
    assert revision({"other": "digest-1"}) == revision()


@pytest.mark.parametrize("place", ["command", "files"])
def test_a_secret_counts_wherever_it_stands(place: str) -> None:
    given: dict[str, Any] = {"command": (secret("key"),), "files": {"key.pem": secret("key")}}
    changed = {place: given[place]}
    assert revision({"key": "1"}, **changed) != revision({"key": "2"}, **changed)


def test_a_reference_of_another_kind_with_a_secrets_name_is_no_secret() -> None:
    env = {"X": Value((Ref("address", "token", "host"),))}
    assert revision({"token": "1"}, env=env) == revision({"token": "2"}, env=env)


@given(st.permutations(sorted(API.env)), st.integers(0, 50), st.text(max_size=5))
def test_order_of_keys_replicas_and_nonce_never_matter(order: list[str], replicas: int, nonce: str) -> None:
    env = {key: API.env[key] for key in order}
    assert revision(env=env, replicas=replicas, nonce=nonce) == revision()


def test_the_policy_of_an_edge_restarts_nobody() -> None:
    fast = app(service("users"), service("posts", Need("users", EdgePolicy(timeout=0.5))))
    slow = app(service("users"), service("posts", Need("users", EdgePolicy(timeout=9))))
    assert [w.revision for w in desired(fast).workloads] == [w.revision for w in desired(slow).workloads]


def test_scaling_and_restarting_leave_the_revision_alone() -> None:
    of = app(DB, service("api", "db"))
    plain, changed = desired(of), desired(of, Overrides(replicas={"api": 4}, nonces={"api": "n1"}))
    assert workload(plain, "api").revision == workload(changed, "api").revision
    assert (workload(changed, "api").replicas, workload(changed, "api").nonce) == (4, "n1")


def test_a_new_consumer_of_a_database_does_not_restart_the_database() -> None:
    before, after = desired(app(DB, service("api", "db"))), desired(app(DB, service("api", "db"), service("web", "db")))
    assert workload(before, "db").revision == workload(after, "db").revision
    assert workload(before, "db.provision").revision != workload(after, "db.provision").revision


def test_it_is_the_first_versions_where_nothing_of_a_later_one_is_said() -> None:
    """Made by version 0.1.0: new fields must not show."""
    probes = Probes(ready=Probe("http", path="/ready"))
    like = Workload(name="w", kind="service", command=(concat("run"),), ports=(Port(),), probes=probes)
    assert revised(like, {}).revision == "e606a852bc49"


@pytest.mark.parametrize("later", [
    {"limits": Limits(memory=1 << 30)},
    {"ports": (Port(number=8080),)},
    {"copies": {"x": Copy(b"")}},
    {"probes": Probes(ready=Probe("exec", command=(concat("check"),)))},
    {"probes": Probes(ready=Probe("log", pattern="x"))},
    {"image": Image("nginx:1.29")},
    {"mounts": (Mount("/data", "data"),)},
    {"security": Security(user="1000")},
])  # fmt: skip
def test_what_came_later_counts_where_it_is_said(later: dict[str, Any]) -> None:
    assert revision(**later) != revision()
