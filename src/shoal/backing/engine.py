"""What a backing service is to the rest: workloads to run, properties to hand out, names of variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from shoal.model.app import Backing
from shoal.model.values import Value
from shoal.model.workload import After, Workload

Errand = Literal["dump", "restore", "streams"]


class Consumer(msgspec.Struct, frozen=True):
    """Who uses a backing service: a service's or job's name, and the database it asked for (empty: the default)."""

    name: str
    database: str = ""


class BackingEngine(Protocol):
    """One engine of backing services. Pure: says what to run, runs nothing."""

    def workloads(
        self, backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]
    ) -> tuple[Workload, ...]:
        """The server and the jobs around it. `contents` holds the text of the files that the entry names."""

    def after(self, backing: Backing) -> tuple[After, ...]:
        """What a consumer waits for."""

    def properties(self, backing: Backing, consumer: Consumer) -> dict[str, Value]:
        """Connection properties for one consumer: host, port, username, password, uri, ..."""

    def variables(self, properties: Mapping[str, Value], stack: str) -> dict[str, Value]:
        """The variables that frameworks of a stack read by convention."""

    def errand(self, backing: Backing, what: Errand) -> Workload | None:
        """A job beside the running server that writes a copy of all that it holds to stdout (`dump`), or replaces it by
        one from stdin (`restore`) and changes nothing if that fails, or looks into its streams as its further words say
        (`streams`); None if there is no such job for this engine."""

    def files(self, engine: Any) -> tuple[str, ...]:
        """Files of the app's folder whose text `workloads` needs."""
