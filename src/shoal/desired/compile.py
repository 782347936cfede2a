"""App → Desired, pure: workloads, edges and artifacts of one environment."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from shoal.backing import Consumer, engine_of
from shoal.desired.basis import basis
from shoal.desired.bind import Bindings, bind, plain_names, resolve
from shoal.desired.builds import Placed, once, placed, shared_builds
from shoal.desired.chosen import chosen
from shoal.desired.files import files_of
from shoal.desired.images import image_of
from shoal.desired.inputs import Inputs
from shoal.desired.layer import Layer, merged
from shoal.desired.ports import check_told, with_ports
from shoal.desired.revision import revised
from shoal.desired.strangers import refusals, strangers
from shoal.errors import WrongType, at
from shoal.model.app import App, Backing, Gateway, Maintenance, Probe, Probes, Restart, Service
from shoal.model.desired import Desired
from shoal.model.release import Overrides
from shoal.model.strategy import Strategy
from shoal.model.values import Value, concat, own
from shoal.model.workload import After, Artifact, Edge, Workload
from shoal.stacks import Launch


def _gateway(app: App, overrides: Overrides) -> Gateway | None:
    """Closed while its operator says so, with what he says."""
    if app.gateway is None or overrides.maintenance is None:
        return app.gateway
    said = app.gateway.maintenance
    if overrides.maintenance:
        said = Maintenance(overrides.maintenance, retry_after=said.retry_after)
    return msgspec.structs.replace(app.gateway, closed=True, maintenance=said)


def compile(app: App, inputs: Inputs, overrides: Overrides = Overrides()) -> Desired:
    """All that should run. Raises `FileError`s for references and stacks that can't be resolved."""
    app = with_ports(app)
    check_told(app)
    names = _port_names(app)
    shared = shared_builds(app, inputs)
    parts = []
    for service in app.services:
        with at(app.places.get(f"{service.section}.{service.name}")):
            parts.append(_service(app, service, names, inputs, shared))
    workloads = _backing(app, inputs) + [w for part in parts for w in part.workloads]
    wanted = chosen(app, overrides)
    kept = [w for w in workloads if w.owner in wanted]
    edges = [edge for part in parts for edge in part.edges]
    # Shared ones go by the name of the first service that uses them.
    artifacts = once((*(a for part in reversed(parts) for a in part.artifacts), *reversed(shared.values())))
    return Desired(
        app=app.name,
        environment=app.environment,
        workloads=tuple(_overridden(revised(w, inputs.secrets), overrides) for w in kept),
        edges=tuple(edges),
        gateway=_gateway(app, overrides),
        artifacts=tuple(reversed(artifacts.values())),
        secrets=app.secrets,
        refusals=refusals(app),
    )


class _Part(msgspec.Struct, frozen=True):
    workloads: tuple[Workload, ...]
    edges: tuple[Edge, ...]
    artifacts: tuple[Artifact, ...]


def _service(
    app: App, service: Service, names: Mapping[str, tuple[str, ...]], inputs: Inputs, shared: Mapping[str, Artifact]
) -> _Part:
    where = placed(app, service, inputs, shared)
    bindings, launch, layers = _bound(app, service, names, where, shared)
    _check_jvm(app, service, where)
    files = files_of(app, service, bindings, inputs.copies)
    main = _workload(app, service, bindings, launch, merged(layers), where.artifact)
    image = image_of(app, service, bindings, inputs)
    main = msgspec.structs.replace(main, files=main.files | files.written, copies=files.copied, image=image)
    made_of = basis(app, service, where, inputs)
    if service.kind == "job":
        main = msgspec.structs.replace(main, basis=made_of)
    workloads = (*_migration(app, service, bindings, main, made_of), main)
    return _Part(workloads, bindings.edges, (where.artifact,) if where.artifact else ())


