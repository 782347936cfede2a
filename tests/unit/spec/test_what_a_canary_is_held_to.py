"""`analysis`: what is written, defaults for the rest, and errors with their places."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import UNSET

from shoal.errors import FileError, Place
from shoal.model.analysis import Analysis
from shoal.model.app import Probe, Probes
from shoal.spec.analysis import analysis_of
from shoal.spec.conform import conform
from shoal.spec.facts import Facts
from shoal.spec.models import File
from shoal.spec.models.analysis import AnalysisEntry
from shoal.spec.reader import read_file
from shoal.spec.report import Report
from shoal.spec.tree import empty

HTTP = Probes(ready=Probe("http", path="/ready"))


def analysis(folder: Path, text: str, probes: Probes = HTTP) -> Analysis:
    (folder / "analysis.yaml").write_text(text)
    report = Report()
    tree = read_file(folder / "analysis.yaml", report)
    entry = conform(tree, AnalysisEntry, report)
    found = analysis_of(entry, probes, (), Facts(File(name="a"), tree, folder, {}, report))
    report.raise_any()
    return found


def test_what_is_not_written_is_as_by_default(tmp_path: Path) -> None:
    assert analysis(tmp_path, "failures: 1%\n") == Analysis(failures=1.0)
    assert analysis(tmp_path, "probes: true\n") == Analysis()


def test_all_that_can_be_written(tmp_path: Path) -> None:
    text = """\
failures: 2%
latency: {quantile: 99%, factor: 2, slack: 100ms}
minimum: 200
probes: 60/m
path: /api/tags
"""
    assert analysis(tmp_path, text) == Analysis(2.0, 99.0, 2.0, 0.1, 200, 1.0, "/api/tags")
    assert analysis(tmp_path, "probes: false\n", Probes()) == Analysis(own=0.0)


def test_without_the_key_it_is_the_default(tmp_path: Path) -> None:
    facts = Facts(File(name="a"), empty(Place("shoal.yaml")), tmp_path, {}, Report())
    assert analysis_of(UNSET, HTTP, (), facts) == Analysis()


@pytest.mark.parametrize(("text", "place", "what"), [
    ("failures: 101%\n", "1:11", "failures: expected a share"),
    ("latency:\n  quantile: 100%\n", "2:13", "latency/quantile: must be more than 0 and less than 100 %, got 100"),
    ("latency: {factor: 0.5}\n", "1:19", "latency/factor: must be at least 1, got 0.5"),
    ("minimum: 0\n", "1:10", "minimum: must be"),
    ("probes: often\n", "1:9", "probes: expected true or false or a rate such as 100/s"),
    ("probes: 2000/s\n", "1:9", "probes: must be 1000/s at most, got 2000/s"),
    ("path: health\n", "1:7", 'path: expected a path such as /health, got "health"'),
    ("probes: false\npath: /x\n", "2:1", "path: nothing is asked for with `probes: false`"),
    ("failure: 1%\n", "1:1", 'unknown key "failure"'),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_where_it_stands(tmp_path: Path, text: str, place: str, what: str) -> None:
    with pytest.raises(FileError) as caught:
        analysis(tmp_path, text)
    assert what in caught.value.what
    assert caught.value.where is not None
    assert f"{caught.value.where.line}:{caught.value.where.column}" == place


def test_what_cannot_be_asked_for_is_not_promised(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="probes: there is nothing to ask for") as caught:
        analysis(tmp_path, "probes: 5/s\n", Probes(ready=Probe("tcp")))
    assert caught.value.hint == "say what, such as `path: /health`"
    assert analysis(tmp_path, "probes: 5/s\npath: /x\n", Probes()) == Analysis(own=5.0, path="/x")
