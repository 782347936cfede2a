"""B2, B5: signing in and up, settings, the editor: what is sent, and where it leads."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import NewVisitor
from tests.browser.pages import Visitor
from tests.conduit.client import Member, unique

NewMember = Callable[..., Member]


def _sent(someone: Visitor, method: str) -> list[tuple[str, Any]]:
    """What the page sends from now on by this method."""
    found: list[tuple[str, Any]] = []

    def note(request: Request) -> None:
        if request.method == method:
            found.append((request.url.removeprefix(someone.url), request.post_data_json))

    someone.page.on("request", note)
    return found


def test_settings_are_one_put_without_an_empty_password(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    someone = visitor(me)
    sent = _sent(someone, "PUT")
    someone.open("/settings")
    someone.fill(bio="New", image="/favicon.svg")
    someone.send()
    someone.at(f"/profile/{me.username}")
    someone.logged_in_as(me.username)
    user = {"image": "/favicon.svg", "username": me.username, "bio": "New", "email": me.email}
    assert sent == [("/api/user", {"user": user})]
    expect(someone.page.locator("nav img.user-pic")).to_have_attribute("src", "/favicon.svg")
    assert someone.debug("getCurrentUser")["bio"] == "New"


def test_a_new_password_is_sent_and_works(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    someone = visitor(me)
    sent = _sent(someone, "PUT")
    someone.open("/settings")
    someone.fill(password="another horse")
    someone.send()
    someone.at(f"/profile/{me.username}")
    assert sent[0][1]["user"]["password"] == "another horse"
    other = visitor()
    other.open("/login")
    other.fill(email=me.email, password="another horse")
    other.send()
    other.at("/")
    other.logged_in_as(me.username)


def test_the_buttons_of_settings(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor(reader)
    someone.open("/settings")
    expect(someone.page.locator("button[type=submit]").first).to_have_text("Update Settings")
    leave = someone.page.locator("button.btn-outline-danger")
    expect(leave).to_have_text("Or click here to logout")
    assert leave.get_attribute("type") == "button"
    for field in ("input[name=image]", "input[name=username]", "textarea[name=bio]", "input[name=email]"):
        someone.has(1, field)
    someone.has(1, "input[name=password][type=password]")


def test_null_shows_as_empty_in_settings(visitor: NewVisitor, member: NewMember) -> None:
    someone = visitor(member())
    someone.open("/settings")
    someone.sees("form")
    for name in ("bio", "image", "password"):
        expect(someone.all(f"[name={name}]")).to_have_value("")


def test_enter_adds_a_tag_and_sends_nothing(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor(reader)
    sent = _sent(someone, "POST")
    someone.open("/editor")
    field = someone.page.locator('input[placeholder="Enter tags"]')
    for word in ("one", "two", "one"):
        field.fill(word)
        field.press("Enter")
        expect(field).to_have_value("")
    pills = someone.page.locator(".tag-list .tag-default.tag-pill")
    expect(pills).to_have_text(["one", "two"])
    pills.first.locator("i").click()
    expect(pills).to_have_text(["two"])
    someone.at("/editor")
    assert sent == []


@pytest.mark.parametrize("tags", [[], ["one"]])
def test_an_article_is_sent_with_its_tags_also_when_there_are_none(
    visitor: NewVisitor, member: NewMember, tags: list[str]
) -> None:
    someone = visitor(member())
    sent = _sent(someone, "POST")
    title = unique("Title")
    someone.open("/editor")
    someone.has(1, "button", "Publish Article")
    someone.fill(title=title, description="About", body="Words")
    for word in tags:
        someone.page.get_by_placeholder("Enter tags").fill(word)
        someone.page.get_by_placeholder("Enter tags").press("Enter")
    someone.press("Publish Article")
    someone.read("h1", title)
    article = {"title": title, "description": "About", "body": "Words", "tagList": tags}
    assert sent == [("/api/articles", {"article": article})]


def test_editing_sends_the_tags_that_are_left(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    article = me.publish(tagList=["one", "two"])
    someone = visitor(me)
    sent = _sent(someone, "PUT")
    someone.open(f"/editor/{article['slug']}")
    for name in ("title", "description", "body"):
        expect(someone.all(f"[name={name}]")).to_have_value(article[name])
    for _ in range(2):
        someone.page.locator(".tag-pill i").first.click()
    someone.press("Publish Article")
    someone.at(f"/article/{article['slug']}")
    someone.read("h1", article["title"])
    assert sent[0][1]["article"]["tagList"] == []
    someone.has(0, ".tag-default")


@pytest.mark.parametrize("path", ["/settings", "/editor/{slug}", "/?feed=following"])
def test_a_401_leads_a_member_to_the_login(visitor: NewVisitor, reader: Member, path: str) -> None:
    slug = reader.articles(author=reader.username)["articles"][0]["slug"]
    someone = visitor(reader, expects="Failed to load resource")
    refused = {"status": 401, "json": {"errors": {"token": ["is invalid"]}}}
    asked = {"/settings": "**/api/user", "/editor/{slug}": "**/api/articles/*", "/?feed=following": "**/feed?**"}
    someone.page.route(asked[path], lambda route: route.fulfill(**refused))
    someone.open(path.format(slug=slug))
    someone.at("/login")
    assert someone.stored_token() is None


@pytest.mark.parametrize(
    ("path", "active"),
    [
        ("/", "Home"),
        ("/editor", "New Article"),
        ("/settings", "Settings"),
        ("/profile/{name}", "{name}"),
        ("/login", "Sign in"),
        ("/register", "Sign up"),
    ],
)
def test_the_link_of_the_page_shown_is_active(visitor: NewVisitor, reader: Member, path: str, active: str) -> None:
    someone = visitor(None if active.startswith("Sign") else reader)
    someone.open(path.format(name=reader.username))
    expect(someone.page.locator("nav .nav-link.active")).to_have_text(active.format(name=reader.username))
