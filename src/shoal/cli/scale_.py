"""Change how many instances a service has, until the file changes that key: shoal scale users=3"""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace

from shoal.cli.change import change, quiet_argument
from shoal.errors import UsageError

EXAMPLE = "shoal scale users=3"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("counts", nargs="+", metavar="SERVICE=N")
    quiet_argument(parser)


def run(options: Namespace) -> int:
    counts = dict(_count(text) for text in options.counts)
    return change(options, "scale", list(counts), replicas=counts)


def _count(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not re.fullmatch(r"[0-9]{1,4}", number) or int(number) > 1000:
        raise UsageError(f"{text}: expected SERVICE=N with N from 0 to 1000", hint="For example: shoal scale users=3")
    return name, int(number)
