"""A file that changes while it is read is what it was at one moment, or an error; and whoever watches gets over it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios import processes
from tests.scenarios.app import App
from tests.scenarios.conftest import Make
from tests.scenarios.programs import shell

# What it was told, and from which source.
SHOW = 'echo "word $WORD of $(cat word.txt)"; exec sleep 1000'
YAML = "name: torn\nservices:\n" + shell("one", SHOW, 'environment: {WORD: "${WORD:-none}"}\npath: src')
FILES = {"src/word.txt": "first", ".env": "WORD=first\n"}


@pytest.fixture
def torn(app: Make) -> App:
    made = app(YAML.replace("$WORD of", "$$WORD of").replace("$(cat", "$$(cat"), FILES)
    made.up("--watch")
    made.wait_until(lambda: says(made, "word first of first"))
    return made


def says(app: App, text: str) -> bool:
    """Whether the instance that runs now says so."""
    lines = app.shoal("logs", "one").out.splitlines()
    return bool(lines) and lines[-1].endswith(text) and app.ready("one")


def refusals(app: App) -> list[str]:
    return [e["text"] for e in app.events("refused") if e["subject"] == "shoal.yaml"]


def in_two(path: Path, text: str, between: Callable[[], object]) -> None:
    """As some editors save: the file is cut to nothing, and written; and they may be interrupted."""
    with path.open("w") as file:
        between()
        file.write(text[: len(text) // 2])
        file.flush()
        between()
        file.write(text[len(text) // 2 :])


def renamed(path: Path, text: str) -> None:
    """As others do."""
    fresh = path.with_name(f".{path.name}.swp")
    fresh.write_text(text)
    fresh.replace(path)


@pytest.mark.parametrize("half", ["", "name: torn\nservices:\n  one: {stack: comm"], ids=["nothing", "half"])
def test_one_that_was_written_in_part_is_an_error_until_it_is_whole(torn: App, half: str) -> None:
    pid, whole = torn.pid("one"), (torn.folder / "shoal.yaml").read_text()
    torn.write({"shoal.yaml": half})
    torn.wait_until(lambda: refusals(torn))
    assert "shoal.yaml" in refusals(torn)[-1]
    assert torn.pid("one") == pid
    torn.write({"shoal.yaml": whole.replace("word $", "WORD $")})
    torn.wait_until(lambda: says(torn, "WORD first of first"))
    assert torn.ok("ps").err == ""


@pytest.mark.parametrize("name", ["shoal.yaml", ".env", "src/word.txt"])
def test_one_that_is_renamed_over_is_followed(torn: App, name: str) -> None:
    path = torn.folder / name
    renamed(path, path.read_text().replace("first", "second").replace("word $", "second $"))
    said = {
        "shoal.yaml": "second first of first",
        ".env": "word second of first",
        "src/word.txt": "word first of second",
    }
    torn.wait_until(lambda: says(torn, said[name]))
    # And the next edit, of what is now another file.
    path.write_text(path.read_text().replace("second", "third"))
    torn.wait_until(lambda: says(torn, said[name].replace("second", "third")))


def test_one_that_goes_and_comes_back_is_followed(torn: App) -> None:
    pid, file = torn.pid("one"), torn.folder / "shoal.yaml"
    text = file.read_text()
    file.unlink()
    # No verb finds the app now; the daemon is there all the same.
    torn.wait_until(lambda: '"refused"' in (torn.state() / "events.jsonl").read_text())
    assert processes.runs(pid)
    file.write_text(text.replace("word $", "back $"))
    torn.wait_until(lambda: says(torn, "back first of first"))


def test_whoever_reads_while_it_is_written_gets_no_mixture(app: Make) -> None:
    made = app(YAML.replace("$WORD of", "$$WORD of").replace("$(cat", "$$(cat"), FILES)
    file, written = made.folder / "shoal.yaml", threading.Event()
    # Two that differ in every service, so that a mixture would show.
    texts = [
        "name: torn\nservices:\n" + "".join(shell(f"{word}-{n}", f"echo {word}") for n in range(300))
        for word in ("old", "new")
    ]

    def write() -> None:
        for text in itertools.cycle(texts):
            if written.is_set():
                return
            in_two(file, text, lambda: None)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        results = [made.shoal("config", "--json") for _ in range(6)]
    finally:
        written.set()
        writing.join()
    for result in results:
        assert result.code in (0, 3), str(result)
        if result.code == 0:
            names = {name.partition("-")[0] for name in services(result.json)}
            assert len(names) == 1, names
        else:
            assert f"{file}" in result.err, str(result)


def services(config: dict[str, object]) -> list[str]:
    found = config["services"]
    return [s["name"] for s in found] if isinstance(found, list) else list(found)  # type: ignore[call-overload]
