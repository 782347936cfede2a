"""What must be done by one process, in order, when several run tests (`-n`); and what was left out, by name."""

from __future__ import annotations

from collections import defaultdict

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

pytest_plugins = ["tests.engine.plugin"]

# They share one running blog.
OF_THE_BLOG = ("tests/blog/", "tests/browser/", "tests/conduit/")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file is done by one process; all that asks the blog, too."""

    def _split_scope(self, nodeid: str) -> str:
        return "blog" if nodeid.startswith(OF_THE_BLOG) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    config.option.loadscopereorder = False  # files with most tests first: not those that take longest
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, or one process would do it at the end while the others have nothing left."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (not item.nodeid.startswith(OF_THE_BLOG), item.path not in slow))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A test that can't be had here is no secret."""
    reasons = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")].append(report.nodeid.partition("::")[2])
    if reasons:
        terminalreporter.section("left out")
    for reason, names in reasons.items():
        terminalreporter.line(f"{len(names)} for this reason: {reason}: {', '.join(names)}")
