"""One build, several services: what the image that all of them run in is made of."""

from __future__ import annotations

import msgspec

from shoal.model.workload import Packing
from shoal.stacks import PLAIN


def below(packing: Packing, folder: str) -> Packing:
    """The packing of a service that runs in a folder of a shared build, which somebody else may need all of."""

    def there(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{folder}/{name}" for name in names) if folder else names

    (python,) = there((packing.python,)) if packing.python else ("",)
    apart, left_out, jars = (there(names) for names in (packing.apart, packing.left_out, packing.jars))
    return Packing(packing.base, apart, left_out, python=python, jars=jars)


def together(one: Packing, other: Packing) -> Packing:
    """That suits both. Whoever brings a program of his own stands on any base."""
    bases = dict.fromkeys((one.base, *one.others, other.base, *other.others))
    base, *others = [name for name in bases if name != PLAIN] or [PLAIN]
    return Packing(
        base,
        tuple(dict.fromkeys((*one.apart, *other.apart))),
        tuple(dict.fromkeys((*one.left_out, *other.left_out))),
        one.spare if one.spare == other.spare else (),
        one.runs if one.runs == other.runs else "",
        one.python or other.python,
        tuple(dict.fromkeys((*one.jars, *other.jars))),
        tuple(others),
    )


def whole(packing: Packing | None) -> Packing | None:
    return packing and msgspec.structs.replace(packing, spare=(), runs="")
