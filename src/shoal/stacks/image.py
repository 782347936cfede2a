"""What comes in an image that no stack made: it is started as the image says, or by the file's command."""

from __future__ import annotations

from shoal.model.app import Service
from shoal.model.workload import Packing, Step
from shoal.stacks.ports import port_env
from shoal.stacks.source import Source
from shoal.stacks.stack import Launch, Stack


class InImage(Stack):
    """No folder shows it: the file says so."""

    name = "image"

    def detect(self, source: Source) -> bool:
        return False

    def steps(self, source: Source) -> tuple[Step, ...]:
        return ()

    def packing(self, source: Source) -> Packing | None:
        return None

    def start(self, service: Service, source: Source) -> Launch:
        return Launch(service.command, port_env(service))

    def launch(self, service: Service, source: Source, key: str, sub: str = "") -> Launch:
        """Its folders are the image's own, and where its source lies is none of them."""
        return self.start(service, source)
