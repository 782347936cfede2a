"""The packages behind this one, which only apps with TLS need."""

from __future__ import annotations

from importlib.util import find_spec

from shoal.errors import ToolMissing


def need(package: str, extra: str) -> None:
    """Raises `ToolMissing` when it isn't installed."""
    if find_spec(package) is None:
        hint = f"install it: pip install 'shoal[{extra}]' (in a checkout: scripts/setup)"
        raise ToolMissing(f"{package} is missing: the gateway's certificates need it", hint=hint)
