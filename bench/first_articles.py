"""The blog's home page in Chromium, until its first articles can be seen, against the same browser's first sight of a
page that is one line of HTML, alternately; each time with an empty cache.

Bound: under a second, by the browser's own clock.
"""

from __future__ import annotations

import argparse
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bench.app import say
from bench.blog import blog
from bench.figures import Verdict, conclude, spread

BOUND = 1.0
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAIN = b"<!doctype html><title>plain</title><h1>plain</h1>"

# The first frame after the element is there, as the browser's clock shows it, in ms since the navigation began.
WATCH = """
globalThis.seen = new Promise(resolve => {
  const look = () => document.querySelector('h1')
    ? requestAnimationFrame(() => resolve(performance.now()))
    : requestAnimationFrame(look);
  look();
});
"""


class Round(NamedTuple):
    """Seconds."""

    articles: float
    plain: float


class _Plain(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PLAIN)))
        self.end_headers()
        self.wfile.write(PLAIN)

    def log_message(self, format: str, *values: object) -> None:
        pass


@contextmanager
def _plain() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Plain) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _program() -> str:
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("bench: there is no Chromium on the PATH")
    return found


def measure(articles: str, plain: str, rounds: int) -> list[Round]:
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=["--disable-gpu", *sandbox])

        def seen(url: str) -> float:
            with browser.new_context() as context:
                page = context.new_page()
                page.add_init_script(WATCH)
                page.goto(url)
                return float(page.evaluate("seen")) / 1000

        seen(articles), seen(plain)  # the browser's own first time, and the servers'
        found = [Round(seen(articles), seen(plain)) for _ in range(rounds)]
        browser.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=9, metavar="N", help="rounds (9)")
    options = parser.parse_args()
    with blog() as app, _plain() as plain:
        app.prepare()
        app.run("run", "seed")
        say(f"{options.n} rounds")
        rounds = measure(app.up(), plain, options.n)
    articles, base = spread([r.articles for r in rounds]), spread([r.plain for r in rounds])
    print(f"first articles {articles.text('s')}, one line of HTML {base.text('s')}: medians of {options.n}")
    print(f"  {articles.median / base.median:.2f} ×")
    return conclude([Verdict("first articles of the home page, empty cache", articles.median, BOUND, "s")])


if __name__ == "__main__":
    sys.exit(main())