def _check_jvm(app: App, service: Service, where: Placed) -> None:
    if service.jvm and not where.stack.jvm:
        place = app.places.get(f"{service.section}.{service.name}.jvm")
        what = f"{service.section}/{service.name}/jvm: means nothing here: the stack is {where.stack.name}"
        raise WrongType(what, where=place, hint="`jvm` is for the stack java; arguments of the program go into `args`")


def layers(app: App, name: str, inputs: Inputs) -> tuple[Layer, ...]:
    """Where the variables of one service come from, the weakest first; of `inputs` it takes that service's and those of
    shared builds."""
    app = with_ports(app)
    service = next(s for s in app.services if s.name == name)
    shared = shared_builds(app, inputs)
    return _bound(app, service, _port_names(app), placed(app, service, inputs, shared), shared)[-1]


def _bound(
    app: App, service: Service, names: Mapping[str, tuple[str, ...]], where: Placed, shared: Mapping[str, Artifact]
) -> tuple[Bindings, Launch, tuple[Layer, ...]]:
    bindings = bind(app, service, names, where.stack.name, shared)
    launch = where.stack.launch(service, where.source, where.key, where.sub)
    return bindings, launch, _layers(app, service, bindings, launch, where.stack.name)


def _port_names(app: App) -> dict[str, tuple[str, ...]]:
    return {s.name: tuple(p.name for p in s.ports or ()) for s in app.services}


def _layers(app: App, service: Service, bindings: Bindings, launch: Launch, stack: str) -> tuple[Layer, ...]:
    """Later wins: the stack's, what the needs give, chosen port variables, the user's own."""
    where = f"{service.section}.{service.name}"
    ports = {var: own(f"port:{port.name}") for port in service.ports or () for var in port.env}
    mine = {
        key: resolve(value, bindings, app, f"{where}.environment.{key}") for key, value in service.environment.items()
    }
    return (
        Layer(f"the stack {stack}", launch.env),
        *bindings.layers,
        *_scratch(service),
        Layer("a port's env", ports, f"{where}.ports"),
        Layer("environment", mine, f"{where}.environment"),
    )


def _scratch(service: Service) -> tuple[Layer, ...]:
    """What is limited on disk is led to where that counts."""
    where = f"{service.section}.{service.name}.limits.disk"
    return (Layer("limits.disk", {"TMPDIR": own("scratch")}, where),) if service.limits.disk else ()


def _workload(
    app: App,
    service: Service,
    bindings: Bindings,
    launch: Launch,
    env: dict[str, Value],
    artifact: Artifact | None,
) -> Workload:
    job = service.kind == "job"
    ports = service.ports or ()
    where = f"{service.section}.{service.name}.command"
    command = tuple(resolve(part, bindings, app, where) for part in (*launch.command, *service.args))
    return Workload(
        name=service.name,
        kind="job" if job else "service",
        owner=service.name,
        command=command,
        env=env,
        files=launch.files,
        kept=launch.kept,
        cwd=_below(launch.cwd, service.working_dir),
        ports=ports,
        artifact=artifact.key if artifact else "",
        probes=_probes(app, service, bindings),
        restart=service.restart,
        stop=service.stop,
        limits=service.limits,
        names=plain_names(app, service),
        strangers=strangers(app, service),
        replicas=service.replicas,
        strategy=service.strategy,
        warmup=service.warmup,
        after=_after(app, service),
        once_per=_database(app, service) if job else "",
        when=service.when,
        schedule=service.schedule,
        mounts=service.mounts,
        security=service.security,
        aliases=service.aliases,
        contained=app.contained,
    )


def _below(folder: Value, path: str) -> Value:
    """Where it runs: in the folder, in one below, or at a whole path."""
    return concat(path) if path.startswith("/") else concat(folder, "/", path) if path else folder


