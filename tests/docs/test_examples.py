"""Examples of these pages are run, and answer as the page says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import DOCS, Block, blocks
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make, making

RUN = [DOCS / "builds.md", DOCS / "gateway.md", DOCS / "mesh.md", DOCS / "static-files.md"]


def examples() -> Iterator[Any]:
    """The blocks of each app: it begins with its shoal.yaml. What comes before the first is only loaded."""
    for page in RUN:
        groups: list[list[Block]] = []
        for block in blocks(page):
            groups += [[]] if block.file == "shoal.yaml" else []
            if groups:
                groups[-1].append(block)
        assert groups, page
        yield from (pytest.param(group, id=f"{page.name}:{group[0].line}") for group in groups)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Make]:
    yield from making(tmp_path, tmp_path / "cache")


@pytest.mark.parametrize("example", list(examples()))
def test_it_runs_and_answers_as_the_page_says(example: list[Block], app: Make) -> None:
    files = {block.file: block.text for block in example if block.file}
    made = app(files.pop("shoal.yaml"), files)
    made.up()
    asked = [block.text for block in example if block.language == "http"]
    assert asked
    for request, *headers, answer in (text.strip().split("\n") for text in asked):
        said = told(made, request.removeprefix("GET "), dict(header.split(": ") for header in headers))
        assert said == answer.replace("${gateway.url}", made.url)


def told(made: App, path: str, headers: dict[str, str]) -> str:
    status, body = get(made.url + path, headers=headers, root=made.root)
    return f"{status} {body.strip()}"
