"""B8, B9: what the application says of itself, and when it asks again."""

from collections.abc import Callable

from playwright.sync_api import Route

from tests.browser.conftest import NewVisitor
from tests.conduit.client import Member

NewMember = Callable[..., Member]

FIELDS = {"email", "token", "username", "bio", "image"}


def test_the_debug_interface_is_there_from_the_start(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor(reader)
    held: list[Route] = []
    someone.page.route("**/api/user", lambda route: held.append(route))
    someone.open("/")
    someone.wait_for(lambda: bool(held))
    assert someone.debug("getAuthState") == "loading"
    assert someone.debug("getCurrentUser") is None
    assert someone.debug("getToken") == reader.token
    held[0].continue_()
    someone.logged_in_as(reader.username)
    assert someone.debug("getAuthState") == "authenticated"
    user = someone.debug("getCurrentUser")
    assert set(user) == FIELDS
    assert (user["username"], user["email"]) == (reader.username, reader.email)


def test_a_stranger_has_no_token_and_no_user(visitor: NewVisitor) -> None:
    someone = visitor()
    someone.open("/")
    someone.logged_out()
    assert someone.debug("getToken") is None
    assert someone.debug("getAuthState") == "unauthenticated"
    assert someone.debug("getCurrentUser") is None


def test_the_user_is_asked_for_again_after_2_4_8_16_and_16_seconds(visitor: NewVisitor, reader: Member) -> None:
    someone = visitor(reader, expects="Failed to load resource")
    someone.page.clock.install()
    asked: list[Route] = []

    def refuse(route: Route) -> None:
        asked.append(route)
        route.fulfill(status=503, body="")

    someone.page.route("**/api/user", refuse)
    someone.open("/")
    someone.sees("nav", "Connecting...")
    someone.has(1, "nav .nav-link:text('Home')")
    someone.has(0, "nav [href='/login'], nav [href='/settings']")
    for times, seconds in enumerate((2, 4, 8, 16, 16), 1):
        assert len(asked) == times
        someone.page.clock.run_for(seconds * 1000 - 500)
        assert len(asked) == times, seconds
        someone.page.clock.run_for(600)
        someone.wait_for(lambda wanted=times + 1: len(asked) >= wanted)  # type: ignore[misc]
        someone.page.wait_for_timeout(100)  # the answer has to be read before the next pause begins
    assert someone.stored_token() == reader.token
    someone.page.unroute("**/api/user")
    someone.page.clock.run_for(16_500)
    someone.logged_in_as(reader.username)
