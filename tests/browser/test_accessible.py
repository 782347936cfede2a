"""The pages are for everyone: by the rules of WCAG 2.2 A and AA as far as a program can tell, by keyboard, on a phone,
and under headers that keep everything else out."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.pages import Visitor
from tests.conduit.client import Member, exchange

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # The contract gives each preview its h1, so an empty list has none.
    "rules": {"page-has-heading-one": {"enabled": False}},
}
PAGES = ["/", "/?feed=following", "/login", "/register", "/settings", "/editor", "article", "profile", "/nothing"]


def _open(someone: Visitor, reader: Member, page: str) -> None:
    slug = reader.articles(author=reader.username)["articles"][0]["slug"]
    someone.open({"article": f"/article/{slug}", "profile": f"/profile/{reader.username}"}.get(page, page))
    someone.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["stranger", "member"])
@pytest.mark.usefixtures("prolific")  # more than one page of articles
def test_no_rule_of_accessibility_is_broken(visitor: NewVisitor, reader: Member, page: str, who: str) -> None:
    someone = visitor(reader if who == "member" else None, expects="Failed to load resource")
    _open(someone, reader, page)
    found = Axe().run(someone.page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("page", ["/", "/settings", "/editor", "article", "profile"])
def test_nothing_is_cut_off_on_a_phone(visitor: NewVisitor, reader: Member, page: str) -> None:
    someone = visitor(reader)
    someone.page.set_viewport_size({"width": 320, "height": 640})
    _open(someone, reader, page)
    assert someone.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_daily_path_by_keyboard_alone(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor()
    someone.open("/login")
    someone.all("[name=email]").focus()
    keyboard = someone.page.keyboard
    keyboard.type(reader.email)
    keyboard.press("Tab")
    keyboard.type("correct horse")
    keyboard.press("Enter")
    someone.at("/")
    someone.logged_in_as(reader.username)
    _tab_to(someone, "a[href='/editor']")
    keyboard.press("Enter")
    someone.at("/editor")
    someone.all("[name=tag]").focus()
    keyboard.type("by hand")
    keyboard.press("Enter")
    _tab_to(someone, ".tag-pill i")
    keyboard.press("Enter")
    someone.has(0, ".tag-pill")


def _tab_to(someone: Visitor, selector: str) -> None:
    """What has the focus is seen, at every stop on the way."""
    for _ in range(40):
        someone.page.keyboard.press("Tab")
        if someone.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            shown = "getComputedStyle(document.activeElement)"
            width = someone.page.evaluate(f"{shown}.outlineStyle + {shown}.boxShadow")
            assert width != "nonenone", "the focus doesn't show"
            return
    raise AssertionError(f"no way to {selector} by the keyboard")


def test_the_title_says_which_page_it_is(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor(reader)
    titles = []
    for page in ("/", "/settings", "/editor", "article", "profile"):
        _open(someone, reader, page)
        titles.append(someone.page.title())
    assert len(set(titles)) == len(titles)
    assert all(title.endswith("Conduit") for title in titles)
    expect(someone.page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("path", ["/", "/login", "/default-avatar.svg", "/nothing/at/all"])
def test_security_headers_are_on_every_answer(visitor: NewVisitor, path: str) -> None:
    headers = exchange(visitor().url, "GET", path, None, {}, 10).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("same-origin", "no-referrer", "strict-origin-when-cross-origin")
    assert headers["x-frame-options"] == "DENY"
    assert "x-powered-by" not in headers
