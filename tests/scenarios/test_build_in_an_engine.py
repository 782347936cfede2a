"""`build` for containers must leave images in the engine, or in a registry, and name them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiodocker
import pytest

from tests.engine.keeper import Engine
from tests.scenarios.app import App
from tests.scenarios.conftest import Make

pytestmark = pytest.mark.docker
SHOP = """\
name: image-verbs
services:
  api: { path: api, command: [./run], build: ["sh -c 'echo built > made'"] }
  plain: { path: plain, command: [./run] }
"""
FILES = dict.fromkeys(("api/run", "plain/run"), "#!/bin/sh\nsleep 1000\n")


@pytest.fixture
async def shop(app: Make, engine: Engine, tmp_path: Path) -> AsyncIterator[App]:
    made = app(SHOP, FILES)
    made.env |= {"XDG_CACHE_HOME": str(tmp_path / "own cache"), "DOCKER_HOST": engine.host}
    yield made
    async with aiodocker.Docker(engine.host) as docker:
        for image in await docker.images.list(filters={"label": ["shoal.app=image-verbs"]}):
            await docker.images.delete(image["Id"], force=True)


async def test_each_service_has_an_image_though_nothing_is_to_be_done_for_it(shop: App, engine: Engine) -> None:
    first = shop.ok("build", "--target", "docker", "--json").json["builds"]
    assert {row["name"]: row["image"]["base"]["reference"] for row in first} == {
        "api": "debian:bookworm-slim",
        "plain": "debian:bookworm-slim",
    }
    assert all(row["image"]["sent"] for row in first)
    async with aiodocker.Docker(engine.host) as docker:
        for row in first:
            found = await docker.images.inspect(row["image"]["reference"])
            assert found["Id"] == row["image"]["id"]
            assert found["Config"]["Labels"]["shoal.service"] == row["name"]
    again = shop.ok("build", "--target", "docker")
    assert again.err.count("image is there") == 2
    assert [line.split()[0] for line in again.out.splitlines()] == ["SERVICE", "api", "plain"]


def test_the_images_below_are_noted_beside_the_file(shop: App) -> None:
    shop.ok("build", "--target", "docker", "plain")
    lock = shop.folder / "shoal.lock"
    assert "debian:bookworm-slim" in lock.read_text()
    noted = lock.read_text()
    assert shop.ok("build", "--target", "docker", "--update", "plain").err.count("pulling") == 1
    assert lock.read_text() == noted, "the registry has no newer one"


def test_a_registry_gets_them_whatever_the_target(shop: App, engine: Engine) -> None:
    to = f"{engine.registry}/shops"
    first = shop.ok("build", "--push", to, "api", "--json").json["builds"][0]["image"]["pushed"]
    assert first["reference"].startswith(f"{to}/image-verbs-api:")
    assert first["sent"] > 0
    again = shop.ok("build", "--push", to, "api")
    assert first["reference"] in again.out
    assert "api: image is there" in again.err
