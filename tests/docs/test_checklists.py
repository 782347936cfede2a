"""The checklists for new parts name every method that there is to write, and every place that has to know."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from shoal.backing import BackingEngine
from shoal.drivers.driver import Driver, ReleaseStore
from shoal.stacks import STACKS, Stack
from tests.docs.pages import DOCS, ROOT


def words(page: str) -> set[str]:
    """Names in code spans, without arguments."""
    return {found.split("(")[0] for found in re.findall(r"`([^`]+)`", (DOCS / page).read_text())}


def methods(kind: type) -> set[str]:
    return {name for name, value in vars(kind).items() if callable(value) and not name.startswith("_")}


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("adding-a-driver.md", methods(Driver) | methods(ReleaseStore)),
        ("adding-a-backing-service.md", methods(BackingEngine)),
        ("adding-a-stack.md", methods(Stack) - {"artifact", "launch", "train"}),  # written once, for all
    ],
)
def test_every_method_is_named(page: str, names: set[str]) -> None:
    assert names - words(page) == set()


def sources(pattern: str, folders: Iterable[str]) -> set[str]:
    """Files of src/shoal that mention something."""
    root = ROOT / "src/shoal"
    files = [file for folder in folders for file in (root / folder).rglob("*.py")]
    return {str(file.relative_to(root)) for file in files if re.search(pattern, file.read_text())}


def test_places_that_know_an_engine() -> None:
    page = (DOCS / "adding-a-backing-service.md").read_text()
    # Whatever names NATS outside its own files is a place to add a line.
    known = sources(r"\b(nats|Nats|NATS)\b", ["backing", "spec", "build", "cli", "model"]) - {"backing/nats.py"}
    aside = {
        "spec/needs.py",  # refuses a need's `database` where there are no databases
        "model/workload.py",  # a docstring
        "cli/streams_.py",  # of NATS alone
        "cli/verbs.py",
    }
    assert {file for file in known - aside if file not in page} == set()


def test_places_that_know_a_stack() -> None:
    page = (DOCS / "adding-a-stack.md").read_text()
    known = sources(r'"node"', ["stacks", "spec", "build", "cli"]) - {"stacks/node.py"}
    assert {file for file in known if file not in page} == set()
    assert STACKS["node"].name == "node"
