"""Layers: the same content gives the same bytes, and packages lie apart from code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shoal.build.image.archive import written
from shoal.build.image.layer import Layer, Part, measured
from shoal.build.image.pack import pack
from shoal.errors import BuildFailed
from shoal.model.workload import Packing
from tests.unit.build.image.artifacts import OTHER, artifact, digests, layers, put, text, wanted

CODE = {"b.py": "b", "a/one.py": "1", "a.py": "a"}
APART = wanted(Packing("node:24-slim", apart=("node_modules",), left_out=("**/.npmrc",), spare=("src",)))


def test_the_same_files_are_the_same_layer_whenever_and_wherever_they_were_written(tmp_path: Path) -> None:
    one = put(tmp_path / "one", CODE)
    other = put(tmp_path / "another place", dict(reversed(CODE.items())))
    for n, path in enumerate(sorted(other.rglob("*"))):
        os.utime(path, (n, n))
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert one != other
    assert digests(wanted(), tmp_path / "one") == digests(wanted(), tmp_path / "another place")


def test_another_content_is_another_layer(tmp_path: Path) -> None:
    put(tmp_path / "one", CODE)
    put(tmp_path / "two", CODE | {"a.py": "A"})
    assert digests(wanted(), tmp_path / "one") != digests(wanted(), tmp_path / "two")


def test_everything_lies_in_one_folder_belongs_to_root_and_can_be_read_by_all(tmp_path: Path) -> None:
    folder = put(tmp_path, CODE)
    (folder / "b.py").chmod(0o700)
    (folder / "a.py").chmod(0o600)
    (found,) = layers(wanted(), tmp_path)
    assert list(found) == ["app", "app/a", "app/a.py", "app/a/one.py", "app/b.py"]
    assert {(m.uid, m.gid, m.uname, m.gname) for m in found.values()} == {(0, 0, "", "")}
    modes = {name: oct(m.mode) for name, m in found.items()}
    assert modes == {
        "app": "0o755",
        "app/a": "0o755",
        "app/a.py": "0o644",
        "app/a/one.py": "0o644",
        "app/b.py": "0o755",
    }


def test_a_file_with_another_content_has_another_time_though_all_times_are_fixed(tmp_path: Path) -> None:
    """Servers of files tell versions apart by size and time."""
    put(tmp_path / "one", {"page.html": "old"})
    put(tmp_path / "two", {"page.html": "new"})
    (one,), (two,) = (layers(wanted(), tmp_path / name) for name in ("one", "two"))
    assert one["app/page.html"].size == two["app/page.html"].size
    assert one["app/page.html"].mtime != two["app/page.html"].mtime
    assert one["app"].mtime == two["app"].mtime


def test_packages_have_a_layer_of_their_own_which_an_edit_of_the_code_leaves_as_it_is(tmp_path: Path) -> None:
    folder = put(tmp_path, {"node_modules/x/index.js": "x", "server.js": "one"})
    before = digests(APART, tmp_path)
    packages, code = layers(APART, tmp_path)
    assert (list(packages)[1:], list(code)[1:]) == (
        ["app/node_modules", "app/node_modules/x", "app/node_modules/x/index.js"],
        ["app/server.js"],
    )
    (folder / "server.js").write_text("two")
    after = digests(APART, tmp_path)
    assert (after[0], after[1] == before[1]) == (before[0], False)


def test_what_nobody_needs_is_left_out_as_is_what_running_makes(tmp_path: Path) -> None:
    names = ("x.js", "src/x.ts", ".npmrc", "deep/.npmrc", "__pycache__/x.pyc", "y.pyc", ".shoal/done", ".shoal/app.aot")
    put(tmp_path, dict.fromkeys((*names, ".shoal/java.args", ".shoal/app/lib/x.jar", "m/.shoal/compiled.json"), "x"))
    (found,) = layers(APART, tmp_path)
    files = [name for name, member in found.items() if member.isfile()]
    assert files == ["app/.shoal/app/lib/x.jar", "app/.shoal/java.args", "app/x.js"]


def test_names_of_any_length_and_in_any_script_are_kept(tmp_path: Path) -> None:
    long = "/".join(["ein-sehr-langer-name"] * 12) + "/größe.txt"
    put(tmp_path, {long: "x"})
    (found,) = layers(wanted(), tmp_path)
    assert f"app/{long}" in found


def test_links_of_its_own_are_kept_and_a_part_that_others_have_too_lies_in_its_place(tmp_path: Path) -> None:
    part = f"part-{'3' * 32}"
    put(tmp_path, {"lib/x.py": "x"}, key=part)
    put(tmp_path, {"current -> releases/1": "", "releases/1/x": "x"})
    (tmp_path / "builds" / ("1" * 32) / "packages").symlink_to(tmp_path / "builds" / part / "lib")
    (found,) = layers(wanted(), tmp_path)
    assert (found["app/current"].linkname, found["app/packages"].isdir()) == ("releases/1", True)
    assert found["app/packages/x.py"].isfile()


def test_a_build_that_its_files_name_comes_along(tmp_path: Path) -> None:
    of = wanted()
    put(tmp_path, {"x.conf": f"include {tmp_path}/builds/{OTHER}/common.conf\n"})
    put(tmp_path, {"common.conf": "common"}, key=OTHER)
    known = {OTHER: artifact(Packing("debian:bookworm-slim"), key=OTHER)}
    of = type(of)(of.app, of.artifact, known=known)
    assert text(of, tmp_path, "app/x.conf") == f"include /builds/{OTHER}/common.conf\n"
    assert text(of, tmp_path, f"builds/{OTHER}/common.conf") == "common"
    assert [next(iter(layer)) for layer in layers(of, tmp_path)] == ["builds", "app"]


def test_what_is_larger_than_memory_should_hold_is_read_as_it_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"model.bin": b"\x00\x01" * 5000})
    whole = digests(wanted(), tmp_path)
    (tmp_path / "builds" / ("1" * 32) / ".shoal/layers.json").unlink(missing_ok=True)
    monkeypatch.setattr("shoal.build.image.content.LARGEST_TEXT", 1000)
    monkeypatch.setattr("shoal.build.image.content.CHUNK", 999)
    assert digests(wanted(), tmp_path) == whole


def test_a_file_that_changes_while_it_is_sent_is_noticed(tmp_path: Path) -> None:
    folder = put(tmp_path, {"x.txt": "one"})
    (packed,) = pack(wanted(), tmp_path)
    (folder / "x.txt").write_text("two")
    with pytest.raises(BuildFailed, match="code of api: its files have changed while they were sent"):
        list(written(packed))


def test_what_was_measured_once_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an edit of code that means the packages, wherever the links to them lie."""
    part = f"part-{'3' * 32}"
    put(tmp_path, {"node_modules/x.js": "x", ".shoal/done": ""}, key=part)
    for key, code in (("1" * 32, "one"), (OTHER, "two")):
        folder = put(tmp_path, {"server.js": code, ".shoal/part": part, "node_modules/y -> x.js": ""}, key=key)
        (folder / "node_modules/x.js").hardlink_to(tmp_path / "builds" / part / "node_modules/x.js")
    (packages, _) = digests(APART, tmp_path)
    edited = type(APART)("shop", artifact(APART.packing, key=OTHER))
    read: list[Part] = []

    def noted(part: Part) -> Layer:
        read.append(part)
        return measured(part)

    monkeypatch.setattr("shoal.build.image.pack.measured", noted)
    assert digests(edited, tmp_path)[0] == packages
    assert [[item.name for item in part.items] for part in read] == [[".shoal", "server.js"]]


def test_a_build_that_is_gone_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match=r"api: its image can't be made: .*: No such file or directory"):
        pack(wanted(), tmp_path)
