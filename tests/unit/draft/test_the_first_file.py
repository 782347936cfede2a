"""From folders to a shoal.yaml: what is evident is written, what is guessed is marked, what can't start, a comment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shoal.backing.clients import CLIENTS
from shoal.draft import Draft, Folder, Part, compose, look
from shoal.spec import load
from shoal.spec.references import ENGINES
from shoal.stacks import Source

POM = """<project><parent><artifactId>spring-boot-starter-parent</artifactId></parent><dependencies>
<dependency><artifactId>spring-boot-starter-webmvc</artifactId></dependency>
<dependency><artifactId>spring-boot-starter-actuator</artifactId></dependency>
<dependency><artifactId>postgresql</artifactId></dependency>
<dependency><artifactId>jedis</artifactId><scope>test</scope></dependency>
</dependencies><build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>"""


def node(path: str, *names: str, code: str = "", **package: object) -> Folder:
    texts = {"package.json": json.dumps(package)}
    return Folder(path, Source(f"/x/{path}", ("package.json", *names), texts), (code,) if code else ())


def python(path: str, requirements: str, *names: str, code: str = "") -> Folder:
    source = Source(f"/x/{path}", ("requirements.txt", *names), {"requirements.txt": requirements})
    return Folder(path, source, (code,) if code else ())


def java(path: str, code: str = "") -> Folder:
    return Folder(path, Source(f"/x/{path}", ("pom.xml",), {"pom.xml": POM}), (code,) if code else ())


def drafted(*folders: Folder, name: str = "shop") -> Draft:
    parts = [part for part in map(look, folders) if part]
    assert len(parts) == len(folders)
    return compose(name, parts)


def part(folder: Folder) -> Part:
    found = look(folder)
    assert found
    return found


WEB = node("web", "src/index.html", code="app.get('/health', f); listen(PORT)", scripts={"start": "node server.js"})
ORDERS = python(
    "orders",
    "# by hand\nflask==3\ngranian\nPsycopg[binary]>=3 \\\n    --hash=sha256:00\nFlask_Migrate\n",
    "wsgi.py",
    "migrations/env.py",
    code='Blueprint("o", url_prefix="/api/orders"); os.environ["USERS_URL"]',
)
USERS = java("users", '@GetMapping("/api/users/{id}")')


def test_a_whole_app() -> None:
    draft = drafted(ORDERS, USERS, WEB)
    assert (
        draft.text.partition("\n\n")[2]
        == """\
name: shop

services:
  orders: # python: granian --interface wsgi wsgi:app
    path: orders
    needs: [orders-db, users] # psycopg, its code reads USERS_URL
    migrate: [flask, db, upgrade]
    # health: { ready: /health } # without it: ready when its port accepts

  users: # java: java -jar .shoal/app/app.jar
    path: users
    needs: [users-db] # postgresql
    health: { ready: { http: /actuator/health, timeout: 5s, grace: 180s } }

  web: # node: node server.js
    path: web
    health: { ready: /health }

backing:
  orders-db: postgres
  users-db: postgres

gateway:
  routes:
    - { paths: [/api/orders], to: orders }
    - { paths: [/api/users], to: users }
    - { paths: [/], to: web }
