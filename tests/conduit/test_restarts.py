"""A1: a token stays good, and nothing is forgotten, after the services were restarted."""

from tests.blog_app import BlogApp
from tests.conduit.client import Client
from tests.conduit.conftest import Someone


def test_a_restart_of_the_services_changes_nothing(blog: BlogApp, anyone: Client, someone: Someone) -> None:
    author, reader = someone(), someone()
    author.update(bio="still here")
    slug = author.publish(tagList=["kept"])["slug"]
    author.comment(slug)
    reader.follow(author.username)
    reader.favorite(slug)
    before = [reader.article(slug), reader.comments(slug), reader.feed(), reader.profile(author.username)]

    blog.shoal("restart", "users", "posts")

    assert [reader.article(slug), reader.comments(slug), reader.feed(), reader.profile(author.username)] == before
    assert reader.user()["username"] == reader.username
    assert author.edit(slug, body="after")["author"]["bio"] == "still here"
    login = {"email": author.email, "password": author.password}
    anyone.post("/api/users/login", {"user": login}).expect(200)
