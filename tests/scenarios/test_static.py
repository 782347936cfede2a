"""A folder of files must be served as browsers need it, and nothing else of it."""

from __future__ import annotations

import gzip
import os
import signal
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.scenarios.app import App
from tests.scenarios.conftest import Make

HASHED = "assets/index-DiwrgTda.js"
SCRIPT = "console.log(1);" * 300
SITE = {
    "site/index.html": "<h1>the page</h1>",
    f"site/{HASHED}": SCRIPT,
    "site/assets/style.css": "b {}",
    "site/app.webmanifest": "{}",
    "site/docs/index.html": "the docs",
    "site/.env": "TOKEN=1",
    "site/.git/config": "[core]",
    "site/.well-known/security.txt": "Contact: us",
    "site/.well-known/.hidden": "TOKEN=1",
    "secret.txt": "TOKEN=1",
}
ALONE = "name: alone\nservices: {site: {path: site}}\ngateway: {routes: [{to: site}]}\n"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def says(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def told(self) -> tuple[int, str]:
        return self.status, self.body.decode()


def ask(app: App, path: str, method: str = "GET", **headers: str) -> Answer:
    """As it is written: no client tidies the path up."""
    host, _, port = app.url.removeprefix("http://").partition(":")
    connection = HTTPConnection(host, int(port), timeout=10)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer: HTTPResponse = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def site(lasting_app: Make) -> App:
    made = lasting_app(ALONE, SITE)
    made.up()
    return made


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/docs/", "text/html; charset=utf-8"),
        (f"/{HASHED}", "text/javascript; charset=utf-8"),
        ("/assets/style.css", "text/css; charset=utf-8"),
        ("/app.webmanifest", "application/manifest+json"),
        ("/.well-known/security.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_comes_with_its_type(site: App, path: str, kind: str) -> None:
    answer = ask(site, path)
    assert (answer.status, answer.says("content-type")) == (200, kind)
    assert answer.says("x-content-type-options") == "nosniff"
    assert "caddy" not in str(answer.headers).lower()


def test_a_file_that_the_browser_has_is_not_sent_again(site: App) -> None:
    first = ask(site, "/")
    assert first.says("cache-control") == "no-cache"
    assert ask(site, "/", If_None_Match=first.says("etag")).told == (304, "")
    assert ask(site, "/", If_Modified_Since=first.says("last-modified")).body == b""


def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_nothing_else(site: App) -> None:
    assert ask(site, f"/{HASHED}").says("cache-control") == "public, max-age=31536000, immutable"
    for name in (
        "assets/my-component.js",
        "assets/style.css",
        "assets/report-20260131.css",
        "main-DiwrgTda.js",
        "page",
    ):
        (site.folder / "site" / name).touch()
        assert ask(site, f"/{name}").says("cache-control") == "no-cache", name


def test_a_part_of_a_file(site: App) -> None:
    answer = ask(site, f"/{HASHED}", Range="bytes=0-6")
    assert (answer.status, answer.body, answer.says("content-range")) == (206, b"console", f"bytes 0-6/{len(SCRIPT)}")


def test_compressed_for_who_can_read_that(site: App) -> None:
    answer = ask(site, f"/{HASHED}", Accept_Encoding="gzip")
    assert answer.says("content-encoding") == "gzip"
    assert answer.says("vary") == "Accept-Encoding"
    assert gzip.decompress(answer.body) == SCRIPT.encode()
    assert ask(site, f"/{HASHED}").says("content-encoding") == ""


@pytest.mark.parametrize("path", ["/profile", "/a/b/c", "/assets", "/assets/"])
def test_a_path_without_a_file_is_the_pages_own(site: App, path: str) -> None:
    assert ask(site, path).told == (200, "<h1>the page</h1>")


def test_a_name_with_a_dot_too_if_html_is_asked_for(site: App) -> None:
    assert ask(site, "/profile/john.doe", Accept="text/html,*/*;q=0.8").told == (200, "<h1>the page</h1>")


@pytest.mark.parametrize("path", ["/assets/gone-DiwrgTdb.js", "/profile/john.doe"])
def test_a_script_that_is_gone_is_not_a_page(site: App, path: str) -> None:
    assert ask(site, path, Accept="*/*").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/.env",
        "/%2eenv",
        "/.git/config",
        "/.git/",
        "/.well-known/.hidden",
        "/assets/..%2f.env",
        "/.well-known/..%2f.env",
    ],
)
def test_what_begins_with_a_dot_is_not_there(site: App, path: str) -> None:
    answer = ask(site, path, Accept="text/html")
    assert answer.status == 404 or answer.body == b"<h1>the page</h1>"
    assert b"TOKEN" not in answer.body and b"core" not in answer.body


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/..%5csecret.txt", "//secret.txt"]
)
def test_nothing_beside_the_folder_can_be_had(site: App, path: str) -> None:
    assert b"TOKEN" not in ask(site, path, Accept="text/html").body


