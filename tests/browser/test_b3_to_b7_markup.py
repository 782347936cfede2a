"""B3 to B7: the markup that the contract names."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.pages import Visitor
from tests.conduit.client import Member, unique

NewMember = Callable[..., Member]


def _loaded(someone: Visitor, selector: str = "img") -> bool:
    """Whether a picture really came."""
    size: int = someone.page.locator(selector).first.evaluate(
        "async img => { await img.decode(); return img.naturalWidth }"
    )
    return size > 0


def test_the_navbar_of_a_stranger(visitor: NewVisitor) -> None:
    someone = visitor()
    someone.open("/")
    someone.logged_out()
    someone.has(1, "nav.navbar")
    someone.has(1, "nav.navbar a.navbar-brand[href='/']")
    expect(someone.page.locator("nav li.nav-item a.nav-link")).to_have_text(["Home", "Sign in", "Sign up"])
    someone.has(1, "[href='/login']")
    someone.has(1, "[href='/register']")
    expect(someone.page.locator("nav .nav-link.active")).to_have_text("Home")


def test_the_navbar_of_a_member(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    someone = visitor(me)
    someone.open("/")
    someone.logged_in_as(me.username)
    links = ["Home", "New Article", "Settings", me.username]
    expect(someone.page.locator("nav li.nav-item a.nav-link")).to_have_text(links)
    for href in ("/editor", "/settings"):
        someone.has(1, f"[href='{href}']")
    someone.has(1, f"nav [href='/profile/{me.username}']")
    someone.has(0, "[href='/login']")
    assert _loaded(someone, ".user-pic")
    assert str(someone.page.locator(".user-pic").get_attribute("src")).endswith("default-avatar.svg")


def test_the_home_page(visitor: NewVisitor, member: NewMember) -> None:
    author = member()
    tags = [unique("one"), unique("two")]
    article = author.publish(tagList=tags)
    someone = visitor()
    someone.open("/")
    someone.has(1, ".banner")
    someone.has(1, ".feed-toggle")
    expect(someone.page.locator(".feed-toggle a.nav-link")).to_have_text(["Global Feed"])
    someone.has(1, ".feed-toggle a.nav-link.active[href='/']")
    expect(someone.page.get_by_text("Global Feed")).to_have_count(1)
    someone.has(1, ".sidebar .tag-list")
    for tag in tags:
        someone.sees(".sidebar .tag-list .tag-pill.tag-default", tag)
    preview = someone.page.locator(".article-preview", has_text=article["title"])
    expect(preview).to_have_count(1)
    expect(preview.locator(".article-meta img")).to_have_count(1)
    expect(preview.locator("a.author")).to_have_text(author.username)
    expect(preview.locator("a.author")).to_have_attribute("href", f"/profile/{author.username}")
    expect(preview.locator("button.btn-outline-primary")).to_have_text("0")
    expect(preview.locator("a.preview-link h1")).to_have_text(article["title"])
    expect(preview.locator("a.preview-link p")).to_have_text(article["description"])
    expect(preview.locator("a.preview-link .tag-list .tag-default")).to_have_text(tags)
    for tag in ("p", "h1"):
        expect(preview.locator(tag)).to_have_count(1)


def test_a_favorite_on_the_home_page_toggles_also_on_the_own_article(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    title = me.publish()["title"]
    someone = visitor(me)
    someone.open("/")
    button = someone.page.locator(".article-preview", has_text=title).locator("button")
    for look, count in (("btn-outline-primary", "0"), ("btn-primary", "1"), ("btn-outline-primary", "0")):
        expect(button).to_contain_class(look)
        expect(button).to_have_text(count)
        button.click()
    expect(button).to_contain_class("btn-primary")


def test_ten_or_fewer_have_no_pages(visitor: NewVisitor, member: NewMember) -> None:
    author = member()
    author.publish()
    someone = visitor()
    someone.open(f"/profile/{author.username}")
    someone.has(1, ".article-preview")
    someone.has(0, ".page-item")


@pytest.mark.parametrize(
    ("path", "title", "fields"),
    [("/login", "Sign in", ["email", "password"]), ("/register", "Sign up", ["username", "email", "password"])],
)
def test_the_forms_of_strangers(visitor: NewVisitor, path: str, title: str, fields: list[str]) -> None:
    someone = visitor()
    someone.open(path)
    expect(someone.page.locator("h1")).to_have_text([title])
    for name in fields:
        someone.has(1, f"input[name={name}]")
    someone.has(1, "button[type=submit]")
    someone.has(0, "[required]")
    someone.has(0, ".error-messages")


def test_settings_are_filled_with_what_is_stored(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    me.update(bio="A bio", image="/x.png")
    someone = visitor(me, expects="404")
    someone.open("/settings")
    for name, value in (
        ("username", me.username),
        ("email", me.email),
        ("bio", "A bio"),
        ("image", "/x.png"),
        ("password", ""),
    ):
        expect(someone.page.locator(f"[name={name}]")).to_have_value(value)
    expect(someone.page.locator("button[type=submit]").first).to_have_text("Update Settings")
    someone.fill(bio="", image="")
    someone.send()
    someone.at(f"/profile/{me.username}")
    someone.read(".user-info p", "")
    assert (me.user()["bio"], me.user()["image"]) == (None, None)


def test_the_article_page_of_its_author(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    article = me.publish(tagList=["alpha", "beta"])
    someone = visitor(me)
    someone.open(f"/article/{article['slug']}")
    expect(someone.page.locator("h1")).to_have_text([article["title"]])
    someone.has(2, ".article-meta")
    someone.has(1, ".banner .article-meta")
    someone.has(1, ".article-actions .article-meta")
    someone.has(2, f".article-meta a[href='/editor/{article['slug']}']", "Edit Article")
    someone.has(2, ".article-meta button", "Delete Article")
    someone.has(0, "button", "Follow")
    someone.has(1, ".article-content p")
    expect(someone.page.locator(".article-content .tag-list .tag-default")).to_have_text(["alpha", "beta"])
    someone.has(2, ".tag-default")
    someone.has(1, "form.card.comment-form")
    someone.has(1, ".card")


def test_the_article_page_of_a_stranger(visitor: NewVisitor, member: NewMember) -> None:
    author = member()
    slug = author.publish()["slug"]
    author.comment(slug, "First.")
    someone = visitor()
    someone.open(f"/article/{slug}")
    someone.sees("h1")
    someone.has(2, ".article-meta button", f"Follow {author.username}")
    someone.has(2, ".article-meta button.btn-outline-primary", "Favorite Article (0)")
    someone.has(0, "form")
    someone.has(1, "[href='/login']")
    someone.has(1, "[href='/register']")
    someone.has(1, ".card")
    someone.read(".card .card-block p", "First.")
    someone.has(1, ".card img.comment-author-img")
    someone.has(0, ".mod-options")
    someone.has(1, f".card a[href='/profile/{author.username}']")


def test_profiles(visitor: NewVisitor, member: NewMember) -> None:
    me, other = member(), member()
    someone = visitor(me)
    someone.open(f"/profile/{me.username}")
    someone.read("h4", me.username)
    someone.sees("a[href='/settings']", "Edit Profile Settings")
    someone.has(0, ".user-info button")
    assert _loaded(someone, ".user-img")
    someone.open(f"/profile/{other.username}")
    someone.read("h4", other.username)
    expect(someone.page.locator("button", has_text="ollow")).to_have_text([f"Follow {other.username}"])
    someone.press(f"Follow {other.username}")
    expect(someone.page.locator("button", has_text="ollow")).to_have_text([f"Unfollow {other.username}"])
    assert me.profile(other.username)["following"] is True
    someone.read(".user-info p", "")
