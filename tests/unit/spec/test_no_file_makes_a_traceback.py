"""Whatever the bytes of the file are, the outcome is an App or a FileError that says where."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoal.errors import FileError, Problems
from shoal.spec import load
from tests.unit.spec.golden import Case, cases

FILES = [case.parts["shoal.yaml"] for case in (*cases("good"), *cases("bad"))]
WORDS = """
${ } $ ${X:- ${users.url} ${users-db.uri} ${secrets.jwt} ${self.port} $$ <<:*a &a *a null ~ [] {} [{}] {a: !!int !x
" ' | # ? - : yes no -1 0 1e9 99999999999999999999 1.5 0x1 .inf .nan 2001-01-01 é 🐟 users posts web events users-db
services: jobs: backing: needs: ports: port: path: to: health: environment: environments: command: secrets: prod:
"""
PIECES = [*WORDS.split(), "\n", "  ", "\t", "\0", "\x85", "\ufeff", "- ", ": ", "{a: b}", "|\n"]


def outcome(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in ("users", "posts", "web"):
            (folder / source).mkdir()
        (folder / "shoal.yaml").write_bytes(content)
        for environment in (None, "prod"):
            try:
                load(folder, environment=environment, variables={"A": "1"})
            except FileError as error:
                found = error.found if isinstance(error, Problems) else (error,)
                assert all(problem.where and problem.what for problem in found)
                assert str(error)


@st.composite
def edited(draw: st.DrawFn) -> str:
    """A file with a few places overwritten, doubled or cut out."""
    text = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 25)))
        piece = draw(st.sampled_from(PIECES) | st.just(text[start:end] * 2) | st.just(""))
        text = text[:start] + piece + text[end:]
    return text


@st.composite
def rewired(draw: st.DrawFn) -> str:
    """A file in which one word is another word of a file."""
    text = draw(st.sampled_from(FILES))
    words = sorted(set(text.replace("\n", " ").split(" ")) - {""}) or ["x"]
    old = draw(st.sampled_from(words))
    new = draw(st.sampled_from([*words, *PIECES]))
    return text.replace(old, new, draw(st.integers(1, 3)))


SLOW = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(edited())
def test_edited_files(text: str) -> None:
    outcome(text.encode())


@SLOW
@given(rewired())
def test_rewired_files(text: str) -> None:
    outcome(text.encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_bytes(content: bytes) -> None:
    outcome(content)


def test_the_golden_files_are_there() -> None:
    assert len([case for case in cases("bad") if isinstance(case, Case)]) > 40
