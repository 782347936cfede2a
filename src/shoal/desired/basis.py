"""What decides whether a job or a migration is done again, where the file says what it is made of. Pure."""

from __future__ import annotations

import hashlib

import msgspec

from shoal.desired.builds import Placed
from shoal.desired.inputs import Inputs, portion_key
from shoal.model.app import App, Service


def basis(app: App, service: Service, where: Placed, inputs: Inputs) -> str:
    """32 hex digits: the same files, lists of packages, build steps and tools give the same; nothing if the file leaves
    it at the whole folder."""
    if not service.inputs:
        return ""
    built = where.artifact
    steps, tools = (built.steps, sorted(built.tools.items())) if built else ((), [])
    wire = msgspec.json.encode((1, inputs.portions[portion_key(service)], _lists(app, service, inputs), steps, tools))
    return hashlib.sha256(wire).hexdigest()[:32]


def _lists(app: App, service: Service, inputs: Inputs) -> str:
    """Of the packages that it is built with."""
    shared = next((build for build in app.builds if build.name == service.build), None)
    of = shared or service
    return inputs.source(of).lists
