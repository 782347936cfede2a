"""What every model shares."""

from __future__ import annotations

import msgspec

NAME = r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"
NAMED = {"propertyNames": {"pattern": NAME}}


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all: a map with these keys and no others. UNSET is "not written"."""
