"""The one door into the daemon: a request, answers as they come, and errors that arrive as what they are."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
import time
from pathlib import Path

import pytest

from shoal import __version__
from shoal.api.client import Client, connect
from shoal.api.server import Server
from shoal.api.wire import SOCKET, line, parse
from shoal.errors import MissingFile, NotRunning, Place, ShoalError, UsageError
from tests.unit.api.conftest import Daemon


async def test_events_come_first_and_the_result_at_last(daemon: Daemon) -> None:
    events = [("item", {"event": number}) for number in range(3)]
    assert await daemon.all("count", to=3) == [*events, ("done", {"counted": 3})]
    assert await daemon.ask("count", to=3) == {"counted": 3}


async def test_a_verb_that_says_nothing_has_no_result(daemon: Daemon) -> None:
    assert await daemon.all("silent") == [("done", None)]


@pytest.mark.parametrize("what", ["", "ä → 🐟", "two\nlines", [1, {"a": None}], "x" * 3_000_000], ids=range(5))
async def test_anything_that_json_can_say_crosses(daemon: Daemon, what: object) -> None:
    assert await daemon.ask("echo", what=what) == {"what": what}


async def test_an_error_arrives_as_its_own_class(daemon: Daemon) -> None:
    with pytest.raises(MissingFile) as caught:
        await daemon.ask("fail")
    assert (caught.value.what, caught.value.where) == ("no file", Place("shoal.yaml", 3, 7))
    assert caught.value.hint == "write one"


async def test_items_before_an_error_are_not_lost(daemon: Daemon) -> None:
    def stream() -> list[str]:
        found = []
        with pytest.raises(MissingFile):
            for _, value in Client(daemon.folder).stream("fail"):
                found.append(value["event"])
        return found

    assert await asyncio.to_thread(stream) == ["first"]


async def test_an_unknown_verb_is_named(daemon: Daemon) -> None:
    with pytest.raises(UsageError, match="no verb dance"):
        await daemon.ask("dance")


async def test_another_version_is_told_which_one_this_is(daemon: Daemon) -> None:
    answer = json.loads(await daemon.say(line(verb="count", version="0.0.0-other", to=1)))
    assert answer["error"]["kind"] == "UsageError"
    assert __version__ in answer["error"]["what"]


@pytest.mark.parametrize(
    "garbage",
    [b"\n", b"hello\n", b"\xff\xfe\n", b"[]\n", b"42\n", b'{"verb": \n', b"{}\n", b"[" * 20_000 + b"\n", b"\0\n"],
    ids=range(9),
)
async def test_garbage_gets_an_error_and_the_next_one_an_answer(daemon: Daemon, garbage: bytes) -> None:
    assert "error" in json.loads(await daemon.say(garbage))
    assert await daemon.ask("count", to=2) == {"counted": 2}


async def test_a_missing_field_is_an_error_and_not_the_end(daemon: Daemon) -> None:
    with pytest.raises(ShoalError, match="KeyError"):
        await daemon.ask("count")
    assert await daemon.ask("count", to=1) == {"counted": 1}


async def test_a_defect_of_the_daemon_is_told_and_it_goes_on(daemon: Daemon) -> None:
    with pytest.raises(ShoalError, match="ZeroDivisionError: of ours") as caught:
        await daemon.ask("defect")
    assert "daemon.log" in caught.value.hint
    assert await daemon.ask("count", to=1) == {"counted": 1}


async def test_what_json_cannot_say_is_a_defect_too(daemon: Daemon) -> None:
    with pytest.raises(ShoalError, match="TypeError"):
        await daemon.ask("odd")


async def test_a_client_that_hangs_up_ends_its_verb(daemon: Daemon) -> None:
    client = await asyncio.to_thread(connect, daemon.folder)
    client.sendall(line(verb="forever", version=__version__))
    await daemon.begun.wait()
    client.close()
    async with asyncio.timeout(5):
        while not daemon.ended:
            await asyncio.sleep(0.001)
    assert await daemon.ask("count", to=1) == {"counted": 1}


async def test_a_client_that_says_nothing_disturbs_nobody(daemon: Daemon) -> None:
    with await asyncio.to_thread(connect, daemon.folder):
        assert await daemon.ask("count", to=1) == {"counted": 1}


async def test_many_clients_at_once(daemon: Daemon) -> None:
    found = await asyncio.gather(*(daemon.ask("count", to=n) for n in range(30)))
    assert found == [{"counted": n} for n in range(30)]


async def test_the_socket_is_our_own_users_only(daemon: Daemon) -> None:
    assert stat.S_IMODE((daemon.folder / SOCKET).stat().st_mode) == 0o600


async def test_a_server_that_ends_takes_its_socket_and_its_verbs_with_it(folder: Path) -> None:
    daemon, ready = Daemon(folder), asyncio.Event()
    serving = asyncio.create_task(Server(folder, daemon.verbs()).run(ready))
    await ready.wait()
    asking = asyncio.create_task(daemon.ask("forever"))
    await daemon.begun.wait()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert daemon.ended == ["forever"]
    assert not (folder / SOCKET).exists()
    with pytest.raises(NotRunning, match="went away"):
        await asking


async def test_a_socket_that_a_dead_daemon_left_is_no_daemon_and_no_hindrance(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        import os

        descriptor = os.open(folder, os.O_PATH)
        dead.bind(f"/proc/self/fd/{descriptor}/{SOCKET}")
        os.close(descriptor)
    assert not Client(folder).alive()
    daemon, ready = Daemon(folder), asyncio.Event()
    serving = asyncio.create_task(Server(folder, daemon.verbs()).run(ready))
    await ready.wait()
    assert await daemon.ask("count", to=1) == {"counted": 1}
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


@pytest.mark.parametrize("there", [True, False], ids=["no socket", "no folder"])
def test_without_a_daemon_the_client_says_what_to_do(folder: Path, there: bool) -> None:
    with pytest.raises(NotRunning) as caught:
        Client(folder if there else folder / "nowhere").ask("ping")
    assert "shoal up" in caught.value.hint


def test_asking_costs_little(folder: Path) -> None:
    before = time.monotonic()
    assert not Client(folder).alive()
    assert time.monotonic() - before < 1


@pytest.mark.parametrize("data", [b"", b"x", b"[]", b"null", b'"verb"'])
def test_only_an_object_is_a_message(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting|object"):
        parse(data)


def test_a_message_is_one_line() -> None:
    assert line(text="a\nb") == b'{"text":"a\\nb"}\n'
    assert parse(line(a=[1, "ä"])) == {"a": [1, "ä"]}


async def test_who_asks_at_the_wrong_target_is_told_the_right_one(daemon: Daemon, tmp_path: Path) -> None:
    (tmp_path / "docker").symlink_to(daemon.folder)
    with pytest.raises(NotRunning, match="not running on process") as caught:
        await asyncio.to_thread(connect, tmp_path / "process")
    assert caught.value.hint == "It runs on docker: --target docker"


def test_where_it_runs_nowhere_one_is_told_how_to_start_it(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    with pytest.raises(NotRunning, match="the app is not running") as caught:
        connect(tmp_path / "process")
    assert caught.value.hint == "Start it with: shoal up -d"
