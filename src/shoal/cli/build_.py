"""Build services, and on targets with containers their images, without starting anything. Only what has changed is
made. --push sends the images to a registry instead of the engine; what is there isn't sent again."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from shoal.cli.load import env_file_argument, load_app, profile_argument
from shoal.cli.output import as_json, size, table
from shoal.cli.place import place
from shoal.errors import UsageError

if TYPE_CHECKING:
    from shoal.cli.building import Row

EXAMPLE = "shoal build --target docker --push registry.example/team posts"
JSON = {
    "builds": "each with `name`, `services`, `key`, `folder` and `image`: null, or `reference`, `id`, `base`, `layers`,"
    " `size` and `sent` (bytes, without the base) and `pushed`: null, or `reference`, `digest` and `sent`",
}


def arguments(parser: ArgumentParser) -> None:
    text = "send the images there: a registry, and what is to stand before their names"
    parser.add_argument("--push", metavar="REGISTRY", default="", help=text)
    text = "look for newer versions of the images that they stand on, and note those in shoal.lock"
    parser.add_argument("--update", action="store_true", help=text)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="these (default: all)")
    env_file_argument(parser)
    profile_argument(parser)


def run(options: Namespace) -> int:
    from shoal.cli.building import Wish, make, until_interrupted

    if "://" in options.push:
        hint = f"say it without: --push {options.push.partition('://')[2]}"
        raise UsageError("build: a registry has no `https://` before its name", hint=hint)
    at = place(options)
    wish = Wish(at.file, tuple(options.services), options.push, options.update)
    rows = asyncio.run(until_interrupted(make(load_app(at), wish)))
    if options.json:
        as_json({"version": 1, "builds": [row.told() for row in rows]})
    elif any(row.image for row in rows):
        table(("SERVICE", "IMAGE", "BASE", "SIZE", "ID"), [_image(row) for row in rows if row.image])
    else:
        table(("SERVICE", "BUILD"), [(" ".join(row.services), str(row.folder)) for row in rows])
    return 0


def _image(row: Row) -> tuple[str, ...]:
    image, pushed = row.image, row.pushed
    assert image is not None
    reference = pushed.reference if pushed else image.tag
    return " ".join(row.services), reference, image.base.reference, size(image.size), image.id.partition(":")[2][:12]