def test_other_methods_are_refused(site: App) -> None:
    answer = ask(site, "/", "POST")
    assert (answer.status, answer.says("allow")) == (405, "GET, HEAD")
    assert ask(site, "/", "HEAD").told == (200, "")


def test_an_edit_counts_at_once(site: App) -> None:
    (site.folder / "site/new.txt").write_text("new")
    assert ask(site, "/new.txt").body == b"new"


def test_it_writes_nothing_into_the_users_home(app: Make, tmp_path: Path) -> None:
    made = app(ALONE, SITE)
    made.env["HOME"] = str(tmp_path / "home")
    (tmp_path / "home").mkdir()
    made.up()
    assert ask(made, "/").status == 200
    assert list((tmp_path / "home").iterdir()) == []


def test_two_instances_answer_alike_and_one_that_dies_is_replaced(app: Make) -> None:
    made = app(ALONE.replace("path: site", "path: site, replicas: 2"), SITE)
    made.up()
    assert len({ask(made, "/").says("etag") for _ in range(8)}) == 1
    pid = made.of("site")[0]["pid"]
    os.kill(pid, signal.SIGKILL)
    made.wait_until(lambda: pid not in made.pids().values() and made.ready("site", 2))
    assert ask(made, "/").status == 200


def test_a_folder_with_a_page_for_what_is_missing_has_no_routes_of_its_own(app: Make) -> None:
    made = app(ALONE, {**SITE, "site/404.html": "not here"})
    made.up()
    assert ask(made, "/profile", Accept="text/html").told == (404, "not here")


BUILT = """\
name: built
builds:
  pages: {path: site, stack: command, run: [[sh, -c, "mkdir -p public; cp page public/index.html"]]}
services:
  site: {build: pages, stack: static, working_dir: public}
gateway: {routes: [{to: site}]}
"""


def test_what_was_built_is_served(app: Make) -> None:
    made = app(BUILT, {"site/page": "built"})
    made.up()
    assert ask(made, "/").body == b"built"
    assert ask(made, "/page", Accept="*/*").body == b"built", "only that folder"


PACKAGE = '{"name": "site", "scripts": {"build": "mkdir dist && cp page.html dist/index.html"}}'
LOCK = '{"name": "site", "lockfileVersion": 3, "packages": {"": {"name": "site"}}}'


def test_a_package_is_built_by_its_script(app: Make) -> None:
    made = app(
        ALONE.replace("path: site", "path: site, stack: static"),
        {"site/package.json": PACKAGE, "site/package-lock.json": LOCK, "site/page.html": "from dist"},
    )
    made.up()
    assert ask(made, "/deep/link").body == b"from dist"


def test_one_that_nobody_asks_says_so(app: Make) -> None:
    made = app(ALONE.partition("gateway")[0], SITE)
    result = made.shoal("up", "-d", "--wait")
    assert result.code == 3, str(result)
    assert "service site serves files, but nothing asks for them" in result.err
    assert "lead a route to it" in result.err
