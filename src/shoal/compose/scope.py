"""Compose's reading of `${...}`: a variable without a value is an empty text, which is said once."""

from __future__ import annotations

from collections.abc import Mapping

from shoal.spec.expand import Scope


class Lenient(Scope):
    """`missing` gathers the names that had neither value nor default."""

    strict = True

    def __init__(self, variables: Mapping[str, str], missing: dict[str, None] | None = None) -> None:
        super().__init__(variables)
        self.missing = {} if missing is None else missing

    def unset(self, name: str) -> str:
        self.missing.setdefault(name)
        return ""
