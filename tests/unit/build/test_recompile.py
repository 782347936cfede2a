"""An edit of code alone is built from the whole build before it, and only where that is sure to give the same."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from shoal.build import build, digest, is_built
from shoal.build.classes import packed
from shoal.build.compiler import Compiler, Unfit
from shoal.build.recompile import Recompiler
from shoal.errors import BuildFailed
from shoal.model.values import concat
from shoal.model.workload import Artifact, Recompile, Step

# Stands for Maven: a class is its source, a resource is copied, both are packed; `extra.py` is what the pom has more.
MAVEN = """\
import os, shutil, sys, zipfile
from pathlib import Path

here = Path.cwd()
open(sys.argv[1], "a").write("x")
out = here / "target/classes"
out.mkdir(parents=True)
for file in (here / "src/main/java").rglob("*.java"):
    (out / file.with_suffix(".class").name).write_bytes(file.read_bytes())
for file in (here / "src/main/resources").rglob("*"):
    shutil.copy(file, out)
(here / "libs").mkdir()
(here / "libs/a.jar").write_text("a library")
print("[INFO] --- compiler:3.15.0:compile (default-compile) @ x ---")
print("[INFO] --- jar:3.5.1:jar (default-jar) @ x ---")
library = Path(sys.argv[1]).with_name("a.jar")
library.write_text("a library")
print(f"[DEBUG] ecj command line: [-d, {out}, -classpath, {library}:]")
exec((here / "extra.py").read_text())
with zipfile.ZipFile(here / "target/app.jar", "w") as jar:
    jar.writestr("META-INF/MANIFEST.MF", "whole")
    for file in out.rglob("*"):
        jar.write(file, file.name)
