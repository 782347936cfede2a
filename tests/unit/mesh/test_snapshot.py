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
from shoal.mesh import bootstrap, paths, rates
from shoal.mesh.check import check
from shoal.mesh.links import addresses_needed
from shoal.mesh.snapshot import empty, pack, snapshot
from shoal.model.app import Cors, Gateway, Port, Protocol, Respond, Route
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance, Observed, Phase
from shoal.model.policy import EdgePolicy, Ejection, Fault, Header, Match, Mirror, Pool, Rate, Rule
from shoal.model.snapshot import Snapshot
from shoal.model.workload import Edge, Workload

GOLDEN = Path(__file__).parents[2] / "golden" / "mesh"

SMALL = Desired(
    app="blog",
    workloads=(
        Workload(name="users", kind="service", ports=(Port(), Port("admin")), replicas=2),
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

EVERY_POLICY = EdgePolicy(
    timeout=2.0,
    retries=3,
    try_timeout=0.25,
    retry_on=("reset", 502, 503),
    again=("GET", "PUT"),
    pool=Pool(50, 20, 10, budget=10.0, spare=5, eject=Ejection(3, 1.0, 5.0, most=30.0)),
    rate=Rate(100, 1.0, burst=200),
    mirror=Mirror("posts", percent=0.5),
    fault=Fault(delay=0.1, abort=503, percent=5.0),
)
TESTERS = Match(("GET", "POST"), (Header("x-tester", "prefix", "a"), Header("cookie", "contains", "beta=1")))
WITH_POLICIES = Desired(
    app="blog",
    workloads=SMALL.workloads,
    edges=(
        Edge("posts", "users", policy=EVERY_POLICY, rules=(Rule(TESTERS, "posts"),)),
        Edge("posts", "ledger", "rpc", "grpc", EdgePolicy(timeout=1.0, rate=Rate(60, 60.0), pool=Pool(eject=None))),
        Edge("posts", "ledger", "raw", "tcp", EdgePolicy(rate=Rate(10), pool=Pool(connections=5))),
    ),
    gateway=Gateway(
        routes=(
            Route(paths=("/",), to="posts", policy=EVERY_POLICY),
            Route(paths=("/",), to="users", match=TESTERS),
            Route(paths=("/",), respond=Respond(403), match=Match(headers=(Header("x-evil", "present"),))),
        ),
    ),
)


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


@pytest.mark.parametrize("name", ["cds.json", "rds.json", "lds.json"])
def test_every_policy(name: str) -> None:
    golden(f"policies/{name}", taken(WITH_POLICIES).files[name])


def test_the_bootstrap() -> None:
    golden("bootstrap.json", str(bootstrap.workload("blog").files["envoy.json"]))


def static(folder: str, name: str) -> list[Any]:
    """A golden's resources as the bootstrap would hold them, without the type that only a subscription needs."""
    found = json.loads((GOLDEN / folder / name).read_text())["resources"]
    return [{key: value for key, value in item.items() if key != "@type"} for item in found]


@pytest.mark.parametrize("folder", ["small", "policies"])
def test_envoy_finds_the_goldens_valid(tmp_path: Path, binary: str, folder: str) -> None:
    """As static parts and inline routes, since validation doesn't follow files."""
    whole = json.loads((GOLDEN / "bootstrap.json").read_text())
    del whole["dynamic_resources"]
    whole["static_resources"] = {"clusters": static(folder, "cds.json"), "listeners": static(folder, "lds.json")}
    manager = whole["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    del manager["rds"]
    (manager["route_config"],) = static(folder, "rds.json")
    (tmp_path / "envoy.json").write_text(json.dumps(whole))
    command = [binary, "-c", "envoy.json", "--mode", "validate", "--reject-unknown-dynamic-fields"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_envoy_is_a_workload_without_ports() -> None:
    found = bootstrap.workload("blog", "test")
    assert (found.name, found.kind, found.ports) == ("mesh", "mesh", ())
    assert str(found.command[0]) == "${program:envoy}"
    assert str(found.cwd) == "${self:meshdir}"
    words = [str(word) for word in found.command]
    assert words[words.index("--concurrency") + 1] == "1"


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
policies = st.builds(
    EdgePolicy,
    timeout=st.floats(0, 1e6),
    retries=st.integers(0, 9),
    pool=st.builds(Pool, requests=st.integers(0, 9)),
    rate=st.none() | st.builds(Rate, st.integers(1, 999), st.sampled_from([1.0, 60.0]), st.integers(1, 9)),
    mirror=st.none() | st.builds(Mirror, names, percent=st.floats(0, 100)),
    fault=st.none() | st.builds(Fault, delay=st.floats(0, 9)),
)
matches = st.sampled_from([Match(), Match(("GET",)), TESTERS])
rules = st.lists(st.builds(Rule, matches, names, policy=policies), max_size=2).map(tuple)
routes = st.builds(
    Route,
    paths=st.lists(st.sampled_from(["/", "/a", "/a/", "/a/b", "/é", "/a+(b"]), min_size=1, max_size=3).map(tuple),
    hosts=st.lists(st.sampled_from(["*", "a.example", "A.example", "*.example"]), max_size=2).map(tuple),
    to=names,
    port=st.sampled_from(["", "admin"]),
    strip=st.booleans(),
    respond=st.none() | st.just(Respond(200, "x")),
    policy=policies,
    match=matches,
)
gateways = st.builds(
    Gateway,
    routes=st.lists(routes, max_size=5).map(tuple),
    cors=st.none() | st.builds(Cors, origins=st.sampled_from([("*",), ("https://a", "https://b")])),
)
edges = st.lists(
    st.builds(Edge, names, names, port_names, protocols, policies, rules=rules),
    max_size=6,
    unique_by=lambda edge: edge.id,
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


def test_routes_share_a_link_unless_their_pools_differ() -> None:
    narrow = EdgePolicy(pool=Pool(requests=5))
    routes = [Route(("/a",), to="users"), Route(("/b",), to="users", policy=EdgePolicy(timeout=9)),
              Route(("/c",), to="users", policy=narrow), Route(("/d",), to="users", policy=narrow)]  # fmt: skip
    found = taken(Desired("blog", workloads=SMALL.workloads, gateway=Gateway(routes=tuple(routes))))
    first, second = sorted(resources(found, "cds.json"))
    assert first == "gateway->users"
    assert second.startswith("gateway->users~")


def test_where_a_rule_or_a_mirror_leads_there_is_a_link_though_no_address() -> None:
    edge = Edge("posts", "users", policy=EdgePolicy(mirror=Mirror("ledger", "rpc")), rules=(Rule(TESTERS, "posts"),))
    found = taken(Desired("blog", workloads=SMALL.workloads, edges=(edge,)))
    assert [*resources(found, "cds.json")] == ["posts->ledger:rpc", "posts->posts", "posts->users"]
    assert [*resources(found, "lds.json")] == ["posts->users"]


def test_what_a_need_says_of_its_link_counts_for_rules_and_mirrors_too() -> None:
    alone = EdgePolicy(pool=Pool(connections=3))
    edges = (
        Edge("posts", "users", rules=(Rule(TESTERS, "ledger", "rpc"),)),
        Edge("posts", "ledger", "rpc", "grpc", alone),
    )
    found = resources(taken(Desired("blog", workloads=SMALL.workloads, edges=edges)), "cds.json")
    assert found["posts->ledger:rpc"]["circuit_breakers"]["thresholds"][0]["max_connections"] == 3


@pytest.mark.parametrize(("rate", "tokens", "interval"), [
    (Rate(100, 1.0, burst=100), (100, 5), "0.05s"),
    (Rate(7, 1.0, burst=2), (2, 1), "0.142857143s"),
    (Rate(60, 60.0, burst=1), (1, 1), "1s"),
    (Rate(9973, 1.0, burst=5), (9973, 9973), "1s"),
])  # fmt: skip
def test_a_bucket_is_filled_evenly(rate: Rate, tokens: tuple[int, int], interval: str) -> None:
    found = rates.bucket(rate)
    assert (found["max_tokens"], found["tokens_per_fill"], found["fill_interval"]) == (*tokens, interval)


@pytest.mark.parametrize(("policy", "replicas", "late"), [
    (EdgePolicy(), 2, "1s"),
    (EdgePolicy(), 1, None),
    (EdgePolicy(timeout=1.0), 2, None),
    (EdgePolicy(timeout=0.0), 2, None),
    (EdgePolicy(try_timeout=0.0), 2, None),
    (EdgePolicy(try_timeout=0.5), 1, "0.5s"),
])  # fmt: skip
def test_another_one_is_asked_where_there_is_another_and_the_time(
    policy: EdgePolicy, replicas: int, late: str | None
) -> None:
    users = Workload(name="users", kind="service", ports=(Port(),), replicas=replicas)
    wanted = Desired("blog", workloads=(users,), gateway=Gateway(routes=(Route(to="users", policy=policy),)))
    (host,) = resources(taken(wanted), "rds.json")["gateway"]["virtual_hosts"]
    reading, writing = host["routes"][2]["route"], host["routes"][4]["route"]
    assert reading["retry_policy"].get("per_try_timeout") == late
    assert ("hedge_policy" in reading) == (late is not None)
    assert "hedge_policy" not in writing


@pytest.mark.parametrize(("policy", "replicas", "tries"), [
    (EdgePolicy(), 1, 1),
    (EdgePolicy(), 2, 2),
    (EdgePolicy(), 4, 4),
    (EdgePolicy(), 40, 4),
    (EdgePolicy(retries=7), 2, 7),
])  # fmt: skip
def test_each_other_instance_is_asked_but_not_too_many(policy: EdgePolicy, replicas: int, tries: int) -> None:
    users = Workload(name="users", kind="service", ports=(Port(),), replicas=replicas)
    wanted = Desired("blog", workloads=(users,), gateway=Gateway(routes=(Route(to="users", policy=policy),)))
    (host,) = resources(taken(wanted), "rds.json")["gateway"]["virtual_hosts"]
    assert {route["route"]["retry_policy"]["num_retries"] for route in host["routes"] if "route" in route} == {tries}


@settings(deadline=None)
@given(st.builds(Rate, st.integers(1, 10**9), st.sampled_from([1.0, 60.0, 3600.0]), st.integers(1, 10**6)))
def test_a_bucket_lets_through_what_the_file_says(rate: Rate) -> None:
    found = rates.bucket(rate)
    every = float(found["fill_interval"].removesuffix("s"))
    assert every >= rates.OFTEN
    assert found["tokens_per_fill"] / every == pytest.approx(rate.limit / rate.period)
    assert found["max_tokens"] >= rate.burst
