"""From a source folder to something that runs: programs inside wheels, content digests, build steps, training runs."""

from __future__ import annotations

from shoal.build.engines import program, version
from shoal.build.runner import artifact_folder, build, is_built
from shoal.build.source import digest, read_source

__all__ = ["artifact_folder", "build", "digest", "is_built", "program", "read_source", "version"]
