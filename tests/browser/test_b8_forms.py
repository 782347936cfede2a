"""B8: whatever a form is answered, it says so and keeps what was typed."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import NewVisitor
from tests.conduit.client import Member

NewMember = Callable[..., Member]


class Form(NamedTuple):
    path: str
    field: str
    button: str
    known: bool


FORMS = {
    "login": Form("/login", "[name=email]", "Sign in", False),
    "register": Form("/register", "[name=username]", "Sign up", False),
    "settings": Form("/settings", "[name=bio]", "Update Settings", True),
    "editor": Form("/editor", "[name=title]", "Publish Article", True),
    "comment": Form("/article/{slug}", "form.comment-form textarea", "Post Comment", True),
}
ANSWERS: dict[str, tuple[dict[str, object] | None, str]] = {
    **{str(code): ({"status": code, "json": {"errors": {"it": ["is refused"]}}}, "it is refused")
       for code in (400, 401, 403, 409, 422, 500)},
    "two": ({"status": 422, "json": {"errors": {"it": ["is bad", "is worse"]}}}, "it is bad"),
    "html": ({"status": 502, "body": "<h1>no</h1>", "content_type": "text/html"}, ""),
    "empty": ({"status": 500, "body": ""}, ""),
    "no network": (None, "Unable to connect"),
}  # fmt: skip


def _refusal(answer: dict[str, object] | None) -> Callable[[Route], None]:
    """Of everything but reading; None: nobody is there."""

    def refuse(route: Route) -> None:
        if route.request.method == "GET":
            route.continue_()
        elif answer is None:
            route.abort()
        else:
            route.fulfill(**answer)  # type: ignore[arg-type]

    return refuse


@pytest.mark.parametrize("name", FORMS)
def test_a_refused_form_says_why_and_keeps_what_was_typed(visitor: NewVisitor, reader: Member, name: str) -> None:
    form = FORMS[name]
    slug = reader.articles(author=reader.username)["articles"][0]["slug"]
    someone = visitor(reader if form.known else None, expects="Failed to load resource")
    path = form.path.format(slug=slug)
    for answer, words in ANSWERS.values():
        someone.page.unroute("**/api/**")
        someone.page.route("**/api/**", _refusal(answer))
        someone.open(path)
        someone.sees(form.field)
        someone.has(0, ".error-messages")
        someone.page.locator(form.field).fill("typed")
        someone.page.locator("form").get_by_role("button", name=form.button, exact=True).click()
        someone.sees(".error-messages li", words)
        someone.at(path)
        expect(someone.page.locator(form.field)).to_have_value("typed")
        someone.has(1, "ul.error-messages")
    if form.known:
        assert someone.stored_token() is not None


def test_errors_go_when_the_next_try_does_well(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    someone = visitor(expects="Failed to load resource")
    someone.open("/login")
    someone.fill(email=me.email, password="wrong")
    someone.send()
    someone.sees(".error-messages li")
    someone.fill(password="correct horse")
    someone.send()
    someone.at("/")
    someone.has(0, ".error-messages")


def test_one_error_for_posting_and_one_for_deleting(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    slug = me.publish()["slug"]
    someone = visitor(me, expects="Failed to load resource")
    someone.page.route(
        "**/api/articles/**",
        lambda route: (
            route.continue_()
            if route.request.method == "GET"
            else route.fulfill(status=403, json={"errors": {"it": ["forbidden"]}})
        ),
    )
    someone.open(f"/article/{slug}")
    someone.press("Delete Article")
    someone.sees(".error-messages li", "it forbidden")
    someone.at(f"/article/{slug}")
    someone.sees("h1")


def test_an_article_that_is_not_there_has_its_frame_and_says_so(visitor: NewVisitor) -> None:
    someone = visitor(expects="Failed to load resource")
    for path, frame in (("/article/no-such-one", ".article-page"), ("/profile/no-such-one", ".profile-page")):
        someone.open(path)
        someone.sees(frame)
        someone.sees(".error-messages li")
        box = someone.page.locator(frame).bounding_box()
        assert box
        assert box["height"] > 10
