"""Starting: an instance must carry all that was asked for, or there must be a clear error and nothing else."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from shoal.errors import DriverFailed, ShoalError, StateDamaged, ToolMissing
from shoal.model.app import Port
from shoal.model.values import Ref, Value, address, concat, own, secret
from shoal.model.workload import After
from tests.conformance.drivers.bed import Bed


async def test_an_instance_has_a_pid_and_an_endpoint_per_port(bed: Bed) -> None:
    workload = bed.runs("users", ports=(Port("http"), Port("admin")))
    instance = await bed.driver.start(workload, 0)
    assert instance.pid > 0
    assert set(instance.endpoints) == {"http", "admin"}
    assert len({endpoint.port for endpoint in instance.endpoints.values()}) == 2
    assert (await bed.driver.observe()) == (instance,)


async def test_an_instance_keeps_what_it_was_started_as(bed: Bed) -> None:
    workload = bed.runs("users", revision="r7", nonce="n1", after=(After("users-db"),))
    instance = await bed.driver.start(workload, 2, failures=3)
    assert (instance.workload, instance.kind, instance.revision, instance.nonce) == ("users", "service", "r7", "n1")
    assert (instance.index, instance.failures, instance.after) == (2, 3, ("users-db",))
    assert instance.phase == "starting"
    assert instance.id.startswith("users-2-")


async def test_two_instances_of_a_slot_are_told_apart(bed: Bed) -> None:
    workload = bed.runs("users", ports=(Port(),))
    first, second = await asyncio.gather(bed.driver.start(workload, 0), bed.driver.start(workload, 0))
    assert first.id != second.id
    assert first.endpoints != second.endpoints


async def test_a_missing_program_is_a_clear_error_and_leaves_no_instance(bed: Bed) -> None:
    with pytest.raises(ToolMissing, match=r"users.*isn't there"):
        await bed.driver.start(bed.missing("users"), 0)
    assert await bed.driver.observe() == ()


async def test_a_reference_that_nothing_answers_to_is_an_error(bed: Bed) -> None:
    with pytest.raises(DriverFailed, match="nothing answers"):
        await bed.driver.start(bed.runs("users", env={"X": own("nonsense")}), 0)
    assert await bed.driver.observe() == ()


async def test_values_are_rendered_for_the_instance(bed: Bed) -> None:
    digest = bed.driver.set_secret("token", "s3cret")
    bed.driver.addresses(["users->posts"])
    env = {
        "PORT": own("port:http"),
        "FIRST": own("port"),
        "PEER": concat("http://", address("users->posts", "host"), ":", address("users->posts", "port")),
        "TOKEN": secret("token"),
        "MADE": secret("never-given"),
        "DATA": Value((Ref("data", "users-db"),)),
        "ME": concat(own("workload"), "/", own("index"), "/", own("instance")),
    }
    workload = bed.runs("users", ports=(Port("http", env=("HTTP_PORT",)),), env=env, secrets={"token": digest})
    instance = await bed.driver.start(workload, 1)
    seen = (await bed.driver.invocation(workload, ("true",), like=instance.id)).env
    port = str(instance.endpoints["http"].port)
    assert (seen["PORT"], seen["FIRST"], seen["HTTP_PORT"]) == (port, port, port)
    assert seen["PEER"] == f"http://{bed.dialled('users->posts')}"
    assert seen["TOKEN"] == "s3cret"
    assert len(seen["MADE"]) > 8
    assert seen["DATA"].endswith("/users-db")
    assert seen["ME"] == f"users/1/{instance.id}"


async def test_an_instance_has_the_content_of_a_secret_that_its_release_means(bed: Bed) -> None:
    old, new = bed.driver.set_secret("token", "old"), bed.driver.set_secret("token", "new")
    assert old != new
    assert [bed.driver.secret_digest("old"), bed.driver.secret_digest("new")] == [old, new]
    plain = bed.runs("users", env={"TOKEN": secret("token")})
    found = []
    for secrets in ({"token": new}, {"token": old}, {}):
        workload = msgspec.structs.replace(plain, secrets=secrets)
        instance = await bed.driver.start(workload, 0)
        found.append((await bed.driver.invocation(workload, ("true",), like=instance.id)).env["TOKEN"])
    assert found[:2] == ["new", "old"]
    assert found[2] not in ("new", "old"), "one that was made"


async def test_a_content_that_no_release_names_is_gone(bed: Bed) -> None:
    old, new = bed.driver.set_secret("token", "old"), bed.driver.set_secret("token", "new")
    bed.driver.discard_secrets({"token": {new}})
    plain = bed.runs("users", env={"TOKEN": secret("token")})
    await bed.driver.start(msgspec.structs.replace(plain, secrets={"token": new}), 0)
    with pytest.raises(StateDamaged, match="token has lost its content"):
        await bed.driver.start(msgspec.structs.replace(plain, secrets={"token": old}), 0)


async def test_a_secret_of_ones_own_is_the_same_for_everybody(bed: Bed) -> None:
    workload = bed.runs("users", env={"PASSWORD": secret("users-db.users")})
    first, second = await bed.driver.start(workload, 0), await bed.driver.start(workload, 1)
    passwords = {(await bed.driver.invocation(workload, (), like=i.id)).env["PASSWORD"] for i in (first, second)}
    await bed.reopen()
    passwords.add((await bed.driver.invocation(workload, ())).env["PASSWORD"])
    assert len(passwords) == 1


def test_digests_of_secrets_tell_contents_apart(bed: Bed) -> None:
    one, other = bed.driver.set_secret("a", "x"), bed.driver.set_secret("a", "y")
    assert one != other
    assert bed.driver.set_secret("b", "x") == one
    assert "x" not in (one, other)


async def test_unknown_instances_are_errors(bed: Bed) -> None:
    for act in (bed.driver.stop("nobody"), bed.driver.forget("nobody")):
        with pytest.raises(ShoalError, match="no instance"):
            await act
