"""A service as its developer runs it: from its own folder, with what the build made of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

import msgspec

from shoal.model.values import Ref, Value, concat
from shoal.model.workload import Artifact, Workload
from shoal.stacks import Source

FIRST = re.compile(r"/([^/:\"']+)")


def at_source(workload: Workload, artifact: Artifact, source: Source) -> Workload:
    """What lies in the source is taken from there, so that an edit counts at once; what only the build has (a venv, a
    jar, `dist`) stays where the build put it."""
    top = frozenset(name.partition("/")[0] for name in source.names)

    def moved(value: Value) -> Value:
        return concat(*_moved(value, artifact, top))

    return msgspec.structs.replace(
        workload,
        command=tuple(moved(part) for part in workload.command),
        env={name: moved(value) for name, value in workload.env.items()},
        cwd=moved(workload.cwd),
    )


def _moved(value: Value, artifact: Artifact, top: frozenset[str]) -> Iterator[str | Ref]:
    for part, following in zip_longest(value.parts, value.parts[1:], fillvalue=""):
        inside = FIRST.match(following) if isinstance(following, str) else None
        here = inside is None or inside[1] in top
        yield artifact.source if part == Ref("artifact", artifact.key) and here else part
