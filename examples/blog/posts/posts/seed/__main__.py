"""Fills the blog with demo content: `python -m posts.seed`. Running it twice changes nothing."""

import os
import sys
from urllib.error import URLError

from posts.config import ConfigError, required
from posts.seed.client import Client, Json, Refused, segment
from posts.seed.content import ARTICLES, COMMENTS, FOLLOWS, USERS, Draft


def main() -> int:
    try:
        articles = seed(Client(required(os.environ, "GATEWAY_URL")))
    except (ConfigError, Refused, URLError) as error:
        sys.stderr.write(f"posts.seed: {error}\n")
        return 1
    print(f"{len(USERS)} users and {articles} articles are there")
    return 0


def seed(anybody: Client) -> int:
    users = {name: anybody.as_user(name, bio) for name, bio in USERS.items()}
    for follower, followees in FOLLOWS.items():
        for followee in followees:
            users[follower].call("POST", f"/profiles/{segment(followee)}/follow")
    slugs = {}
    for name, user in users.items():
        slugs.update(published(user, name, [draft for draft in ARTICLES if draft.author == name]))
    for number, draft in enumerate(ARTICLES):
        favored(users, slugs[draft.title], number)
    for title, author, body in COMMENTS:
        commented(users[author], author, slugs[title], body)
    return len(slugs)


def published(user: Client, name: str, drafts: list[Draft]) -> dict[str, str]:
    """The slug of each of the user's titles; publishes what is not there yet."""
    there: list[Json] = user.call("GET", f"/articles?limit=100&author={segment(name)}")["articles"]
    slugs = {article["title"]: article["slug"] for article in there}
    for draft in drafts:
        if draft.title not in slugs:
            slugs[draft.title] = user.call("POST", "/articles", {"article": draft.payload()})["article"][
                "slug"
            ]
    return {draft.title: slugs[draft.title] for draft in drafts}


def favored(users: dict[str, Client], slug: str, number: int) -> None:
    """Some articles are liked by many, some by nobody."""
    for position, user in enumerate(users.values()):
        if (number * 7 + position * 3) % 5 < number % 4:
            user.call("POST", f"/articles/{slug}/favorite")


def commented(user: Client, name: str, slug: str, body: str) -> None:
    there = user.call("GET", f"/articles/{slug}/comments")["comments"]
    if not any(comment["author"]["username"] == name and comment["body"] == body for comment in there):
        user.call("POST", f"/articles/{slug}/comments", {"comment": {"body": body}})


if __name__ == "__main__":
    sys.exit(main())
