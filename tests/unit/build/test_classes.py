"""Classes and resources: what an edit of them becomes, and when that can't be known."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from shoal.build.classes import copied, packed, repack, starting
from shoal.build.compiler import Unfit

BEFORE = {"a.yaml": b"port: ${PORT}", "version.txt": b"@project.version@", "logo": b"\x00", ".keep": b""}
MADE = {"a.yaml": b"port: ${PORT}", "version.txt": b"1.0", "logo": b"\x00", "A.class": b"a"}


def test_what_is_as_before_becomes_what_it_became() -> None:
    assert copied(BEFORE, BEFORE, MADE) == {"a.yaml": b"port: ${PORT}", "version.txt": b"1.0", "logo": b"\x00"}


def test_what_was_copied_as_it_is_still_is() -> None:
    assert copied({"a.yaml": b"host: x\nport: ${PORT}"}, BEFORE, MADE) == {"a.yaml": b"host: x\nport: ${PORT}"}
    assert copied({"new.sql": b"select 1"}, BEFORE, MADE) == {"new.sql": b"select 1"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("version.txt", b"2"),  # it was filled in before
        ("a.yaml", b"port: ${OTHER}"),  # nobody has seen what becomes of that
        ("new.txt", b"@project.name@"),
        (".gitignore", b"x"),  # Maven leaves out some of these
        (".keep", b"x"),
    ],
)
def test_what_maven_might_change_is_left_to_maven(name: str, content: bytes) -> None:
    with pytest.raises(Unfit, match=f"Maven may change src/main/resources/{name} when it copies it"):
        copied({name: content}, BEFORE, MADE)


def test_a_jar_is_packed_again_in_its_order(tmp_path: Path) -> None:
    old, new = tmp_path / "old.jar", tmp_path / "new.jar"
    with zipfile.ZipFile(old, "w") as jar:
        for name in ("META-INF/MANIFEST.MF", "b/", "b/B.class", "b/A.class", "b/Gone.class", "a.yaml"):
            jar.writestr(name, b"" if name.endswith("/") else name)
    made = {"b/B.class": b"", "b/A.class": b"", "b/Gone.class": b"", "a.yaml": b""}
    repack(old, made, {"a.yaml": b"new", "b/A.class": b"A", "b/B.class": b"B", "b/c/C.class": b"C"}, new)
    with zipfile.ZipFile(new) as jar:
        assert jar.namelist() == [
            "META-INF/MANIFEST.MF",
            "b/",
            "b/B.class",
            "b/A.class",
            "a.yaml",
            "b/c/",
            "b/c/C.class",
        ]
    assert packed(new) == {
        "META-INF/MANIFEST.MF": b"META-INF/MANIFEST.MF",
        "b/B.class": b"B",
        "b/A.class": b"A",
        "a.yaml": b"new",
        "b/c/C.class": b"C",
    }


def test_classes_that_may_be_started_are_told_apart_by_how() -> None:
    main, boot = (
        b"..\x01\x00\x04main..",
        b"..\x01\x00\x04main..Lorg/springframework/boot/autoconfigure/SpringBootApplication;",
    )
    assert starting({"A.class": main, "B.class": b"mainly", "main.txt": main}) == {("A.class", "0")}
    assert starting({"A.class": boot}) != starting({"A.class": main})
