"""Volumes and the network of one environment, known by their labels."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from shoal.drivers.docker import labels
from shoal.drivers.docker.connection import asking

if TYPE_CHECKING:
    from aiodocker import Docker


class Volumes:
    """`incarnations` maps data to what tells this volume from one made after it was dropped."""

    def __init__(self, docker: Docker, project: str, realm: str) -> None:
        self._docker, self._project, self._realm = docker, project, realm
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
        found = await self._docker.networks.list(filters={"name": [f"^{self.network}$"]})
        if not found:
            await self._docker.networks.create({
                "Name": self.network, "Driver": "bridge", "CheckDuplicate": True, "Labels": {labels.REALM: self._realm},
            })  # fmt: skip

    async def ensure(self, data: str, kind: str = labels.DATA) -> str:
        """The volume's name, made if it isn't there."""
        name = self.name(data)
        if data not in self.incarnations:
            incarnation = secrets.token_hex(8)
            told = {labels.REALM: self._realm, kind: data, labels.INCARNATION: incarnation}
            await self._docker.volumes.create({"Name": name, "Labels": told})
            self.incarnations[data] = incarnation
        return name

    async def drop(self) -> None:
        with asking("dropping the data"):
            for volume in await self._all():
                await self._docker._query_json(f"volumes/{volume['Name']}", "DELETE", params={"force": "1"})
            wanted = {"label": [f"{labels.REALM}={self._realm}"]}
            for network in await self._docker.networks.list(filters=wanted):
                await self._docker._query_json(f"networks/{network['Id']}", "DELETE")
        self.incarnations.clear()

    async def _all(self) -> list[dict[str, object]]:
        chosen = json.dumps({"label": [f"{labels.REALM}={self._realm}"]})
        found = await self._docker._query_json("volumes", params={"filters": chosen})
        return list(found.get("Volumes") or ())
