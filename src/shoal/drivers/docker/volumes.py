"""Volumes and the network of one environment, known by their labels."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Any

from shoal.drivers.docker import labels
from shoal.drivers.docker.connection import asking

if TYPE_CHECKING:
    from aiodocker import Docker


class Volumes:
    """`incarnations` maps data to what tells this volume from one made after it was dropped."""

    def __init__(self, docker: Docker, project: str, realm: str) -> None:
        self._docker, self._project, self._realm = docker, project, realm
        self._making = asyncio.Lock()
        self.incarnations: dict[str, str] = {}

    @property
    def network(self) -> str:
        return self._project

    def name(self, data: str) -> str:
        return f"{self._project}-{data}"

    async def open(self) -> None:
        with asking("looking for volumes"):
            for volume in await self._all():
                mine = volume.get("Labels") or {}
                if labels.DATA in mine:
                    self.incarnations[mine[labels.DATA]] = mine[labels.INCARNATION]

    async def ensure_network(self) -> None:
        """The engine would make a second one of the same name."""
        async with self._making:
            if not await self._docker.networks.list(filters={"name": [f"^{self.network}$"]}):
                mine = {labels.REALM: self._realm}
                await self._docker.networks.create({"Name": self.network, "Driver": "bridge", "Labels": mine})

    async def ensure(self, data: str) -> str:
        """The name of the volume with this data, made if it isn't there."""
        name = self.name(data)
        if data not in self.incarnations:
            incarnation = secrets.token_hex(8)
            await self._make(name, {labels.DATA: data, labels.INCARNATION: incarnation})
            self.incarnations[data] = incarnation
        return name

    async def ensure_named(self, volume: str) -> str:
        """The same for one that the file names."""
        name = self.name(f"volume-{volume}")
        await self._make(name, {labels.VOLUME: volume})
        return name

    async def _make(self, name: str, told: dict[str, str]) -> None:
        """One that is there stays as it is."""
        body = {"Name": name, "Labels": told | {labels.REALM: self._realm}}
        await self._docker._query_json("volumes/create", "POST", data=body)

    async def drop(self) -> None:
        with asking("dropping the data"):
            for volume in await self._all():
                await self._docker._query_json(f"volumes/{volume['Name']}", "DELETE", params={"force": "1"})
            wanted = {"label": [f"{labels.REALM}={self._realm}"]}
            for network in await self._docker.networks.list(filters=wanted):
                await self._docker._query_json(f"networks/{network['Id']}", "DELETE")
        self.incarnations.clear()

    async def _all(self) -> list[dict[str, Any]]:
        chosen = json.dumps({"label": [f"{labels.REALM}={self._realm}"]})
        found = await self._docker._query_json("volumes", params={"filters": chosen})
        return list(found.get("Volumes") or ())
