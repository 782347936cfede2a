"""Where user namespaces are closed, root becomes nobody for good, or says why it can't."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has a reason not to be itself")

SCRIPT = """\
import os, sys
from shoal.drivers.process.keeper import unprivileged
unprivileged._rename_root = lambda: False
unprivileged.become_unprivileged(sys.argv[1:])
open(os.path.join(sys.argv[1], "written"), "w").close()
print(os.getuid(), os.getgroups())
"""


def become(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", SCRIPT, str(folder)], env={"PYTHONPATH": "src"}, capture_output=True,
                          text=True, check=False)  # fmt: skip


def test_it_owns_its_folder() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kept").touch()
        ran = become(Path(folder))
        assert ran.stdout == "65534 []\n", ran.stderr
        assert Path(folder, "kept").stat().st_uid == 65534


def test_a_folder_out_of_its_reach_is_a_clear_error() -> None:
    with tempfile.TemporaryDirectory() as closed:
        folder = Path(closed, "data")
        folder.mkdir()
        assert "user namespaces are closed here and `nobody` can't reach this folder" in become(folder).stderr
