"""Registries that want to know who one is: by a password, or by a token that another server gives for it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from shoal.build.image.registry import Registry
from shoal.errors import DriverFailed

CONTENT = b"a layer"
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
ME = "Basic " + base64.b64encode(b"me:secret").decode()


class Server:
    """A registry of one repository; `asks` is how it wants to be convinced."""

    def __init__(self, asks: str) -> None:
        self.asks = asks
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}
        self.scopes: list[str] = []
        self.host = ""

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._door], client_max_size=1 << 20)
        app.router.add_route("HEAD", "/v2/team/api/blobs/{digest}", self._has)
        app.router.add_post("/v2/team/api/blobs/uploads/", self._begin)
        app.router.add_put("/uploads/1", self._put)
        app.router.add_put("/v2/team/api/manifests/{tag}", self._name)
        app.router.add_get("/token", self._token)
        app.router.add_post("/token", self._exchange)
        return app

    @web.middleware
    async def _door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        allowed = {"basic": ME, "bearer": "Bearer pass"}[self.asks]
        if request.path == "/token" or request.headers.get("Authorization") == allowed:
            answer: web.StreamResponse = await handler(request)
            return answer
        where = f'Bearer realm="http://{self.host}/token",service="registry"'
        told = where if self.asks == "bearer" else 'Basic realm="registry"'
        return web.Response(status=401, headers={"WWW-Authenticate": told}, text="who are you?")

    async def _token(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != ME:
            return web.Response(status=401)
        self.scopes.append(request.query["scope"])
        return web.json_response({"token": "pass"})

    async def _exchange(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert (form["grant_type"], form["refresh_token"]) == ("refresh_token", "long-lived")
        self.scopes.append(str(form["scope"]))
        return web.json_response({"access_token": "pass"})

    async def _has(self, request: web.Request) -> web.Response:
        return web.Response(status=200 if request.match_info["digest"] in self.blobs else 404)

    async def _begin(self, request: web.Request) -> web.Response:
        return web.Response(status=202, headers={"Location": "/uploads/1?state=x"})

    async def _put(self, request: web.Request) -> web.Response:
        assert request.headers["Content-Length"] == str(len(CONTENT))
        self.blobs[request.query["digest"]] = await request.read()
        return web.Response(status=201)

    async def _name(self, request: web.Request) -> web.Response:
        if request.match_info["tag"] == "refused":
            return web.Response(status=400, text="MANIFEST_INVALID")
        self.manifests[request.match_info["tag"]] = await request.read()
        return web.Response(status=201)


@pytest.fixture(params=["basic", "bearer"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    found = Server(request.param)
    runner = web.AppRunner(found.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.host = f"127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


@pytest.fixture
def login(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    auth = {server.host: {"auth": ME.removeprefix("Basic ")}}
    (tmp_path / "config.json").write_text(json.dumps({"auths": auth}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


@pytest.mark.usefixtures("login")
async def test_who_has_logged_in_may_send(server: Server, tmp_path: Path) -> None:
    (tmp_path / "layer").write_bytes(CONTENT)
    async with Registry(server.host, "team/api") as registry:
        assert not await registry.has(DIGEST)
        await registry.put(DIGEST, tmp_path / "layer")
        assert await registry.has(DIGEST)
        await registry.name("1", b"{}", "application/json")
    assert (server.blobs, server.manifests) == ({DIGEST: CONTENT}, {"1": b"{}"})
    assert set(server.scopes) == ({"repository:team/api:pull,push"} if server.asks == "bearer" else set())
    assert len(server.scopes) <= 1, "a token is asked for once"


@pytest.mark.parametrize("server", ["bearer"], indirect=True)
async def test_a_token_of_the_registrys_own_is_exchanged(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"auths": {server.host: {"identitytoken": "long-lived"}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    async with Registry(server.host, "team/api") as registry:
        assert not await registry.has(DIGEST)
    assert server.scopes == ["repository:team/api:pull,push"]


async def test_nobody_is_told_to_log_in(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    async with Registry(server.host, "team/api") as registry:
        with pytest.raises(DriverFailed) as problem:
            await registry.has(DIGEST)
    assert str(problem.value) == (
        f"the registry {server.host} doesn't let anybody write to team/api\n  log in: docker login {server.host}"
    )


@pytest.mark.usefixtures("login")
async def test_what_it_refuses_is_told_in_its_words(server: Server) -> None:
    async with Registry(server.host, "team/api") as registry:
        with pytest.raises(DriverFailed, match=r"refuses team/api \(400\): MANIFEST_INVALID"):
            await registry.name("refused", b"{}", "application/json")
