"""The image that the file names for a service, or that the engine is to build for it."""

from __future__ import annotations

import msgspec

from shoal.desired.bind import Bindings, resolve
from shoal.desired.builds import Placed
from shoal.model.app import App, Service
from shoal.model.container import Image


def image_of(app: App, service: Service, bindings: Bindings, where: Placed) -> Image | None:
    """Its context is the artifact, or a folder in that: no folder of this machine."""
    if service.image is None:
        return None
    given, at = service.image.entrypoint, f"{service.section}.{service.name}.entrypoint"
    entrypoint = None if given is None else tuple(resolve(word, bindings, app, at) for word in given)
    return msgspec.structs.replace(service.image, context=where.sub, entrypoint=entrypoint)
