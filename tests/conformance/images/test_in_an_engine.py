"""Images in a real engine: what it has isn't sent again, and what it can't have is one clear error."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import aiodocker
import msgspec
import pytest

from shoal.build.image import Bases, Image, Lock, Wanted, ensure_image, made_image, push
from shoal.build.image.pack import Packed
from shoal.errors import BuildFailed, DriverFailed
from shoal.model.workload import Packing
from tests.engine.keeper import Engine
from tests.unit.build.image.artifacts import artifact, put

pytestmark = pytest.mark.docker
BASE = "debian:bookworm-slim"
PACKING = Packing(BASE, apart=("packages",))
MUCH = 3_000_000
"""Bytes of packages, which nothing compresses."""

SCRIPT = """#!/bin/sh
echo "here is $PWD"
echo "I am $(id -u):$(id -g)"
head -c 10 packages/data | wc -c
(echo x > /app/x) 2>/dev/null || echo "can't write"
"""


class Bench(NamedTuple):
    """An engine, and a cache with one artifact in it."""

    docker: aiodocker.Docker
    root: Path
    lock: Path

    def bases(self, **rest: Any) -> Bases:
        return Bases(self.docker, Lock(self.lock), **rest)

    async def ensure(self, key: str, **rest: Any) -> Image:
        return await ensure_image(self.docker, self.wanted(key), self.bases(**rest), self.root)

    def wanted(self, key: str, packing: Packing = PACKING) -> Wanted:
        return Wanted("image-tests", artifact(packing, key=key))

    def build(self, key: str, script: str = SCRIPT) -> None:
        """As if with the same packages each time."""
        data = self.root / "data"
        if not data.exists():
            data.parent.mkdir(parents=True, exist_ok=True)
            data.write_bytes(os.urandom(MUCH))
        folder = put(self.root, {"run": script, "packages/data": data.read_bytes()}, key=key)
        (folder / "run").chmod(0o755)

    async def said(self, image: str, *command: str) -> list[str]:
        """What a container prints that has no more rights than shoal gives it."""
        body: dict[str, Any] = {
            "Image": image,
            "Cmd": list(command),
            "HostConfig": {"ReadonlyRootfs": True, "NetworkMode": "none"},
        }
        container = await self.docker.containers.create(body)
        try:
            await container.start()
            await container.wait()
            return [line.rstrip("\n") for line in await container.log(stdout=True, stderr=True)]
        finally:
            await container.delete(force=True)


@pytest.fixture
async def bench(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setenv("DOCKER_HOST", engine.host)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    async with aiodocker.Docker() as docker:
        yield Bench(docker, tmp_path / "cache", tmp_path / "shoal.lock")
        for image in await docker.images.list(filters={"label": ["shoal.app=image-tests"]}):
            await docker.images.delete(image["Id"], force=True)


def key(number: int) -> str:
    return f"{number:032x}"


async def test_it_runs_as_nobody_from_its_folder_and_writes_nowhere(bench: Bench) -> None:
    bench.build(key(1))
    image = await bench.ensure(key(1))
    assert image.id == image.config.id
    assert image.tag == "shoal/image-tests-api:000000000000"
    assert await bench.said(image.id, "./run") == ["here is /app", "I am 65532:65532", "10", "can't write"]
    found = await bench.docker.images.inspect(image.tag)
    assert found["Config"]["Labels"]["shoal.artifact"] == key(1)


async def test_an_edit_of_the_code_sends_the_code_alone(bench: Bench) -> None:
    bench.build(key(1))
    bench.build(key(2), script="#!/bin/sh\necho edited\n")
    first, edited, again = [await bench.ensure(key(number)) for number in (1, 2, 2)]
    assert MUCH < first.sent < MUCH + 50_000, "no base, but all of the packages"
    assert 0 < edited.sent < 20_000
    assert (again.sent, again.id) == (0, edited.id)
    assert await bench.said(edited.id, "./run") == ["edited"]


async def test_one_that_the_engine_has_lost_is_sent_again(bench: Bench) -> None:
    bench.build(key(1))
    first = await bench.ensure(key(1))
    await bench.docker.images.delete(first.id, force=True)
    second = await bench.ensure(key(1))
    assert (second.id, second.sent) == (first.id, first.sent)


async def test_an_engine_that_wants_all_of_an_image_gets_it_with_its_base(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Podman is one; here it is told that layers are there that aren't."""

    async def nothing(*known: object) -> tuple[()]:
        return ()

    monkeypatch.setattr("shoal.build.image.load._missing", nothing)
    bench.build(key(1))
    image = await bench.ensure(key(1))
    assert image.sent > MUCH + 10_000_000, "the base is in it"
    assert (await bench.said(image.id, "./run"))[0] == "here is /app"


