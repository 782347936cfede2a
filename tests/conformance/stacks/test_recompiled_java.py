"""What an edit of Java code is made into without Maven must be what Maven makes of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shoal.build import artifact_folder, build, read_source
from shoal.build.classes import contents, packed
from shoal.build.recompile import Recompiler
from tests.conformance.stacks.conftest import Start, build_sample

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
MORE = """\
package sample.more;

public record Extra(String word, int number) {
    public interface Told { String told(Extra extra); }
    public static final Told TOLD = extra -> extra.word() + extra.number();
}
"""


@pytest.mark.parametrize("sample", ["java", "java-plain"])
async def test_byte_for_byte(sample: str, tmp_path: Path, start: Start) -> None:
    root = tmp_path / "the cache"
    built = await build_sample(sample, tmp_path / "some code", root)
    (tmp_path / "some code/src/main/java/sample/more").mkdir()
    (tmp_path / "some code/src/main/java/sample/more/Extra.java").write_text(MORE)
    (tmp_path / "some code/src/main/resources").mkdir(exist_ok=True)
    (tmp_path / "some code/src/main/resources/words.txt").write_text("words")
    edited = read_source(tmp_path / "some code")
    artifact = built.stack.artifact("sample", edited)
    assert artifact is not None
    assert artifact.recompile is not None

    told: list[str] = []
    recompiler = Recompiler(root)
    try:
        quick = await build(
            artifact, root=root, report=lambda step, note, seconds: told.append(step), recompiler=recompiler
        )
    finally:
        await recompiler.close()
    assert set(told) == {"options"}, "no Maven"

    shutil.move(artifact_folder(root, artifact.key), tmp_path / "quick")
    whole = await build(artifact, root=root)
    for name in (artifact.recompile.jar, ".shoal/java.args"):
        assert (quick / name).exists()
    jars = [packed(folder / artifact.recompile.jar) for folder in (tmp_path / "quick", whole)]
    assert sorted(jars[0]) == sorted(jars[1])
    assert [name for name in jars[0] if jars[0][name] != jars[1][name] and not name.startswith("META-INF/")] == []
    assert (tmp_path / "quick/.shoal/java.args").read_text() == (whole / ".shoal/java.args").read_text()
    for name in artifact.recompile.libraries:
        assert contents(tmp_path / "quick" / name) == contents(whole / name)

    shutil.rmtree(whole)
    shutil.move(tmp_path / "quick", whole)
    now = built._replace(source=edited, key=artifact.key)
    running = start(now.launch(), now)
    running.answer()
    running.stop()
