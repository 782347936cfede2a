"""Whatever the file is, the outcome is an app that compiles, or an error that says where; in time, and no traceback.

The same examples each time. Others, and more of them, by hand: `SHOAL_FUZZ=20000 pytest tests/fuzz`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st

from tests.fuzz import mutations, of_schema
from tests.fuzz.outcome import lay_out, of_dotenv, of_file

MORE = int(os.environ.get("SHOAL_FUZZ", "0"))
FUZZ = settings(
    max_examples=MORE or 250,
    derandomize=not MORE,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("fuzz")
    lay_out(made)
    yield made


@pytest.mark.timeout(0)
@FUZZ
@given(of_schema.texts())
def test_files_by_the_schema(folder: Path, text: str) -> None:
    told = of_file(folder, text.encode())
    # Whole apps are rarer than errors, and lead further.
    target(float(len(text)) if told == "app" else 0.0)


@pytest.mark.timeout(0)
@FUZZ
@given(mutations.regrown())
def test_trees_that_were_changed(folder: Path, text: str) -> None:
    of_file(folder, text.encode(errors="surrogatepass"))


@pytest.mark.timeout(0)
@FUZZ
@given(mutations.edited())
def test_texts_that_were_changed(folder: Path, text: str) -> None:
    of_file(folder, text.encode(errors="surrogatepass"))


@pytest.mark.timeout(0)
@FUZZ
@given(mutations.encoded())
def test_bytes_that_were_changed(folder: Path, content: bytes) -> None:
    of_file(folder, content)


@pytest.mark.timeout(0)
@FUZZ
@given(mutations.dotenvs())
def test_files_of_variables(text: str) -> None:
    of_dotenv(text)


@pytest.mark.timeout(0)
@FUZZ
@given(st.sampled_from(mutations.VALID), mutations.dotenvs() | st.binary(max_size=40))
def test_files_of_variables_beside_a_file(folder: Path, text: str, dotenv: str | bytes) -> None:
    of_file(folder, text.encode(), dotenv if isinstance(dotenv, bytes) else dotenv.encode(errors="surrogatepass"))


def test_valid_files_make_apps(folder: Path) -> None:
    """Else there would be nothing to change."""
    told = [of_file(folder, text.encode()) for text in mutations.VALID]
    assert told.count("app") > len(told) // 3, told
