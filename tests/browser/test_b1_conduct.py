"""B1: one page, its own origin, a token in its place, forms that lose nothing."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import NewVisitor
from tests.browser.pages import Visitor
from tests.conduit.client import Member, exchange

NewMember = Callable[..., Member]

FAR_AWAY = "http://pictures.example/a.png"


@pytest.fixture
def pictured(member: NewMember) -> Iterator[Member]:
    """Somebody whose picture lies with another host, for this test alone."""
    someone = member()
    someone.update(image=FAR_AWAY)
    yield someone
    someone.update(image="")


def test_the_browser_itself_asks_the_api_of_its_own_origin(visitor: NewVisitor) -> None:
    someone = visitor()
    asked: list[str] = []
    someone.page.on("request", lambda request: asked.append(request.url))
    someone.open("/")
    someone.sees(".sidebar")
    someone.page.wait_for_load_state("networkidle")
    assert {f"{someone.url}/api/tags", f"{someone.url}/api/articles?limit=10&offset=0"} <= set(asked)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/articles/no-such-article", "/api/%2e/x"])
def test_the_application_never_answers_for_the_api(visitor: NewVisitor, path: str) -> None:
    answer = exchange(visitor().url, "GET", path, None, {"Accept": "text/html"}, 10)
    assert answer.status == 404
    assert answer.headers.get_content_type() == "application/json"


def test_going_from_page_to_page_loads_no_document(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor(reader)
    someone.open("/")
    someone.logged_in_as(reader.username)
    someone.page.evaluate("window.stillHere = true")
    for link in ("New Article", "Settings", reader.username, "Home"):
        someone.page.locator("nav .nav-link", has_text=link).click()
        expect(someone.page.locator("nav .nav-link.active")).to_have_text(link)
    assert someone.page.evaluate("window.stillHere") is True


def test_the_token_is_the_bare_text_and_survives_a_reload(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    someone = visitor()
    someone.open("/login")
    someone.fill(email=me.email, password="correct horse")
    someone.send()
    someone.logged_in_as(me.username)
    for _ in range(2):
        token = someone.stored_token()
        assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token)
        assert token == someone.debug("getToken")
        someone.page.reload()
        someone.logged_in_as(me.username)


def test_loading_waits_for_nothing_outside(visitor: NewVisitor, pictured: Member) -> None:
    me = pictured
    slug = me.publish()["slug"]
    me.comment(slug)
    someone = visitor(expects=("ERR_FAILED",), outside=FAR_AWAY)
    held: list[Route] = []
    someone.page.route(FAR_AWAY, lambda route: held.append(route))  # as a host that never answers
    for path, selector in ((f"/article/{slug}", ".card p"), (f"/profile/{me.username}", ".user-img"), ("/", "h1")):
        someone.page.goto(path, wait_until="load")
        someone.sees(selector)
    assert held
    for route in held:
        route.abort()


def test_a_picture_that_fails_has_its_size_all_the_same(visitor: NewVisitor, pictured: Member) -> None:
    me = pictured
    slug = me.publish()["slug"]
    me.comment(slug)
    someone = visitor(me, expects="ERR_FAILED", outside=FAR_AWAY)
    someone.page.route(FAR_AWAY, lambda route: route.abort())
    for path, selectors in (
        (f"/article/{slug}", (".article-meta img", ".comment-author-img", ".user-pic")),
        (f"/profile/{me.username}", (".user-img", ".article-meta img")),
    ):
        someone.open(path)
        for selector in selectors:
            someone.sees(selector)
            _has_a_size(someone, selector)


def test_what_is_clicked_has_a_size_without_any_font(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    slug = me.publish(tagList=["one"])["slug"]
    me.comment(slug)
    someone = visitor(me)
    someone.open(f"/article/{slug}")
    someone.sees(".mod-options")
    _has_a_size(someone, ".mod-options i.ion-trash-a")
    someone.open(f"/editor/{slug}")
    someone.sees(".tag-list .tag-pill")
    _has_a_size(someone, ".tag-pill i")


def _has_a_size(someone: Visitor, selector: str) -> None:
    for found in someone.page.locator(selector).all():
        expect(found).to_be_visible()
        box = found.bounding_box()
        assert box, selector
        assert min(box["width"], box["height"]) > 5, selector


def test_what_is_typed_at_once_is_kept(visitor: NewVisitor) -> None:
    someone = visitor()
    someone.page.goto("/login", wait_until="commit")
    field = someone.page.locator("input[name=email]")
    field.press_sequentially("typed@once.example")
    someone.page.wait_for_load_state("networkidle")
    expect(field).to_have_value("typed@once.example")


@pytest.mark.parametrize("path", ["/settings", "/editor/{slug}"])
def test_a_form_shows_only_with_what_fills_it(visitor: NewVisitor, reader: Member, path: str) -> None:
    someone = visitor(reader)
    held: list[Route] = []
    slug = reader.articles(author=reader.username)["articles"][0]["slug"]
    asked = "**/api/user" if path == "/settings" else f"**/api/articles/{slug}"
    someone.page.route(asked, lambda route: held.append(route))
    someone.open(path.format(slug=slug))
    someone.sees("nav.navbar")
    someone.page.wait_for_load_state("load")
    someone.has(0, "form")
    someone.wait_for(lambda: bool(held))
    held[0].continue_()
    someone.sees("form")
    first = someone.page.locator("form input").first if path != "/settings" else someone.all("[name=username]")
    expect(first).not_to_have_value("")


def test_what_is_typed_in_a_new_article_is_not_overwritten_by_late_data(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor(reader)
    held: list[Route] = []
    someone.page.route("**/api/user", lambda route: held.append(route))
    someone.open("/editor")
    someone.fill(title="Early")
    someone.wait_for(lambda: bool(held))
    held[0].continue_()
    someone.logged_in_as(reader.username)
    expect(someone.all("[name=title]")).to_have_value("Early")


@pytest.mark.parametrize("path", ["/login", "/register", "/settings", "/editor"])
def test_the_browser_holds_no_form_back(visitor: NewVisitor, reader: Member, path: str) -> None:
    known = path in ("/settings", "/editor")
    someone = visitor(reader if known else None, expects="Failed to load resource")
    someone.open(path)
    someone.sees("form")
    someone.has(0, "form :required, form [minlength], form [pattern]")
    refuse = '{"errors":{"body":["is judged by the server"]}}'
    someone.page.route(
        "**/api/**",
        lambda route: (
            route.continue_()
            if route.request.method == "GET"
            else route.fulfill(status=422, body=refuse, content_type="application/json")
        ),
    )
    if path != "/editor":
        someone.fill(email="no address at all")
    someone.page.locator("form button").last.click()
    expect(someone.page.locator(".error-messages li")).to_have_text(["body is judged by the server"])


@pytest.mark.parametrize(("status", "body"), [(200, ""), (200, "{}"), (204, ""), (202, "not JSON")])
def test_any_2xx_is_a_success_with_or_without_a_body(
    visitor: NewVisitor, reader: Member, status: int, body: str
) -> None:
    slug = reader.articles(author=reader.username)["articles"][0]["slug"]
    someone = visitor(reader)
    comments = [{"id": 1, "body": "Mine.", "author": reader.profile(reader.username)} | _dates()]

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json={"comments": comments})
        else:
            route.fulfill(status=status, body=body)

    someone.page.route("**/comments", answer)
    someone.page.route("**/comments/1", answer)
    someone.page.route("**/favorite", answer)
    someone.page.route(f"**/api/articles/{slug}", lambda r: r.continue_() if r.request.method == "GET" else answer(r))
    someone.open(f"/article/{slug}")
    someone.sees(".card p", "Mine.")
    someone.page.locator("i.ion-trash-a").click()
    someone.has(0, ".card p", "Mine.")
    someone.press("Delete Article")
    someone.at("/")


def _dates() -> dict[str, str]:
    return {"createdAt": "2026-01-02T03:04:05.000Z", "updatedAt": "2026-01-02T03:04:05.000Z"}