"""
FILES = {
    "pom.xml": "<project/>",
    "extra.py": "",
    "src/main/java/Main.java": "\x01\x00\x04main",
    "src/main/java/Words.java": "one",
    "src/main/resources/a.yaml": "port: 1",
}


class Bench:
    """Builds the project with these changes; `wholes` is how often that took Maven, `told` why."""

    def __init__(self, folder: Path) -> None:
        self.root, self._source, self._count = folder / "cache", folder / "code", folder / "count"
        self.recompiler = Recompiler(self.root)
        self.told: list[str] = []
        self._files = dict(FILES)
        (folder / "maven.py").write_text(MAVEN)
        maven = (sys.executable, str(folder / "maven.py"), str(self._count))
        self._step = Step("package", tuple(concat(word) for word in maven))

    @property
    def wholes(self) -> int:
        return len(self._count.read_text())

    def artifact(self, changes: dict[str, str | None]) -> Artifact:
        for name, text in changes.items():
            self._files.pop(name, None) if text is None else self._files.update({name: text})
            (self._source / name).unlink(missing_ok=True)
        for name, text in self._files.items():
            (self._source / name).parent.mkdir(parents=True, exist_ok=True)
            (self._source / name).write_text(text)
        now = digest(self._source, ("target",))
        after = Step("options", files={"options": concat("-x")})
        short = Recompile("target/app.jar", ("libs",), (after,))
        return Artifact(now[:32], "api", str(self._source), (self._step, after), ("target",), now, recompile=short)

    async def __call__(self, changes: dict[str, str | None] | None = None) -> Path:
        def report(step: str, note: str, seconds: float | None) -> None:
            if step == "whole build":
                self.told.append(note)

        return await build(self.artifact(changes or {}), root=self.root, report=report, recompiler=self.recompiler)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    async def compile(self: Compiler, arguments: Sequence[str], log: Path) -> bool:
        """Stands for the Eclipse compiler."""
        into = Path(arguments[arguments.index("-d") + 1])
        for file in (Path(word) for word in arguments if word.endswith(".java")):
            if "broken" in file.read_text():
                log.write_text(f"ERROR in {file}: broken")
                return False
            (into / file.with_suffix(".class").name).write_bytes(file.read_bytes())
        return True

    monkeypatch.setattr(Compiler, "compile", compile)
    return Bench(tmp_path)


async def test_an_edit_takes_no_whole_build_and_gives_the_same(bench: Bench) -> None:
    base = await bench()
    edited = await bench(
        {
            "src/main/java/Words.java": None,
            "src/main/java/More.java": "two",
            "src/main/resources/a.yaml": "port: 2",
            "src/test/java/Test.java": "a test",
        }
    )
    assert bench.wholes == 1
    assert packed(edited / "target/app.jar") == {
        "META-INF/MANIFEST.MF": b"whole",
        "Main.class": b"\x01\x00\x04main",
        "More.class": b"two",
        "a.yaml": b"port: 2",
    }
    assert (edited / "options").read_text() == "-x"
    assert (edited / "libs/a.jar").samefile(base / "libs/a.jar"), "libraries take no room twice"
    assert is_built(bench.root, edited.name)


async def test_the_next_edit_begins_from_the_whole_build_too(bench: Bench) -> None:
    await bench()
    await bench({"src/main/java/Words.java": "two"})
    edited = await bench({"src/main/java/Words.java": "three"})
    assert packed(edited / "target/app.jar")["Words.class"] == b"three"
    assert bench.wholes == 1


@pytest.mark.parametrize(
    ("name", "text"), [("pom.xml", "<project> </project>"), ("lombok.config", "x"), (".mvn/maven.config", "-X")]
)
async def test_all_else_makes_a_whole_build(bench: Bench, name: str, text: str) -> None:
    await bench()
    await bench({name: text, "src/main/java/Words.java": "two"})
    assert (bench.wholes, bench.told) == (2, [])


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        ('print("[INFO] --- protobuf:1:compile (x) @ x ---")', "the pom has protobuf:compile done as well"),
        ('(out / "Made.class").write_text("x")', "the build makes Made.class as well"),
        ('(out / "Words.class").write_text("woven")', "the build changes what the compiler makes"),
        ("library.unlink()", "a library of its last whole build is gone"),
        ("print(f'[DEBUG] ecj command line: []')", "its last whole build doesn't say how it compiled"),
        (
            'made = here / "target/generated-sources"; made.mkdir(); (made / "A.java").write_text("x")',
            "the build generates sources",
        ),
    ],
)
async def test_a_build_that_does_more_is_always_whole(bench: Bench, extra: str, why: str) -> None:
    await bench({"extra.py": extra})
    await bench({"src/main/java/Words.java": "two"})
    assert (bench.wholes, bench.told[-1]) == (2, why)
    with pytest.raises(Unfit, match=why):
        await bench.recompiler.prove(bench.artifact({}))


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("src/main/java/Other.java", "\x01\x00\x04main", "another class may be the one to start"),
        (
            "src/main/resources/b.txt",
            "@project.version@",
            "Maven may change src/main/resources/b.txt when it copies it",
        ),
    ],
)
async def test_an_edit_that_concerns_more_makes_a_whole_build(bench: Bench, name: str, text: str, why: str) -> None:
    await bench()
    edited = await bench({name: text})
    assert (bench.wholes, bench.told[-1]) == (2, why)
    assert packed(edited / "target/app.jar")[Path(name).with_suffix(".class" if "java" in name else ".txt").name]


async def test_wrong_code_is_told_at_once(bench: Bench) -> None:
    await bench()
    with pytest.raises(BuildFailed, match="building api: the compiler refuses the code") as caught:
        await bench({"src/main/java/Words.java": "broken"})
    assert "Words.java: broken" in str(caught.value)
    assert bench.wholes == 1
    await bench({"src/main/java/Words.java": "mended"})
    assert bench.wholes == 1


async def test_a_base_that_was_pruned_is_built_again_whole(bench: Bench) -> None:
    base = await bench()
    (base / "target/app.jar").unlink()
    await bench({"src/main/java/Words.java": "two"})
    assert (bench.wholes, bench.told) == (2, [])


async def test_without_anybody_who_waits_builds_are_whole(bench: Bench) -> None:
    await bench()
    await build(bench.artifact({"src/main/java/Words.java": "two"}), root=bench.root)
    assert bench.wholes == 2
