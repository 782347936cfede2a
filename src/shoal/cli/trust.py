"""What `doctor` tells of certificates: who makes them here, and how those of the app that runs here are."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from shoal.errors import ShoalError

Check = tuple[str, str, str]


def checks(options: Namespace) -> Iterator[Check]:
    yield _packages()
    yield _authority()
    for one in _of_app(options):
        until = time.strftime("until %Y-%m-%d", time.localtime(one["ends"])) if one["ends"] else ""
        text = ", ".join(text for text in (*one["hosts"], until, one["problem"]) if text)
        yield ("certificate", "note" if one["problem"] else "ok", text)


def _packages() -> Check:
    from shoal.certificates.needed import need

    try:
        need("cryptography", "tls")
        need("acme", "acme")
    except ShoalError as problem:
        return ("TLS", "note", str(problem).replace("\n", " "))
    return ("TLS", "ok", "")


def _authority() -> Check:
    """Whether anybody trusts it is every client's own affair."""
    from shoal.certificates import local

    root = local.folder() / local.CERTIFICATE
    made = f"{root}: for `tls: local`; docs/gateway.md says how clients come to trust it"
    return ("own authority", "ok", made if root.exists() else "made by the first app with `tls: local`")


def _of_app(options: Namespace) -> list[dict[str, Any]]:
    """Nothing where no app is, or none runs."""
    from shoal.cli.place import place

    try:
        found: list[dict[str, Any]] = place(options).client().ask("standings").get("certificates", [])
    except ShoalError:
        return []
    return found
