"""Requests without end, until told to stop; who failed is kept."""

import threading
import time
from collections.abc import Callable
from types import TracebackType

from tests.conduit.client import Answer

Request = Callable[[], Answer]


class Load:
    def __init__(self, *requests: Request, every: float = 0.02) -> None:
        self._requests = requests
        self._every = every
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._repeat, args=[request]) for request in requests]
        self.answered = 0
        self.failures: list[str] = []

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, request: Request) -> None:
        while not self._ended.wait(self._every):
            began = time.monotonic()
            try:
                answer = request()
                failure = str(answer) if answer.status >= 400 else None
            except (OSError, AssertionError) as error:
                failure = repr(error)
            self.answered += 1
            if failure:
                self.failures.append(f"{failure} after {time.monotonic() - began:.2f} s")
