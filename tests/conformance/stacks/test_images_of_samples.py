"""The same source built twice must give the same image: in another folder, for another user, after the cache was
dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.build.image.config import Base, config
from shoal.build.image.pack import pack
from shoal.build.image.wanted import Wanted
from tests.conformance.stacks.conftest import build_sample

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
HERE, ELSEWHERE = "here", "an other place, so long that the path of an interpreter in it is too long for a first line"
LAYERS = {"python": 2, "node": 2, "java": 2, "java-plain": 1}


@pytest.mark.parametrize("sample", LAYERS)
async def test_twice(sample: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = []
    for place in (HERE, ELSEWHERE):
        home = tmp_path / place
        home.mkdir()
        monkeypatch.setenv("HOME", str(home))
        ids.append(await _image(sample, home))
    assert ids[0] == ids[1]
    assert len(ids[0]) == LAYERS[sample] + 1


async def _image(sample: str, home: Path) -> list[str]:
    """Digests of its layers, then its id."""
    built = await build_sample(sample, home / "code", home / ".cache/shoal")
    artifact = built.stack.artifact(sample, built.source)
    assert artifact is not None
    of = Wanted("samples", artifact)
    base = Base(of.packing.base, f"sha256:{'d' * 64}", f"sha256:{'1' * 64}", "amd64", "linux", ("sha256:below",))
    packed = pack(of, built.root)
    return [*(each.layer.digest for each in packed), config(base, packed, of).id]