def _migration(app: App, service: Service, bindings: Bindings, main: Workload, made_of: str) -> tuple[Workload, ...]:
    """A job of its own, before the first new instance: with the service's environment, but no ports."""
    if not service.migrate:
        return ()
    where = f"services.{service.name}.migrate"
    command = tuple(resolve(part, bindings, app, where) for part in service.migrate)
    job = msgspec.structs.replace(
        main,
        name=f"{service.name}.migrate",
        kind="job",
        command=command,
        env={
            key: value for key, value in main.env.items() if not any(r.attr.startswith("port:") for r in value.refs())
        },
        ports=(),
        probes=Probes(),
        restart=Restart("no"),
        replicas=1,
        strategy=Strategy(),
        warmup=(),
        after=_after(app, service, migrations=False),
        once_per=_database(app, service),
        basis=made_of,
    )
    return (job,)


def _after(app: App, service: Service, *, migrations: bool = True) -> tuple[After, ...]:
    """Backing services, jobs and migrations are waited for; services only where the file says `wait: ready`."""
    jobs = {s.name for s in app.services if s.kind == "job"}
    backing = {b.name: b for b in app.backing}
    out: list[After] = []
    for need in service.needs:
        if need.name in backing:
            out += engine_of(backing[need.name]).after(backing[need.name])
            out += [After(f"{name}.migrate", "done") for name in _migrators(app, need.name) if migrations]
        elif need.name in jobs:
            out.append(After(need.name, "done"))
        elif need.wait == "ready":
            out.append(After(need.name))
    for after in service.after:
        out += engine_of(backing[after.name]).after(backing[after.name]) if after.name in backing else [after]
    return tuple(dict.fromkeys(out))


def _migrators(app: App, backing: str) -> tuple[str, ...]:
    """Services whose migrations a database must have seen before anyone else uses it."""
    return tuple(s.name for s in app.services if s.migrate and any(n.name == backing for n in s.needs))


def _database(app: App, service: Service) -> str:
    """The backing service whose data a job's outcome belongs to: the first one needed."""
    backing = {b.name for b in app.backing}
    return next((need.name for need in service.needs if need.name in backing), "")


def _probes(app: App, service: Service, bindings: Bindings) -> Probes:
    """Without a word on readiness, a service with a port is ready when it accepts connections."""
    found: dict[str, Probe] = {}
    for key in ("startup", "ready", "live"):
        probe = getattr(service.probes, key)
        if probe is not None:
            found[key] = _probe(app, service, bindings, probe, f"services.{service.name}.health.{key}")
    if service.kind == "service" and service.ports and "ready" not in found:
        found["ready"] = Probe("tcp", service.ports[0].name)
    return Probes(**found)


def _probe(app: App, service: Service, bindings: Bindings, probe: Probe, where: str) -> Probe:
    """Its command's references replaced, and its port chosen: gRPC is asked where gRPC is spoken."""
    command = tuple(resolve(word, bindings, app, f"{where}.exec") for word in probe.command)
    spoken = (port.name for port in service.ports or () if port.protocol == "grpc")
    port = next(spoken, "") if probe.kind == "grpc" and not probe.port else probe.port
    return msgspec.structs.replace(probe, command=command, port=port)


def _backing(app: App, inputs: Inputs) -> list[Workload]:
    out: list[Workload] = []
    for backing in app.backing:
        consumers = tuple(
            Consumer(service.name, need.database)
            for service in app.services
            for need in service.needs
            if need.name == backing.name
        )
        parts = engine_of(backing).workloads(backing, consumers, inputs.contents)
        out += [_limited(workload, backing) if workload.kind == "backing" else workload for workload in parts]
    return out


def _limited(server: Workload, backing: Backing) -> Workload:
    return msgspec.structs.replace(server, limits=backing.limits)


def _overridden(workload: Workload, overrides: Overrides) -> Workload:
    replicas = overrides.replicas.get(workload.name, workload.replicas)
    if workload.owner in overrides.stopped:
        replicas = 0
    when = "request" if workload.name in overrides.excepted else workload.when
    nonce = overrides.nonces.get(workload.name, "")
    return msgspec.structs.replace(workload, replicas=replicas, when=when, nonce=nonce)
