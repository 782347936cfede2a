"""New instances take over while requests run."""

from tests.blog.conftest import NewMember
from tests.blog.load import Load
from tests.blog_app import BlogApp
from tests.conduit.client import Client, draft


def test_a_restart_of_both_services_fails_no_request(two: BlogApp, anyone: Client, member: NewMember) -> None:
    author, reader = member(), member()
    slug = author.publish()["slug"]
    with Load(
        lambda: anyone.get(f"/api/articles/{slug}"),
        lambda: anyone.get(f"/api/profiles/{author.username}"),
        lambda: author.get("/api/user"),
        lambda: author.post("/api/articles", {"article": draft()}),
        lambda: reader.put("/api/user", {"user": {"bio": "changed"}}),
        every=0.1,
    ) as load:
        two.shoal("restart", "users", "posts")
    assert load.failures == []
    assert load.answered > 20
