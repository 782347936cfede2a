"""What a visitor does, in the words of the pages."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect


@dataclass
class Visitor:
    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(path)

    def at(self, path: str) -> None:
        expect(self.page).to_have_url(self.url + path)

    def all(self, selector: str, text: str | None = None) -> Locator:
        return self.page.locator(selector, has_text=text)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)

    def send(self) -> None:
        self.page.locator("button[type=submit]").first.click()

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text).first.click()

    def follow_link(self, text: str) -> None:
        self.page.locator("a", has_text=text).first.click()

    def sees(self, selector: str, text: str | None = None) -> None:
        expect(self.all(selector, text).first).to_be_visible()

    def has(self, count: int, selector: str, text: str | None = None) -> None:
        expect(self.all(selector, text)).to_have_count(count)

    def read(self, selector: str, text: str) -> None:
        expect(self.page.locator(selector)).to_have_text(text)

    def logged_in_as(self, username: str) -> None:
        expect(self.page.locator("nav .nav-link img.user-pic")).to_have_count(1)
        expect(self.page.locator("nav .nav-link", has=self.page.locator("img.user-pic"))).to_have_text(username)

    def logged_out(self) -> None:
        expect(self.page.locator("nav a[href='/login']")).to_be_visible()

    def wait_for(self, condition: Callable[[], bool], deadline: float = 10.0) -> None:
        """For what only the test sees; the browser's events come in while we wait."""
        end = time.monotonic() + deadline
        while not condition():
            assert time.monotonic() < end, "it never came"
            self.page.wait_for_timeout(20)

    def debug(self, name: str) -> Any:
        return self.page.evaluate(f"window.__conduit_debug__.{name}()")

    def stored_token(self) -> Any:
        return self.page.evaluate("localStorage.getItem('jwtToken')")
