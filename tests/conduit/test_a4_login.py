"""A4: POST /api/users/login and GET /api/user."""

import pytest

from tests.conduit.client import Client, Member


def test_a_login_answers_the_user(anyone: Client, jane: Member) -> None:
    login = {"email": jane.email, "password": jane.password}
    user = anyone.post("/api/users/login", {"user": login}).expect(200)["user"]
    assert (user["username"], user["email"]) == (jane.username, jane.email)


@pytest.mark.parametrize("field", ["email", "password"])
@pytest.mark.parametrize("value", ["", "   ", None], ids=repr)
def test_a_blank_field_is_refused(anyone: Client, jane: Member, field: str, value: object) -> None:
    login = {"email": jane.email, "password": jane.password, field: value}
    anyone.post("/api/users/login", {"user": login}).refused(422, field, "can't be blank")
    del login[field]
    anyone.post("/api/users/login", {"user": login}).refused(422, field, "can't be blank")


@pytest.mark.parametrize(
    "password", ["Correct Horse", "correct horse ", "correct", "correct horse\0", "x" * 5000], ids=len
)
def test_only_the_exact_password_logs_in(anyone: Client, jane: Member, password: str) -> None:
    login = {"email": jane.email, "password": password}
    answer = anyone.post("/api/users/login", {"user": login})
    assert answer.status in (401, 422)
    assert answer.status == 422 or answer.errors["credentials"][0] == "invalid"


@pytest.mark.parametrize("password", ["p" * 64, "äöüß" * 16, "🐟" * 30, "  spaced  out  "], ids=["p", "ä", "🐟", "_"])
def test_long_and_odd_passwords_count_in_full(anyone: Client, changing: Member, password: str) -> None:
    changing.update(password=password)
    for tried, status in ((password, 200), (password[:-1], 401)):
        login = {"email": changing.email, "password": tried}
        anyone.post("/api/users/login", {"user": login}).expect(status)


def test_the_current_user(jane: Member) -> None:
    user = jane.user()
    assert (user["username"], user["email"], user["bio"], user["image"]) == (jane.username, jane.email, None, None)
