"""What every model shares."""

from __future__ import annotations

import msgspec

from shoal.model.names import NAME

__all__ = ["NAME", "NAMED", "Written"]

NAMED = {"propertyNames": {"pattern": NAME}}


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all: a map with these keys and no others. UNSET is "not written"."""
