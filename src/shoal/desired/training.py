"""Training: which services gain by a run that is recorded, and the small environment such a run takes. Pure."""

from __future__ import annotations

import msgspec

from shoal.desired.compile import Inputs, compile
from shoal.desired.ports import with_ports
from shoal.model.app import App
from shoal.model.desired import Desired
from shoal.model.release import Overrides
from shoal.model.values import Value, concat
from shoal.model.workload import Workload
from shoal.stacks import Train, stack_of

# Background work: what the user does meanwhile comes first.
GENTLY = (concat("/usr/bin/env"), concat("nice"), concat("-n"), concat("10"))


class Training(msgspec.Struct, frozen=True):
    """`service` trained for the artifact `key`; `requests` are the paths it is asked while it is recorded."""

    service: str
    key: str
    train: Train
    requests: tuple[str, ...]


def trainings(app: App, inputs: Inputs) -> tuple[Training, ...]:
    """One per service whose stack gains by it."""
    found = []
    for service in with_ports(app).services:
        if service.kind != "service" or service.replicas == 0:
            continue
        source = inputs.sources[service.path]
        stack = stack_of(service, source)
        artifact = stack.artifact(service, source)
        train = stack.train(service, source, artifact.key) if artifact else None
        if artifact and train:
            found.append(Training(service.name, artifact.key, train, _requests(service.warmup)))
    return tuple(found)


def _requests(warmup: tuple[str, ...]) -> tuple[str, ...]:
    """Paths of `GET /path` lines."""
    return tuple(line.split(None, 1)[-1] for line in warmup)


def practice(app: App, inputs: Inputs, training: Training) -> Desired:
    """An environment of its own for one run: the service, once, with what it waits for, and no other service."""
    others = frozenset(s.name for s in app.services if s.name != training.service and s.kind == "service")
    alone = Overrides(replicas={training.service: 1}, stopped=others, only=frozenset([training.service]))
    desired = compile(msgspec.structs.replace(app, environment="training", gateway=None), inputs, alone)
    workloads = tuple(_recorded(w, training) if w.name == training.service else w for w in desired.workloads)
    return msgspec.structs.replace(desired, workloads=workloads)


def _recorded(workload: Workload, training: Training) -> Workload:
    command: tuple[Value, ...] = (*GENTLY, *training.train.command)
    return msgspec.structs.replace(workload, command=command, revision=f"{workload.revision}-training")
