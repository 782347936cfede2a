"""`shoal init` writes a first file, or a whole app, and never over anything."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from shoal.spec import load
from tests.unit.cli.conftest import Shoal

ROOT = Path(__file__).resolve().parents[3]
BLOG = ROOT / "examples/blog"


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder with a Node service three folders deep, in between what is none."""
    folder = tmp_path / "my shop"
    web = folder / "apps/store/web"
    web.mkdir(parents=True)
    (web / "package.json").write_text(json.dumps({"scripts": {"start": "node server.js"}, "dependencies": {"pg": "8"}}))
    (web / "server.js").write_text("server.listen(process.env.PORT)")
    for aside in ("node_modules/x", "tests/fixture", ".hidden", "docs/demo"):
        (folder / aside).mkdir(parents=True)
        (folder / aside / "package.json").write_text('{"main": "x.js"}')
    (web / "tests").mkdir()
    (web / "tests/test.js").write_text("app.get('/health')")
    return folder


def test_it_writes_what_it_finds_and_says_so(shoal: Shoal, code: Path) -> None:
    ran = shoal("init", str(code))
    assert (ran.code, ran.out) == (0, f"wrote {code}/shoal.yaml\n")
    assert "  found  apps/store/web: node, node server.js\n" in ran.err
    app = load(code, variables={})
    assert (app.name, [service.name for service in app.services]) == ("my-shop", ["web"])
    assert [backing.name for backing in app.backing] == ["web-db"]
    assert not app.services[0].probes.ready  # what only a test asks for is no health check


def test_the_blogs_folder_gives_the_blogs_services(shoal: Shoal, tmp_path: Path) -> None:
    for name in ("users", "posts", "web"):
        (tmp_path / "blog").mkdir(exist_ok=True)
        (tmp_path / "blog" / name).symlink_to(BLOG / name)
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-rL", "--no-preserve=mode", tmp_path / "blog", copy], check=True)
    assert shoal("init", str(copy)).code == 0
    app = load(copy, variables={})
    real = load(BLOG, variables={})
    assert app.gateway and real.gateway
    mine = {path: route.to for route in app.gateway.routes for path in route.paths}
    assert {p: r.to for r in real.gateway.routes if r.to for p in r.paths}.items() <= mine.items()
    needs = {s.name: {n.name for n in s.needs} for s in app.services}
    assert needs == {"users": {"users-db", "nats"}, "posts": {"posts-db", "nats", "users"}, "web": set()}
    assert {s.name: [str(w) for w in s.migrate] for s in app.services if s.migrate} == {
        "posts": ["flask", "db", "upgrade"]
    }


def test_a_file_that_is_there_stays_as_it_is(shoal: Shoal, folder: Path) -> None:
    before = (folder / "shoal.yaml").read_text()
    ran = shoal("init")
    assert ran.code == 13
    assert "is there already" in ran.err
    assert (folder / "shoal.yaml").read_text() == before


def test_nothing_that_lies_in_a_folder_makes_a_traceback(shoal: Shoal, tmp_path: Path) -> None:
    odd = {
        "cut/package.json": "[1,",
        "typed/package.json": '{"dependencies": [1], "scripts": 5, "main": 7}',
        "toml/pyproject.toml": "x = [",
        "types/pyproject.toml": '[project]\ndependencies = "flask"\nname = 5\nscripts = 1\n',
        "xml/pom.xml": "<project",
        "ünï cödé/index.html": "<html>",
        "not-text/index.html": "\udcff",
    }
    for name, text in odd.items():
        file = tmp_path / "odd" / name
        file.parent.mkdir(parents=True)
        file.write_bytes(text.encode(errors="surrogateescape"))
    (tmp_path / "odd/xml/loop").symlink_to(".")
    (tmp_path / "odd/xml/gone.py").symlink_to("/nowhere")
    os.mkfifo(tmp_path / "odd/xml/pipe.py")
    (tmp_path / "odd" / os.fsdecode(b"no-\xff-utf8")).mkdir()
    (tmp_path / "odd" / os.fsdecode(b"no-\xff-utf8") / "index.html").touch()
    ran = shoal("init", str(tmp_path / "odd"))
    assert ran.code == 0, ran.err
    assert {s.path for s in load(tmp_path / "odd", variables={}).services} >= {"ünï cödé", "not-text", "xml"}


def test_a_link_that_leads_nowhere_is_in_the_way_too(shoal: Shoal, code: Path) -> None:
    (code / "shoal.yaml").symlink_to("/nowhere/shoal.yaml")
    assert shoal("init", str(code)).code == 13


def test_a_folder_without_code_is_refused_with_what_it_looks_for(shoal: Shoal, tmp_path: Path) -> None:
    ran = shoal("init", str(tmp_path / "state"))
    assert (ran.code, "there is no folder" in ran.err) == (2, True)
    (tmp_path / "empty").mkdir()
    ran = shoal("init", str(tmp_path / "empty"))
    assert ran.code == 2
    assert "pom.xml, pyproject.toml, requirements.txt and package.json" in ran.err
    assert list((tmp_path / "empty").iterdir()) == []


def test_the_template_is_the_example_file_by_file(shoal: Shoal, tmp_path: Path) -> None:
    ran = shoal("init", "--template", "blog", str(tmp_path / "new/blog"))
    assert ran.code == 0
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=BLOG, capture_output=True, text=True, check=True)
    there = {name for name in listed.stdout.split("\0") if name and (BLOG / name).exists()}
    new = tmp_path / "new/blog"
    assert {str(file.relative_to(new)) for file in new.rglob("*") if file.is_file()} == there
    assert all((new / name).read_bytes() == (BLOG / name).read_bytes() for name in there)


def test_an_unknown_template_is_refused_with_the_list(shoal: Shoal) -> None:
    ran = shoal("init", "--template", "shop")
    assert (ran.code, ran.err) == (2, "shoal: there is no template shop\n  There are: blog.\n")


def test_a_template_overwrites_nothing(shoal: Shoal, folder: Path) -> None:
    ran = shoal("init", "--template", "blog")
    assert ran.code == 13
    assert "already has shoal.yaml" in ran.err
    assert [entry.name for entry in folder.iterdir()] == ["shoal.yaml"]
