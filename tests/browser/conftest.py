"""Chromium, and what every test of these pages looks at besides its own business."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    StorageState,
    expect,
    sync_playwright,
)

from tests.blog_app import BlogApp, share
from tests.browser.pages import Visitor
from tests.conduit.client import Member, unique

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 10_000  # what the contract wants within 5 s, on a machine that does much else

NewVisitor = Callable[..., Visitor]


def pytest_configure(config: pytest.Config) -> None:
    share(config)
    expect.set_options(timeout=PATIENCE_MS)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture: without a browser there is no need of a running blog."""
    if "visitor" not in getattr(item, "fixturenames", ()) or _program():
        return
    if os.environ.get("CI"):
        pytest.fail("no Chromium on the PATH: in CI these tests may not be left out", pytrace=False)
    pytest.skip("no Chromium on the PATH")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[failed] = True
    return report


failed = pytest.StashKey[bool]()


def _program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """For these tests only: while it is there, no other test can have an event loop."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=_program(), args=[*ARGUMENTS, *sandbox])
    yield browser
    browser.close()


@pytest.fixture
def visitor(chromium: Browser, blog: BlogApp, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewVisitor]:
    """Opens a browser of somebody's own: `visitor()`, or `visitor(member)` who is logged in already.

    Fails when a page reports an error or asks another host; `expects` has the words that its console may say,
    `outside` the one address elsewhere that somebody's picture has.
    """
    visitors: list[Visitor] = []

    def enter(member: Member | None = None, *, expects: str | tuple[str, ...] = (), outside: str = "") -> Visitor:
        context = chromium.new_context(
            base_url=blog.url, viewport={"width": 1100, "height": 900}, storage_state=_storage(blog.url, member)
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        complaints: list[str] = []
        _listen(page, (blog.url + "/", *([outside] if outside else [])), complaints, expects)
        visitors.append(Visitor(page, blog.url, complaints))
        return visitors[-1]

    yield enter
    for number, one in enumerate(visitors, 1):
        if request.node.stash.get(failed, False) or one.complaints:
            one.page.screenshot(path=tmp_path / f"visitor-{number}.png", full_page=True)
            print(f"screenshot: {tmp_path}/visitor-{number}.png")
        one.page.context.close()
    complaints = [complaint for one in visitors for complaint in one.complaints]
    assert not complaints, complaints


def _storage(url: str, member: Member | None) -> StorageState:
    if member is None:
        return {}
    return {"origins": [{"origin": url, "localStorage": [{"name": "jwtToken", "value": member.token or ""}]}]}


def _listen(page: Page, ours: tuple[str, ...], complaints: list[str], expects: str | tuple[str, ...]) -> None:
    expected = (expects,) if isinstance(expects, str) else expects

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in expected):
            complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def asked(request: Request) -> None:
        if request.url.startswith(("http", "ws", "ftp")) and not request.url.startswith(ours):
            complaints.append(f"another host: {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    page.on("request", asked)


@pytest.fixture(scope="package")
def member(blog: BlogApp) -> Callable[..., Member]:
    """Signs somebody up by the API."""
    return lambda username=None: Member.sign_up(blog.url, username)


@pytest.fixture(scope="package")
def reader(member: Callable[..., Member]) -> Member:
    """Somebody with one article, whom no test changes."""
    someone = member()
    someone.publish()
    return someone


@pytest.fixture(scope="package")
def prolific(member: Callable[..., Member]) -> tuple[Member, str, list[str]]:
    """Somebody with twelve articles of one tag, newest first: two pages of each list."""
    author, tag = member(), unique("paged")
    titles = [author.publish(title=f"Number {number}", tagList=[tag])["title"] for number in range(12)]
    return author, tag, titles[::-1]
