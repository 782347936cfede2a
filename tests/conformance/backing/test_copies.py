"""A copy of what any engine holds must bring it back, wherever it is put; one that is wrong must change nothing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import pytest_asyncio

from shoal.drivers.driver import Ran
from shoal.model.app import Backing, Nats
from tests.conformance.backing.conftest import ANN, BY_NAME, FOLDER, Served
from tests.conformance.backing.stand import stand_in

# Erlang and MariaDB start slowly, and each test starts them several times.
pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def copy(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a server with one word in it."""
    copy = tmp_path_factory.mktemp("copies") / "a copy"
    ann, _ = await served.again()
    await served.client.write(ann, "kept")
    ran = await served.stand.errand(served.client.backing, "dump", copy)
    assert ran.code == 0, ran.said
    return copy


async def restored(served: Served, copy: Path) -> Ran:
    return await served.stand.errand(served.client.backing, "restore", copy)


async def test_no_password_is_in_a_copy(served: Served, copy: Path) -> None:
    content = copy.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    secrets = [path.read_bytes() for path in served.stand.state.glob("secrets/*") if path.is_file()]
    assert len(secrets) > 2
    assert not [secret for secret in secrets if secret in content]


async def test_wrong_copies_change_nothing(served: Served, copy: Path, tmp_path: Path) -> None:
    ann, _ = await served.again()
    await served.client.write(ann, "later")
    words = await served.client.read(ann)
    foreign, whole = await _copy_of_another(served, tmp_path / "foreign"), copy.read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"not a copy at all", foreign):
        wrong = tmp_path / "a wrong copy"
        wrong.write_bytes(content)
        ran = await restored(served, wrong)
        assert ran.code == 1, content[:80]
        assert ran.said.startswith("restore: "), ran.said
        assert len(ran.said.strip().splitlines()) <= 2
        assert await served.client.read(ann) == words, content[:80]


async def _copy_of_another(served: Served, copy: Path) -> bytes:
    engine = Nats() if not isinstance(served.client.backing.engine, Nats) else BY_NAME["Redis"].backing.engine
    other = Backing("other", engine)
    async with stand_in(copy.parent / FOLDER) as stand:
        await stand.up(other, ANN)
        ran = await stand.errand(other, "dump", copy)
    assert ran.code == 0, ran.said
    return copy.read_bytes()


async def test_a_copy_brings_back_what_was_there(served: Served, copy: Path) -> None:
    ann, ben = await served.again()
    await served.client.write(ben, "later")
    assert (await served.client.read(ann))[-1] == "later"
    ran = await restored(served, copy)
    assert ran.code == 0, ran.said
    assert await served.client.read(ann) == ["kept"]
    await served.client.write(ben, "again")
    await served.stand.kill(served.client.backing)
    assert await served.client.read(ann) == ["kept", "again"]


async def test_it_goes_to_new_data_where_passwords_are_others(served: Served, copy: Path) -> None:
    before, _ = await served.again()
    await served.stand.drop()
    ann, _ = await served.again()
    assert ann["password"] != before["password"]
    ran = await restored(served, copy)
    assert ran.code == 0, ran.said
    assert await served.client.read(ann) == ["kept"]
