"""Snapshots as values: what is in them, in which order, and that they agree with themselves."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.errors import ShoalError
from shoal.mesh import bootstrap, paths
from shoal.mesh.check import check
from shoal.mesh.links import addresses_needed
from shoal.mesh.snapshot import empty, pack, snapshot
from shoal.model.app import Cors, EdgePolicy, Gateway, Port, Protocol, Respond, Route
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance, Observed, Phase
from shoal.model.snapshot import Snapshot
from shoal.model.values import Value
from shoal.model.workload import Edge, Workload

GOLDEN = Path(__file__).parents[2] / "golden" / "mesh"

SMALL = Desired(
    app="blog",
    workloads=(
        Workload(name="users", kind="service", ports=(Port(), Port("admin"))),
        Workload(name="posts", kind="service", ports=(Port(),)),
        Workload(name="ledger", kind="service", ports=(Port("rpc", "grpc"), Port("raw", "tcp"))),
    ),
    edges=(
        Edge("posts", "users", policy=EdgePolicy(timeout=0.5, retries=2)),
        Edge("posts", "ledger", "rpc", "grpc"),
        Edge("posts", "ledger", "raw", "tcp", EdgePolicy(retries=0)),
    ),
    gateway=Gateway(
        routes=(
            Route(paths=("/",), to="posts"),
            Route(paths=("/api/users", "/api/user"), to="users"),
            Route(paths=("/manage",), hosts=("admin.example",), to="users", port="admin", strip=True),
            Route(paths=("/health",), respond=Respond(200, "ok", "text/plain")),
        ),
        cors=Cors(paths=("/api",), origins=("https://a.example",)),
    ),
)
SEEN = Observed(
    instances=(
        Instance("users/1", "users", "service", "r", phase="ready",
                 endpoints={"http": Endpoint("127.0.0.1", 4101), "admin": Endpoint("127.0.0.1", 4102)}),
        Instance("users/0", "users", "service", "r", phase="ready",
                 endpoints={"http": Endpoint("127.0.0.1", 4001), "admin": Endpoint("127.0.0.1", 4002)}),
        Instance("users/2", "users", "service", "r", endpoints={"http": Endpoint("127.0.0.1", 4201)}),
        Instance("ledger/0", "ledger", "service", "r", phase="ready",
                 endpoints={"rpc": Endpoint("127.0.0.1", 4301), "raw": Endpoint("127.0.0.1", 4302)}),
    )
)  # fmt: skip


def addresses(desired: Desired) -> dict[str, Endpoint]:
    return {name: Endpoint("127.0.0.1", 7000 + at) for at, name in enumerate(addresses_needed(desired))}


def taken(desired: Desired = SMALL, observed: Observed = SEEN, **more: Any) -> Snapshot:
    return snapshot(desired, observed, addresses(desired), **more)


def resources(found: Snapshot, name: str) -> dict[str, Any]:
    return {item["name"]: item for item in json.loads(found.files[name])["resources"]}


def ports(found: Snapshot, cluster: str) -> list[int]:
    (locality,) = resources(found, "cds.json")[cluster]["load_assignment"]["endpoints"]
    return [host["endpoint"]["address"]["socket_address"]["port_value"] for host in locality["lb_endpoints"]]


def golden(name: str, text: str) -> None:
    """Compare with a file; `SHOAL_GOLDEN=write` writes it instead."""
    file = GOLDEN / name
    if os.environ.get("SHOAL_GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert text == file.read_text()


@pytest.mark.parametrize("name", ["cds.json", "rds.json", "lds.json"])
def test_a_small_application(name: str) -> None:
    golden(f"small/{name}", taken().files[name])


def test_the_bootstrap() -> None:
    golden("bootstrap.json", str(bootstrap.workload("blog").files["envoy.json"]))


def static(name: str) -> list[Any]:
    """A golden's resources as the bootstrap would hold them, without the type that only a subscription needs."""
    found = json.loads((GOLDEN / "small" / name).read_text())["resources"]
    return [{key: value for key, value in item.items() if key != "@type"} for item in found]


