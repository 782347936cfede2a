"""Anything that needs no build: it runs where it lies, by the command that the file gives."""

from __future__ import annotations

from shoal.errors import FileError
from shoal.model.app import Service
from shoal.model.workload import Packing, Step
from shoal.stacks.ports import port_env
from shoal.stacks.source import Source
from shoal.stacks.stack import Launch, Stack

PLAIN = "debian:bookworm-slim"
"""The image of what brings all of its own."""


class Command(Stack):
    name = "command"

    def detect(self, source: Source) -> bool:
        return False  # it would fit every folder, so it has to be asked for: by `stack`, or by a command alone

    def steps(self, source: Source) -> tuple[Step, ...]:
        return ()

    def packing(self, source: Source) -> Packing:
        return Packing(PLAIN)

    def start(self, service: Service, source: Source) -> Launch:
        if not service.command:
            hint = f"say how it is started: `command: [...]` under services.{service.name}"
            raise FileError(f"service {service.name} has the stack `command`, but no command", hint=hint)
        return Launch(service.command, port_env(service))
