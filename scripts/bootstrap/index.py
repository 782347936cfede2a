"""A package index's page of one project: which files there are. Both forms of the page are read, JSON and HTML."""

from __future__ import annotations

import html.parser
import json
import os
import urllib.parse

from web import get

DEFAULT_INDEX = "https://pypi.org/simple"
"""The public index, where neither UV_DEFAULT_INDEX nor PIP_INDEX_URL names another."""

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


def index_url() -> str:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if value := os.environ.get(name, "").strip():
            return _without_name(value).rstrip("/")
    return DEFAULT_INDEX


def files_of(project: str) -> dict[str, str]:
    """File name -> address, for all files of a project."""
    index = index_url()
    body, kind, page = get(f"{index}/{project}/", ACCEPT)
    if kind.endswith("json"):
        links = [str(file["url"]) for file in json.loads(body)["files"]]
    else:
        links = _links(body.decode(errors="replace"))
    whole = [_with_login(urllib.parse.urljoin(page, link), index) for link in links]
    return {urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2]): url for url in whole}


def _without_name(value: str) -> str:
    """uv allows `name=https://...`."""
    name, mark, rest = value.partition("=")
    return rest if mark and "/" not in name else value


def _with_login(url: str, index: str) -> str:
    """The login of the index also opens files on the same host, and on no other."""
    login, mark, host = urllib.parse.urlsplit(index).netloc.rpartition("@")
    parts = urllib.parse.urlsplit(url)
    return parts._replace(netloc=f"{login}@{host}").geturl() if mark and parts.netloc == host else url


def _links(page: str) -> list[str]:
    found: list[str] = []

    class Anchors(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value for name, value in attrs if tag == "a" and name == "href" and value)

    Anchors().feed(page)
    return found
