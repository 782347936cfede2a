"""What each policy does to requests, on a real Envoy."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from shoal.model.app import Gateway, Port, Protocol, Route
from shoal.model.desired import Desired
from shoal.model.observed import Endpoint, Instance
from shoal.model.policy import EdgePolicy, Ejection, Fault, Header, Match, Mirror, Pool, Rate, Rule
from shoal.model.workload import Edge, Workload

EDGE = "posts->users"
AUDIT = Mirror("audit")
TESTER = Match(headers=(Header("x-tester", "exact", "yes"),))


def desired(policy: EdgePolicy = EdgePolicy(), *rules: Rule, protocol: Protocol = "http") -> Desired:
    users = Workload(name="users", kind="service", ports=(Port(protocol=protocol),))
    others = (Workload(name=name, kind="service", ports=(Port(),)) for name in ("next", "audit"))
    edge = Edge("posts", "users", "http", protocol, policy, rules=rules)
    return Desired(app="blog", workloads=(users, *others), edges=(edge,))


def routed(*routes: Route) -> Desired:
    return msgspec.structs.replace(desired(), edges=(), gateway=Gateway(routes=routes))


def dead(workload: str) -> Instance:
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        where = Endpoint("127.0.0.1", gone.getsockname()[1])
    return Instance(f"{workload}/dead", workload, "service", "r", phase="ready", endpoints={"http": where})


class Three:
    """One instance each of users, next and audit, all ready."""

    def __init__(self, envoy: Any, upstream: Any) -> None:
        self.envoy = envoy
        self.users, self.next, self.audit = (upstream(name) for name in ("users", "next", "audit"))

    def route(self, wanted: Desired) -> None:
        found = [getattr(self, name).instance(name) for name in ("users", "next", "audit")]
        self.envoy.route(wanted, *found)


@pytest.fixture
def three(envoy: Any, upstream: Any) -> Iterator[Three]:
    yield Three(envoy, upstream)


def number(envoy: Any, cluster: str, name: str) -> int:
    lines = envoy.ask(f"/stats?filter=^cluster.{cluster}.{name}$").splitlines()
    return sum(int(line.rpartition(": ")[2]) for line in lines)


# Retries


@pytest.mark.parametrize(("on", "path", "tries"), [((503,), "/busy", 3), ((502,), "/busy", 1), ((), "/cut", 1),
                                                   (("reset",), "/cut", 3)])  # fmt: skip
def test_what_failed_is_tried_again_as_the_file_says(three: Three, get: Any, on: Any, path: str, tries: int) -> None:
    three.route(desired(EdgePolicy(retries=2, retry_on=on, pool=Pool(eject=None))))
    get(path, at=EDGE)
    assert len(three.users.seen) == tries


@pytest.mark.parametrize(("again", "tries"), [(("GET", "PUT"), 2), (("GET",), 1), ((), 1)])
def test_methods_that_may_be_done_twice_are_named(three: Three, get: Any, again: Any, tries: int) -> None:
    three.route(desired(EdgePolicy(again=again)))
    get("/busy", "PUT", at=EDGE)
    assert len(three.users.seen) == tries


def test_a_budget_keeps_retries_from_becoming_a_storm(three: Three, get: Any) -> None:
    """Without room for even one further try nothing is sent twice, however often the file would allow it."""
    three.route(desired(EdgePolicy(retries=5, pool=Pool(budget=0, spare=0, eject=None))))
    assert {get("/busy", at=EDGE).status for _ in range(10)} == {503}
    assert len(three.users.seen) == 10
    assert number(three.envoy, EDGE, "upstream_rq_retry_overflow") == 10


# Limits


def test_what_is_more_than_the_breaker_lets_through_is_refused_at_once(three: Three, get: Any) -> None:
    three.route(desired(EdgePolicy(pool=Pool(requests=2))))
    with ThreadPoolExecutor(5) as pool:
        under_way = [pool.submit(get, "/slow", at=EDGE) for _ in range(2)]
        assert three.users.arrived.wait(5)
        while number(three.envoy, EDGE, "upstream_rq_active") < 2:
            time.sleep(0.01)
        refused = get("/x", at=EDGE)
        three.users.release.set()
        assert [answer.result().status for answer in under_way] == [200, 200]
    assert refused.status == 503
    assert "overflow" in refused.json["errors"]["mesh"][0]
    assert get("/x", at=EDGE).status == 200


def test_connections_are_limited_and_the_next_request_waits(three: Three, get: Any) -> None:
    three.route(desired(EdgePolicy(pool=Pool(connections=1))))
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: get("/x", at=EDGE).status, range(20)))
    assert answers == [200] * 20
    assert number(three.envoy, EDGE, "upstream_cx_active") <= 1


def test_tcp_connections_beyond_the_limit_are_closed(three: Three) -> None:
    three.route(desired(EdgePolicy(retries=0, pool=Pool(connections=1)), protocol="tcp"))
    with talking(three.envoy) as first:
        with socket.create_connection(three.envoy.addresses[EDGE], timeout=5) as second:
            assert second.recv(1) == b""
        assert answered(first)


def talking(envoy: Any) -> socket.socket:
    """A connection that the callee has: it has answered there."""
    raw = socket.create_connection(envoy.addresses[EDGE], timeout=5)
    assert answered(raw)
    return raw


def answered(raw: socket.socket) -> bool:
    raw.sendall(b"HEAD /x HTTP/1.1\r\nhost: x\r\n\r\n")
    head = b""
    while b"\r\n\r\n" not in head:
        head += raw.recv(4096)
    return head.startswith(b"HTTP/1.1 200")


# Ejection


def test_one_that_fails_rests_and_comes_back(envoy: Any, upstream: Any, get: Any, wait: Callable[..., None]) -> None:
    """It gets nothing for the pause, then its share again."""
    a, b = upstream("a"), upstream("b")
    eject = Ejection(failures=3, pause=2.0, longest=2.0)
    envoy.route(desired(EdgePolicy(retries=0, pool=Pool(eject=eject))), a.instance("users"), b.instance("users"))
    while min(len(a.seen), len(b.seen)) < 3:
        get("/busy", at=EDGE)
    rested = {get("/x", at=EDGE).json["from"] for _ in range(10)}
    assert len(rested) == 1
    wait(lambda: get("/x", at=EDGE).json["from"] not in rested, "the other one")


def test_one_alone_never_rests(three: Three, get: Any) -> None:
    three.route(desired(EdgePolicy(retries=0, pool=Pool(eject=Ejection(failures=1)))))
    assert {get("/busy", at=EDGE).json["errors"]["nats"][0] for _ in range(10)} == {"away"}


# Rates


def test_more_than_the_rate_is_429_for_all_kinds_of_requests_together(three: Three, get: Any) -> None:
    three.route(desired(EdgePolicy(rate=Rate(6, 3600.0, burst=6))))
    came = [get("/x", method, at=EDGE) for method in ("GET", "POST", "PUT", "GET", "DELETE", "POST", "GET", "PUT")]
    assert [answer.status for answer in came] == [200] * 6 + [429] * 2
    assert came[-1].json == {"errors": {"mesh": ["local_rate_limited"]}}


def test_a_rate_fills_up_again(three: Three, get: Any, wait: Callable[..., None]) -> None:
    three.route(desired(EdgePolicy(rate=Rate(1, 1.0, burst=1))))
    came = Counter(get("/x", at=EDGE).status for _ in range(5))
    assert came[429]
    wait(lambda: get("/x", at=EDGE).status == 200, "a token")


def test_each_route_of_the_gateway_has_its_own_rate(three: Three, get: Any) -> None:
    few = EdgePolicy(rate=Rate(2, 3600.0, burst=2))
    three.route(routed(Route(("/a",), to="users", policy=few), Route(("/b",), to="users", policy=few),
                       Route(("/c",), to="users")))  # fmt: skip
    for path in ("/a", "/b"):
        assert [get(path, method).status for method in ("GET", "POST", "GET")] == [200, 200, 429]
    assert [get("/c").status for _ in range(5)] == [200] * 5


def test_a_rate_of_tcp_counts_connections(three: Three) -> None:
    three.route(desired(EdgePolicy(rate=Rate(1, 3600.0, burst=1)), protocol="tcp"))
    talking(three.envoy).close()
    with socket.create_connection(three.envoy.addresses[EDGE], timeout=5) as second:
        assert second.recv(1) == b""


# Matches


def test_a_rule_sends_what_matches_elsewhere(three: Three, get: Any) -> None:
    three.route(desired(EdgePolicy(), Rule(TESTER, "next")))
    assert get("/x", at=EDGE, x_tester="yes").json["from"] == "next"
    assert get("/x", at=EDGE, x_tester="no").json["from"] == "users"
    assert get("/x", at=EDGE).json["from"] == "users"
    assert get("/x", at=EDGE, x_tester="yes").json["headers"]["x-shoal-caller"] == "posts"


def test_a_rule_may_have_a_policy_of_its_own(three: Three, get: Any) -> None:
    three.route(desired(EdgePolicy(), Rule(TESTER, "users", policy=EdgePolicy(timeout=0.2, retries=0))))
    assert get("/slow", at=EDGE, x_tester="yes").status == 504
    assert not three.next.seen


def test_a_rule_has_its_share_of_the_edges_rate(three: Three, get: Any) -> None:
    few = EdgePolicy(rate=Rate(2, 3600.0, burst=2))
    three.route(desired(few, Rule(TESTER, "next", policy=few)))
    came = [get("/x", at=EDGE, x_tester=tester).status for tester in ("yes", "no", "yes", "no")]
    assert came == [200, 200, 429, 429]


def test_what_goes_to_the_mirror_anyway_has_no_copy(three: Three, get: Any) -> None:
    three.route(desired(EdgePolicy(mirror=AUDIT), Rule(TESTER, "audit", policy=EdgePolicy(mirror=AUDIT))))
    assert get("/x", at=EDGE, x_tester="yes").json["from"] == "audit"
    assert get("/y", at=EDGE, x_tester="yes").json["from"] == "audit"
    assert three.audit.seen == ["GET /x", "GET /y"]


CONDITIONS = [
    (Header("cookie", "contains", "beta=1"), "a=2; beta=1", "a=2"),
    (Header("cookie", "prefix", "beta"), "beta=1", "a; beta"),
    (Header("cookie", "present"), "x", None),
    (Header("cookie", "absent"), None, "x"),
]


@pytest.mark.parametrize(("header", "fits", "not_fits"), CONDITIONS, ids=lambda value: getattr(value, "kind", ""))
def test_a_header_is_matched(three: Three, get: Any, header: Header, fits: str | None, not_fits: str | None) -> None:
    three.route(routed(Route(to="users"), Route(to="next", match=Match(headers=(header,)))))
    cookies = [{"cookie": value} if value else {} for value in (fits, not_fits)]
    assert [get("/x", **more).json["from"] for more in cookies] == ["next", "users"]


def test_methods_are_matched(three: Three, get: Any) -> None:
    three.route(routed(Route(to="users"), Route(to="next", match=Match(methods=("POST", "PUT")))))
    came = {method: get("/x", method).json["from"] for method in ("GET", "POST", "PUT", "DELETE")}
    assert came == {"GET": "users", "POST": "next", "PUT": "next", "DELETE": "users"}


def test_a_longer_path_comes_before_a_match_on_a_shorter_one(three: Three, get: Any) -> None:
    three.route(routed(Route(("/a/b",), to="users"), Route(("/a",), to="next", match=TESTER), Route(to="audit")))
    came = [get(path, x_tester="yes").json["from"] for path in ("/a/b", "/a", "/")]
    assert came == ["users", "next", "audit"]
    assert get("/a").json["from"] == "audit"


# Mirrors


def test_a_mirror_gets_a_copy_and_nobody_waits_for_it(three: Three, get: Any, wait: Callable[..., None]) -> None:
    three.route(desired(EdgePolicy(mirror=AUDIT)))
    assert get("/slow/x", "POST", at=EDGE).json["from"] == "users"
    wait(lambda: three.audit.seen == ["POST /slow/x"], "the copy")
    assert three.users.seen == ["POST /slow/x"]


def test_a_mirror_that_is_down_is_no_trouble(envoy: Any, upstream: Any, get: Any) -> None:
    envoy.route(desired(EdgePolicy(mirror=AUDIT)), upstream("a").instance("users"), dead("audit"))
    assert {get("/x", at=EDGE).status for _ in range(10)} == {200}


def test_a_share_is_mirrored(three: Three, get: Any, wait: Callable[..., None]) -> None:
    three.route(routed(Route(to="users", policy=EdgePolicy(mirror=Mirror("audit", percent=0.0)))))
    assert get("/x").status == 200
    three.route(routed(Route(to="users", policy=EdgePolicy(mirror=Mirror("audit", percent=50.0)))))
    for _ in range(60):
        get("/x")
    wait(lambda: 10 < len(three.audit.seen) < 50, "about a half")


# Faults


def test_requests_are_aborted(three: Three, get: Any) -> None:
    three.route(desired(EdgePolicy(fault=Fault(abort=418))))
    answer = get("/x", "POST", at=EDGE)
    assert (answer.status, answer.json) == (418, {"errors": {"mesh": ["fault filter abort"]}})
    assert not three.users.seen


def test_requests_are_delayed(three: Three, get: Any) -> None:
    three.route(routed(Route(("/late",), to="users", policy=EdgePolicy(fault=Fault(delay=0.3))), Route(to="users")))
    began = time.monotonic()
    assert get("/late").status == 200
    assert time.monotonic() - began >= 0.29  # Envoy's clock counts milliseconds


def test_a_share_is_hurt(three: Three, get: Any) -> None:
    three.route(desired(EdgePolicy(fault=Fault(abort=500, percent=50.0))))
    came = Counter(get("/x", at=EDGE).status for _ in range(60))
    assert set(came) == {200, 500}


# Change


def test_a_changed_pool_leaves_requests_under_way_alone(three: Three, get: Any) -> None:
    three.route(desired())
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(get, "/slow", "POST", at=EDGE)
        assert three.users.arrived.wait(5)
        three.route(desired(EdgePolicy(pool=Pool(connections=7))))
        assert get("/x", at=EDGE).status == 200
        three.users.release.set()
        assert slow.result().status == 200


def test_routes_with_pools_of_their_own_do_not_share_them(three: Three, get: Any) -> None:
    narrow = EdgePolicy(pool=Pool(requests=1))
    three.route(routed(Route(("/narrow",), to="users", policy=narrow), Route(to="users")))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(get, "/narrow/slow")
        assert three.users.arrived.wait(5)
        assert get("/narrow/x").status == 503
        assert get("/x").status == 200
        three.users.release.set()
        assert slow.result().status == 200


def test_calls_of_grpc_are_counted_too(three: Three, get: Any) -> None:
    """Its callee is another edge's listener, which speaks HTTP/2."""
    three.route(desired())
    callee = Instance("g/0", "g", "service", "r", phase="ready", endpoints={"grpc": three.envoy.addresses[EDGE]})
    g = Workload(name="g", kind="service", ports=(Port("grpc", "grpc"),))
    policy = EdgePolicy(rate=Rate(1, 3600.0, burst=1))
    wanted = msgspec.structs.replace(
        desired(), workloads=(*desired().workloads, g),
        edges=(*desired().edges, Edge("web", "g", "grpc", "grpc", policy)),
    )  # fmt: skip
    three.envoy.route(wanted, three.users.instance("users"), callee)
    assert [get("/x", "POST", at="web->g:grpc").status for _ in range(2)] == [200, 429]
