"""Many requests at once: no 5xx, nothing counted twice, nothing lost."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from tests.conduit.client import Answer, Client, Member, unique
from tests.conduit.conftest import Someone

T = TypeVar("T")
V = TypeVar("V")


def together(works: Sequence[Callable[[], T]]) -> list[T]:
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]


def for_each(values: Iterable[V], work: Callable[[V], T]) -> list[T]:
    return together([partial(work, value) for value in values])


def test_one_of_many_sign_ups_with_one_username_succeeds(anyone: Client) -> None:
    name = unique("wanted")

    def sign_up() -> Answer:
        fields = {"username": name, "email": f"{unique()}@example.com", "password": "correct horse"}
        return anyone.post("/api/users", {"user": fields})

    answers = together([sign_up] * 6)
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 5}
    for answer in answers:
        if answer.status == 409:
            answer.refused(409, "username", "has already been taken")


def test_one_of_many_sign_ups_with_one_address_succeeds(anyone: Client) -> None:
    email = f"{unique('wanted')}@example.com"

    def sign_up() -> Answer:
        fields = {"username": unique(), "email": email, "password": "correct horse"}
        return anyone.post("/api/users", {"user": fields})

    assert Counter(answer.status for answer in together([sign_up] * 6)) == {201: 1, 409: 5}


def test_one_of_many_renames_to_one_name_succeeds(someone: Someone) -> None:
    name = unique("wanted")
    members = [someone() for _ in range(6)]
    answers = for_each(members, lambda one: one.put("/api/user", {"user": {"username": name}}))
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 5}


def test_favorites_of_many_at_once_are_all_counted(anyone: Client, someone: Someone) -> None:
    members = [someone() for _ in range(8)]
    slug = members[0].publish()["slug"]
    for_each(members, lambda one: one.favorite(slug))
    assert anyone.article(slug)["favoritesCount"] == 8


def test_one_user_who_favorites_many_times_at_once_counts_once(anyone: Client, jane: Member) -> None:
    slug = jane.publish()["slug"]
    together([lambda: jane.favorite(slug)] * 10)
    assert anyone.article(slug)["favoritesCount"] == 1
    together([lambda: jane.unfavorite(slug)] * 10)
    assert anyone.article(slug)["favoritesCount"] == 0


def test_one_who_follows_many_times_at_once_follows(someone: Someone) -> None:
    reader, author = someone(), someone()
    together([lambda: reader.follow(author.username)] * 8)
    assert reader.profile(author.username)["following"] is True
    author.publish()
    assert reader.feed()["articlesCount"] == 1


def test_articles_with_one_title_at_once_get_their_own_slugs(anyone: Client, jane: Member) -> None:
    title = unique("Same")
    slugs = together([lambda: jane.publish(title=title, tagList=["same"])["slug"]] * 10)
    assert len(set(slugs)) == 10
    for slug in slugs:
        assert anyone.article(slug)["title"] == title


def test_edits_of_one_article_at_once_leave_one_of_them(anyone: Client, jane: Member) -> None:
    slug = jane.publish()["slug"]
    seen = for_each(range(8), lambda n: jane.edit(slug, body=f"body {n}", tagList=[f"tag {n}", "both"]))
    assert len({one["updatedAt"] for one in seen}) == 8
    last = max(seen, key=lambda one: str(one["updatedAt"]))
    assert anyone.article(slug) == last


def test_comments_of_many_at_once_are_all_kept(anyone: Client, jane: Member) -> None:
    slug = jane.publish()["slug"]
    made = for_each(range(10), lambda n: jane.comment(slug, f"No. {n}")["id"])
    assert sorted(made) == sorted(one["id"] for one in anyone.comments(slug))


def test_one_of_many_deletes_succeeds(jane: Member) -> None:
    slug = jane.publish()["slug"]
    answers = together([lambda: jane.delete(f"/api/articles/{slug}")] * 6)
    assert Counter(answer.status for answer in answers) == {204: 1, 404: 5}


def test_what_meets_a_delete_is_done_or_not_found(jane: Member, carl: Member) -> None:
    for _ in range(5):
        slug = jane.publish(tagList=["x"])["slug"]
        path = f"/api/articles/{slug}"
        requests = [
            partial(jane.delete, path),
            partial(carl.post, f"{path}/favorite"),
            partial(carl.post, f"{path}/comments", {"comment": {"body": "x"}}),
            partial(jane.put, path, {"article": {"body": "x", "tagList": ["y"]}}),
        ]
        answers = together(requests)
        assert {answer.status for answer in answers} <= {200, 201, 204, 404}, [str(answer) for answer in answers]


def test_profile_changes_at_once_leave_one_of_them_everywhere(anyone: Client, someone: Someone) -> None:
    member = someone()
    slug = member.publish()["slug"]
    for_each(range(8), lambda n: member.update(bio=f"bio {n}"))
    assert anyone.article(slug)["author"]["bio"] == member.user()["bio"] == anyone.profile(member.username)["bio"]
