"""Type hints of the models, taken apart: alternatives, bounds, and the words that a message needs."""

from __future__ import annotations

import functools
import types
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

from shoal.spec.scalars import Duration, Frequency, Share, Size, Template
from shoal.spec.words import either

WORDS: dict[Any, str] = {
    str: "a text",
    Template: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Duration: "a duration such as 500ms, 2s or 1m30s",
    Size: "a size such as 512Mi or 1G",
    Share: "a share such as 5% (of 100% at most)",
    Frequency: "a rate such as 100/s, 60/m or 1000/h",
    type(None): "nothing",
    Any: "a value",
}

NOTHING: Any = object()  # "no default"


class Hint(NamedTuple):
    """`options`: what is allowed, in the order it's tried; `metas`: descriptions and bounds."""

    options: tuple[Any, ...]
    metas: tuple[msgspec.Meta, ...]

    def first(self, *kinds: type) -> Any:
        """The first alternative that is a map (a dict or a model) or a list."""
        classes = (option for option in self.options if isinstance(base(option), type))
        return next((option for option in classes if issubclass(base(option), kinds)), None)


class Key(NamedTuple):
    """One key of a model; `field` is what the model calls it."""

    name: str
    field: str
    hint: Any
    default: Any
    factory: Any
    required: bool

    def otherwise(self) -> Any:
        """The default, made anew; NOTHING for a required key."""
        return NOTHING if self.required else self.factory() if self.factory is not msgspec.NODEFAULT else self.default


@functools.cache
def taken_apart(hint: Any) -> Hint:
    metas: tuple[msgspec.Meta, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *more = get_args(hint)
        metas = tuple(meta for meta in more if isinstance(meta, msgspec.Meta))
    if get_origin(hint) in (Union, types.UnionType):
        options = tuple(option for option in get_args(hint) if option is not msgspec.UnsetType)
    else:
        options = (hint,)
    return Hint(options, metas)


def base(option: Any) -> Any:
    """`dict` of `dict[str, X]`."""
    return get_origin(option) or option


@functools.cache
def keys(model: type[msgspec.Struct]) -> dict[str, Key]:
    """The keys of a model, in its order."""
    return {
        field.encode_name: Key(
            field.encode_name, field.name, field.type, field.default, field.default_factory, field.required
        )
        for field in msgspec.structs.fields(model)
    }


def expected(hint: Any) -> str:
    """What would be right, in words."""
    options = [option for option in taken_apart(hint).options if option is not type(None)]
    # Beside words such as `no`, a truth value is only YAML 1.1's reading of them.
    worded = [option for option in options if option is not bool or not any(base(o) is Literal for o in options)]
    return either(word for option in worded for word in _words(option))


def _words(option: Any) -> list[str]:
    if get_origin(option) is Literal:
        return [str(choice) if isinstance(choice, int) else f'"{choice}"' for choice in get_args(option)]
    if option in WORDS:
        return [WORDS[option]]
    return ["a list" if base(option) is list else "a map"]
