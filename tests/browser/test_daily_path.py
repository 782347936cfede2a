"""The day of two people, from signing up to signing out, through the pages alone."""

from playwright.sync_api import expect

from tests.browser.conftest import NewVisitor
from tests.conduit.client import Client, unique


def test_the_daily_path_of_two_people(visitor: NewVisitor) -> None:
    writer, reader = visitor(), visitor()
    author, other, title, tag = unique("author"), unique("reader"), unique("Title"), unique("tag")

    # Both sign up; what the page says is what the server knows.
    for person, name in ((writer, author), (reader, other)):
        person.open("/")
        person.follow_link("Sign up")
        person.read("h1", "Sign up")
        person.fill(username=name, email=f"{name}@example.com", password="correct horse")
        person.send()
        person.at("/")
        person.logged_in_as(name)
        assert person.debug("getAuthState") == "authenticated"
        assert person.debug("getToken") == person.stored_token() != ""

    # One writes an article with tags; a tag can be taken back.
    writer.follow_link("New Article")
    writer.fill(title=title, description="About fish", body="They swim **together**.")
    tags = writer.page.get_by_placeholder("Enter tags")
    for word in (tag, "mistake"):
        tags.fill(word)
        tags.press("Enter")
        expect(tags).to_have_value("")
    writer.has(2, ".tag-list .tag-default.tag-pill")
    writer.page.locator(".tag-pill", has_text="mistake").locator("i").click()
    writer.has(1, ".tag-list .tag-default.tag-pill")
    writer.press("Publish Article")
    writer.read("h1", title)
    slug = writer.page.url.rsplit("/", 1)[1]
    writer.at(f"/article/{slug}")
    expect(writer.page.locator(".article-content strong")).to_have_text("together")
    writer.has(2, ".article-meta a", "Edit Article")
    writer.has(2, ".article-meta button", "Delete Article")

    # The other finds it on the home page and by its tag, reads it, follows, favorites, comments.
    reader.open("/")
    reader.sees(".article-preview h1", title)
    reader.page.locator(".sidebar .tag-list .tag-pill", has_text=tag).click()
    reader.at(f"/tag/{tag}")
    reader.has(1, ".article-preview")
    reader.follow_link(title)
    reader.at(f"/article/{slug}")
    reader.has(0, "a", "Edit Article")
    reader.press(f"Follow {author}")
    reader.has(2, "button", f"Unfollow {author}")
    reader.press("Favorite Article (0)")
    reader.has(2, "button.btn-primary", "Unfavorite Article (1)")
    reader.page.get_by_placeholder("Write a comment...").fill("Well said.")
    reader.press("Post Comment")
    reader.read(".card .card-block p", "Well said.")
    expect(reader.page.get_by_placeholder("Write a comment...")).to_have_value("")
    reader.has(1, ".card:not(.comment-form)")

    # It is in the reader's feed and among the favorites.
    reader.open("/")
    reader.follow_link("Your Feed")
    reader.at("/?feed=following")
    reader.has(1, ".article-preview")
    reader.sees(".article-preview button.btn-primary", "1")
    reader.open(f"/profile/{other}")
    reader.follow_link("Favorited")
    reader.at(f"/profile/{other}/favorites")
    reader.read(".article-preview h1", title)

    # The writer sees the comment, can't delete it, answers and takes the answer back.
    writer.page.reload()
    writer.read(".card .card-block p", "Well said.")
    writer.has(0, ".mod-options")
    writer.page.get_by_placeholder("Write a comment...").fill("Thanks!")
    writer.press("Post Comment")
    writer.has(2, ".card:not(.comment-form)")
    writer.page.locator(".mod-options i.ion-trash-a").click()
    writer.has(1, ".card:not(.comment-form)")

    # The writer edits, and changes the settings.
    writer.follow_link("Edit Article")
    writer.at(f"/editor/{slug}")
    expect(writer.page.locator("[name=title]")).to_have_value(title)
    expect(writer.page.locator("[name=body]")).to_have_value("They swim **together**.")
    writer.has(1, ".tag-list .tag-pill", tag)
    writer.fill(description="About many fish", body="They swim _apart_.")
    writer.press("Publish Article")
    expect(writer.page.locator(".article-content em")).to_have_text("apart")
    writer.follow_link("Settings")
    expect(writer.page.locator("[name=username]")).to_have_value(author)
    expect(writer.page.locator("[name=password]")).to_have_value("")
    renamed = unique("renamed")
    writer.fill(username=renamed, bio="I swim.", image="/favicon.svg")
    writer.press("Update Settings")
    writer.at(f"/profile/{renamed}")
    writer.logged_in_as(renamed)
    writer.read("h4", renamed)
    writer.read(".user-info p", "I swim.")
    expect(writer.page.locator(".user-img")).to_have_attribute("src", "/favicon.svg")
    assert writer.debug("getCurrentUser")["username"] == renamed

    # The reader sees all that, and takes everything back.
    reader.open(f"/article/{slug}")
    reader.has(2, ".article-meta a.author", renamed)
    reader.press("Unfavorite Article (1)")
    reader.has(2, "button.btn-outline-primary", "Favorite Article (0)")
    reader.press(f"Unfollow {renamed}")
    reader.has(2, "button", f"Follow {renamed}")
    reader.open("/?feed=following")
    reader.sees(".empty-feed-message", "Your feed is empty")

    # The writer deletes the article and leaves; a login brings the account back.
    writer.open(f"/article/{slug}")
    writer.press("Delete Article")
    writer.at("/")
    writer.has(0, ".article-preview h1", title)
    assert Client(writer.url).get(f"/api/articles/{slug}").status == 404
    writer.follow_link("Settings")
    writer.press("Or click here to logout")
    writer.at("/")
    writer.logged_out()
    assert writer.stored_token() is None
    writer.follow_link("Sign in")
    writer.read("h1", "Sign in")
    writer.fill(email=f"{author}@example.com", password="correct horse")
    writer.send()
    writer.at("/")
    writer.logged_in_as(renamed)
    writer.page.reload()
    writer.logged_in_as(renamed)
