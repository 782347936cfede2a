"""What every model shares."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from shoal.model.names import NAME

__all__ = ["NAME", "NAMED", "Written"]

NAMED = {"propertyNames": {"pattern": NAME}}


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all: a map with these keys and no others. UNSET is "not written". In a `loose` one, keys that begin with
    x- and keys without a value say nothing."""

    loose: ClassVar[bool] = False
