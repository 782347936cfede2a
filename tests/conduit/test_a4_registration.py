"""A4: POST /api/users."""

import pytest

from tests.conduit.client import Client, Member, encoded, unique

BLANKS = ["", " ", "  \t\n", None]


def _fields(**changes: object) -> dict[str, object]:
    return {"username": unique(), "email": f"{unique()}@example.com", "password": "correct horse", **changes}


def test_a_new_user_is_answered_with_201(anyone: Client) -> None:
    fields = _fields()
    user = anyone.post("/api/users", {"user": fields}).expect(201)["user"]
    assert (user["username"], user["email"]) == (fields["username"], fields["email"])
    assert (user["bio"], user["image"]) == (None, None)
    assert user["token"]


def test_a_new_user_can_be_read_at_once(anyone: Client) -> None:
    member = Member.sign_up(anyone.url)
    assert member.user()["username"] == member.username
    assert anyone.profile(member.username)["bio"] is None
    assert member.feed() == {"articles": [], "articlesCount": 0}
    assert member.publish()["author"]["username"] == member.username


@pytest.mark.parametrize("field", ["username", "email", "password"])
@pytest.mark.parametrize("value", BLANKS, ids=repr)
def test_a_blank_field_is_refused(anyone: Client, field: str, value: object) -> None:
    anyone.post("/api/users", {"user": _fields(**{field: value})}).refused(422, field, "can't be blank")


@pytest.mark.parametrize("field", ["username", "email", "password"])
def test_a_missing_field_is_refused(anyone: Client, field: str) -> None:
    fields = _fields()
    del fields[field]
    anyone.post("/api/users", {"user": fields}).refused(422, field, "can't be blank")


def test_all_blank_fields_are_named(anyone: Client) -> None:
    answer = anyone.post("/api/users", {"user": {}})
    assert answer.status == 422
    assert answer.errors.keys() == {"username", "email", "password"}


def test_a_taken_username_is_409(anyone: Client, jane: Member) -> None:
    taken = {"user": _fields(username=jane.username)}
    anyone.post("/api/users", taken).refused(409, "username", "has already been taken")


def test_a_taken_email_is_409(anyone: Client, jane: Member) -> None:
    taken = {"user": _fields(email=jane.email)}
    anyone.post("/api/users", taken).refused(409, "email", "has already been taken")


@pytest.mark.parametrize(
    "username",
    [
        "x" * 64,
        "under_score",
        "dash-ed",
        "dotted.name",
        "007",
        ".hidden",
        "a/b",
        "50%",
        "50%25",
        "semi;colon",
        "a;v=1",
        "two words",
        " around ",
        "a+b",
        "q?x=1",
        "hash#tag",
        "back\\slash",
        "🐟🐠",
        "Łukasz",
        "名前",
        "e\u0301",
        "a&b=c",
        "a,b",
        "@at",
        "../",
        "a:b",
        "quote\"'",
        "<b>",
    ],
)
def test_any_username_works_wherever_it_is_used(anyone: Client, changing: Member, username: str) -> None:
    name = username + unique("") if len(username) < 64 else unique("x" * 51)
    member, path = Member.sign_up(anyone.url, name), f"/api/profiles/{encoded(name)}"
    assert member.username == name
    assert anyone.get(path).expect(200)["profile"]["username"] == name
    assert changing.follow(name) == changing.profile(name)
    slug = member.publish()["slug"]
    assert [one["slug"] for one in anyone.articles(author=name)["articles"]] == [slug]
    assert changing.feed()["articles"][0]["author"]["username"] == name
    member.favorite(slug)
    assert [one["slug"] for one in anyone.articles(favorited=name)["articles"]] == [slug]
    assert changing.unfollow(name)["following"] is False


@pytest.mark.parametrize("email", ["someone@test.com", "@example.com", "ünï+tag@exämple.org", "UPPER@Case.COM", "a@b"])
def test_an_address_is_only_checked_for_its_form(anyone: Client, email: str) -> None:
    local, _, host = email.partition("@")
    unused = f"{local}@{unique('h')}.{host}"
    user = anyone.post("/api/users", {"user": _fields(email=unused)}).expect(201)["user"]
    assert user["email"] == unused
    login = {"email": unused, "password": "correct horse"}
    anyone.post("/api/users/login", {"user": login}).expect(200)


def test_usernames_are_exact(anyone: Client) -> None:
    name = unique("Case")
    Member.sign_up(anyone.url, name)
    anyone.get(f"/api/profiles/{name}").expect(200)
    anyone.get(f"/api/profiles/{name.swapcase()}").refused(404, "profile", "not found")
    anyone.get(f"/api/profiles/{name}%20").refused(404, "profile", "not found")
