"""`shoal export compose` writes what runs without shoal, and says by name what no Compose file can."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from shoal.build.engines import program
from shoal.cli.main import main
from shoal.compose.loading import load, unheard
from shoal.model.app import App

GOLDEN = Path(__file__).parent / "golden" / "blog.compose.yaml"
BLOG = Path(__file__).parents[2] / "examples" / "blog"

PLAIN = """
name: shop
services:
  web:
    image: nginx:1
    command: [run, "a b", "$$HOME"]
    entrypoint: []
    environment: {A: $$5, B: "yes", C: ""}
    ports: ["8080:80", "127.0.0.1:9000:90", "91"]
    expose: ["92"]
    depends_on: {db: {condition: service_healthy}, prepare: {condition: service_completed_successfully}}
    container_name: front
    stop_signal: SIGINT
    stop_grace_period: 1m
    deploy: {resources: {limits: {cpus: "0.5", memory: 512m, pids: 9}}}
    volumes: ["data:/d:ro", "./x:/x"]
    tmpfs: /run:size=1m
    configs: [{source: one, target: /one}]
  db:
    image: postgres:16
    restart: unless-stopped
    healthcheck: {test: [CMD, pg_isready], interval: 2s, timeout: 1s, retries: 4, start_period: 10s}
    volumes: ["data:/var/lib/postgresql/data"]
  prepare: {image: p, restart: on-failure}
volumes: {data: }
configs: {one: {content: "x=$$1"}}
"""
BOUND = """
name: bound
services:
  api:
    build: {context: ./api, target: last, args: {V: 1}}
    user: "1000:1000"
    read_only: true
    tmpfs: [/tmp, /run]
    cap_drop: [ALL]
    cap_add: [NET_ADMIN]
    security_opt: ["no-new-privileges:true"]
    working_dir: /srv
    profiles: [dev]
  worker:
    image: w
    privileged: true
    deploy: {restart_policy: {condition: any, delay: 2s}}
    healthcheck: {test: "curl x | grep $$V"}
    scale: 3
  plain: {image: p, cap_add: [ALL], depends_on: [worker]}
"""


def bare(app: App) -> App:
    return msgspec.structs.replace(app, places={})


def export(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The file's text, and what was said to be lost."""
    capsys.readouterr()
    assert main(["export", "compose", "-o", "-", "--file", str(folder)]) == 0
    told = capsys.readouterr()
    return told.out, told.err


def written(text: str, folder: Path) -> App:
    """As our own reader takes it, with a value for each variable that has to be set."""
    folder.mkdir(exist_ok=True)
    (folder / "compose.yaml").write_text(text)
    variables = dict.fromkeys(re.findall(r"\$\{(\w+):\?", text), "x")
    reasons = {str(one).split(": ")[1].rsplit("/", 1)[-1] for one in unheard(folder / "compose.yaml", variables)}
    assert reasons <= {"init", "pull_policy"}
    return load(folder / "compose.yaml", variables=variables)


def shown(text: str) -> Any:
    return yaml.safe_load(text)["services"]


@pytest.fixture
def app(folder: Path) -> Path:
    (folder / "shoal.yaml").write_text("name: shop\nservices: {}\n")
    return folder


