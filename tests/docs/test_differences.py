"""What differs between targets is what the conformance suite knows to differ, and the page of a target lists it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.drivers.differences import DIFFERENCES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("target", DIFFERENCES)
def test_the_page_of_a_target_lists_all_of_them_and_no_others(target: str) -> None:
    page = (DOCS / f"{target}.md").read_text()
    listed = page.partition("## What differs")[2].partition("| --- | --- |\n")[2].partition("\n\n")[0].splitlines()
    known = dict.fromkeys(f"| {one.what} | {one.instead} |" for one in DIFFERENCES[target].values())
    assert listed == list(known)
