"""A registry of images, by the API that all of them have (OCI distribution). It is asked as whoever Docker's own
settings say one is to it."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin

from shoal.build.image.credentials import Credentials, credentials
from shoal.errors import DriverFailed

if TYPE_CHECKING:
    from aiohttp import ClientResponse

BLOCK = 1 << 20
_PLAIN = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])(:\d+)?")
"""Registries of this machine speak plain HTTP, as Docker has it."""

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class Registry:
    """One repository of it: `async with` opens and closes the connection. Raises `DriverFailed`."""

    def __init__(self, host: str, repository: str) -> None:
        self.host, self.repository = host, repository
        self._root = f"{'http' if _PLAIN.fullmatch(host) else 'https'}://{host}"
        self._known: Credentials | None = None
        self._pass = ""

    async def __aenter__(self) -> Self:
        import aiohttp

        self._known = await asyncio.to_thread(credentials, self.host)
        self._session = aiohttp.ClientSession(trust_env=True, timeout=aiohttp.ClientTimeout(total=None, connect=30))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def has(self, digest: str) -> bool:
        async with self._asked("HEAD", f"blobs/{digest}", {200, 404}) as answer:
            return answer.status == 200

    async def put(self, digest: str, content: Path) -> None:
        async with self._asked("POST", "blobs/uploads/", {202}) as answer:
            place = urljoin(str(answer.url), answer.headers["Location"])
        told = {"Content-Type": "application/octet-stream", "Content-Length": str(content.stat().st_size)}
        where = f"{place}{'&' if '?' in place else '?'}digest={digest}"
        async with self._asked("PUT", where, {201}, headers=told, content=content):
            pass

    async def name(self, tag: str, manifest: bytes, kind: str) -> None:
        async with self._asked("PUT", f"manifests/{tag}", {201}, headers={"Content-Type": kind}, data=manifest):
            pass

    @asynccontextmanager
    async def _asked(
        self, method: str, path: str, wanted: set[int], *, headers: Mapping[str, str] = {}, **rest: Any
    ) -> AsyncIterator[ClientResponse]:
        import aiohttp

        url = path if "://" in path else f"{self._root}/v2/{self.repository}/{path}"
        content: Path | None = rest.pop("content", None)
        try:
            for again in (False, True):
                body = {"data": _streamed(content)} if content else rest
                allowed = {"Authorization": self._pass} if self._pass else {}
                async with self._session.request(method, url, headers={**headers, **allowed}, **body) as answer:
                    if answer.status == 401 and not again:
                        self._pass = await self._passed(answer.headers.get("WWW-Authenticate", ""))
                        continue
                    if answer.status not in wanted:
                        raise self._refused(answer.status, await answer.text())
                    yield answer
                    return
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            what = f"the registry {self.host} doesn't answer: {problem or type(problem).__name__}"
            raise DriverFailed(what, hint="is it up, and is its name right?") from None

    async def _passed(self, challenge: str) -> str:
        """What to show at its door: a password, or a token that another server gives for one."""
        basic = ""
        if self._known:
            basic = "Basic " + base64.b64encode(f"{self._known.username}:{self._known.password}".encode()).decode()
        if not challenge.lower().startswith("bearer"):
            return basic
        asked = dict(_PARAMETER.findall(challenge))
        wanted = {"service": asked.get("service", ""), "scope": f"repository:{self.repository}:pull,push"}
        if self._known and self._known.is_token:
            form = {
                "grant_type": "refresh_token",
                "refresh_token": self._known.password,
                "client_id": "shoal",
                **wanted,
            }
            asking = self._session.post(asked["realm"], data=form)
        else:
            headers = {"Authorization": basic} if basic else {}
            asking = self._session.get(asked["realm"], params=wanted, headers=headers)
        async with asking as answer:
            if answer.status != 200:
                raise self._refused(answer.status, await answer.text())
            told = await answer.json(content_type=None)
        return f"Bearer {told.get('token') or told.get('access_token')}"

    def _refused(self, status: int, text: str) -> DriverFailed:
        who = "anybody" if self._known is None else "us" if self._known.is_token else self._known.username
        if status in (401, 403):
            what = f"the registry {self.host} doesn't let {who} write to {self.repository}"
            return DriverFailed(what, hint=f"log in: docker login {self.host}")
        return DriverFailed(f"the registry {self.host} refuses {self.repository} ({status}): {text.strip()[:300]}")


async def _streamed(content: Path) -> AsyncIterator[bytes]:
    def blocks() -> Iterator[bytes]:
        with content.open("rb") as file:
            while block := file.read(BLOCK):
                yield block

    there = blocks()
    while block := await asyncio.to_thread(next, there, b""):
        yield block
