"""Copies of engines whose data is one folder that any server of theirs can go on with: the folder, taken and put in its
place while the server rests."""

from __future__ import annotations

from typing import Literal

from shoal.backing.guard import folder
from shoal.model.app import Backing
from shoal.model.values import concat, own, program
from shoal.model.workload import Workload


def folder_copy(backing: Backing, what: Literal["dump", "restore"], *, part: str, kind: str) -> Workload:
    """`part` is the folder's name in the data folder. Only a copy of the same `kind` is put back."""
    return Workload(
        name=f"{backing.name}.{what}",
        kind="job",
        owner=backing.name,
        command=(program("python"), *map(concat, ("-m", "shoal.jobs.folder_copy", what))),
        env={"DATA": folder(backing), "PART": concat(part), "KIND": concat(kind)},
        cwd=own("scratch"),
        data=backing.name,
    )
