"""On a Docker engine an app must live as it does on processes; whatever others do to its containers is put right, and
said to have been others."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiodocker
import pytest
from aiodocker.containers import DockerContainer

from tests.engine.daemon import Daemon
from tests.engine.keeper import Engine
from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make

pytestmark = [pytest.mark.docker, pytest.mark.timeout(180)]

SERVER = """\
import http.server, os, signal, sys
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = os.environ.get("WORD", "").encode() or self.path.encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body)))
        self.end_headers(); self.wfile.write(body)
    def log_message(self, *words): pass
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Answer).serve_forever()
"""

YAML = """\
name: contained
target: docker
services:
  web: { path: web, stack: python, command: [python3, server.py], environment: { WORD: one }, replicas: 2 }
gateway: { routes: [{ to: web }] }
"""
PROJECT = '[project]\nname = "web"\nversion = "1"\n'


@pytest.fixture
def make(app: Make, engine: Engine) -> Callable[..., App]:
    def one(yaml: str = YAML, **more: Any) -> App:
        made = app(yaml, {"web/server.py": SERVER, "web/pyproject.toml": PROJECT}, plain=True, **more)
        made.env["DOCKER_HOST"] = engine.host
        return made

    return one


@pytest.fixture
async def docker(engine: Engine) -> AsyncIterator[aiodocker.Docker]:
    async with aiodocker.Docker(engine.host) as client:
        yield client


async def containers(docker: aiodocker.Docker, workload: str) -> list[DockerContainer]:
    return await docker.containers.list(filters={"label": [f"shoal.workload={workload}"]})


async def until(app: App, condition: Callable[[], object]) -> None:
    await asyncio.to_thread(app.wait_until, condition, 30.0)


async def test_requests_reach_a_service_through_the_gateway_alone(
    make: Callable[..., App], docker: aiodocker.Docker
) -> None:
    app = make()
    await asyncio.to_thread(app.up)
    assert app.get("/") == (200, "one")
    published = [
        port
        for one in await docker.containers.list()
        for port in (await one.show())["HostConfig"]["PortBindings"] or {}
    ]
    assert len(published) == 1, "the gateway's"
    (web, *_) = await containers(docker, "web")
    shown = await web.show()
    assert shown["HostConfig"]["ReadonlyRootfs"] and shown["HostConfig"]["CapDrop"] == ["ALL"]
    assert shown["HostConfig"]["RestartPolicy"]["Name"] == "no"
    assert app.ok("exec", "web", "id", "-u").out.strip() == "65532"


async def test_what_somebody_else_does_to_containers_is_put_right_and_told(
    make: Callable[..., App], docker: aiodocker.Docker
) -> None:
    app = make()
    await asyncio.to_thread(app.up)
    before = {i["pid"] for i in app.of("web")}
    for one in await containers(docker, "web"):
        await one.delete(force=True)
    await until(app, lambda: app.ready("web", 2, but=before))
    assert any("somebody else" in event["text"] for event in app.events("exited"))
    (first, *_) = await containers(docker, "web")
    name = next(iter((await first.show())["NetworkSettings"]["Networks"]))
    pid = (await first.show())["State"]["Pid"]
    await (await docker.networks.get(name)).disconnect({"Container": first.id})
    await until(app, lambda: app.ready("web", 2, but={pid}))
    assert "off the network" in app.ok("why", "web").out
    assert app.get("/") == (200, "one")


async def test_containers_outlive_the_daemon_and_the_next_one_adopts_them(make: Callable[..., App]) -> None:
    app = make()
    await asyncio.to_thread(app.up)
    before, url = app.pids(), app.url
    for pid in app.keeper_and_daemon():
        os.kill(pid, signal.SIGKILL)
    assert get(url) == (200, "one")
    await asyncio.to_thread(app.up)
    assert app.pids() == before
    await until(app, lambda: app.get("/") == (200, "one"))


async def test_no_request_fails_while_a_new_revision_takes_over(make: Callable[..., App]) -> None:
    app = make()
    await asyncio.to_thread(app.up)
    url = app.url
    seen: list[tuple[int, str]] = []
    over = asyncio.Event()

    async def ask() -> None:
        while not over.is_set():
            seen.append(await asyncio.to_thread(get, url, 5.0))

    askers = [asyncio.create_task(ask()) for _ in range(4)]
    app.edit("WORD: one", "WORD: two")
    await asyncio.to_thread(app.up)
    await asyncio.to_thread(app.ok, "scale", "web=1")
    over.set()
    await asyncio.gather(*askers)
    assert {status for status, _ in seen} == {200}, [one for one in seen if one[0] != 200][:3]
    assert seen[-1] == (200, "two")


async def test_two_environments_have_nothing_in_common(make: Callable[..., App], docker: aiodocker.Docker) -> None:
    app = make(YAML + "environments: { test: {} }\n")
    await asyncio.to_thread(app.up)
    await asyncio.to_thread(app.up, "--env", "test")
    networks = [set((await one.show())["NetworkSettings"]["Networks"]) for one in await containers(docker, "web")]
    assert len({frozenset(names) for names in networks}) == 2
    await asyncio.to_thread(app.ok, "down", "-v", "--yes", "--env", "test")
    assert app.get("/") == (200, "one")


async def test_a_release_that_dies_at_start_is_taken_back(make: Callable[..., App]) -> None:
    app = make()
    await asyncio.to_thread(app.up)
    app.edit("[python3, server.py]", "[python3, -c, 'raise SystemExit(3)']")
    result = await asyncio.to_thread(app.shoal, "up", "-d", "--wait", timeout=90)
    assert result.code == 15, str(result)
    assert app.get("/") == (200, "one")


async def test_commands_and_copies_within_containers(make: Callable[..., App], tmp_path: Path) -> None:
    app = make()
    await asyncio.to_thread(app.up)
    assert app.shoal("exec", "web", "sh", "-c", "exit 7").code == 7
    assert app.ok("run", "web", "python3", "-c", "print(6 * 7)").out.strip() == "42"
    (tmp_path / "note").write_text("a note")
    app.ok("cp", str(tmp_path / "note"), "web:/tmp/note")
    app.ok("cp", "web:/tmp/note", str(tmp_path / "back"))
    assert (tmp_path / "back").read_text() == "a note"
    assert app.ok("stats", "web", "--json").json


def test_an_engine_that_isnt_there_is_one_clear_error(make: Callable[..., App], tmp_path: Path) -> None:
    app = make()
    app.env["DOCKER_HOST"] = f"unix://{tmp_path}/none.sock"
    result = app.shoal("up", "-d", "--wait")
    assert result.code == 14, str(result)
    assert "the Docker engine doesn't answer" in result.err and "DOCKER_HOST" in result.err
    checked = app.shoal("doctor", "--target", "docker")
    assert checked.code == 4 and "missing  Docker engine" in checked.out


def test_an_engine_of_another_machine_is_refused(make: Callable[..., App]) -> None:
    app = make()
    app.env["DOCKER_HOST"] = "tcp://127.0.0.1:1"
    result = app.shoal("up", "-d", "--wait")
    assert result.code == 14, str(result)
    assert "is another machine's" in result.err


async def test_an_image_that_cant_be_pulled_is_told_and_nothing_is_half_done(make: Callable[..., App]) -> None:
    app = make("name: contained\ntarget: docker\nservices: { a: { image: no-such-image:1, ports: [] } }\n")
    result = await asyncio.to_thread(app.shoal, "up", "-d", "--wait")
    assert result.code == 14, str(result)
    assert "no-such-image:1" in result.err and "can't be had" in result.err
    assert app.ps() == []


async def test_a_dockerfile_is_built_by_the_engine_and_its_failing_step_told(make: Callable[..., App]) -> None:
    yaml = """\
