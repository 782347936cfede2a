"""A blog of our own: a copy of examples/blog. Builds are shared."""

from __future__ import annotations

import shutil
import time
from contextlib import AbstractContextManager
from pathlib import Path

from bench.app import App, own, say

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "blog"
LEFT_OUT = shutil.ignore_patterns("node_modules", ".venv", "target", "dist", "__pycache__", "*.pyc", ".*_cache")
TRAINING = 600.0
"""Seconds that the first training of users may take."""


class Blog(App):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "blog")
        shutil.copytree(EXAMPLE, self.folder, ignore=LEFT_OUT)

    def prepare(self) -> None:
        """Everything built, migrated and trained; it runs afterwards. Only what nobody has done yet takes time."""
        say("preparing: building and training what isn't yet")
        since = time.time()
        self.up()
        deadline = time.monotonic() + TRAINING
        while self._is_training(since):
            if time.monotonic() > deadline:
                raise SystemExit("bench: the training of users doesn't end")
            time.sleep(1)

    def _is_training(self, since: float) -> bool:
        time.sleep(2)  # it begins when the app has come to rest
        kinds = [event["kind"] for event in self.events(since)]
        if "untrained" in kinds:
            raise SystemExit("bench: users couldn't be trained; see: shoal events")
        return kinds.count("training") > kinds.count("trained")


def blog() -> AbstractContextManager[Blog]:
    return own(Blog)
