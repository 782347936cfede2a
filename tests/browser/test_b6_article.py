"""B3, B6, B7: an article with its comments, avatars, profiles."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import NewVisitor
from tests.conduit.client import Member

NewMember = Callable[..., Member]


def test_the_body_is_markdown(visitor: NewVisitor, member: NewMember) -> None:
    body = "One *plain* paragraph.\n\n## Second\n\n- a\n- b\n\n`code` and [a link](https://example.org/)\n\n> said\n"
    slug = member().publish(body=body)["slug"]
    someone = visitor()
    someone.open(f"/article/{slug}")
    someone.sees(".article-content p em", "plain")
    someone.has(1, ".article-content h3", "Second")
    someone.has(2, ".article-content li")
    someone.has(1, ".article-content code", "code")
    someone.has(1, ".article-content blockquote")
    expect(someone.page.locator(".article-content a", has_text="a link")).to_have_attribute(
        "href", "https://example.org/"
    )
    expect(someone.page.locator("h1")).to_have_count(1)


def test_a_heading_in_the_body_is_no_second_title(visitor: NewVisitor, member: NewMember) -> None:
    article = member().publish(body="# Loud\n\nWords.\n")
    someone = visitor()
    someone.open(f"/article/{article['slug']}")
    someone.sees(".article-content", "Loud")
    expect(someone.page.locator("h1")).to_have_text([article["title"]])


def test_one_plain_paragraph_is_one_p_and_each_tag_is_there_once(visitor: NewVisitor, member: NewMember) -> None:
    slug = member().publish(body="Only this.", tagList=["alpha", "beta"])["slug"]
    someone = visitor()
    someone.open(f"/article/{slug}")
    expect(someone.page.locator(".article-content p")).to_have_text(["Only this."])
    expect(someone.page.locator(".tag-default")).to_have_text(["alpha", "beta"])
    someone.has(1, ".tag-list")


def test_a_favorite_and_a_follow_show_in_both_places(visitor: NewVisitor, member: NewMember) -> None:
    author = member()
    slug = author.publish()["slug"]
    someone = visitor(member())
    someone.open(f"/article/{slug}")
    for before, after in (
        (f"Follow {author.username}", f"Unfollow {author.username}"),
        ("Favorite Article (0)", "Unfavorite Article (1)"),
    ):
        for old, new in ((before, after), (after, before)):
            buttons = someone.page.locator(".article-meta button", has_text=old)
            expect(buttons).to_have_count(2)
            buttons.last.click()
            someone.has(2, ".article-meta button", new)
    someone.has(0, "a", "Edit Article")
    someone.has(0, "button", "Delete Article")


def test_a_new_comment_shows_at_once_and_the_field_is_emptied(visitor: NewVisitor, member: NewMember) -> None:
    author, me = member(), member()
    slug = author.publish()["slug"]
    author.comment(slug, "Theirs.")
    someone = visitor(me)
    someone.open(f"/article/{slug}")
    someone.has(1, "form.card.comment-form img.comment-author-img")
    field = someone.page.locator('textarea[placeholder="Write a comment..."]')
    field.fill("Mine.")
    someone.press("Post Comment")
    mine = someone.page.locator(".card:not(.comment-form)", has_text="Mine.")
    expect(mine.locator(".card-block p")).to_have_text("Mine.")
    expect(mine.locator("p")).to_have_count(1)
    expect(mine.locator("a", has_text=me.username)).to_have_attribute("href", f"/profile/{me.username}")
    expect(mine.locator("img.comment-author-img")).to_have_count(1)
    expect(field).to_have_value("")
    someone.has(1, "span.mod-options > i.ion-trash-a")
    someone.has(3, ".card")  # the form, and two comments
    someone.page.locator("i.ion-trash-a").click()
    someone.has(2, ".card")
    expect(someone.page.locator(".card .card-block p")).to_have_text(["Theirs."])


@pytest.mark.parametrize("image", ["", "https://pictures.example/of me.png"])
def test_an_avatar_is_the_image_text_exactly_or_ours(visitor: NewVisitor, member: NewMember, image: str) -> None:
    me = member()
    me.update(image=image)
    slug = me.publish()["slug"]
    me.comment(slug)
    someone = visitor(me, expects="Failed to load resource", outside="https://pictures.example/")
    someone.page.route("https://pictures.example/**", lambda route: route.abort())
    expected = image or "/default-avatar.svg"
    for path, selectors in (
        (f"/article/{slug}", (".article-meta img", ".comment-author-img", ".user-pic")),
        (f"/profile/{me.username}", (".user-img", ".article-preview .article-meta img")),
    ):
        someone.open(path)
        for selector in selectors:
            someone.sees(selector)
            assert {one.get_attribute("src") for one in someone.page.locator(selector).all()} == {expected}
    if not image:
        someone.wait_for(lambda: _widths(someone.page.locator("img").all()) > 0)
    me.update(image="")


def _widths(images: list) -> int:  # type: ignore[type-arg]
    return min(int(image.evaluate("image => image.naturalWidth")) for image in images)


def test_a_profile_has_its_user_only_once_loaded(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor()
    held: list[Route] = []
    someone.page.route("**/api/profiles/*", lambda route: held.append(route))
    someone.open(f"/profile/{reader.username}")
    someone.wait_for(lambda: bool(held))
    someone.has(1, ".profile-page")
    someone.has(0, ".user-info")
    held[0].continue_()
    someone.has(1, ".profile-page .user-info")
    expect(someone.page.locator("h4")).to_have_text([reader.username])
    someone.has(1, ".user-info p")


def test_the_tabs_of_a_profile_are_links_outside_the_nav(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor(reader)
    someone.open(f"/profile/{reader.username}")
    someone.has(1, ".article-preview")
    someone.has(1, f"a[href='/profile/{reader.username}/favorites']", "Favorited")
    someone.has(1, f"nav a[href='/profile/{reader.username}']")
    someone.has(0, "button", "ollow")
    someone.follow_link("Favorited")
    someone.at(f"/profile/{reader.username}/favorites")
    someone.sees(".empty-feed-message")
    someone.has(0, ".article-preview")
