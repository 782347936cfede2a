"""What people ask for besides the file, as changes of the overrides. Pure but for the marks of a restart."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable

import msgspec

from shoal.model.disturbance import Disturbance
from shoal.model.release import Overrides

Change = Callable[[Overrides], Overrides]


def scaled(name: str, replicas: int) -> Change:
    return lambda o: msgspec.structs.replace(o, replicas=o.replicas | {name: replicas})


def stopped(names: Iterable[str]) -> Change:
    return lambda o: msgspec.structs.replace(o, stopped=o.stopped | set(names))


def started(names: Iterable[str]) -> Change:
    """What is named runs, whatever its profiles."""
    named = frozenset(names)

    def change(o: Overrides) -> Overrides:
        only = None if o.only is None else o.only | named
        return msgspec.structs.replace(
            o, stopped=o.stopped - named, excepted=o.excepted - named, also=o.also | named, only=only
        )

    return change


def restarted(names: Iterable[str]) -> Change:
    fresh = {name: secrets.token_hex(4) for name in names}
    return lambda o: msgspec.structs.replace(o, nonces=o.nonces | fresh)


def maintained(message: str | None) -> Change:
    """None: it is over."""
    return lambda o: msgspec.structs.replace(o, maintenance=message)


def begun(one: Disturbance) -> Change:
    return lambda o: msgspec.structs.replace(o, chaos=(*o.chaos, one))


def over(ended: Iterable[Disturbance]) -> Change:
    gone = tuple(ended)
    return lambda o: msgspec.structs.replace(o, chaos=tuple(one for one in o.chaos if one not in gone))


def kept(earlier: Overrides, now: Overrides) -> Overrides:
    """Those of an earlier release, with what people have asked for since that isn't about a release."""
    replicas = earlier.replicas | now.replicas
    return msgspec.structs.replace(
        earlier, replicas=replicas, stopped=now.stopped, chaos=now.chaos, maintenance=now.maintenance
    )


def selected(overrides: Overrides, named: frozenset[str], *, running: bool) -> Overrides:
    """`up` wants all; `up SERVICE` wants these besides what is wanted already, if anything is."""
    nothing: frozenset[str] = frozenset()
    everything = msgspec.structs.replace(overrides, only=None, stopped=nothing, excepted=nothing, also=nothing)
    if not named:
        return everything
    if not running:
        return msgspec.structs.replace(everything, only=named)
    only = None if overrides.only is None else overrides.only | named
    also = overrides.also | named if only is None else overrides.also
    return msgspec.structs.replace(overrides, only=only, stopped=overrides.stopped - named, also=also)
