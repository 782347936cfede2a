"""What of an app should run: by profiles, by what `up` named, and by what these need."""

from __future__ import annotations

from shoal.desired.graph import closure
from shoal.model.app import App, Service
from shoal.model.release import Overrides

ALL = "*"


def chosen(app: App, overrides: Overrides) -> frozenset[str]:
    """Services that `up` named, else all of no profile or an active one, and all that these need: a need makes active.
    A backing service that only inactive ones need is left out; a job on request is there for whoever asks."""
    needs = {s.name: _needed(s) for s in app.services}
    everything = frozenset(needs) | {b.name for b in app.backing}
    asked = frozenset(s.name for s in app.services if s.when == "request")
    roots = _active(app, overrides) if overrides.only is None else overrides.only
    return (closure(roots, needs) | (asked if overrides.only is None else frozenset())) & everything


def _needed(service: Service) -> tuple[str, ...]:
    named = (name for need in service.needs for name in (need.name, *sorted(need.others())))
    return (*named, *(after.name for after in service.after))


def _active(app: App, overrides: Overrides) -> frozenset[str]:
    needed = {name for service in app.services for name in _needed(service)}
    services = {s.name for s in app.services if is_active(s, app) and s.when != "request"}
    return frozenset(services | {b.name for b in app.backing if b.name not in needed}) | overrides.also


def is_active(service: Service, app: App) -> bool:
    return not service.profiles or ALL in app.profiles or bool(set(service.profiles) & set(app.profiles))
