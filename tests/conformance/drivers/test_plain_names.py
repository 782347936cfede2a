"""The addresses that plain names stand for: one for each caller and callee, the same ever after."""

from __future__ import annotations

import socket

import pytest

from shoal.drivers.process.names import why_not
from shoal.model.desired import Desired
from shoal.model.workload import Edge, Refusal
from tests.conformance.drivers.bed import Bed, ProcessBed

LACK = why_not()
needs_names = pytest.mark.skipif(bool(LACK), reason=f"plain names: {LACK}")
POSTS, MAILS = Edge("posts", "users", named=8080), Edge("mails", "users", named=8080)
WEB = Refusal("web", "", named=8080)


@needs_names
async def test_each_caller_has_another_address_for_the_same_callee(bed: Bed) -> None:
    found = bed.driver.named([POSTS, MAILS])
    assert found[POSTS.id].host != found[MAILS.id].host
    assert all(at.host.startswith("127.") and at.host != "127.0.0.1" and at.port == 8080 for at in found.values())


@needs_names
async def test_all_ports_of_a_callee_are_at_one_address(bed: Bed) -> None:
    admin = Edge("posts", "users", "admin", named=9000)
    found = bed.driver.named([POSTS, admin])
    assert found[POSTS.id].host == found[admin.id].host
    assert found[admin.id].port == 9000


@needs_names
async def test_they_stay_the_same(bed: Bed) -> None:
    before = bed.driver.named([POSTS, MAILS])
    await bed.reopen()
    assert bed.driver.named([MAILS, POSTS]) == before


@needs_names
async def test_what_a_caller_does_not_need_is_at_one_address_of_its_own(bed: Bed) -> None:
    found = bed.driver.named([POSTS, Refusal("posts", "", named=80), Refusal("posts", "x", named=90), WEB])
    assert found["posts->:80"].host == found["posts->:90"].host
    assert len({found[name].host for name in (POSTS.id, "posts->:80", WEB.id)}) == 3


def hosts(processes: ProcessBed, instance: str) -> list[str]:
    return (processes.root / "instances" / instance / "hosts").read_text().splitlines()


@needs_names
async def test_the_hosts_file_has_their_names(processes: ProcessBed) -> None:
    workload = processes.runs("web", owner="web", names={"db": ""}, strangers=("users", "posts"))
    at = processes.driver.named([WEB])[WEB.id].host
    instance = await processes.driver.start(workload, 0)
    assert hosts(processes, instance.id)[-3:] == ["127.0.0.1\tdb", f"{at}\tusers", f"{at}\tposts"]


@needs_names
async def test_where_somebody_else_listens_at_every_address_it_has_not(processes: ProcessBed) -> None:
    """The name would lead to them."""
    with socket.create_server(("0.0.0.0", 0)) as other:
        taken = Refusal("web", "", named=other.getsockname()[1])
        assert processes.driver.named([WEB, taken]).keys() == {WEB.id}
        instance = await processes.driver.start(
            processes.runs("web", owner="web", names={"db": ""}, strangers=("users",)), 0
        )
    assert hosts(processes, instance.id)[-1] == "127.0.0.1\tdb"


async def test_an_edge_without_a_name_has_none(bed: Bed) -> None:
    assert bed.driver.named([Edge("posts", "users")]) == {}


async def test_where_the_system_has_none_there_are_none_and_it_says_why(
    processes: ProcessBed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shoal.drivers.process.names.why_not", lambda: "the system allows no namespaces")
    workload = processes.runs("posts", names={"users": POSTS.host_key})
    assert processes.driver.named([POSTS]) == {}
    desired = Desired("shop", workloads=(workload,), edges=(POSTS,))
    assert processes.driver.lacking(desired) == ("plain names don't resolve: the system allows no namespaces",)
    instance = await processes.driver.start(workload, 0)
    assert not (processes.root / "instances" / instance.id / "hosts").exists()
