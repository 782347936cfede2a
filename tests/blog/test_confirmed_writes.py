"""A writes, B reads at once: nothing stale, with two instances of each service.

That this can fail is shown where the confirmation can be taken out: ConfirmedWriteApiTest of the users service.
"""

from tests.blog.conftest import NewMember
from tests.blog_app import BlogApp
from tests.conduit.client import Client, Member, unique

ROUNDS = 60


def test_there_are_two_instances_of_each(two: BlogApp) -> None:
    assert [len(two.ready(service)) for service in ("users", "posts")] == [2, 2]


def test_nothing_is_stale_after_an_answered_write(anyone: Client, member: NewMember) -> None:
    author, reader = member(), member()
    slug = author.publish()["slug"]
    author.comment(slug)
    stale = []
    for number in range(ROUNDS):
        if number % 3 == 0:
            fields = {"username": unique("named"), "bio": f"bio {number}", "image": f"{number}.png"}
            author.update(**fields)
            author.username = fields["username"]
            seen = _profile_as_seen(anyone, slug, author.username)
            wrong = [profile for profile in seen if profile != {**fields, "following": False}]
        else:
            following = number % 3 == 1
            (reader.follow if following else reader.unfollow)(author.username)
            wrong = [
                [following, told]
                for told in (
                    reader.article(slug)["author"]["following"],
                    reader.comments(slug)[0]["author"]["following"],
                    reader.profile(author.username)["following"],
                    reader.feed()["articlesCount"] == 1,
                    reader.articles(author=author.username)["articles"][0]["author"]["following"],
                )
                if told is not following
            ]
        stale += [(number, one) for one in wrong]
    assert stale == []


def _profile_as_seen(client: Client, slug: str, username: str) -> list[object]:
    listed = client.articles(author=username)["articles"]
    return [
        client.article(slug)["author"],
        client.comments(slug)[0]["author"],
        client.profile(username),
        listed[0]["author"] if listed else None,
    ]


def test_two_users_swap_their_names(anyone: Client, member: NewMember) -> None:
    one, two = member(), member()
    slugs = [one.publish()["slug"], two.publish()["slug"]]
    names = [one.username, two.username]
    for _ in range(5):
        one.update(username=unique("between"))
        two.update(username=names[0])
        one.update(username=names[1])
        names.reverse()
        assert [anyone.article(slug)["author"]["username"] for slug in slugs] == names
        for slug, name in zip(slugs, names, strict=True):
            assert [entry["slug"] for entry in anyone.articles(author=name)["articles"]] == [slug]


def test_a_new_user_writes_and_is_read_at_once(two: BlogApp, anyone: Client) -> None:
    for _ in range(10):
        new = Member.sign_up(two.url)
        slug = new.publish()["slug"]
        assert anyone.article(slug)["author"]["username"] == new.username
        assert anyone.articles(author=new.username)["articlesCount"] == 1
