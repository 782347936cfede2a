"""B8, B9: when things go wrong."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import NewVisitor
from tests.browser.pages import Visitor
from tests.conduit.client import Member

NewMember = Callable[..., Member]
Answer = Callable[[Route], None]

FAILED = "Failed to load resource"  # what a browser itself says of every 4xx and 5xx


def status(code: int, body: str = "") -> Answer:
    return lambda route: route.fulfill(status=code, body=body, content_type="application/json")


BROKEN: dict[str, Answer] = {
    "500": status(500, '{"errors":{"server":["failed"]}}'),
    "503 in html": lambda route: route.fulfill(status=503, body="<h1>no</h1>", content_type="text/html"),
    "404": status(404, "{}"),
    "401": status(401, '{"errors":{"token":["is invalid"]}}'),
    "no network": lambda route: route.abort(),
    "empty": status(200),
    "broken": status(200, '{"articles": [{'),
    "another shape": status(200, '{"articles": 7, "tags": {"a": 1}, "article": [], "profile": null}'),
}


def _frame_stands(someone: Visitor, *selectors: str) -> None:
    for selector in ("nav.navbar", *selectors):
        someone.sees(selector)


@pytest.mark.parametrize("kind", BROKEN)
def test_no_failure_blanks_a_page(visitor: NewVisitor, kind: str) -> None:
    someone = visitor(expects=FAILED)
    someone.page.route("**/api/**", BROKEN[kind])
    someone.open("/")
    _frame_stands(someone, ".banner", ".feed-toggle")
    someone.has(0, ".article-preview")
    for path, frame in (("/article/any", ".article-page"), ("/profile/any", ".profile-page")):
        someone.open(path)
        _frame_stands(someone, frame)
        assert someone.page.locator(frame).bounding_box()


def test_failing_tags_do_not_disturb_articles(visitor: NewVisitor, member: NewMember) -> None:
    title = member().publish()["title"]
    someone = visitor(expects=FAILED)
    someone.page.route("**/api/tags", status(500))
    someone.open("/")
    someone.sees(".article-preview h1", title)


def test_failing_articles_do_not_disturb_tags(visitor: NewVisitor, member: NewMember) -> None:
    member().publish(tagList=["still there"])
    someone = visitor(expects=FAILED)
    someone.page.route("**/api/articles?**", status(500))
    someone.open("/")
    someone.sees(".sidebar .tag-pill", "still there")


def test_a_failed_login_stays_and_says_why(visitor: NewVisitor, member: NewMember) -> None:
    someone = visitor(expects=FAILED)
    someone.open("/login")
    someone.fill(email=member().email, password="not the one")
    someone.send()
    expect(someone.page.locator(".error-messages li")).to_have_text(["credentials invalid"])
    someone.at("/login")
    expect(someone.page.locator("[name=password]")).to_have_value("not the one")
    assert someone.stored_token() is None


def test_a_failed_sign_up_names_every_field(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    someone = visitor(expects=FAILED)
    someone.open("/register")
    someone.send()
    someone.has(3, ".error-messages li", "can't be blank")
    someone.fill(username=me.username, email="new@example.com", password="long enough")
    someone.send()
    expect(someone.page.locator(".error-messages li")).to_have_text(["username has already been taken"])
    someone.at("/register")


def test_a_refused_article_keeps_what_was_typed(visitor: NewVisitor, member: NewMember) -> None:
    someone = visitor(member(), expects=FAILED)
    someone.open("/editor")
    someone.fill(title="Only a title")
    someone.press("Publish Article")
    someone.has(2, ".error-messages li", "can't be blank")
    someone.at("/editor")
    expect(someone.page.locator("[name=title]")).to_have_value("Only a title")


def test_without_a_network_a_form_says_so(visitor: NewVisitor) -> None:
    someone = visitor(expects=FAILED)
    someone.open("/login")
    someone.page.route("**/api/**", lambda route: route.abort())
    someone.fill(email="a@b.example", password="long enough")
    someone.send()
    someone.sees(".error-messages li", "Unable to connect")


@pytest.mark.parametrize("code", [401, 409, 422, 500])
def test_refused_settings_are_said_and_lead_nowhere(visitor: NewVisitor, reader: Member, code: int) -> None:
    someone = visitor(reader, expects=FAILED)
    someone.open("/settings")
    someone.fill(bio="typed")
    refuse = status(code, '{"errors":{"bio":["is refused"]}}')
    someone.page.route(
        "**/api/user", lambda route: refuse(route) if route.request.method == "PUT" else route.continue_()
    )
    someone.send()
    expect(someone.page.locator(".error-messages li")).to_have_text(["bio is refused"])
    someone.at("/settings")
    expect(someone.page.locator("[name=bio]")).to_have_value("typed")


def test_a_refused_favorite_or_follow_leaves_the_button(visitor: NewVisitor, member: NewMember) -> None:
    author = member()
    slug = author.publish()["slug"]
    someone = visitor(member(), expects=FAILED)
    someone.open(f"/article/{slug}")
    someone.sees("button", "Favorite Article (0)")
    for path in ("**/favorite", "**/follow"):
        someone.page.route(path, status(503, '{"errors":{"events":["later"]}}'))
    someone.press("Favorite Article (0)")
    someone.sees(".error-messages", "events later")
    someone.has(2, "button.btn-outline-primary", "Favorite Article (0)")
    someone.press(f"Follow {author.username}")
    someone.has(2, "button", f"Follow {author.username}")
    someone.has(0, "button", "Unfollow")


def test_a_refused_comment_delete_leaves_the_comment(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    slug = me.publish()["slug"]
    me.comment(slug, "Stays.")
    someone = visitor(me, expects=FAILED)
    someone.open(f"/article/{slug}")
    someone.page.route("**/comments/*", status(403, '{"errors":{"comment":["forbidden"]}}'))
    someone.page.locator("i.ion-trash-a").click()
    someone.sees(".error-messages", "comment forbidden")
    someone.sees(".card p", "Stays.")


def test_a_refused_token_is_removed(visitor: NewVisitor, member: NewMember) -> None:
    member().publish()
    someone = visitor(expects=FAILED)
    someone.open("/login")
    someone.page.evaluate("localStorage.setItem('jwtToken', 'x.y.z')")
    someone.open("/")
    someone.logged_out()
    someone.sees(".article-preview")
    assert someone.stored_token() is None
    assert someone.debug("getAuthState") == "unauthenticated"
    assert someone.debug("getCurrentUser") is None


@pytest.mark.parametrize("kind", ["500", "503 in html", "no network", "empty", "broken", "another shape"])
def test_a_token_that_nobody_can_judge_is_kept(visitor: NewVisitor, reader: Member, kind: str) -> None:
    someone = visitor(reader, expects=FAILED)
    someone.page.route("**/api/user", BROKEN[kind])
    someone.open("/")
    someone.sees("nav", "Connecting...")
    someone.sees(".article-preview")
    assert someone.debug("getAuthState") == "unavailable"
    assert someone.stored_token() == reader.token


def test_browsing_goes_on_until_the_token_can_be_judged(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    slug = me.publish()["slug"]
    someone = visitor(me, expects=FAILED)
    someone.page.route("**/api/user", BROKEN["500"])
    someone.open(f"/article/{slug}")
    someone.sees("h1")
    someone.page.reload()
    someone.sees("nav", "Connecting...")
    someone.page.route("**/favorite", BROKEN["401"])
    someone.press("Favorite Article (0)")
    someone.sees(".error-messages", "token is invalid")
    assert someone.stored_token() == me.token
    someone.page.unroute("**/api/user")
    someone.logged_in_as(me.username)  # the request is repeated
    assert someone.debug("getAuthState") == "authenticated"
    assert someone.debug("getCurrentUser")["email"] == me.email


def test_users_may_be_slow_and_the_page_is_there(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    me.publish()
    someone = visitor(me)
    held: list[Route] = []
    someone.page.route("**/api/user", lambda route: held.append(route))
    someone.open("/")
    someone.sees(".article-preview")
    assert someone.debug("getAuthState") == "loading"
    held[0].continue_()
    someone.logged_in_as(me.username)
