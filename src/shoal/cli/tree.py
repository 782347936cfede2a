"""The live tree: what a terminal shows while an app starts, changes or stops. Lines as text; who draws them is
`Screen`."""

from __future__ import annotations

from typing import Any, NamedTuple

from shoal.cli.screen import visible

DONE = ("ready", "done", "stopped", "scheduled")
COLOURS = {"ready": 32, "done": 32, "stopped": 2, "failed": 31, "unready": 33, "waiting": 2}


class Signs(NamedTuple):
    """What stands before a line."""

    good: str
    bad: str
    waits: str
    turning: str

    def of(self, state: str, now: float) -> str:
        if state in DONE:
            return self.good
        if state in ("failed", "waiting"):
            return self.bad if state == "failed" else self.waits
        return self.turning[int(now * 10) % len(self.turning)]


UNICODE = Signs("✔", "✘", "·", "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
ASCII = Signs("+", "x", ".", "|/-\\")


class _Known(NamedTuple):
    """An entry, when it came to its state, and how long the states before took."""

    entry: dict[str, Any]
    since: float
    took: dict[str, float] = {}


class Tree:
    """`tick` is told what the daemon sees, several times a second; `lines` is the picture. Times are seconds of any
    clock, the same for both."""

    def __init__(self, signs: Signs, *, colours: bool) -> None:
        self._signs, self._colours = signs, colours
        self._known: dict[str, _Known] = {}
        self._steps: dict[str, str] = {}

    def step(self, owner: str, text: str) -> None:
        """A build's present step."""
        self._steps[owner] = text.partition("\n")[0]

    def tick(self, entries: list[dict[str, Any]], now: float) -> None:
        there = {entry["owner"]: entry for entry in entries}
        for owner, known in self._known.items():
            # What has vanished has ended.
            entry = there.pop(owner, None) or known.entry | {"state": "stopped", "why": "", "line": ""}
            self._known[owner] = _after(known, entry, now)
        self._known |= {owner: _Known(entry, now) for owner, entry in there.items()}

    def lines(self, now: float, height: int = 1000) -> list[str]:
        """What is done gives way first when there isn't room for all."""
        shown = list(self._known.values())
        if len(shown) > height:
            busy = [known for known in shown if known.entry["state"] not in DONE]
            hidden = len(shown) - len(busy)
            return [*(self._line(known, now) for known in busy), self._signs.good + f" {hidden} more are ready or done"]
        return [self._line(known, now) for known in shown]

    def _line(self, known: _Known, now: float) -> str:
        entry, width = known.entry, max(len(k.entry["owner"]) + _indent(k.entry) for k in self._known.values())
        state, lasts = entry["state"], now - known.since
        name = f"{' ' * _indent(entry)}{entry['owner']:<{width - _indent(entry)}}"
        word = state if entry["replicas"] < 2 or state in DONE else f"{state} {entry['ready']}/{entry['replicas']}"
        times = _times(known.took) if state in DONE or state == "failed" else f"{lasts:.1f}s"
        head = (
            f"{self._paint(self._signs.of(state, now), state)} {name}  {self._paint(f'{word:<12}', state)} {times:<7}"
        )
        return f"{head} {self._said(entry)}".rstrip()

    def _said(self, entry: dict[str, Any]) -> str:
        """The last line that it wrote, while it starts; else why it stands so. Of a build both: what it does."""
        why, written = entry["why"].partition("\n")[0], entry.get("line", "")
        if entry["state"] == "building":
            # The log's last line may be the step's command, which is long and says little.
            said = self._steps.get(entry["owner"], ""), "" if written.startswith("$ ") else written
            return "  ".join(text for text in (said[0], self._paint(said[1], "waiting")) if text)
        line = self._paint(written, "waiting")
        return line or why if entry["state"] == "starting" else why or line

    def _paint(self, text: str, state: str) -> str:
        colour = COLOURS.get(state, 36)
        return f"\033[{colour}m{text}\033[0m" if self._colours and visible(text) else text


def _after(known: _Known, entry: dict[str, Any], now: float) -> _Known:
    if known.entry["state"] == entry["state"]:
        return known._replace(entry=entry)
    before = known.entry["state"]
    if before in (*DONE, "waiting", "failed"):
        return _Known(entry, now, {} if before in DONE else known.took)
    return _Known(entry, now, known.took | {before: known.took.get(before, 0.0) + now - known.since})


def _times(took: dict[str, float]) -> str:
    if len(took) == 1:
        return f"{next(iter(took.values())):.1f}s"
    return ", ".join(f"{seconds:.1f}s {state}" for state, seconds in took.items())


def _indent(entry: dict[str, Any]) -> int:
    return 2 * min(int(entry["level"]), 4)
