"""The result of a training run: taken over whole, or not at all. The run itself is the daemon's."""

from __future__ import annotations

from pathlib import Path

from shoal.build.runner import render_programs
from shoal.build.store import artifact_folder
from shoal.model.values import Value
from shoal.stacks import Train


def is_trained(root: Path, key: str, train: Train) -> bool:
    """Whether launches of this artifact already use the result of a training run."""
    folder = artifact_folder(root, key)
    return (folder / train.output).is_file() and all(
        _read(folder / name) == _text(value, folder) for name, value in train.files.items()
    )


def adopt(root: Path, key: str, train: Train) -> bool:
    """Let launches use what a training run wrote; False if it wrote nothing. Call it only after the run has ended.
    Instances that run aren't touched (they keep the old file open), and no workload's revision changes: the command
    names a file, and only that file's content is new."""
    folder = artifact_folder(root, key)
    try:
        (folder / train.written).replace(folder / train.output)
    except FileNotFoundError:
        return False
    for name, value in train.files.items():
        fresh = folder / f"{name}.new"
        fresh.write_text(_text(value, folder))
        fresh.replace(folder / name)
    return True


def _text(value: Value, folder: Path) -> str:
    """Files of a training name the artifact (by its key) and programs."""
    return render_programs(value.replace(lambda ref: Value((str(folder) if ref.kind == "artifact" else ref,))))


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
