"""A copy of what any engine holds must bring it back, wherever it is put; one that is wrong must change nothing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from shoal.backing import Consumer
from shoal.model.app import Backing, Nats
from tests.conformance.backing.clients import CLIENTS, EngineClient
from tests.conformance.backing.stand import Stand

# Erlang and MariaDB start slowly, and each test starts them several times.
pytestmark = pytest.mark.timeout(300)

ANN, BEN = Consumer("ann"), Consumer("ben")


async def copied(stand: Stand, client: EngineClient, folder: Path) -> Path:
    """A server with a word in it, and its copy."""
    copy = folder / "a copy"
    await stand.up(client.backing, ANN, BEN)
    await client.write(stand.properties(client.backing, ANN), "kept")
    ran = await stand.errand(client.backing, "dump", copy)
    assert ran.code == 0, ran.said
    return copy


async def test_a_copy_brings_back_what_was_there(stand: Stand, client: EngineClient, tmp_path: Path) -> None:
    copy = await copied(stand, client, tmp_path)
    ann, ben = (stand.properties(client.backing, who) for who in (ANN, BEN))
    await client.write(ben, "later")
    assert await client.read(ann) == ["kept", "later"]
    ran = await stand.errand(client.backing, "restore", copy)
    assert ran.code == 0, ran.said
    assert await client.read(ann) == ["kept"]
    await client.write(ben, "again")
    await stand.kill(client.backing)
    assert await client.read(ann) == ["kept", "again"]


async def test_it_goes_to_new_data_where_passwords_are_others(
    stand: Stand, client: EngineClient, tmp_path: Path
) -> None:
    copy = await copied(stand, client, tmp_path)
    await stand.drop()
    await stand.up(client.backing, ANN)
    ran = await stand.errand(client.backing, "restore", copy)
    assert ran.code == 0, ran.said
    assert await client.read(stand.properties(client.backing, ANN)) == ["kept"]


async def test_wrong_copies_change_nothing(stand: Stand, client: EngineClient, tmp_path: Path) -> None:
    foreign = await _copy_of_another(stand, client, tmp_path / "foreign")
    copy = await copied(stand, client, tmp_path)
    ann, whole = stand.properties(client.backing, ANN), copy.read_bytes()
    await client.write(ann, "later")
    for wrong in (b"", whole[: len(whole) // 2], b"not a copy at all", foreign):
        copy.write_bytes(wrong)
        ran = await stand.errand(client.backing, "restore", copy)
        assert ran.code == 1, wrong[:80]
        assert ran.said.startswith("restore: "), ran.said
        assert len(ran.said.strip().splitlines()) <= 2
        assert await client.read(ann) == ["kept", "later"], wrong[:80]


async def _copy_of_another(stand: Stand, client: EngineClient, copy: Path) -> bytes:
    other = Backing("other", Nats()) if not isinstance(client.backing.engine, Nats) else Backing("other", CACHE.engine)
    await stand.up(other, ANN)
    ran = await stand.errand(other, "dump", copy)
    assert ran.code == 0, ran.said
    return copy.read_bytes()


CACHE = next(client.backing for client in CLIENTS.values() if client.backing.name == "cache")


async def test_no_password_is_in_a_copy(stand: Stand, client: EngineClient, tmp_path: Path) -> None:
    copy = await copied(stand, client, tmp_path)
    content = copy.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    secrets = [path.read_bytes() for path in stand.state.glob("secrets/*") if path.is_file()]
    assert len(secrets) > 2
    assert not [secret for secret in secrets if secret in content]
