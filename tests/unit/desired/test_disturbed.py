"""What is disturbed on purpose is part of the mesh alone: no workload becomes another one."""

from __future__ import annotations

from shoal.desired.disturbed import disturbed
from shoal.mesh.links import all_links, severed
from shoal.model.app import Gateway, Port, Route
from shoal.model.desired import Desired
from shoal.model.disturbance import Disturbance
from shoal.model.policy import EdgePolicy, Fault, Match, Rule
from shoal.model.workload import Edge, Workload

SLOW = Fault(delay=0.3)
POSTS = Workload("posts", "service", ports=(Port(),))
USERS = Workload("users", "service", ports=(Port(),))
DESIRED = Desired(
    app="blog",
    workloads=(POSTS, USERS),
    edges=(
        Edge("web", "posts", rules=(Rule(Match(("PUT",)), "users", policy=EdgePolicy(retries=3)),)),
        Edge("web", "users"),
    ),
    gateway=Gateway(routes=(Route(to="posts"), Route(("/users",), to="users"))),
)


def of(kind: str, *links: tuple[str, str]) -> Desired:
    return disturbed(DESIRED, [Disturbance(kind, "", 0.0, 30.0, SLOW, links)])  # type: ignore[arg-type]


def cut(desired: Desired) -> set[str]:
    return {link.name for link in all_links(desired) if severed(link, desired)}


def test_a_delay_is_a_fault_of_this_edge_alone_and_of_its_rules() -> None:
    found = of("delay", ("web", "posts"))
    edge, other = found.edges
    assert (edge.policy.fault, edge.rules[0].policy) == (SLOW, EdgePolicy(retries=3, fault=SLOW))
    assert (other, found.gateway) == (DESIRED.edges[1], DESIRED.gateway)


def test_what_comes_from_outside_is_an_edge_too() -> None:
    found = of("abort", ("gateway", "users"))
    assert found.gateway is not None
    assert [route.policy.fault for route in found.gateway.routes] == [None, SLOW]
    assert found.edges == DESIRED.edges


def test_a_partition_cuts_one_link_or_all_of_a_service() -> None:
    assert cut(DESIRED) == set()
    assert cut(of("partition", ("web", "posts"))) == {"web->posts"}
    assert cut(of("partition", ("", "posts"), ("posts", ""))) == {"web->posts", "gateway->posts"}
    assert cut(of("partition", ("", "web"), ("web", ""))) == {"web->posts", "web->users"}


def test_workloads_stay_what_they_are() -> None:
    for kind in ("delay", "abort", "partition", "pause", "fill"):
        assert of(kind, ("web", "posts")).workloads == DESIRED.workloads
