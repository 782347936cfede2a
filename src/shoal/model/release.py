"""What is wanted: the file as it was accepted, and what people asked for since. Kept by the release store."""

from __future__ import annotations

import msgspec

from shoal.model.app import App


class Overrides(msgspec.Struct, frozen=True):
    """Wishes that outlive a restart but are not in the file.

    `replicas` by `scale`; `stopped` by `stop`; `nonces` by `restart` (a new one replaces the instances); `only` are
    the services that `up SERVICE...` named (None: all); `excepted` those of `up --except`, which aren't started but
    have their migrations, edges and routes; `also` those that it named although no profile of theirs is active.
    """

    replicas: dict[str, int] = {}
    stopped: frozenset[str] = frozenset()
    nonces: dict[str, str] = {}
    only: frozenset[str] | None = None
    excepted: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()


class Watch(msgspec.Struct, frozen=True):
    """What `up --watch` reads again: the file, and what `--env-file` named instead of those beside it."""

    file: str
    env_files: tuple[str, ...] = ()


class Wanted(msgspec.Struct, frozen=True):
    """`number` counts the releases of this environment. `down` is the wish that nothing runs. `secrets` are keyed
    digests of the declared secrets' contents: a changed secret is a new revision. `since` is when the environment came
    up from nothing, in seconds since the epoch. `scheduled` is when each job's
    schedule came to be wanted. With `watch`, edits of the file and of sources are wanted at once."""

    app: App
    number: int = 1
    overrides: Overrides = Overrides()
    down: bool = False
    secrets: dict[str, str] = {}
    since: float = 0.0
    scheduled: dict[str, float] = {}
    watch: Watch | None = None
