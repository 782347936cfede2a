"""From the save of a source file until the gateway answers with the new code, under `up --watch`: posts, web and users.

Baseline: a start of the service by itself (`shoal restart`, from the process to its readiness) in the same run. Aims:
posts and web within about a second (1.2 s), users within 1.2 times its start. What they take is told in its parts.
"""

from __future__ import annotations

import argparse
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import NamedTuple

from bench.app import say
from bench.blog import Blog, blog
from bench.figures import Verdict, conclude, median, spread

PATIENCE = 300.0
SOON = 1.2
JAVA = 1.2
REST = 5.0
"""Seconds between a start and what is measured next: a JVM goes on compiling itself when it is ready."""


class Edit(NamedTuple):
    """`old` in `file` becomes `new`, in which {} is the number of the edit; the answer at `path` then holds `sign`."""

    file: str
    old: str
    new: str
    path: str
    sign: str


EDITS = {
    "posts": Edit("posts/posts/tags/routes.py", "jsonify(", "jsonify(edit={}, ", "/api/tags", '"edit":{}'),
    "web": Edit(
        "web/src/app.ts", "securityHeaders = {", "securityHeaders = {{\n  'x-edit': 'edit-{}',", "/", "x-edit: edit-{}"
    ),
    "users": Edit(
        "users/src/main/java/blog/users/profile/ProfileController.java",
        '"not found")',
        '"not found {}")',
        "/api/profiles/nobody",
        "not found {}",
    ),
}


def answer(url: str) -> str:
    """Headers and body; nothing when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as found:
            return f"{found.headers}{found.read().decode()}"
    except urllib.error.HTTPError as problem:
        with problem:
            return f"{problem.headers}{problem.read().decode()}"
    except OSError:
        return ""


def edited(app: Blog, url: str, edit: Edit, original: str, number: int) -> float:
    """Seconds from the save to the answer."""
    text = original.replace(edit.old, edit.new.format(number))
    if text == original:
        raise SystemExit(f"bench: {edit.file} has no {edit.old!r}")
    begun = time.time()
    (app.folder / edit.file).write_text(text)
    sign = edit.sign.format(number).lower()
    while sign not in answer(url + edit.path).lower().replace('": ', '":'):
        if time.time() - begun > PATIENCE:
            raise SystemExit(f"bench: the edit of {edit.file} never came to run; see: shoal events")
        # Whoever asks all the time takes what the start needs: this is off by 2 %, and far less of a core.
        time.sleep(max(0.02, 0.02 * (time.time() - begun)))
    return time.time() - begun


def at_rest(app: Blog, since: float) -> None:
    """Until all that the edit changed is replaced: what else runs the same source comes after what is measured."""
    deadline = time.monotonic() + PATIENCE
    while not any(event["kind"] == "rolled out" for event in app.events(since)):
        if time.monotonic() > deadline:
            raise SystemExit("bench: the release of the edit doesn't end; see: shoal events")
        time.sleep(0.5)
    time.sleep(REST)


def started(app: Blog, service: str) -> float:
    """Seconds from process to readiness of a restart."""
    since = time.time()
    app.run("restart", service)
    times = {e["kind"]: e["time"] for e in app.events(since) if e["subject"] == service}
    time.sleep(REST)
    return float(times["ready"] - times["started"])


def parts(app: Blog, service: str, since: float) -> str:
    """How long its build, its migration and its start took, by their own words."""
    told = [e for e in app.events(since) if e["subject"] in (service, f"{service}.migrate")]
    found = [f"{e['subject']} {e['kind']} {e['text']}" for e in told if e["kind"] in ("built", "done", "ready")]
    return "; ".join(found)


def measured(app: Blog, url: str, service: str, rounds: int) -> Verdict:
    edit = EDITS[service]
    original = (app.folder / edit.file).read_text()
    took: list[float] = []
    starts: list[float] = []
    first = int(time.time())  # nobody has built these edits before
    for number in range(1, rounds + 1):
        since = time.time()
        took.append(edited(app, url, edit, original, first + number))
        say(f"{service}, edit {number}: {took[-1]:.2f} s ({parts(app, service, since)})")
        at_rest(app, since)
        starts.append(started(app, service))
    return told(service, took, starts)


def told(service: str, took: Sequence[float], starts: Sequence[float]) -> Verdict:
    # Each against the start that followed it: a busy machine isn't the same a minute later.
    ratio = median([edit / start for edit, start in zip(took, starts, strict=True)])
    print(f"{service}: {spread(took).text('s')} after an edit, {spread(starts).text('s')} its start: {ratio:.2f} ×")
    if service == "users":
        return Verdict(f"{service}: edit → answered, against its start", ratio, JAVA)
    return Verdict(f"{service}: edit → answered", median(took), SOON, "s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=3, metavar="N", help="edits of each (3)")
    parser.add_argument("services", nargs="*", choices=[[], *EDITS], metavar="SERVICE", help="posts web users (all)")
    options = parser.parse_args()
    with blog() as app:
        app.prepare()
        url = app.run("up", "-d", "--wait", "-q", "--watch").strip()
        return conclude([measured(app, url, service, options.n) for service in options.services or EDITS])


if __name__ == "__main__":
    sys.exit(main())
