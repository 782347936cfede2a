"""One `up`, from the daemon's start to Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from shoal import __version__
from shoal.api.client import Client
from shoal.cli.output import event, progress
from shoal.cli.place import Place
from shoal.cli.target import await_end, ensure_daemon
from shoal.cli.telling import ENDS, telling
from shoal.cli.times import deadline
from shoal.errors import Interrupted, NotRunning, ShoalError

if TYPE_CHECKING:
    from shoal.cli.follow import Follower

LOGS_EVERY = 0.2
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asked this `up` to end."""


class Session:
    """A context: whatever ends a foreground `up` (and a detached one before it got that far) stops what it started;
    a second signal kills."""

    def __init__(self, place: Place, name: str, *, detached: bool, quiet: bool = False) -> None:
        self.place, self.detached, self.quiet = place, detached, quiet
        self.state = place.state(name)
        self.client = Client(self.state)
        self._before: list[str] | None = None
        self._started_daemon = False
        self._asked = 0
        self._waits = False
        self._ending = False
        self._follower: Follower | None = None
        self._release = 0

    def __enter__(self) -> Session:
        # One that is ignored stays so: nohup means it.
        heard = [number for number in STOPPING if signal.getsignal(number) != signal.SIG_IGN]
        self._old = {number: signal.signal(number, self._on_signal) for number in heard}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waits, self._ending = False, True
        try:
            if kind is Stopped:
                self._say("stopping; once more kills")
                self._clean_up()
                raise Interrupted("interrupted: what this up started has been stopped")
            if kind is not None and not self.detached:
                self._clean_up()
        finally:
            for number, handler in self._old.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1
        if self._ending:
            self._kill_if_asked_again()
        elif self._waits:
            self._waits = False
            raise Stopped
        elif self._asked > 2:
            # Nobody answers us; whatever runs is for the next `up` or `down` to find.
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[None]:
        """Where a signal ends this `up` at once. Elsewhere it is remembered until the next such place: what is
        half-started could not be stopped, and libraries in C don't bear an exception at any moment."""
        self._waits = True
        try:
            self._check()
            yield
        finally:
            self._waits = False
        self._check()

    def _check(self) -> None:
        if self._asked:
            raise Stopped

    def start_daemon(self) -> None:
        if self.client.alive() and self.client.ask("ping")["version"] != __version__:
            self.client.ask("leave")
            await_end(self.state, self.client)
        self._started_daemon = ensure_daemon(self.state, self.client)

    def apply(self, **wish: Any) -> None:
        """`wish` is what the daemon's verb of that name takes."""
        running = self.client.ask("ping")["running"]
        before = self.client.ask("ps")["instances"] if running else []
        self._before = [instance["workload"] for instance in before if instance["phase"] != "exited"]
        try:
            with self._waiting():
                answer = self.client.ask("apply", **wish)
        except ShoalError:
            if self._started_daemon and not running:
                self.client.ask("down")
                # Else the next verb would still meet it, and be told that all is well and nothing wanted.
                await_end(self.state, self.client)
            raise
        self._release = answer["release"]
        if not self.detached:
            from shoal.cli.follow import Follower

            self._follower = Follower(self.client, [], since=answer["since"])
        for lack in answer["lacking"]:
            self._say(f"note: {lack}")

    def follow(self, until: str, timeout: float | None = None) -> dict[str, Any]:
        """Tell events until all is `started` or `ready`, in the foreground with the logs; returns how everything
        stands."""
        late = deadline(timeout, lambda: f"not ready within {timeout:g} s: {self._late()}")
        with telling(quiet=self.quiet) as going, self._waiting(), late:
            every = going.every or (LOGS_EVERY if self._follower else 0.0)
            for kind, value in self.client.stream("follow", until=until, every=every):
                if kind == "done":
                    return dict(value)
                if self._follower:
                    self._follower.turn(before=going.clear)
                going.tell(value)
        raise NotRunning("the daemon ended")

    def _say(self, text: str) -> None:
        if not self.quiet:
            progress(text)

    def _late(self) -> str:
        return "; ".join(f"{s['workload']} is {s['state']} {s['why']}".strip() for s in self._unready())

    def _unready(self) -> list[dict[str, Any]]:
        found = self.client.ask("standings")["standings"]
        return [s for s in found if s["state"] not in ("ready", "done", "stopped", "scheduled")]

    def verdict(self, standing: dict[str, Any]) -> int:
        """Raises the first error of what failed, and tells the others."""
        problems = self._errors(standing)
        for problem in problems[1:]:
            progress(f"shoal: {problem}")
        if problems:
            raise problems[0]
        return 0

    def verdict_lines(self, standing: dict[str, Any]) -> None:
        for problem in self._errors(standing):
            progress(f"shoal: {problem}")

    def _errors(self, standing: dict[str, Any]) -> list[ShoalError]:
        from shoal.cli.verdict import problems, returned

        back = returned(self.client, standing["release"], self._release)
        return back + problems(self.client, standing["standings"], standing.get("mesh_problem", ""))

    def show_logs(self, *, events: bool = False) -> None:
        """Logs of all services until a signal comes; with `events`, what happens to them too."""
        assert self._follower is not None
        if events:
            threading.Thread(target=self._tell, args=(time.time(),), daemon=True).start()
        with self._waiting():
            while True:
                self._follower.turn()
                if not self.client.alive():
                    raise NotRunning(
                        "the daemon ended; services go on", hint="Adopt them with: shoal up, or: shoal down"
                    )
                time.sleep(LOGS_EVERY)

    def _tell(self, since: float) -> None:
        """Events as they come, until the daemon goes or we do."""
        try:
            for kind, value in Client(self.state).stream("events", follow=True, since=since):
                if kind == "item" and value["event"]["kind"] != "stopping" and not self._ending:
                    self._say(event(value["event"]))
        except (ShoalError, OSError):
            return

    def _clean_up(self) -> None:
        """Stop what this `up` started."""
        if not self._started_daemon and self._before is None:
            return
        try:
            with telling(quiet=self.quiet, only=ENDS) as going:
                for kind, value in self.client.stream("interrupt", before=self._before or [], every=going.every):
                    if kind == "item":
                        going.tell(value)
        except NotRunning:
            if self._before is not None:
                progress("shoal: the daemon ended first; see: shoal ps, shoal down")
        self._wait_for_end()

    def _wait_for_end(self) -> None:
        if not self._before:
            await_end(self.state, self.client)

    def _kill_if_asked_again(self) -> None:
        if self._asked > 1:
            threading.Thread(target=self._kill, daemon=True).start()

    def _kill(self) -> None:
        try:
            Client(self.state).ask("interrupt", before=self._before or [], grace=0)
        except NotRunning:
            return  # it has ended meanwhile
        except ShoalError as problem:
            print(f"shoal: {problem}", file=sys.stderr)
