"""A1: an answered write is seen by every later read, by any client."""

from tests.conduit.client import Client, Member, unique
from tests.conduit.conftest import Someone

ROUNDS = 10


def test_a_new_profile_shows_wherever_its_owner_does(anyone: Client, someone: Someone) -> None:
    author, reader = someone(), someone()
    slug = author.publish()["slug"]
    author.comment(slug)
    reader.follow(author.username)
    for number in range(ROUNDS):
        fields = {"username": unique("named"), "bio": f"bio {number}", "image": f"{number}.png"}
        author.update(**fields)
        for client, following in ((anyone, False), (reader, True)):
            expected = {**fields, "following": following}
            assert client.profile(fields["username"]) == expected
            assert client.article(slug)["author"] == expected
            assert client.comments(slug)[0]["author"] == expected
            assert client.articles(author=fields["username"])["articles"][0]["author"] == expected
        assert reader.feed()["articles"][0]["author"] == {**fields, "following": True}


def test_a_new_article_shows_in_every_list_at_once(anyone: Client, someone: Someone) -> None:
    author, reader = someone(), someone()
    reader.follow(author.username)
    for number in range(1, ROUNDS + 1):
        tag = unique("tag")
        slug = author.publish(tagList=[tag])["slug"]
        assert anyone.articles(limit=100)["articles"][0]["slug"] == slug
        assert anyone.articles(author=author.username)["articlesCount"] == number
        assert anyone.articles(tag=tag)["articles"][0]["slug"] == slug
        assert tag in anyone.tags()
        assert reader.feed()["articles"][0]["slug"] == slug


def test_an_edit_shows_at_once(anyone: Client, jane: Member) -> None:
    slug = jane.publish()["slug"]
    for number in range(ROUNDS):
        edited = jane.edit(slug, title=f"Title {number}", tagList=[f"tag {number}"])
        slug = edited["slug"]
        assert anyone.article(slug) == edited
        entry = anyone.articles(author=jane.username, limit=1)["articles"][0]
        assert entry == {name: value for name, value in edited.items() if name != "body"}


def test_a_favorite_shows_at_once(anyone: Client, jane: Member, carl: Member) -> None:
    slug = jane.publish()["slug"]
    for _ in range(ROUNDS):
        carl.favorite(slug)
        assert anyone.article(slug)["favoritesCount"] == 1
        assert slug in [one["slug"] for one in anyone.articles(favorited=carl.username)["articles"]]
        carl.unfavorite(slug)
        assert anyone.article(slug)["favoritesCount"] == 0


def test_a_comment_shows_at_once(anyone: Client, jane: Member) -> None:
    slug = jane.publish()["slug"]
    for _ in range(ROUNDS):
        comment = jane.comment(slug)
        assert anyone.comments(slug) == [comment]
        jane.delete(f"/api/articles/{slug}/comments/{comment['id']}").expect(204)
        assert anyone.comments(slug) == []


def test_names_can_be_swapped(anyone: Client, someone: Someone) -> None:
    one, two = someone(), someone()
    slugs = {one.username: one.publish()["slug"], two.username: two.publish()["slug"]}
    one.update(username=unique("between"))
    two.update(username=one.username)
    one.update(username=two.username)
    assert anyone.article(slugs[one.username])["author"]["username"] == two.username
    assert anyone.article(slugs[two.username])["author"]["username"] == one.username
    assert [entry["slug"] for entry in anyone.articles(author=one.username)["articles"]] == [slugs[two.username]]
