"""What every backing service must do, whichever engine it is."""

from __future__ import annotations

import pytest

from shoal.backing import ENGINES
from tests.conformance.backing.clients import CLIENTS, EngineClient, Refused
from tests.conformance.backing.conftest import ANN, BEN
from tests.conformance.backing.stand import Stand

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
