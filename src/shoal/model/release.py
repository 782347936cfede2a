"""What is wanted: the file as it was accepted, and what people asked for since. Kept by the release store."""

from __future__ import annotations

import msgspec

from shoal.model.app import App
from shoal.model.disturbance import Disturbance


class Pin(msgspec.Struct, frozen=True):
    """A service stays as a release had it, in place of the revision that the file gives it."""

    release: int
    instead_of: str


class Rotation(msgspec.Struct, frozen=True):
    """A secret has the content of this keyed digest, in place of the one that its source gives (none: the made one)."""

    digest: str
    instead_of: str


class Overrides(msgspec.Struct, frozen=True):
    """Wishes that outlive a restart but are not in the file.

    `replicas` by `scale`; `stopped` by `stop`; `nonces` by `restart` (a new one replaces the instances); `only` are
    the services that `up SERVICE...` named (None: all); `excepted` those of `up --except`, which aren't started but
    have their migrations, edges and routes; `also` those that it named although no profile of theirs is active; `pins`
    by `rollback SERVICE`, until the file gives the service another revision than the one that was left.
    With `maintenance` the gateway serves nobody; empty: it says what the file has it say. `chaos` is what is disturbed
    on purpose, each until its own end. `rotated` by `secrets rotate`, until the secret's source gives another content.
    """

    replicas: dict[str, int] = {}
    stopped: frozenset[str] = frozenset()
    nonces: dict[str, str] = {}
    only: frozenset[str] | None = None
    excepted: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    pins: dict[str, Pin] = {}
    maintenance: str | None = None
    chaos: tuple[Disturbance, ...] = ()
    rotated: dict[str, Rotation] = {}


class Watch(msgspec.Struct, frozen=True):
    """What `up --watch` reads again: the file, and what `--env-file` named instead of those beside it."""

    file: str
    env_files: tuple[str, ...] = ()


class Stage(msgspec.Struct, frozen=True):
    """How far a service's strategy has come: the step, and since when it has been in force, in seconds since the epoch
    (0: it isn't yet)."""

    step: int = 0
    since: float = 0.0


class Orders(msgspec.Struct, frozen=True):
    """What was said of the rollout that is under way. `paused`: it goes no further. `stages` of services whose
    strategy has steps."""

    paused: bool = False
    stages: dict[str, Stage] = {}


class Failure(msgspec.Struct, frozen=True):
    """What of a release failed, as which class of `shoal.errors`; without a workload somebody aborted it."""

    why: str
    workload: str = ""
    owner: str = ""
    error: str = ""
    instance: str = ""


class Wanted(msgspec.Struct, frozen=True):
    """`number` counts the releases of this environment. `down` is the wish that nothing runs. `secrets` are keyed
    digests of the declared secrets' contents: a changed secret is a new revision. `since` is when the environment came
    up from nothing, in seconds since the epoch. `scheduled` is when each job's
    schedule came to be wanted. With `watch`, edits of the file and of sources are wanted at once.

    `at` is when it was asked for, `cause` by what (empty: `up`). `stable` is the number of the release that ran whole
    before this one (its own, once this one does; 0: there is none to go back to): while it is another, a rollout is
    under way. `failure` says why it was given up. One that came because another (`returned`) failed says what release
    `again` said."""

    app: App
    number: int = 1
    overrides: Overrides = Overrides()
    down: bool = False
    secrets: dict[str, str] = {}
    since: float = 0.0
    scheduled: dict[str, float] = {}
    watch: Watch | None = None
    at: float = 0.0
    cause: str = ""
    stable: int = 0
    orders: Orders = Orders()
    failure: Failure | None = None
    returned: int = 0
    again: int = 0
