"""Training: which services gain by a run that is recorded, and the small environment such a run takes. Pure."""

from __future__ import annotations

import msgspec

from shoal.desired.builds import placed, shared_builds
from shoal.desired.compile import compile
from shoal.desired.inputs import Inputs
from shoal.desired.ports import with_ports
from shoal.model.app import App
from shoal.model.desired import Desired
from shoal.model.release import Overrides
from shoal.model.values import Value, concat
from shoal.model.workload import Workload
from shoal.stacks import Train

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
    shared = shared_builds(app, inputs)
    for service in with_ports(app).services:
        # The result lies in the artifact, and belongs to it alone: one that several services run from has none.
        if service.kind != "service" or service.replicas == 0 or service.build:
            continue
        where = placed(app, service, inputs, shared)
        train = where.stack.train(service, where.source, where.key) if where.artifact else None
        if train:
            found.append(Training(service.name, where.key, train, service.warmup))
    return tuple(found)


def practice(app: App, inputs: Inputs, training: Training) -> Desired:
    """An environment of its own for one run: the service, once, with what it waits for, and no other service."""
    others = frozenset(s.name for s in app.services if s.name != training.service and s.kind == "service")
    alone = Overrides(replicas={training.service: 1}, stopped=others, only=frozenset([training.service]))
    desired = compile(msgspec.structs.replace(app, environment="training", gateway=None), inputs, alone)
    args = next(len(s.args) for s in app.services if s.name == training.service)
    workloads = tuple(_recorded(w, training, args) if w.name == training.service else w for w in desired.workloads)
    return msgspec.structs.replace(desired, workloads=workloads)


def _recorded(workload: Workload, training: Training, args: int) -> Workload:
    """With the service's own arguments, which come last in its command."""
    command: tuple[Value, ...] = (*GENTLY, *training.train.command, *workload.command[len(workload.command) - args :])
    # The service itself runs meanwhile, and has its fixed ports.
    ports = tuple(msgspec.structs.replace(port, number=0) for port in workload.ports)
    return msgspec.structs.replace(workload, command=command, ports=ports, revision=f"{workload.revision}-training")
