"""What a server of any engine must do for those who use it. All of these ask the same one."""

from __future__ import annotations

import pytest

from shoal.backing import engine_of
from tests.conformance.backing.clients import Refused
from tests.conformance.backing.conftest import Served
from tests.conformance.backing.test_every_engine import LOGIN

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


async def test_a_consumer_can_use_it_when_all_it_waits_for_has_come(served: Served) -> None:
    ann, _ = await served.again()
    await served.client.write(ann, "hello")
    assert (await served.client.read(ann))[-1] == "hello"


async def test_what_a_consumer_waits_for_is_there(served: Served) -> None:
    await served.again()
    workloads = {workload.name: workload.kind for workload in served.stand.loop.desired.workloads}
    for after in engine_of(served.client.backing).after(served.client.backing):
        assert (after.until == "done") is (workloads[after.name] == "job")


async def test_the_uri_says_what_the_other_properties_say(served: Served) -> None:
    ann, _ = await served.again()
    scheme, rest = ann["uri"].split("://")
    assert scheme in ("postgresql", "nats", "redis", "mysql", "amqp")
    assert rest.startswith(f"{ann['username']}:{ann['password']}@{ann['host']}:{ann['port']}")
    assert ann["username"] == "ann"
    assert len(ann["password"]) > 12


async def test_each_consumer_has_credentials_of_its_own(served: Served) -> None:
    ann, ben = await served.again()
    assert (ann["username"], ann["password"]) != (ben["username"], ben["password"])
    await served.client.write(ann, "from-ann")
    assert (await served.client.read(ben))[-1] == "from-ann"


@pytest.mark.parametrize("whose", ["wrong", "another's", "none"])
async def test_a_wrong_password_is_refused(served: Served, whose: str) -> None:
    ann, ben = await served.again()
    password = {"wrong": "wrong", "another's": ben["password"], "none": ""}[whose]
    with pytest.raises(Refused, match=LOGIN):
        await served.client.read(served.client.with_password(ann, password))


async def test_no_password_is_printed(served: Served) -> None:
    ann, _ = await served.again()
    await served.client.write(ann, "hello")
    assert ann["password"] not in served.stand.printed()
    assert ann["password"] not in str(served.stand.loop.observed)


async def test_no_password_is_on_a_command_line(served: Served) -> None:
    await served.again()
    stand = served.stand
    secrets = [path.read_text() for path in stand.state.glob("secrets/*.*") if path.is_file()]
    assert len(secrets) > 1
    lines = list(stand.running().values())
    assert any(str(stand.state) in line for line in lines)
    assert not [line for line in lines for secret in secrets if secret in line]


async def test_only_this_machine_can_reach_it(served: Served) -> None:
    await served.again()
    hosts = served.stand.listening()
    assert hosts
    assert hosts <= {"127.0.0.1", "::1"}


async def test_jobs_may_run_again_on_the_same_data(served: Served) -> None:
    ann, _ = await served.again()
    await served.client.write(ann, "kept")
    words = await served.client.read(ann)
    for job in served.stand.jobs():
        await served.stand.run_again(job)
    assert await served.client.read(ann) == words


async def test_words_survive_kill_9_of_the_server(served: Served) -> None:
    ann, _ = await served.again()
    await served.client.write(ann, "before")
    words = await served.client.read(ann)
    for n in range(2):
        await served.client.write(ann, f"word-{n}")
        words.append(f"word-{n}")
        await served.stand.kill(served.client.backing)
        # No pause: ready means that a client can connect, after a recovery too.
        assert await served.client.read(ann) == words
