"""Which port goes to whom: fresh ones for an instance, recorded ones where the port is an address."""

from __future__ import annotations

from shoal.drivers.process.instances import Instances
from shoal.drivers.process.ports import HOST, Allotments, check_allowed, in_use, is_free
from shoal.model.app import Port
from shoal.model.names import BESIDE
from shoal.model.observed import Endpoint
from shoal.model.workload import Workload


class Addressing:
    def __init__(self, allotments: Allotments, instances: Instances) -> None:
        self._allotments = allotments
        self._instances = instances

    def of(self, name: str) -> Endpoint:
        return self._allotments.of([name], self._instances.ports())[name]

    def endpoints(self, workload: Workload) -> dict[str, Endpoint]:
        """Where a new instance is to listen. Raises PortInUse, StartFailed."""
        if workload.stable_ports:
            return self._stable(workload)
        free = self.anywhere(workload)
        return {port.name: _fixed(workload, port) if port.number else free[port.name] for port in workload.ports}

    def anywhere(self, workload: Workload) -> dict[str, Endpoint]:
        """Free ports for something that runs beside the instances, whose own numbers are taken."""
        numbers = self._allotments.free(self._instances.ports() | {port.number for port in workload.ports})
        return {port.name: Endpoint(HOST, next(numbers)) for port in workload.ports}

    def _stable(self, workload: Workload) -> dict[str, Endpoint]:
        """A workload's first port goes by the workload's name, and all of them by `<workload>:<port>`."""
        endpoints = {}
        for place, port in enumerate(workload.ports):
            long = f"{workload.name}:{port.name}"
            name = long if place else workload.name
            if self.of(name).port not in self._instances.ports():
                self._allotments.claim(name)
            self._allotments.also(long, name)
            endpoints[port.name] = self.of(name)
        return endpoints

    def claim_listeners(self) -> None:
        """Before the mesh starts: every address that no instance of ours listens on must be free. Raises PortInUse.
        At one beside them a developer's process may listen, whom nobody asked to leave."""
        taken = self._instances.ports()
        for name, endpoint in self._allotments.known().items():
            if endpoint.port not in taken and not name.startswith(BESIDE):
                self._allotments.claim(name)


def _fixed(workload: Workload, port: Port) -> Endpoint:
    """The number that the file fixed, while nobody else has it."""
    endpoint = Endpoint(HOST, port.number)
    if not is_free(port.number):
        raise in_use(workload.name, endpoint)
    check_allowed(workload.name, port.number)
    return endpoint
