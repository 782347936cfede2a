"""A4: PUT /api/user."""

import pytest

from tests.conduit.client import Client, Member, unique
from tests.conduit.conftest import Someone

TEXTS = ["plain", "🐟 näïve\nlines", "null", " blanks ", "<script>alert(1)</script>", "x" * 5000]


def _login(anyone: Client, email: str, password: str) -> int:
    return anyone.post("/api/users/login", {"user": {"email": email, "password": password}}).status


@pytest.mark.parametrize("field", ["username", "email", "bio", "image"])
def test_a_change_of_one_field_keeps_the_others(anyone: Client, someone: Someone, field: str) -> None:
    member = someone()
    before = member.update(bio="a bio", image="an image")
    value = {"email": f"{unique()}@example.com"}.get(field, unique("new"))
    after = member.update(**{field: value})
    assert {**after, "token": ""} == {**before, "token": "", field: value}
    assert {**member.user(), "token": ""} == {**after, "token": ""}
    assert _login(anyone, after["email"], member.password) == 200


def test_a_change_of_the_password_keeps_the_rest(anyone: Client, someone: Someone) -> None:
    member = someone()
    before = member.update(bio="a bio", image="an image")
    after = member.update(password="a new password")
    assert {**after, "token": ""} == {**before, "token": ""}
    assert _login(anyone, member.email, "a new password") == 200
    assert _login(anyone, member.email, member.password) == 401


def test_several_fields_change_at_once(anyone: Client, someone: Someone) -> None:
    member = someone()
    fields = {"username": unique(), "email": f"{unique()}@a.b", "bio": "b", "image": "i"}
    assert member.update(**fields, password="another one").items() >= fields.items()
    assert member.user().items() >= fields.items()
    assert _login(anyone, fields["email"], "another one") == 200
    assert _login(anyone, member.email, "another one") == 401
    assert anyone.profile(fields["username"])["bio"] == "b"
    anyone.get(f"/api/profiles/{member.username}").refused(404, "profile", "not found")


@pytest.mark.parametrize("field", ["bio", "image"])
@pytest.mark.parametrize("empty", ["", None], ids=repr)
def test_an_empty_bio_or_image_is_stored_as_null(someone: Someone, field: str, empty: object) -> None:
    member = someone()
    member.update(**{field: "something"})
    assert member.update(**{field: empty})[field] is None
    assert member.user()[field] is None


@pytest.mark.parametrize("field", ["bio", "image"])
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:12])
def test_bio_and_image_are_stored_as_they_are(anyone: Client, changing: Member, field: str, text: str) -> None:
    assert changing.update(**{field: text})[field] == text
    assert changing.user()[field] == text
    assert anyone.profile(changing.username)[field] == text
    assert changing.publish()["author"][field] == text


@pytest.mark.parametrize("image", ["javascript:alert(1)", "data:text/html,x", 'x" onerror="alert(1)', "not an address"])
def test_an_image_is_any_text(changing: Member, image: str) -> None:
    assert changing.update(image=image)["image"] == image


@pytest.mark.parametrize("field", ["username", "email", "password"])
@pytest.mark.parametrize("empty", ["", None, "   "], ids=repr)
def test_username_email_and_password_cannot_be_emptied(jane: Member, field: str, empty: object) -> None:
    jane.put("/api/user", {"user": {field: empty}}).refused(422, field, "can't be blank")
    assert jane.user()["username"] == jane.username


@pytest.mark.parametrize("password", ["a", "1234567", "äöüäöüä"])
def test_a_password_under_8_characters_is_refused(anyone: Client, jane: Member, password: str) -> None:
    answer = jane.put("/api/user", {"user": {"password": password}})
    assert answer.status == 422
    assert answer.errors["password"]
    assert _login(anyone, jane.email, jane.password) == 200


@pytest.mark.parametrize("password", ["12345678", "password", "aaaaaaaa", "äöüäöüäö", "a b c d ", "x" * 64])
def test_8_characters_of_any_kind_are_enough_and_64_accepted(anyone: Client, changing: Member, password: str) -> None:
    changing.update(password=password)
    assert _login(anyone, changing.email, password) == 200


def test_a_refused_change_changes_nothing(anyone: Client, someone: Someone) -> None:
    member = someone()
    before = member.user()
    changes = {"username": unique(), "bio": "new", "email": ""}
    member.put("/api/user", {"user": changes}).refused(422, "email", "can't be blank")
    assert {**member.user(), "token": ""} == {**before, "token": ""}


@pytest.mark.parametrize("field", ["username", "email"])
def test_a_name_or_address_in_use_is_409(jane: Member, someone: Someone, field: str) -> None:
    member = someone()
    taken = {"username": jane.username, "email": jane.email}[field]
    change = {"user": {field: taken, "bio": "not stored"}}
    member.put("/api/user", change).refused(409, field, "has already been taken")
    assert member.user()["bio"] is None


def test_the_own_name_and_address_may_be_sent_again(someone: Someone) -> None:
    member = someone()
    same = member.update(username=member.username, email=member.email, bio="x")
    assert (same["username"], same["email"], same["bio"]) == (member.username, member.email, "x")


def test_a_name_that_was_given_up_can_be_taken(anyone: Client, someone: Someone) -> None:
    first, second = someone(), someone()
    slug = first.publish()["slug"]
    first.update(username=unique())
    second.update(username=first.username)
    assert anyone.articles(author=first.username)["articlesCount"] == 0
    assert anyone.article(slug)["author"]["username"] == first.user()["username"]
