"""`image` and `build`: what a service's container is made of."""

from __future__ import annotations

import os
import re

from shoal.compose import nodes
from shoal.compose.making import Making
from shoal.compose.models.build import Build
from shoal.spec.tree import Node, Scalar, Table

DOCKERFILE = "Dockerfile"

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*://|[^/]+@[^/]+:|github\.com/")


def made_of(making: Making) -> dict[str, Node | None]:
    """`image`, or `path` with `build`."""
    written = making.service.build
    if written == "" and making.node("build") is None:
        return {"image": _image(making)}
    build = Build(context=written) if isinstance(written, str) else written
    if making.service.image:
        making.remark("it is built: shoal names what it builds itself", "image")
    place = making.spot("build")
    if _ELSEWHERE.match(build.context):
        hint = "clone it, and name the folder: build: ./folder"
        making.problem("shoal builds from folders of this machine", "build", hint=hint)
    if build.dockerfile_inline:
        hint = "put it into a file, and name that: build: {dockerfile: Dockerfile}"
        making.problem("a Dockerfile is built from a file", "build", "dockerfile_inline", hint=hint)
    context = os.path.normpath(build.context or ".")
    entries: dict[str, Node | None] = {
        "dockerfile": nodes.said(_below(build.dockerfile or DOCKERFILE, context), place),
        "target": nodes.said(build.target, place) if build.target else None,
        "args": _args(making),
    }
    return {"path": nodes.said(context, place), "build": nodes.table(entries, place)}


def _below(dockerfile: str, context: str) -> str:
    """One that is named as a whole lies in the context as well."""
    return os.path.relpath(dockerfile, context) if os.path.isabs(dockerfile) else os.path.normpath(dockerfile)  # noqa: PTH117


def _image(making: Making) -> Scalar | None:
    found = making.node("image")
    if isinstance(found, Scalar) and found.text:
        return making.text(found)
    if making.node("provider") is None:
        making.problem("neither `image` nor `build` says what it is", hint="such as image: nginx:1.29, or build: .")
    return None


def _args(making: Making) -> Table | None:
    """A name alone takes the caller's value, if there is one."""
    found: dict[str, Node | None] = {}
    for name, at, value in making.pairs("build", "args"):
        if value is not None or name in making.project.variables:
            found[name] = value or nodes.word("", at.place)
    return nodes.table(found, making.spot("build", "args")) if found else None
