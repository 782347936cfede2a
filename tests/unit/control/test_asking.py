"""What a probe asks inside an instance: commands, and what it has printed."""

from __future__ import annotations

import asyncio
import time

import pytest

from shoal.control.asking import Asking
from shoal.control.output import Search
from shoal.drivers.driver import Ran
from shoal.drivers.fake import Behaviour, FakeDriver
from shoal.model.app import Port, Probe
from shoal.model.observed import Instance
from shoal.model.values import concat, own
from shoal.model.workload import Workload

CHECK = Probe("exec", command=(concat("/usr/bin/check"), concat("--port=", own("port:http"))), timeout=0.5)


async def running(behaviour: Behaviour = Behaviour()) -> tuple[FakeDriver, Instance]:
    driver = FakeDriver()
    driver.behave("api", behaviour)
    workload = Workload("api", "service", ports=(Port(),))
    return driver, await driver.start(workload, 0)


async def answer(behaviour: Behaviour, probe: Probe = CHECK) -> str:
    driver, instance = await running(behaviour)
    return await Asking(driver).ask(probe, instance)


class TestACommand:
    async def test_is_given_what_the_instance_has(self) -> None:
        driver, instance = await running()
        assert await Asking(driver).ask(CHECK, instance) == ""
        port = instance.endpoints["http"].port
        assert driver.platform.calls[-1] == f"exec {instance.id}: /usr/bin/check --port={port}"

    @pytest.mark.parametrize(("ran", "problem"), [
        (Ran(1), "`check` ended with exit code 1"),
        (Ran(2, "trying\nno route\n"), "`check` ended with exit code 2: no route"),
        (Ran(-9), "`check` was ended by signal 9"),
        (Ran(0, "all is well"), ""),
    ])  # fmt: skip
    async def test_says_yes_or_no_by_its_exit_code(self, ran: Ran, problem: str) -> None:
        assert await answer(Behaviour(answer=ran)) == problem

    async def test_that_takes_too_long_says_no(self) -> None:
        probe = Probe("exec", command=CHECK.command, timeout=0.01)
        assert await answer(Behaviour(answers_after=60), probe) == "`check` did not end within 0.01 s"

    async def test_of_an_instance_that_is_gone_says_no(self) -> None:
        driver, instance = await running()
        driver.crash(instance.id)
        assert await Asking(driver).ask(CHECK, instance) == f"{instance.id} doesn't run any more"


class TestALine:
    async def test_that_was_printed_is_a_yes(self) -> None:
        probe = Probe("log", pattern=r"Started \w+ in [0-9.]+ s$")
        assert await answer(Behaviour(output=("hello", "Started Users in 1.5 s")), probe) == ""

    async def test_that_was_not_printed_is_a_no(self) -> None:
        problem = await answer(Behaviour(output=("hello",)), Probe("log", pattern="^Started"))
        assert problem == "it has printed no line yet that matches ^Started"


class Output:
    """What grows while it is searched."""

    def __init__(self, text: bytes, lost: int = 0) -> None:
        self.text, self.lost, self.reads = text, lost, 0

    def read(self, offset: int) -> tuple[bytes, int]:
        self.reads += 1
        start = max(offset, self.lost)
        return self.text[start : start + 4], min(max(start, len(self.text)), start + 4)


class Wide(Output):
    """The same in large pieces."""

    def read(self, offset: int) -> tuple[bytes, int]:
        return self.text[offset:], len(self.text)


class TestASearch:
    @pytest.mark.parametrize(
        "text", [b"now ready\n", b"now ready", b"a\nnow ready\r\nb\n", "…\nnow ready: ä\n".encode()]
    )
    async def test_finds_a_line_however_it_comes_in_pieces(self, text: bytes) -> None:
        assert await Search("now ready").on(Output(text).read)

    async def test_goes_line_by_line(self) -> None:
        output = Output(b"now\nready\n")
        assert not await Search(r"now\sready").on(output.read)
        assert await Search("^ready$").on(output.read)

    async def test_goes_on_where_it_stopped_and_keeps_what_it_found(self) -> None:
        output, search = Output(b"one\ntw"), Search("^two$")
        assert not await search.on(output.read)
        output.text += b"o"
        assert await search.on(output.read)
        output.text, output.reads = b"", 0
        assert await search.on(output.read)
        assert output.reads == 0

    async def test_gives_the_benefit_of_the_doubt_when_the_head_is_gone(self) -> None:
        assert await Search("never").on(Output(b"12345678", lost=4).read)
        assert not await Search("never").on(Output(b"12345678").read)

    async def test_takes_no_longer_than_the_line_is_long(self) -> None:
        """Python's own expressions would take longer than the universe for this one."""
        output = Wide(b"a" * 60_000 + b"b\n")
        begun = time.process_time()
        assert not await Search("^(a+)+$").on(output.read)
        assert time.process_time() - begun < 5

    async def test_lets_others_have_their_turn_in_a_long_output(self) -> None:
        output, turns = Wide(b"no\n" * 20_000), 0
        search = asyncio.create_task(Search("yes").on(output.read))
        while not search.done():
            await asyncio.sleep(0)
            turns += 1
        assert not search.result()
        assert turns >= 40

    async def test_keeps_no_more_of_a_line_without_an_end_than_it_looks_at(self) -> None:
        output, search = Wide(b"x" * 1_000_000 + b"late"), Search("late")
        assert not await search.on(output.read)
        output.text += b"\nlate\n"
        assert await search.on(output.read)


async def test_an_instance_that_is_forgotten_is_searched_anew() -> None:
    driver, instance = await running(Behaviour(output=("ready",)))
    asking, probe = Asking(driver), Probe("log", pattern="ready")
    assert await asking.ask(probe, instance) == ""
    driver.platform.logs.clear()
    assert await asking.ask(probe, instance) == ""
    asking.forget(instance.id)
    assert await asking.ask(probe, instance) != ""
    await asyncio.sleep(0)
