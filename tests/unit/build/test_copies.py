"""What `files` copies: bytes as they are, whole folders, and not without end."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.build import copies
from shoal.build.copies import read_copies
from shoal.errors import FileError, MissingFile
from shoal.model.workload import Copy


def test_a_file_is_itself(tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(b"\x89PNG\x00\xff")
    assert read_copies(file) == {"": Copy(b"\x89PNG\x00\xff")}


def test_a_folder_is_all_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "sub/run.sh").chmod(0o755)
    (tmp_path / "link").symlink_to("sub/run.sh")
    run = Copy(b"#!/bin/sh\n", executable=True)
    assert read_copies(tmp_path) == {"link": run, "sub/run.sh": run}


def test_what_can_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="none"):
        read_copies(tmp_path / "none")
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to("sub")
    with pytest.raises(MissingFile, match="link") as caught:
        read_copies(tmp_path)
    assert "a link to a folder isn't followed" in caught.value.hint


def test_data_is_no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "LARGEST", 10)
    (tmp_path / "data").write_bytes(b"x" * 11)
    with pytest.raises(FileError, match="has more than"):
        read_copies(tmp_path)
