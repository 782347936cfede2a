"""A jar tells what is in it, and not when it was made."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from shoal.build.image.jar import packed_anew
from shoal.model.workload import Packing
from tests.unit.build.image.artifacts import digests, put, wanted

ENTRIES = {
    "b/B.class": b"b",
    "META-INF/MANIFEST.MF": b"Main-Class: b.B\n",
    "META-INF/": b"",
    "a/": b"",
    "a/A.class": b"a",
}


def jar(entries: dict[str, bytes], year: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as zipped:
        for name, content in entries.items():
            zipped.writestr(zipfile.ZipInfo(name, (year, 1, 2, 3, 4, 5)), content, method)
    return out.getvalue()


def test_order_times_and_compression_are_no_part_of_it() -> None:
    one = packed_anew(jar(ENTRIES, 2001))
    other = packed_anew(jar(dict(reversed(ENTRIES.items())), 2026, zipfile.ZIP_STORED))
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as zipped:
        assert zipped.namelist() == ["META-INF/", "META-INF/MANIFEST.MF", "a/", "a/A.class", "b/B.class"]
        assert {name: zipped.read(name) for name in zipped.namelist()} == ENTRIES


def test_what_is_no_jar_stays_as_it_is() -> None:
    assert packed_anew(b"no jar") == b"no jar"


def test_only_the_jar_of_the_build_is_packed_anew(tmp_path: Path) -> None:
    of = wanted(Packing("eclipse-temurin:25-jre", apart=("lib",), jars=("app.jar",)))
    put(tmp_path / "one", {"app.jar": jar(ENTRIES, 2001), "lib/x.jar": jar(ENTRIES, 2001)})
    put(tmp_path / "two", {"app.jar": jar(ENTRIES, 2002), "lib/x.jar": jar(ENTRIES, 2002)})
    one, two = digests(of, tmp_path / "one"), digests(of, tmp_path / "two")
    assert (one[0] == two[0], one[1] == two[1]) == (False, True)
