"""Every stack must: recognise its sample, build it without touching it, start it on the ports it is given, stop it.

A new stack adds a folder under samples/ and its name to `SAMPLES`; the sample answers GET / with
`{"program": its interpreter, "cwd": its folder, "extra": $ADMIN_PORT}`.
"""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

import pytest

from shoal.build import build, digest
from shoal.build.training import adopt, is_trained
from shoal.stacks import Launch
from tests.conformance.stacks.conftest import Built, Start, build_sample

SAMPLES = [
    "python",
    "node",
    pytest.param("java", marks=pytest.mark.slow),
    pytest.param("java-plain", marks=pytest.mark.slow),
    "command",
]
pytestmark = [pytest.mark.timeout(300)]


@pytest.fixture(params=SAMPLES, scope="module")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sample, built once for all tests: in a folder and a cache with spaces in their names."""
    folder = tmp_path_factory.mktemp("a folder") / request.param
    return asyncio.run(build_sample(request.param, folder, tmp_path_factory.mktemp("the cache")))


def test_it_runs_and_stops(built: Built, start: Start) -> None:
    assert built.stack.name == built.service.name.partition("-")[0]
    running = start(built.launch(), built)
    answer = running.answer()

    assert answer["extra"] == str(running.ports["admin"]), "a further port comes as <NAME>_PORT"
    assert answer["cwd"] == str(built.folder), "it runs in the built copy"
    assert Path(f"/proc/{running.process.pid}/exe").samefile(answer["program"]), "nothing stands between"
    assert running.stop() in (0, -signal.SIGTERM, 128 + signal.SIGTERM)


def test_the_users_folder_is_not_touched(built: Built) -> None:
    folder = Path(built.source.path)
    assert digest(folder, ()) == digest(Path(__file__).parent / "samples" / built.service.name, ())


async def test_the_second_build_is_instant(built: Built) -> None:
    artifact = built.stack.artifact("sample", built.source)
    if artifact is None:
        pytest.skip("nothing to build")
    started = time.monotonic()
    assert await build(artifact, root=built.root) == built.folder
    assert time.monotonic() - started < 0.5


@pytest.mark.slow
async def test_a_training_run_makes_java_start_faster(tmp_path: Path, start: Start) -> None:
    built = await build_sample("java", tmp_path / "code", tmp_path / "the cache")
    train = built.stack.train(built.service, built.source, built.key)
    assert train is not None
    launch = built.launch()
    assert not is_trained(built.root, built.key, train)
    assert not adopt(built.root, built.key, train), "nothing was written yet"

    training = start(Launch(train.command, train.env, train.cwd), built)
    training.answer()
    training.stop(train.grace)
    assert adopt(built.root, built.key, train)
    assert is_trained(built.root, built.key, train)
    assert built.launch() == launch, "the workload stays the same"

    running = start(built.launch(), built)
    running.answer()
    assert str(built.folder / ".shoal/app.aot") in Path(f"/proc/{running.process.pid}/maps").read_text()
    assert "[aot]" not in running.log.read_text()
    running.stop()
