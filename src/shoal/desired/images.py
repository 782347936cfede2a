"""The image that the file names for a service, or that the engine is to build for it."""

from __future__ import annotations

import msgspec

from shoal.desired.bind import Bindings, resolve
from shoal.desired.builds import resolved
from shoal.desired.inputs import Inputs
from shoal.model.app import App, Recipe, Service
from shoal.model.container import Image


def image_of(app: App, service: Service, bindings: Bindings, inputs: Inputs) -> Image | None:
    """With all that can be known before a container is there."""
    if service.image is None:
        return None
    given, at = service.image.entrypoint, f"{service.section}.{service.name}.entrypoint"
    entrypoint = None if given is None else tuple(resolve(word, bindings, app, at) for word in given)
    args = resolved(Recipe(env=service.image.args), inputs, {}).env
    return msgspec.structs.replace(service.image, args=args, entrypoint=entrypoint)