async def test_a_file_that_changes_while_it_is_sent_is_the_builds_fault(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.build(key(1))

    async def edited(*known: Any) -> tuple[Packed, ...]:
        (bench.root / "builds" / key(1) / "run").write_text(SCRIPT.replace("here", "HERE"))
        return tuple(known[2])

    monkeypatch.setattr("shoal.build.image.load._missing", edited)
    with pytest.raises(BuildFailed, match="code of api: its files have changed while they were sent"):
        await bench.ensure(key(1))
    monkeypatch.undo()
    monkeypatch.setenv("DOCKER_HOST", str(bench.docker._connection_info))
    assert (await bench.said((await bench.ensure(key(1))).id, "./run"))[0] == "HERE is /app"


async def test_a_name_is_resolved_once_and_stays_what_it_was(bench: Bench) -> None:
    base = await bench.bases().of(BASE)
    assert Lock(bench.lock).digest(BASE) == base.digest
    assert base.digest.startswith("sha256:")
    again = await bench.bases().of(BASE)
    assert (again.id, again.layers) == (base.id, base.layers)
    newer = await bench.bases(update=True).of(BASE)
    assert (newer.id, newer.digest) == (base.id, base.digest), "the registry has no newer one"


async def test_a_digest_that_is_gone_says_how_to_go_on(bench: Bench) -> None:
    gone = f"sha256:{'0' * 64}"
    Lock(bench.lock).note(BASE, gone)
    with pytest.raises(DriverFailed) as problem:
        await bench.bases().of(BASE)
    assert f"the image {BASE} of shoal.lock ({gone}) can't be had: " in str(problem.value)
    assert "gone there: `shoal build --update`" in problem.value.hint
    assert (await bench.bases(update=True).of(BASE)).digest != gone
    assert Lock(bench.lock).digest(BASE) != gone


async def test_an_image_that_nobody_has_is_one_clear_error(bench: Bench) -> None:
    with pytest.raises(DriverFailed, match=r"the image 127\.0\.0\.1:1/none:1 can't be had: .*127\.0\.0\.1:1"):
        await bench.bases().of("127.0.0.1:1/none:1")
    assert not bench.lock.exists()


async def test_many_at_once_ask_for_their_base_once(bench: Bench) -> None:
    told: list[str] = []
    bases = bench.bases(update=True, report=told.append)
    found = await asyncio.gather(*(bases.of(BASE) for _ in range(5)))
    assert len({base.id for base in found}) == 1
    assert told == [f"pulling {BASE}"]


async def test_a_registry_gets_what_it_has_not_and_gives_the_same_image(bench: Bench, engine: Engine) -> None:
    bench.build(key(1))
    bench.build(key(2), script="#!/bin/sh\necho edited\n")
    to = f"{engine.registry}/team"
    images = [await made_image(bench.wanted(key(n)), bench.bases(), bench.root) for n in (1, 2)]
    first, again, edited = [await push(bench.docker, images[n], to, bench.root) for n in (0, 0, 1)]
    assert first.reference == f"{to}/image-tests-api:000000000000"
    assert first.sent > MUCH
    assert (again.sent, again.digest) == (0, first.digest)
    assert 0 < edited.sent < 20_000
    await bench.docker.images.pull(f"{engine.registry}/team/image-tests-api@{edited.digest}")
    there = await bench.docker.images.inspect(f"{engine.registry}/team/image-tests-api@{edited.digest}")
    assert there["Id"] == images[1].id
    assert await bench.said(there["Id"], "./run") == ["edited"]


async def test_what_a_registry_has_is_not_even_compressed_again(bench: Bench, engine: Engine) -> None:
    bench.build(key(1))
    image = await made_image(bench.wanted(key(1)), bench.bases(), bench.root)
    await push(bench.docker, image, f"{engine.registry}/team", bench.root)
    gone = msgspec.structs.replace(image, packed=())
    again = await push(bench.docker, gone, f"{engine.registry}/team", bench.root)
    assert again.sent == 0


async def test_a_registry_that_does_not_answer_is_named(bench: Bench) -> None:
    bench.build(key(1))
    image = await made_image(bench.wanted(key(1)), bench.bases(), bench.root)
    with pytest.raises(DriverFailed, match=r"the registry 127\.0\.0\.1:1 doesn't answer: "):
        await push(bench.docker, image, "127.0.0.1:1/team", bench.root)
