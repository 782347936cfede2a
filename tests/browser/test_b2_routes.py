"""B1, B2: every route is the application, deep links and reloads work, some routes are for those logged in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.conduit.client import Member, exchange


@pytest.mark.parametrize("path", ["/settings", "/editor", "/editor/some-slug", "/?feed=following"])
def test_who_is_logged_out_is_led_to_the_login(visitor: NewVisitor, path: str) -> None:
    someone = visitor()
    someone.open(path)
    someone.at("/login")


def test_a_deep_link_and_a_reload_work(visitor: NewVisitor, member: Callable[..., Member]) -> None:
    author = member()
    slug = author.publish()["slug"]
    someone = visitor()
    for path, selector in (
        (f"/article/{slug}", ".article-page h1"),
        (f"/profile/{author.username}", ".user-info h4"),
        (f"/profile/{author.username}/favorites", ".user-info h4"),
        ("/login", "h1"),
        ("/register", "h1"),
    ):
        someone.open(path)
        someone.sees(selector)
        someone.page.reload()
        someone.sees(selector)
        someone.at(path)


def test_a_name_with_every_kind_of_sign_has_a_profile(visitor: NewVisitor, member: Callable[..., Member]) -> None:
    author = member(f"a/b%;.?#é 🐟{member().username}")
    author.publish(tagList=["a/b?c#d%"])
    someone = visitor()
    someone.open("/")
    someone.page.locator(".article-preview a.author", has_text=author.username).first.click()
    someone.read("h4", author.username)
    someone.has(1, ".article-preview")
    someone.page.reload()
    someone.read("h4", author.username)
    someone.open("/")
    someone.page.locator(".sidebar .tag-pill", has_text="a/b?c#d%").click()
    someone.sees(".feed-toggle .active", "a/b?c#d%")
    someone.sees(".article-preview")


def test_the_pages_come_from_here_alone_and_say_so(visitor: NewVisitor) -> None:
    someone = visitor()
    someone.open("/")
    someone.sees(".feed-toggle")
    kinds = someone.page.evaluate("performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin)")
    assert set(kinds) == {someone.url}


def test_an_unknown_address_is_404(visitor: NewVisitor) -> None:
    someone = visitor()
    assert exchange(someone.url, "GET", "/nothing/here/at/all", None, {}, 10).status == 404


def test_the_back_button_goes_back(visitor: NewVisitor) -> None:
    someone = visitor()
    someone.open("/")
    someone.follow_link("Sign in")
    someone.at("/login")
    someone.page.go_back()
    someone.at("/")
    someone.sees(".feed-toggle")
    expect(someone.page.locator("nav .nav-link.active")).to_have_text("Home")
