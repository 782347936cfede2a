"""Favorites: one per user, counted and shown."""

from concurrent.futures import ThreadPoolExecutor

from tests.conftest import NewUser
from tests.support.api import Api, refusal


def test_a_favorite_is_answered_and_kept(anna: Api, ben: Api, nobody: Api) -> None:
    article = anna.publish()
    path = f"/articles/{article['slug']}/favorite"
    answer = ben.post(path)
    assert answer.status_code == 200
    assert answer.json == {"article": {**article, "favorited": True, "favoritesCount": 1}}
    assert ben.article(article["slug"])["favorited"] is True
    assert nobody.article(article["slug"])["favorited"] is False
    assert nobody.article(article["slug"])["favoritesCount"] == 1
    assert ben.get("/articles").json["articles"][0]["favorited"] is True  # type: ignore[index]
    assert ben.delete(path).json == {"article": article}


def test_repeating_changes_nothing(anna: Api) -> None:
    path = f"/articles/{anna.publish()['slug']}/favorite"
    counts = [anna.post(path).json["article"]["favoritesCount"] for _ in range(3)]  # type: ignore[index]
    counts += [anna.delete(path).json["article"]["favoritesCount"] for _ in range(2)]  # type: ignore[index]
    assert counts == [1, 1, 1, 0, 0]


def test_a_favorite_is_found_by_anyone(anna: Api, ben: Api, nobody: Api) -> None:
    ben.post(f"/articles/{anna.publish('liked')['slug']}/favorite")
    anna.publish("other")
    assert nobody.titles(favorited="ben") == ["liked"]


def test_an_unknown_article_cannot_be_favored(anna: Api) -> None:
    for answer in (anna.post("/articles/none/favorite"), anna.delete("/articles/none/favorite")):
        assert refusal(answer) == (404, {"article": ["not found"]})


def test_many_at_once_are_all_counted(anna: Api, new_user: NewUser) -> None:
    slug = anna.publish()["slug"]
    fans = [new_user(f"fan{i}") for i in range(5)] * 4
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda fan: fan.post(f"/articles/{slug}/favorite").status_code, fans))
    assert set(answers) == {200}
    assert anna.article(slug)["favoritesCount"] == 5


def test_deleting_meanwhile_is_no_server_error(anna: Api, ben: Api) -> None:
    for _ in range(5):
        slug = anna.publish()["slug"]
        with ThreadPoolExecutor(4) as pool:
            liked = [pool.submit(ben.post, f"/articles/{slug}/favorite") for _ in range(3)]
            commented = pool.submit(ben.post, f"/articles/{slug}/comments", {"comment": {"body": "x"}})
            deleted = pool.submit(anna.delete, f"/articles/{slug}")
        assert deleted.result().status_code == 204
        assert {answer.result().status_code for answer in liked} <= {200, 404}
        assert commented.result().status_code in (201, 404)
