"""Kinds of values that many keys of a Compose file share.

Compose takes numbers and truth values with quotes or without: here they are texts until somebody asks what they mean.
"""

from __future__ import annotations

from typing import ClassVar

from shoal.spec.models import base

Flag = str
Number = str
Strings = str | list[str]
Pairs = dict[str, str | None] | list[str]
"""A map, or a list of `NAME=value`."""


class Written(base.Written, frozen=True, kw_only=True):
    """Base of all."""

    loose: ClassVar[bool] = True
