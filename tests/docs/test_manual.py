"""The manual page is made from the parsers, and every reader of such pages can show it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from docs import manual

from shoal.cli.verbs import VERBS
from shoal.errors import KINDS

READERS = {
    "man": ["man", "--warnings", "-l"],
    "mandoc": ["mandoc", "-T", "utf8", "-W", "error"],
    "groff": ["groff", "-man", "-ww", "-T", "utf8"],
}


def test_the_manual_page_is_current() -> None:
    assert manual.PAGE.read_text() == manual.text(), "run: python docs/manual.py"


def test_it_has_every_verb_and_every_exit_code() -> None:
    page = manual.PAGE.read_text()
    assert all(f'.SS "shoal {verb}' in page for verb in VERBS)
    assert all(f".B {kind.exit_code}\n" in page for kind in KINDS.values())


@pytest.mark.parametrize("reader", READERS)
def test_it_is_shown_without_a_complaint(reader: str) -> None:
    if shutil.which(reader) is None:
        pytest.skip(f"{reader} is not on this machine: the page was not shown with it (.ci/run installs mandoc)")
    env = {"PATH": "/usr/bin:/bin", "MANWIDTH": "100", "LC_ALL": "C.UTF-8", "MANPAGER": "cat", "GROFF_NO_SGR": "1"}
    shown = subprocess.run([*READERS[reader], str(manual.PAGE)], capture_output=True, text=True, env=env)
    assert (shown.returncode, shown.stderr) == (0, "")
    told = re.sub(".\b", "", shown.stdout).replace("‐", "-").replace("−", "-")  # bold is a letter struck twice
    assert "shoal wait [SERVICE ...]" in told
    assert "--no-stream" in told
