"""People who change their bio without end, and read it at once from the other service."""

import threading
from types import TracebackType

from tests.conduit.client import Client, Member

UNCONFIRMED = 503


class Writers:
    """`stale` are answered writes that a later read did not show, `failures` other answers than done and not done."""

    def __init__(self, *members: Member, every: float = 0.1) -> None:
        self._slugs = {member: member.publish()["slug"] for member in members}
        self._every = every
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=[member]) for member in members]
        self.done, self.refused = 0, 0
        self.stale: list[str] = []
        self.failures: list[str] = []

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def agree(self) -> bool:
        """Whether both services show the same of each of them."""
        return all(self._seen(member) == Client(member.url).profile(member.username)["bio"] for member in self._slugs)

    def _write(self, member: Member) -> None:
        number = 0
        while not self._ended.wait(self._every):
            number += 1
            try:
                self._once(member, f"bio {number}")
            except (OSError, AssertionError) as error:
                self.failures.append(repr(error))

    def _once(self, member: Member, bio: str) -> None:
        answer = member.put("/api/user", {"user": {"bio": bio}})
        if answer.status == UNCONFIRMED:
            self.refused += 1
        elif answer.status != 200:
            self.failures.append(str(answer))
        else:
            self.done += 1
            if (seen := self._seen(member)) != bio:
                self.stale.append(f"{seen} after {bio}")

    def _seen(self, member: Member) -> object:
        return Client(member.url).article(self._slugs[member])["author"]["bio"]
