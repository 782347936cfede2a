"""What must be done by one process, in order, when several run tests (`-n`); and what was left out, by name."""

from __future__ import annotations

from collections import defaultdict

import pytest

# They share one running blog.
OF_THE_BLOG = ("tests/blog/", "tests/browser/", "tests/conduit/")


@pytest.hookimpl(tryfirst=True)  # before xdist looks for the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file is done by one process; all that asks the blog, too."""
    for item in items:
        file = item.nodeid.partition("::")[0]
        group = "blog" if file.startswith(OF_THE_BLOG) else file
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A test that can't be had here is no secret."""
    reasons = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason.removeprefix("Skipped: ")].append(report.nodeid.partition("::")[2].partition("@")[0])
    if reasons:
        terminalreporter.section("left out")
    for reason, names in reasons.items():
        terminalreporter.line(f"{len(names)} for this reason: {reason}: {', '.join(names)}")
