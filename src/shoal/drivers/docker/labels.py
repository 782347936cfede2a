"""What a container says of itself: whose it is, and all that is known of its instance. The engine keeps it, so that
whoever comes next finds it again."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shoal.drivers.process.records import Spec

REALM = "shoal.realm"
INSTANCE = "shoal.instance"
WORKLOAD = "shoal.workload"
SPEC = "shoal.spec"
APP = "shoal.app"
ENVIRONMENT = "shoal.environment"
DATA = "shoal.data"
VOLUME = "shoal.volume"
INCARNATION = "shoal.incarnation"
ERRAND = "shoal.errand"


def of(spec: Spec, realm: str, *, errand: bool = False) -> dict[str, str]:
    told = msgspec.json.encode(spec).decode()
    named = {REALM: realm, INSTANCE: spec.instance.id, WORKLOAD: spec.instance.workload, SPEC: told}
    return named | ({ERRAND: "yes"} if errand else {})


def spec_of(labels: Mapping[str, str]) -> Spec | None:
    """None for one whose label can't be read."""
    try:
        return msgspec.json.decode(labels[SPEC], type=Spec)
    except (KeyError, msgspec.DecodeError):
        return None
