"""What a backing service is to the rest: workloads to run, properties to hand out, names of variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from shoal.model.app import Backing
from shoal.model.values import Value
from shoal.model.workload import After, Workload

Errand = Literal["dump", "restore", "upgrade", "drop-old", "streams"]

NO_STREAMS = "`shoal streams` is about those of NATS"


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

    def errand(self, backing: Backing, what: Errand) -> Workload | str:
        """A job that writes a copy of all that the server holds (`dump`), replaces it by one (`restore`), brings data
        of an older version along (`upgrade`; what is then kept of the old goes by `drop-old`), and changes nothing if
        it fails; or looks into its streams as its further words say (`streams`). One that works in the data folder
        (`data`) runs while the server doesn't, and finds the copy's path in $COPY; any other runs beside the server,
        with the copy at stdin or stdout. A text: why there is none."""

    def files(self, engine: Any) -> tuple[str, ...]:
        """Files of the app's folder whose text `workloads` needs."""
