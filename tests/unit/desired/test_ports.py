"""A service has the ports it declares, else one if something dials it."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.desired.ports import with_ports
from shoal.model.app import App, Need, Port, Probe, Probes, Route, Service
from tests.unit.desired.apps import app, desired, environment, job, service, workload


def ports_of(of: App) -> dict[str, list[str]]:
    return {s.name: [port.name for port in s.ports or ()] for s in with_ports(of).services}


def test_what_nobody_dials_has_no_port() -> None:
    assert ports_of(app(service("worker"))) == {"worker": []}


@pytest.mark.parametrize("dialled", [
    app(service("api"), routes=(Route(to="api"),)),
    app(service("api"), service("web", "api")),
    app(service("api", probes=Probes(ready=Probe("http")))),
    app(service("api", probes=Probes(live=Probe("tcp")))),
    app(service("api", probes=Probes(startup=Probe("http")))),
], ids=["a route", "a need", "readiness", "liveness", "startup"])  # fmt: skip
def test_what_is_dialled_has_one_called_http(dialled: App) -> None:
    assert ports_of(dialled)["api"] == ["http"]


def test_declared_ports_are_all_there_are() -> None:
    assert ports_of(app(service("api", ports=(Port("rpc", "grpc"),)), service("web", Need("api", port="rpc")))) == {
        "api": ["rpc"],
        "web": [],
    }


def test_a_worker_says_so_and_keeps_no_port() -> None:
    assert ports_of(app(service("worker", ports=()))) == {"worker": []}


def test_a_job_has_none_even_if_something_needs_it() -> None:
    assert ports_of(app(job("seed"), service("api", "seed"))) == {"seed": [], "api": []}


def test_an_app_with_ports_stays_as_it_is() -> None:
    once = with_ports(app(service("api"), service("web", "api")))
    assert with_ports(once) == once


def test_a_port_may_have_variables_of_its_own() -> None:
    ports = (Port(env=("HTTP_PORT", "LISTEN")), Port("admin", env=("ADMIN",)))
    env = environment(app(service("api", ports=ports)), "api")
    assert env == {
        "HOST": "${self:host}",
        "PORT": "${self:port:http}",
        "ADMIN_PORT": "${self:port:admin}",
        "HTTP_PORT": "${self:port:http}",
        "LISTEN": "${self:port:http}",
        "ADMIN": "${self:port:admin}",
    }


def probes(**fields: Any) -> Probes:
    return workload(desired(app(service("api", **fields))), "api").probes


def test_with_a_port_and_no_word_on_readiness_a_connection_is_enough() -> None:
    assert probes(ports=(Port("rpc", "grpc"), Port())) == Probes(ready=Probe("tcp", "rpc"))


def test_a_liveness_probe_alone_leaves_readiness_to_the_port() -> None:
    live = Probe("http", path="/live")
    assert probes(probes=Probes(live=live)) == Probes(ready=Probe("tcp", "http"), live=live)


def test_without_a_port_there_is_nothing_to_ask() -> None:
    assert probes() == Probes()
    assert isinstance(service("api"), Service)
