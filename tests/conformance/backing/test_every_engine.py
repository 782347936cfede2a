"""What every backing service must do, whichever engine it is."""

from __future__ import annotations

import pytest

from shoal.backing import ENGINES, Consumer, engine_of
from tests.conformance.backing.clients import CLIENTS, EngineClient, Refused
from tests.conformance.backing.stand import Stand

ANN, BEN = Consumer("ann"), Consumer("ben")
# What servers say to a wrong password, in their words.
LOGIN = r"(?i)auth|password|access denied"


def test_every_engine_that_runs_here_has_a_client_here() -> None:
    assert set(CLIENTS) == set(ENGINES)


async def test_a_client_can_connect_as_soon_as_the_probe_says_ready(stand: Stand, client: EngineClient) -> None:
    stand.want(client.backing, ANN)
    await stand.ready(client.backing)
    # The server is there; that it doesn't know ann yet is what the job after it is for.
    with pytest.raises(Refused, match=LOGIN):
        await client.read(client.with_password(stand.properties(client.backing, ANN), "wrong"))


async def test_a_consumer_can_use_it_when_all_it_waits_for_has_come(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    ann = stand.properties(client.backing, ANN)
    await client.write(ann, "hello")
    assert await client.read(ann) == ["hello"]


async def test_what_a_consumer_waits_for_is_there(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    workloads = {workload.name: workload.kind for workload in stand.loop.desired.workloads}
    for after in engine_of(client.backing).after(client.backing):
        assert (after.until == "done") is (workloads[after.name] == "job")


async def test_the_uri_says_what_the_other_properties_say(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    ann = stand.properties(client.backing, ANN)
    scheme, rest = ann["uri"].split("://")
    assert scheme in ("postgresql", "nats", "redis", "mysql", "amqp")
    assert rest.startswith(f"{ann['username']}:{ann['password']}@{ann['host']}:{ann['port']}")
    assert ann["username"] == "ann"
    assert len(ann["password"]) > 12


async def test_each_consumer_has_credentials_of_its_own(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN, BEN)
    ann, ben = stand.properties(client.backing, ANN), stand.properties(client.backing, BEN)
    assert (ann["username"], ann["password"]) != (ben["username"], ben["password"])
    await client.write(ann, "from-ann")
    assert await client.read(ben) == ["from-ann"]


@pytest.mark.parametrize("whose", ["wrong", "another's", "none"])
async def test_a_wrong_password_is_refused(stand: Stand, client: EngineClient, whose: str) -> None:
    await stand.up(client.backing, ANN, BEN)
    ann, ben = stand.properties(client.backing, ANN), stand.properties(client.backing, BEN)
    password = {"wrong": "wrong", "another's": ben["password"], "none": ""}[whose]
    with pytest.raises(Refused, match=LOGIN):
        await client.read(client.with_password(ann, password))


async def test_words_survive_a_stop_and_a_start_and_the_address_stays(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    before = stand.properties(client.backing, ANN)
    await client.write(before, "kept")
    jobs = stand.jobs()
    await stand.down()
    await stand.up(client.backing, ANN)
    assert stand.properties(client.backing, ANN) == before
    assert await client.read(before) == ["kept"]
    assert stand.jobs() == jobs, "what was done on this data is not done again"


async def test_words_survive_kill_9_of_the_server(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    ann = stand.properties(client.backing, ANN)
    for n in range(3):
        await client.write(ann, f"word-{n}")
        await stand.kill(client.backing)
        # No pause: ready means that a client can connect, after a recovery too.
        assert await client.read(ann) == [f"word-{m}" for m in range(n + 1)]


async def test_jobs_may_run_again_on_the_same_data(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    ann = stand.properties(client.backing, ANN)
    await client.write(ann, "kept")
    for job in stand.jobs():
        await stand.run_again(job)
    assert await client.read(ann) == ["kept"]


async def test_a_new_consumer_comes_and_the_old_one_keeps_its_words(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    ann = stand.properties(client.backing, ANN)
    await client.write(ann, "kept")
    await stand.up(client.backing, ANN, BEN)
    assert await client.read(stand.properties(client.backing, BEN)) == ["kept"]
    assert await client.read(ann) == ["kept"]


async def test_dropped_data_is_gone_and_all_is_made_anew(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    first = stand.properties(client.backing, ANN)
    await client.write(first, "gone")
    await stand.drop()
    await stand.up(client.backing, ANN)
    second = stand.properties(client.backing, ANN)
    assert second["password"] != first["password"]
    await client.write(second, "new")
    assert await client.read(second) == ["new"]


async def test_no_password_is_printed(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    ann = stand.properties(client.backing, ANN)
    await client.write(ann, "hello")
    assert ann["password"] not in stand.printed()
    assert ann["password"] not in str(stand.loop.observed)


async def test_no_password_is_on_a_command_line(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    secrets = [path.read_text() for path in stand.state.glob("secrets/*.*") if path.is_file()]
    assert len(secrets) > 1
    lines = list(stand.running().values())
    assert any(str(stand.state) in line for line in lines)
    assert not [line for line in lines for secret in secrets if secret in line]


async def test_only_this_machine_can_reach_it(stand: Stand, client: EngineClient) -> None:
    await stand.up(client.backing, ANN)
    hosts = stand.listening()
    assert hosts
    assert hosts <= {"127.0.0.1", "::1"}
