"""Modules of Python come compiled: where they run, nothing can be written beside them."""

from __future__ import annotations

import importlib.util
import io
import marshal
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from shoal.build.image.layer import Tar
from shoal.build.image.pack import pack
from shoal.errors import BuildFailed
from shoal.model.workload import Packing
from tests.unit.build.image.artifacts import digests, layers, put, wanted

OF = wanted(Packing("python:3.11-slim", apart=(".venv",), python=".venv/bin/python"))
LINK = f".venv/bin/python -> {sys.executable}"
SITE = ".venv/lib/python3.11/site-packages"
FILES = {LINK: "", f"{SITE}/x/__init__.py": "", f"{SITE}/x/y.py": "KINDS = {'b', 'a', 1}\n", "app.py": "import x.y\n"}
ENDING = f".{sys.implementation.cache_tag}.pyc"


def content(root: Path, name: str) -> bytes:
    for packed in pack(OF, root):
        with tarfile.open(fileobj=io.BytesIO(b"".join(Tar(packed.part)))) as tar:
            if name in tar.getnames():
                file = tar.extractfile(name)
                assert file is not None
                return file.read()
    raise AssertionError(name)


def test_they_lie_beside_their_sources_each_in_the_layer_of_those(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    packages, code = layers(OF, tmp_path)
    assert f"app/{SITE}/x/__pycache__/y{ENDING}" in packages
    assert packages[f"app/{SITE}/x/__pycache__"].isdir()
    assert list(code) == ["app", "app/app.py", "app/__pycache__", f"app/__pycache__/app{ENDING}"]


def test_what_was_compiled_is_taken_without_looking_at_the_source(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    found = content(tmp_path, f"app/{SITE}/x/__pycache__/y{ENDING}")
    assert found[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(found[4:8], "little") == 1, "by a hash, unchecked"
    assert found[8:16] == importlib.util.source_hash(FILES[f"{SITE}/x/y.py"].encode())
    code = marshal.loads(found[16:])
    assert code.co_filename == f"/app/{SITE}/x/y.py"
    space: dict[str, object] = {}
    exec(code, space)
    assert space["KINDS"] == {"a", "b", 1}


def test_they_are_the_same_wherever_they_were_compiled(tmp_path: Path) -> None:
    put(tmp_path / "one", FILES)
    put(tmp_path / "two", dict(reversed(FILES.items())))
    assert digests(OF, tmp_path / "one") == digests(OF, tmp_path / "two")


def test_what_was_compiled_and_thrown_away_is_compiled_again(tmp_path: Path) -> None:
    folder = put(tmp_path, FILES | {".shoal/done": ""})
    before = [b"".join(Tar(packed.part)) for packed in pack(OF, tmp_path)]
    assert list((folder / ".shoal/compiled-modules").iterdir())
    shutil.rmtree(folder / ".shoal/compiled-modules")
    assert [b"".join(Tar(packed.part)) for packed in pack(OF, tmp_path)] == before


def test_what_is_no_module_stays_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, FILES | {"template.py": "class {{ name }}:\n", "odd.py": 'x = "\\d"\n'})
    _, code = layers(OF, tmp_path)
    assert f"app/__pycache__/odd{ENDING}" in code
    assert not [name for name in code if "__pycache__/template" in name]


def test_without_a_venv_nothing_is_compiled(tmp_path: Path) -> None:
    put(tmp_path, {"app.py": ""})
    (code,) = layers(OF, tmp_path)
    assert list(code) == ["app", "app/app.py"]


def test_an_interpreter_that_does_not_run_is_named(tmp_path: Path) -> None:
    put(tmp_path, FILES)
    python = tmp_path / "builds" / ("1" * 32) / ".venv/bin/python"
    python.unlink()
    python.write_text("#!/bin/sh\necho broken >&2; exit 1\n")
    python.chmod(0o755)
    with pytest.raises(BuildFailed) as problem:
        pack(OF, tmp_path)
    assert str(problem.value) == f"{python} can't compile the modules of its image: broken\n  try it: {python} -V"
