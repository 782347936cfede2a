"""B2, B4, B7: lists of articles, their pages, tabs and tags."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import NewVisitor
from tests.browser.pages import Visitor
from tests.conduit.client import Member, unique

NewMember = Callable[..., Member]


@pytest.fixture(scope="package")
def follower(member: NewMember, prolific: tuple[Member, str, list[str]]) -> Member:
    someone = member()
    someone.follow(prolific[0].username)
    return someone


def _shows(someone: Visitor, titles: list[str]) -> None:
    expect(someone.page.locator(".article-preview h1")).to_have_text(titles)


@pytest.mark.parametrize("path", ["/", "/?feed=following", "/tag/{tag}", "/profile/{name}"])
def test_pages_are_of_ten_and_their_address_says_which(
    visitor: NewVisitor, follower: Member, prolific: tuple[Member, str, list[str]], path: str
) -> None:
    author, tag, titles = prolific
    first = path.format(tag=tag, name=author.username)
    second = first + ("&" if "?" in first else "?") + "page=2"
    someone = visitor(follower)
    someone.open(first)
    someone.has(10, ".article-preview")
    expect(someone.page.locator(".pagination .page-item.active")).to_have_text("1")
    items = someone.page.locator(".pagination .page-item")
    expect(items.locator(".page-link")).to_have_text([str(n + 1) for n in range(items.count())])
    items.locator(".page-link").nth(1).click()
    someone.at(second)
    expect(someone.page.locator(".pagination .page-item.active")).to_have_text("2")
    someone.page.reload()
    someone.at(second)
    if path == "/":
        someone.sees(".article-preview")
    else:
        _shows(someone, titles[10:])
    someone.page.go_back()
    someone.at(first)
    someone.has(10, ".article-preview")


def test_a_page_of_favorites_is_of_ten_too(
    visitor: NewVisitor, follower: Member, prolific: tuple[Member, str, list[str]]
) -> None:
    for article in follower.articles(author=prolific[0].username)["articles"]:
        follower.favorite(article["slug"])
    someone = visitor()
    someone.open(f"/profile/{follower.username}")
    someone.sees(".empty-feed-message")
    someone.follow_link("Favorited")
    someone.at(f"/profile/{follower.username}/favorites")
    someone.has(10, ".article-preview")
    someone.page.locator(".page-link", has_text="2").click()
    someone.at(f"/profile/{follower.username}/favorites?page=2")
    someone.has(2, ".article-preview")


def test_another_tab_or_tag_starts_at_its_first_page(
    visitor: NewVisitor, follower: Member, prolific: tuple[Member, str, list[str]]
) -> None:
    someone = visitor(follower)
    someone.open("/?feed=following&page=2")
    someone.has(2, ".article-preview")
    someone.page.locator(".feed-toggle a", has_text="Global Feed").click()
    someone.at("/")
    expect(someone.page.locator(".page-item.active")).to_have_text("1")
    someone.open("/?page=2")
    someone.sees(".article-preview")
    someone.page.locator(".feed-toggle a", has_text="Your Feed").click()
    someone.at("/?feed=following")
    _shows(someone, prolific[2][:10])
    someone.open("/?page=2")
    someone.page.locator(".sidebar .tag-pill", has_text=prolific[1]).click()
    someone.at(f"/tag/{prolific[1]}")
    _shows(someone, prolific[2][:10])


def test_the_tabs_of_home(visitor: NewVisitor, follower: Member, prolific: tuple[Member, str, list[str]]) -> None:
    tag = prolific[1]
    someone = visitor(follower)
    tabs = someone.page.locator(".feed-toggle a.nav-link")
    for path, active in (("/", "Global Feed"), ("/?feed=following", "Your Feed"), (f"/tag/{tag}", tag)):
        someone.open(path)
        someone.logged_in_as(follower.username)
        expect(tabs).to_have_text(["Your Feed", "Global Feed", *([tag] if "tag" in path else [])])
        expect(someone.page.locator(".feed-toggle a.nav-link.active")).to_have_text(active)
    someone.has(1, ".feed-toggle a.nav-link[href='/?feed=following']", "Your Feed")
    someone.has(1, ".feed-toggle a.nav-link[href='/']", "Global Feed")


def test_a_login_leads_to_the_global_feed_whose_address_stays(visitor: NewVisitor, follower: Member) -> None:
    someone = visitor(follower)
    someone.open("/")
    someone.logged_in_as(follower.username)
    someone.sees(".feed-toggle .active", "Global Feed")
    someone.at("/")


def test_the_sidebar_has_all_tags_of_the_api(visitor: NewVisitor, follower: Member) -> None:
    someone = visitor()
    someone.open("/")
    tags = [tag["name"] if isinstance(tag, dict) else tag for tag in follower.tags()]
    someone.has(1, ".tag-list:has(.tag-pill):not(.article-preview *)")
    pills = someone.page.locator(".sidebar .tag-list .tag-pill.tag-default")
    expect(pills).to_have_count(len(tags))
    assert sorted(pills.all_inner_texts()) == sorted(tags)


@pytest.mark.parametrize("path", ["/", "/profile/{name}"])
def test_what_loads_is_no_article(visitor: NewVisitor, reader: Member, path: str) -> None:
    someone = visitor()
    held: list[Route] = []
    someone.page.route("**/api/articles?**", lambda route: held.append(route))
    someone.open(path.format(name=reader.username))
    someone.wait_for(lambda: bool(held))
    someone.sees("nav.navbar")
    someone.has(0, ".article-preview")
    held[0].continue_()
    someone.sees(".article-preview")


def test_an_empty_list_says_so_and_is_no_article(visitor: NewVisitor, member: NewMember) -> None:
    someone = visitor(member())
    for path in (f"/tag/{unique('unused')}", "/?feed=following"):
        someone.open(path)
        someone.sees(".empty-feed-message")
        someone.has(0, ".article-preview")
    someone.sees(".empty-feed-message", "Your feed is empty")
    someone.has(1, ".empty-feed-message a[href='/']")


def test_a_preview_has_its_date_and_only_its_words(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor()
    someone.open(f"/profile/{reader.username}")
    preview = someone.page.locator(".article-preview")
    expect(preview.locator(".article-meta .date")).to_have_text(_day(reader))
    expect(preview.locator("p")).to_have_count(1)
    expect(preview.locator("h1")).to_have_count(1)


def _day(reader: Member) -> str:
    written = datetime.fromisoformat(reader.articles(author=reader.username)["articles"][0]["createdAt"])
    return f"{written:%B} {written.day}, {written.year}"
