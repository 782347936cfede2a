"""Where the command line meets a target past its daemon: bringing the daemon up, seeing it go, and what a target left
when none is there. All else goes through the daemon's door, so a further target is chosen here."""

# What is imported here is heavy, and few verbs need all of it.
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shoal.api.client import Client
from shoal.errors import TargetMissing

if TYPE_CHECKING:
    from shoal.model.observed import Instance

BUILT = ("process", "docker")


def check_built(target: str) -> None:
    """Raises `TargetMissing` for one that is planned."""
    if target not in BUILT:
        hint = f"It is planned. There is: {', '.join(BUILT)} (`target:` in the file, --target, SHOAL_TARGET)."
        raise TargetMissing(f"this shoal can't run apps on {target} yet", hint=hint)


def ensure_daemon(state: Path, client: Client) -> bool:
    """Whether one had to be started; returns when it answers. Raises what is in the way of its target."""
    from shoal.drivers.process import daemon

    if state.name == "docker" and not client.alive():
        from shoal.drivers.docker.connection import check_answers

        check_answers()
    return daemon.ensure_daemon(state, client)


def await_return(state: Path, client: Client) -> None:
    """Returns when a daemon that is just coming back answers; at once where none is to come."""
    from shoal.drivers.process import daemon

    daemon.await_return(state, client)


def await_end(state: Path, client: Client) -> None:
    """Returns when nothing of the daemon is left."""
    from shoal.drivers.process import daemon

    daemon.await_end(state, client)


def alive(state: Path) -> tuple[Instance, ...]:
    """What runs though no daemon looks after it."""
    from shoal.drivers.process.at_rest import look

    return tuple(instance for instance in look(state)[0] if instance.alive)


def wish(state: Path) -> tuple[str, float]:
    """The app's folder and since when it is wanted, as the last release has it; nothing where that can't be read."""
    from shoal.drivers.process import at_rest

    return at_rest.wish(state)