"""
    )
    assert draft.found[2] == "web: node, node server.js"
    assert draft.check == ("orders-db, users-db: one database per service; services that share one need the same",)


@pytest.mark.parametrize("folders", [
    (ORDERS, USERS, WEB),
    (WEB,),
    (python("jobs", "pika", "x.py"),),
    (python("a/web", "flask", "app.py"), python("b/web", "flask", "app.py")),
    (python("Mein Laden", "flask", "app.py"), python("1", "flask", "app.py"), python("self", "flask", "app.py")),
    (python("yes", "flask", "app.py"), node("null", scripts={"start": "node x"})),
    (python(".", "flask\nnats-py\npsycopg", "app.py"),),
], ids=lambda folders: " ".join(folder.path for folder in folders))  # fmt: skip
def test_whatever_is_written_is_a_valid_file(folders: tuple[Folder, ...], tmp_path: Path) -> None:
    for folder in folders:
        (tmp_path / folder.path).mkdir(parents=True, exist_ok=True)
    (tmp_path / "shoal.yaml").write_text(drafted(*folders).text)
    if any(not part(folder).trouble for folder in folders):
        app = load(tmp_path, variables={})
        assert {service.path for service in app.services} == {f.path for f in folders if not part(f).trouble}


def test_what_cannot_be_started_is_a_comment_that_says_why() -> None:
    draft = drafted(WEB, python("tools", "requests", "lib.py"))
    assert "  # tools: # python; can't tell how this Python project is started (requirements.txt, lib.py)" in draft.text
    assert any(line.startswith("tools: can't tell how") for line in draft.check)


def test_a_broker_is_shared_and_a_database_is_not() -> None:
    found = [part(python(name, "flask\nnats-py\nasyncpg", "app.py")) for name in ("a", "b")]
    text = compose("x", found).text
    assert text.count("nats: nats") == 1
    assert "a-db: postgres" in text and "b-db: postgres" in text


def test_every_engine_is_known_by_its_clients() -> None:
    assert set(ENGINES) <= set(CLIENTS)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_is_written_so_that_the_file_loads(engine: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    client = min(CLIENTS[engine]["python"])
    text = drafted(python("a", f"flask\n{client}", "app.py")).text
    assert f": {engine}\n" in text
    (tmp_path / "shoal.yaml").write_text(text)
    assert load(tmp_path, variables={}).backing


def test_two_stacks_in_one_folder_are_named() -> None:
    both = Folder(
        "both", Source("/x/both", ("requirements.txt", "package.json", "app.py"), {"requirements.txt": "flask"})
    )
    assert "stack: python # (?) it looks like node as well" in drafted(both).text


def test_a_path_that_two_serve_is_given_to_neither() -> None:
    code = 'url_prefix="/api/things"'
    text = drafted(python("a", "flask", "app.py", code=code), python("b", "flask", "app.py", code=code), WEB).text
    assert "paths: [/api/things]" not in text
    assert "# - { paths: [/a], to: a } # (?) which requests are for it?" in text


def test_what_does_not_read_its_port_is_not_routed_to() -> None:
    draft = drafted(node("worker", scripts={"start": "node worker.js"}))
    assert "gateway" not in draft.text
    assert draft.check == ("worker: nothing in it reads PORT; if it serves, it has to listen on $HOST:$PORT",)


def test_further_programs_are_mentioned() -> None:
    folder = Folder(
        "posts",
        Source(
            "/x/posts",
            ("posts/__main__.py", "posts/seed/__main__.py", "pyproject.toml"),
            {"pyproject.toml": '[project]\nname = "posts"\ndependencies = ["flask"]\n'},
        ),
    )
    draft = drafted(folder)
    assert "command: [python, -m, posts.seed]" in draft.text
    assert "posts: it has more programs (posts.seed): services or jobs of their own?" in draft.check


def test_pages_that_only_a_build_makes_are_served_as_files() -> None:
    folder = node("site", "index.html", scripts={"build": "vite build"}, dependencies={"vue": "3"})
    assert "    stack: static\n" in drafted(folder).text
    assert "- { paths: [/], to: site }" in drafted(folder).text


def test_pages_that_need_no_build_are_served_as_they_lie() -> None:
    text = drafted(Folder("site", Source("/x/site", ("index.html",)))).text
    assert "stack:" not in text
    assert "- { paths: [/], to: site }" in text


def test_a_command_of_several_lines_stays_a_comment(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "shoal.yaml").write_text(drafted(node("a", main="x: #y.js\n z\x85q")).text)
    assert load(tmp_path, variables={}).services[0].path == "a"


def test_a_folder_of_no_known_language_is_no_part() -> None:
    assert look(Folder("docs", Source("/x/docs", ("index.md",)))) is None
