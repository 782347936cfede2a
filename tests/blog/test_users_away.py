"""users is away: articles are read and written all the same."""

from tests.blog.conftest import NewMember
from tests.blog.load import Load
from tests.blog_app import BlogApp, eventually
from tests.conduit.client import Client, draft


def test_articles_are_read_and_written_while_users_is_away(mended: BlogApp, anyone: Client, member: NewMember) -> None:
    author, reader = member(), member()
    slug = author.publish()["slug"]
    reader.follow(author.username)
    with Load(
        lambda: anyone.get("/api/articles"),
        lambda: reader.get("/api/articles/feed"),
        lambda: author.post("/api/articles", {"article": draft()}),
        lambda: reader.post(f"/api/articles/{slug}/favorite"),
        lambda: author.put(f"/api/articles/{slug}", {"article": {"body": "new"}}),
        every=0.1,
    ) as load:
        mended.shoal("stop", "users")
        seen = load.answered
        assert eventually(lambda: load.answered > seen + 60, within=20)
        mended.shoal("start", "users")
        reader.get("/api/user").expect(200)
    assert load.failures == []
    assert load.answered > 60


def test_what_users_would_answer_is_503_in_json_meanwhile(mended: BlogApp, anyone: Client, member: NewMember) -> None:
    someone = member()
    mended.shoal("stop", "users")
    for answer in (
        someone.get("/api/user"),
        anyone.get(f"/api/profiles/{someone.username}"),
        anyone.post("/api/users/login", {"user": {"email": someone.email, "password": someone.password}}),
    ):
        assert answer.status == 503, answer  # the client has looked at its shape and its CORS header


def test_posts_starts_without_users_and_knows_its_tokens(mended: BlogApp, anyone: Client, member: NewMember) -> None:
    author = member()
    slug = author.publish()["slug"]
    mended.shoal("stop", "users")
    before = {one["pid"] for one in mended.ready("posts")}
    mended.shoal("restart", "posts")
    assert not before & {one["pid"] for one in mended.ready("posts")}
    assert anyone.article(slug)["author"]["username"] == author.username
    for _ in range(6):  # each instance gets its share
        new = author.publish()["slug"]
        author.edit(new, body="edited")
        author.comment(new)
        author.delete(f"/api/articles/{new}").expect(204)
    Client(anyone.url, "e30.e30.e30").get("/api/articles/feed").refused(401, "token", "is invalid")