@pytest.mark.parametrize("text", [PLAIN, BOUND], ids=["plain", "bound"])
def test_what_was_imported_is_exported_as_the_same_app(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (folder / "api").mkdir()
    (folder / "api" / "Dockerfile").write_text("FROM scratch AS last\n")
    (folder / "x").mkdir()
    (folder / "compose.yaml").write_text(text)
    assert main(["import"]) == 0
    first = load(folder / "shoal.yaml", variables={})
    out, _ = export(folder / "shoal.yaml", capsys)
    (folder / "compose.yaml").write_text(out)
    assert main(["import", "--force"]) == 0
    assert bare(load(folder / "shoal.yaml", variables={})) == bare(first)


def test_the_blog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Images are named by what was built with this machine's tools: any key will do."""
    blog = tmp_path / "blog"
    shutil.copytree(BLOG, blog, ignore=shutil.ignore_patterns("node_modules", ".venv", "target", "__pycache__"))
    text, lost = export(blog, capsys)
    found = re.sub(r"(shoal/blog-[a-z-]+):[0-9a-f]{12}\b", r"\1:KEY", text)
    if os.environ.get("SHOAL_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()
    for line in re.findall(r"can't be said  ([^:]+): ", lost):
        assert f"#   {line}: " in text
    names = {service.name for service in written(text, tmp_path / "again").services}
    assert {"users", "posts", "posts-migrate", "posts-projector", "web", "seed", "users-db", "events"} <= names


def test_envoy_takes_the_gateway_of_the_blog(tmp_path: Path) -> None:
    content = yaml.safe_load(GOLDEN.read_text())["configs"]["gateway.envoy.yaml"]["content"].replace("$$", "$")
    assert {c["name"] for c in yaml.safe_load(content)["static_resources"]["clusters"]} == {
        "gateway->users", "gateway->posts", "gateway->web",
    }  # fmt: skip
    (tmp_path / "envoy.yaml").write_text(content)
    command = [str(program("envoy")), "-c", "envoy.yaml", "--mode", "validate"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_no_password_is_in_the_file(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (app / ".env").write_text("TOKEN=hunter2\n")
    (app / "shoal.yaml").write_text(
        """
name: shop
secrets: {token: {env: TOKEN}, made: {generate: 32}}
backing: {db: {postgres: {version: 16, init: [init.sql]}}}
services:
  web:
    image: w
    needs: [db]
    environment: { T: "${secrets.token}", M: "${secrets.made}" }
"""
    )
    (app / "init.sql").write_text("CREATE TABLE t (i int);\n")
    text, lost = export(app, capsys)
    web, db = shown(text)["web"], shown(text)["db"]
    assert "hunter2" not in text
    assert web["environment"]["T"].startswith("${TOKEN:?")
    assert web["environment"]["M"].startswith("${MADE:?")
    assert re.fullmatch(
        r"postgresql://web:\$\{DB_WEB_PASSWORD:\?[^}]+\}@db:5432/db", web["environment"]["DATABASE_URL"]
    )
    assert web["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert db["image"] == "postgres:16"
    assert db["environment"]["POSTGRES_PASSWORD"].startswith("${DB_SHOAL_ADMIN_PASSWORD:?")
    assert db["environment"]["POSTGRES_DB"] == "db"
    assert "./init.sql" in [volume["source"] for volume in db["volumes"]]
    assert "secrets/made: " in lost
    written(text, app / "again")


def test_values_from_outside_are_told(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (app / "a.env").write_text("A=1\n")
    (app / "shoal.yaml").write_text("name: shop\nservices: {web: {image: w, env_file: a.env}}\n")
    text, lost = export(app, capsys)
    assert shown(text)["web"]["environment"] == {"A": "1"}
    assert "can't be said  variables: " in lost
    (app / "shoal.yaml").write_text("name: shop\nservices: {web: {image: w}}\n")
    assert export(app, capsys)[1] == ""


BACKING = """
name: shop
backing:
  cache: {redis: {max_memory: 64Mi, init: [first.redis]}}
  old: {redis: {version: "7"}}
  sql: {mariadb: {version: "11.4"}}
  mine: {mysql: {}}
  queue: rabbitmq
  far: {external: {kind: postgres, uri: "${secrets.far}"}}
secrets: {far: {env: FAR}}
services: {web: {image: w, needs: [cache, old, sql, mine, queue, far]}}
"""


def test_backing_services_are_official_images(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (app / "shoal.yaml").write_text(BACKING)
    (app / "first.redis").write_text("SET a 1\n")
    text, lost = export(app, capsys)
    found = shown(text)
    images = {name: entry["image"] for name, entry in found.items()}
    assert images == {
        "cache": "valkey/valkey:9.1",
        "old": "redis:7",
        "sql": "mariadb:11.4",
        "mine": "mysql:8.4",
        "queue": "rabbitmq:4",
        "web": "w",
    }
    assert found["old"]["command"] == ["redis-server", "/shoal/files/redis.conf"]
    assert set(found["sql"]["environment"]) == {"MARIADB_ROOT_PASSWORD", "MARIADB_DATABASE"}
    assert found["web"]["environment"]["FAR_HOST"].startswith("${FAR_HOST:?")
    assert set(found["web"]["depends_on"]) == {"cache", "old", "sql", "mine", "queue"}
    assert all("healthcheck" in found[name] for name in found if name != "web")
    for line in ("backing/cache/init", "backing/mine/version", "backing/far"):
        assert f"{line}: " in lost
        assert f"#   {line}: " in text
    written(text, app / "again")


LOSING = """
name: shop
services:
  a:
    image: a
    port: {number: 80}
    needs: [{b: {timeout: 2s}}]
    health: {ready: /ready}
    limits: {disk: 1Gi, memory: 64Mi}
  b:
    image: b
    port: {number: 90, publish: "127.0.0.1:9090"}
    warmup: [GET /]
    strategy: {type: blue-green}
    after: {a: ready}
jobs:
  nightly: {image: c, schedule: every 5m}
gateway:
  tls: local
  routes: [{paths: [/], to: a, strip: true}]
"""


def test_what_cant_be_said_is_told_by_name(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (app / "shoal.yaml").write_text(LOSING)
    text, lost = export(app, capsys)
    for name in (
        "services/a/health",
        "services/a/needs/b",
        "a/limits/disk",
        "services/b/warmup",
        "services/b/strategy",
        "b: waits for a to be ready",
        "jobs/nightly/schedule",
        "gateway/tls",
        "needs",
    ):
        assert f"can't be said  {name}: " in lost
        assert f"#   {name}: " in text
    found = shown(text)
    assert found["a"]["environment"] | {"B_URL": "http://b:90"} == found["a"]["environment"]
    assert found["a"]["deploy"] == {"resources": {"limits": {"memory": "64m"}}}
    assert found["b"]["ports"] == ["127.0.0.1:9090:90"]
    assert found["b"]["depends_on"] == {"a": {"condition": "service_started"}}
    assert found["nightly"]["profiles"] == ["jobs"]
    assert found["gateway"]["ports"] == ["127.0.0.1:8080:8080"]
    written(text, app / "again")


def test_a_probe_is_asked_by_what_the_image_has(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (app / "page").mkdir()
    (app / "page" / "index.html").write_text("<p>")
    (app / "api").mkdir()
    (app / "api" / "requirements.txt").write_text("")
    (app / "shoal.yaml").write_text(
        """
name: shop
services:
  page: {path: page, health: {ready: /}, port: http}
  api: {path: api, command: [python, api.py], health: {ready: {http: /up, every: 1s}}}
  other: {image: o, health: {ready: {exec: [ask, "$$x"]}}}
"""
    )
    found = shown(export(app, capsys)[0])
    assert found["page"]["healthcheck"]["test"][:2] == ["CMD", "wget"]
    assert found["page"]["cap_add"] == ["NET_BIND_SERVICE"]
    assert found["api"]["healthcheck"]["test"][:2] == ["CMD", "bash"]
    assert "/dev/tcp/127.0.0.1/8080" in found["api"]["healthcheck"]["test"][3]
    assert found["api"]["healthcheck"]["interval"] == "1s"
    assert found["other"]["healthcheck"]["test"] == ["CMD", "ask", "$$x"]


def test_a_file_that_is_there_stays(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (app / "shoal.yaml").write_text("name: shop\nservices: {web: {image: w}}\n")
    (app / "compose.yaml").write_text("mine")
    assert main(["export", "compose"]) == 13
    assert (app / "compose.yaml").read_text() == "mine"
    assert "compose.yaml is there already" in capsys.readouterr().err
    assert main(["export", "compose", "--force"]) == 0
    assert shown((app / "compose.yaml").read_text())["web"]["image"] == "w"
    assert main(["export", "compose", "-o", "other.yaml"]) == 0
    assert (app / "other.yaml").read_text() == (app / "compose.yaml").read_text()