def test_envoy_finds_the_goldens_valid(tmp_path: Path, binary: str) -> None:
    """As static parts and inline routes, since validation doesn't follow files."""
    whole = json.loads((GOLDEN / "bootstrap.json").read_text())
    del whole["dynamic_resources"]
    whole["static_resources"] = {"clusters": static("cds.json"), "listeners": static("lds.json")}
    manager = whole["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    del manager["rds"]
    (manager["route_config"],) = static("rds.json")
    (tmp_path / "envoy.json").write_text(json.dumps(whole))
    command = [binary, "-c", "envoy.json", "--mode", "validate", "--reject-unknown-dynamic-fields"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_envoy_is_a_workload_without_ports() -> None:
    found = bootstrap.workload("blog", "test", concurrency=2)
    assert (found.name, found.kind, found.ports) == ("mesh", "mesh", ())
    assert str(found.command[0]) == "${program:envoy}"
    assert str(found.cwd) == "${self:meshdir}"
    assert Value(("2",)) in found.command


def test_only_ready_instances_get_requests() -> None:
    found = taken()
    assert ports(found, "gateway->users") == ports(found, "posts->users") == [4001, 4101]
    assert ports(found, "gateway->users:admin") == [4002, 4102]
    assert ports(found, "gateway->posts") == []
    assert found.instances == {"users/0", "users/1", "ledger/0"}


def test_draining_instances_get_none() -> None:
    found = taken(draining=frozenset({"users/0"}))
    assert ports(found, "posts->users") == [4101]
    assert found.instances == {"users/1", "ledger/0"}


def test_the_same_input_gives_the_same_bytes_in_any_order() -> None:
    turned = Observed(instances=tuple(reversed(SEEN.instances)))
    mixed = Desired(SMALL.app, "dev", SMALL.workloads, tuple(reversed(SMALL.edges)), SMALL.gateway)
    assert taken(mixed, turned) == taken()


def test_an_instance_replaced_in_place_is_another_version() -> None:
    first = Instance("users/0", "users", "service", "r", phase="ready", endpoints={"http": Endpoint("127.0.0.1", 1)})
    second = Instance("users/9", "users", "service", "r", phase="ready", endpoints={"http": Endpoint("127.0.0.1", 1)})
    assert taken(SMALL, Observed((first,))).version != taken(SMALL, Observed((second,))).version


def test_each_file_carries_the_version() -> None:
    found = taken()
    assert {json.loads(text)["version_info"] for text in found.files.values()} == {found.version}


def test_the_longest_path_comes_first_whatever_the_files_order() -> None:
    def order(*given: str) -> list[str]:
        wanted = Gateway(routes=tuple(Route((path,), respond=Respond(200)) for path in given))
        (host,) = resources(taken(Desired("blog", gateway=wanted)), "rds.json")["gateway"]["virtual_hosts"]
        return [next(iter(route["match"].values())) for route in host["routes"]]

    right = ["/a/b/c", "/a/longer", "/a/b", "/a", "/", "/"]
    assert order("/", "/a", "/a/b", "/a/b/c", "/a/longer") == right
    assert order("/a/longer/", "/a/b/c", "/a/b/", "/a", "/") == right


def test_a_hosts_routes_come_before_those_of_wider_hosts() -> None:
    wanted = Gateway(
        routes=(
            Route(("/long/path",), respond=Respond(200)),
            Route(("/wild",), ("*.example",), respond=Respond(200)),
            Route(("/",), ("a.example",), respond=Respond(200)),
        )
    )
    table = resources(taken(Desired("blog", gateway=wanted)), "rds.json")["gateway"]
    found = {host["name"]: [next(iter(r["match"].values())) for r in host["routes"]] for host in table["virtual_hosts"]}
    assert found == {
        "*": ["/long/path", "/"],
        "*.example": ["/wild", "/long/path", "/"],
        "a.example": ["/", "/wild", "/long/path", "/"],
    }


def test_paths_are_written_as_they_arrive() -> None:
    assert paths.canonical("/café/") == "/caf%C3%A9"
    assert paths.canonical("/a%2Fb;c") == "/a%2Fb;c"
    assert paths.canonical("") == paths.canonical("/") == "/"


def test_without_a_gateway_there_is_none() -> None:
    found = taken(Desired("blog"), Observed())
    assert found.files == empty().files | found.files
    assert all(not json.loads(text)["resources"] for text in found.files.values())


def test_two_listeners_cannot_share_an_address() -> None:
    same = dict.fromkeys(addresses_needed(SMALL), Endpoint("127.0.0.1", 7000))
    with pytest.raises(ShoalError, match=r"address 127\.0\.0\.1:7000 is there 4 times"):
        snapshot(SMALL, SEEN, same)


def test_an_edge_cannot_listen_to_the_outside() -> None:
    where = {**addresses(SMALL), "posts->users": Endpoint("10.1.2.3", 80)}
    with pytest.raises(ShoalError, match=r"posts->users is not on a loopback address but on 10\.1\.2\.3"):
        snapshot(SMALL, SEEN, where)
    assert snapshot(SMALL, SEEN, {**addresses(SMALL), "gateway": Endpoint("0.0.0.0", 80)})


def test_check_sees_what_is_missing() -> None:
    found = {name: json.loads(text)["resources"] for name, text in taken().files.items()}
    problems = check(pack({**found, "cds.json": found["cds.json"][1:]}))
    assert problems == (f"cluster {found['cds.json'][0]['name']} is used but not there",)
    assert check(pack({**found, "rds.json": []})) == ("route table gateway is on one side only",)


names = st.sampled_from(["users", "posts", "web", "ledger.v2"])
port_names = st.sampled_from(["http", "admin", "rpc"])
protocols: st.SearchStrategy[Protocol] = st.sampled_from(["http", "grpc", "tcp"])
phases: st.SearchStrategy[Phase] = st.sampled_from(["starting", "ready", "unready", "stopping", "exited"])
policies = st.builds(EdgePolicy, timeout=st.floats(0, 1e6), retries=st.integers(0, 9))
routes = st.builds(
    Route,
    paths=st.lists(st.sampled_from(["/", "/a", "/a/", "/a/b", "/é", "/a+(b"]), min_size=1, max_size=3).map(tuple),
    hosts=st.lists(st.sampled_from(["*", "a.example", "A.example", "*.example"]), max_size=2).map(tuple),
    to=names,
    port=st.sampled_from(["", "admin"]),
    strip=st.booleans(),
    respond=st.none() | st.just(Respond(200, "x")),
    policy=policies,
)
gateways = st.builds(
    Gateway,
    routes=st.lists(routes, max_size=5).map(tuple),
    cors=st.none() | st.builds(Cors, origins=st.sampled_from([("*",), ("https://a", "https://b")])),
)
edges = st.lists(
    st.builds(Edge, names, names, port_names, protocols, policies), max_size=6, unique_by=lambda edge: edge.id
)
workloads = st.lists(
    st.builds(Workload, name=names, kind=st.just("service"),
              ports=st.lists(st.builds(Port, port_names, protocols), max_size=3).map(tuple)),
    max_size=4, unique_by=lambda workload: workload.name,
)  # fmt: skip
desireds = st.builds(
    Desired, app=st.just("blog"), workloads=workloads.map(tuple), edges=edges.map(tuple), gateway=st.none() | gateways
)
endpoints = st.builds(Endpoint, st.just("127.0.0.1"), st.integers(1, 65535))
instances = st.lists(
    st.builds(Instance, id=st.text("ab/1", min_size=1), workload=names, kind=st.just("service"), revision=st.just("r"),
              phase=phases, endpoints=st.dictionaries(port_names, endpoints)),
    max_size=6, unique_by=lambda instance: instance.id,
)  # fmt: skip


@settings(deadline=None)
@given(desireds, instances.map(lambda found: Observed(tuple(found))), st.frozensets(st.sampled_from(["a", "b", "1"])))
def test_every_snapshot_agrees_with_itself(desired: Desired, observed: Observed, draining: frozenset[str]) -> None:
    found = taken(desired, observed, draining=draining)
    assert check(found) == ()
    assert found == taken(desired, observed, draining=draining)
    ready = {i.id for i in observed.instances if i.phase == "ready"}
    assert found.instances <= ready - draining


def test_a_plain_name_is_one_more_address_of_its_edges_listener() -> None:
    listeners = resources(taken(names={"posts->users": Endpoint("127.64.0.9", 80)}), "lds.json")
    (more,) = listeners["posts->users"]["additional_addresses"]
    assert more["address"]["socket_address"]["address"] == "127.64.0.9"
    assert more["address"]["socket_address"]["port_value"] == 80
    assert "additional_addresses" not in listeners["posts->ledger:rpc"]


@pytest.mark.parametrize(("host", "port", "problem"), [
    ("0.0.0.0", 80, "not on a loopback address"),
    ("127.0.0.1", 7000, "is there 2 times"),
])  # fmt: skip
def test_such_an_address_is_checked_too(host: str, port: int, problem: str) -> None:
    with pytest.raises(ShoalError, match=problem):
        taken(names={"posts->users": Endpoint(host, port)})