name: contained
target: docker
services:
  a: { path: web, build: { dockerfile: Dockerfile, args: { WORD: hello } }, port: { env: PORT } }
gateway: { routes: [{ to: a }] }
"""
    app = make(yaml)
    lines = ["FROM python:3.11-slim", "ARG WORD", "RUN echo $WORD > /word", "COPY server.py /", "ENV HOST=0.0.0.0"]
    app.write({"web/Dockerfile": "\n".join([*lines, 'CMD ["python3", "/server.py"]', ""])})
    await asyncio.to_thread(app.up)
    assert app.ok("exec", "a", "cat", "/word").out.strip() == "hello"
    assert app.get("/path") == (200, "/path")
    app.edit("echo $WORD", "echo oh dear; false", "web/Dockerfile")
    result = await asyncio.to_thread(app.shoal, "up", "-d", "--wait")
    assert result.code == 15, str(result)
    assert "Step 3/" in result.err and "oh dear" in result.err
    assert app.get("/path") == (200, "/path")


async def test_a_port_that_is_taken_is_told(make: Callable[..., App]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        app = make(YAML.replace("gateway: {", f"gateway: {{ port: {port},"))
        result = await asyncio.to_thread(app.shoal, "up", "-d", "--wait")
        assert result.code == 8, str(result)
        assert str(port) in result.err


async def test_images_that_no_release_would_need_are_dropped(
    make: Callable[..., App], docker: aiodocker.Docker
) -> None:
    app = make(
        "name: contained\ntarget: docker\n"
        "services: { web: { path: web, stack: command, command: [sleep, '1000'], ports: [] } }\n"
    )

    async def keys() -> set[str]:
        found = await docker.images.list(filters={"label": ["shoal.app=contained", "shoal.service=web"]})
        return {one["Labels"]["shoal.artifact"] for one in found}

    for number in range(13):
        app.write({"web/page.txt": str(number)})
        await asyncio.to_thread(app.up)
    kept = len(app.ok("history", "--json").json["releases"])
    assert kept < 13
    deadline = asyncio.get_running_loop().time() + 20
    while len(await keys()) > kept and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.1)
    assert len(await keys()) == kept
    await asyncio.to_thread(app.ok, "rollback", timeout=60)
    assert app.ok("exec", "web", "cat", "page.txt").out == "11"


@pytest.fixture
def own_engine(engine: Engine) -> Iterator[Daemon]:
    """One that may be killed."""
    with tempfile.TemporaryDirectory(prefix="shoal-own-") as folder:
        daemon = Daemon(Path(folder) / "e", engine.registry)
        daemon.start()
        yield daemon
        daemon.stop()


async def test_what_an_engine_took_with_it_comes_back_with_the_engine(
    own_engine: Daemon, make: Callable[..., App]
) -> None:
    app = make()
    app.env["DOCKER_HOST"] = own_engine.host
    await asyncio.to_thread(app.up)
    before = {i["pid"] for i in app.of("web")}
    await asyncio.to_thread(own_engine.kill)
    assert app.shoal("ps").code == 0
    refused = app.shoal("scale", "web=3", timeout=60, env={})
    assert "Docker engine" in refused.err or refused.code == 0, str(refused)
    own_engine.start()  # by the thread that lives on: it is the parent, whose end would be the end of it
    await until(app, lambda: app.ready("web", 3, but=before))
    await until(app, lambda: app.get("/") == (200, "one"))
