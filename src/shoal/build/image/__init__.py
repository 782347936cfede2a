"""From a built artifact to an OCI image, without a Dockerfile and without the engine's builder: shoal writes the layers
itself, so that the same source gives the same image."""

from __future__ import annotations

from shoal.build.image.base import Bases
from shoal.build.image.dockerfile import Plan, build_by_engine, tag_of
from shoal.build.image.engine import engine, refusals
from shoal.build.image.ensure import Image, ensure_image, made_image
from shoal.build.image.lock import Lock, lock_beside
from shoal.build.image.push import Pushed, push
from shoal.build.image.wanted import Wanted, in_image, wanted

__all__ = [
    "Bases",
    "Image",
    "Lock",
    "Plan",
    "Pushed",
    "Wanted",
    "build_by_engine",
    "engine",
    "ensure_image",
    "in_image",
    "lock_beside",
    "made_image",
    "push",
    "refusals",
    "tag_of",
    "wanted",
]
