"""Every example of docs/builds.md is run, and answers as the page says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, Block, blocks
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make, making

PAGE = DOCS / "builds.md"


def examples() -> list[list[Block]]:
    """The blocks of each app: it begins with its shoal.yaml."""
    groups: list[list[Block]] = []
    for block in blocks(PAGE):
        groups += [[]] if block.file == "shoal.yaml" else []
        groups[-1].append(block)
    return groups


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Make]:
    yield from making(tmp_path, tmp_path / "cache")


@pytest.mark.parametrize("example", examples(), ids=lambda example: f"line {example[0].line}")
def test_it_runs_and_answers_as_the_page_says(example: list[Block], app: Make) -> None:
    files = {block.file: block.text for block in example if block.file}
    made = app(files.pop("shoal.yaml"), files)
    made.up()
    asked = [block.text for block in example if block.language == "http"]
    assert asked
    for request, answer in (text.strip().split("\n") for text in asked):
        assert told(made, request.removeprefix("GET ")) == answer.replace("${gateway.url}", made.url)


def told(made: App, path: str) -> str:
    status, body = get(made.url + path)
    return f"{status} {body.strip()}"


def test_there_are_examples() -> None:
    assert len(list(itertools.chain(*examples()))) > len(examples()) >= 4
