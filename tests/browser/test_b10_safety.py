"""B10: what users write stays text."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.conduit.client import Member, unique

NewMember = Callable[..., Member]

EVIL = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
EVIL_BODY = f"""Before

{EVIL}

<iframe src="javascript:parent.pwned=1" srcdoc="<script>parent.pwned=1</script>"></iframe>

<svg onload="window.pwned=1"><a xlink:href="javascript:pwned=1">svg</a></svg>

[a link](javascript:window.pwned=1) [another](JaVaScRiPt:pwned=1) [data](data:text/html,<script>pwned=1</script>)

![picture](javascript:pwned=1)

<a href="javascript:window.pwned=1">raw</a> <b onclick="pwned=1">bold</b> <form action="javascript:pwned=1"></form>

After
"""
IMAGES = [
    "javascript:window.pwned=1",
    "data:text/html,<script>parent.pwned=1</script>",
    '" onerror="window.pwned=1',
    "' onload='window.pwned=1",
    "x onerror=window.pwned=1",
]

# What the browser says of a picture that is none, and of what the policy of the page blocks.
BLOCKED = ("Failed to load resource", "Content Security Policy")


def test_everything_that_is_written_shows_as_text(visitor: NewVisitor, member: NewMember) -> None:
    me = member(unique("<b>bold</b>"))
    me.update(bio=EVIL)
    article = me.publish(title=EVIL, description=EVIL, tagList=[EVIL])
    me.comment(article["slug"], EVIL)
    someone = visitor(me)
    for path, selector in (
        (f"/article/{article['slug']}", "h1"),
        (f"/article/{article['slug']}", ".card .card-block p"),
        (f"/article/{article['slug']}", ".article-content .tag-default"),
        ("/", ".article-preview p"),
        ("/", ".sidebar .tag-pill"),
        (f"/editor/{article['slug']}", ".tag-list .tag-pill"),
    ):
        someone.open(path)
        expect(someone.page.locator(selector, has_text=EVIL).first).to_have_text(EVIL)
    someone.follow_link(me.username)
    someone.read("h4", me.username)
    someone.read(".user-info p", EVIL)
    assert someone.page.evaluate("window.pwned") is None


def test_a_body_is_safe_html(visitor: NewVisitor, member: NewMember) -> None:
    slug = member().publish(body=EVIL_BODY)["slug"]
    someone = visitor(expects=BLOCKED)
    someone.open(f"/article/{slug}")
    someone.sees(".article-content", "After")
    content = someone.page.locator(".article-content")
    expect(content.locator("script, iframe, object, embed, form, style")).to_have_count(0)
    attributes = content.evaluate(
        "box => [...box.querySelectorAll('*')].flatMap(one => [...one.attributes].map(a => a.name + '=' + a.value))"
    )
    for attribute in attributes:
        name, _, value = attribute.lower().partition("=")
        assert not name.startswith("on"), attribute
        assert name not in ("href", "src", "xlink:href") or not value.strip().startswith(("javascript:", "data:")), (
            attribute
        )
    someone.page.wait_for_load_state("networkidle")
    assert someone.page.evaluate("window.pwned") is None


@pytest.mark.parametrize("image", IMAGES)
def test_a_hostile_image_is_a_broken_but_sized_one(visitor: NewVisitor, member: NewMember, image: str) -> None:
    me = member()
    me.update(image=image)
    someone = visitor(expects=BLOCKED)
    someone.open(f"/profile/{me.username}")
    picture = someone.page.locator(".user-img")
    expect(picture).to_have_attribute("src", image)
    box = picture.bounding_box()
    assert box
    assert box["width"] > 10
    someone.has(0, "[onerror], [onload]")
    someone.page.wait_for_load_state("networkidle")
    assert someone.page.evaluate("window.pwned") is None


def test_nothing_of_null_shows_as_the_word(visitor: NewVisitor, member: NewMember) -> None:
    me = member()
    slug = me.publish()["slug"]
    me.comment(slug)
    someone = visitor(me)
    for path in (f"/profile/{me.username}", f"/article/{slug}", "/settings"):
        someone.open(path)
        someone.logged_in_as(me.username)
        assert "null" not in someone.page.locator("body").inner_text()
