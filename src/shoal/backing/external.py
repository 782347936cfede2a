"""A managed service somewhere else: nothing is started, but what it hands out has the names of its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from shoal.backing.engine import Consumer, Errand
from shoal.model.app import SCHEME, Backing, External
from shoal.model.values import Ref, Value, concat, own, program
from shoal.model.workload import After, Workload

PARTS = ("host", "port", "username", "password", "database")
JDBC = {"postgres": "postgresql", "mysql": "mysql", "mariadb": "mariadb"}


Variables = Callable[[Mapping[str, Value], str], dict[str, Value]]


class ExternalEngine:
    """`variables` are those of its kind."""

    def __init__(self, variables: Variables) -> None:
        self.variables = variables

    def workloads(
        self, backing: Backing, consumers: tuple[Consumer, ...], contents: Mapping[str, str]
    ) -> tuple[Workload, ...]:
        parts = _parts(_engine(backing))
        job = Workload(
            name=f"{backing.name}.reachable",
            kind="job",
            owner=backing.name,
            command=(program("python"), concat("-m"), concat("shoal.jobs.reachable")),
            env={
                "NAME": concat(backing.name),
                "HOST": parts["host"],
                "PORT": parts["port"],
                "WITHIN": concat(f"{_engine(backing).timeout:g}"),
            },
            cwd=own("scratch"),
        )
        return (job,)

    def after(self, backing: Backing) -> tuple[After, ...]:
        return (After(f"{backing.name}.reachable", "done"),)

    def properties(self, backing: Backing, consumer: Consumer) -> dict[str, Value]:
        engine = _engine(backing)
        parts = _parts(engine)
        if consumer.database:
            parts["database"] = concat(consumer.database)
        whole = (
            Value((Ref("secret", engine.secret),)) if engine.secret and not consumer.database else _uri(engine, parts)
        )
        found = parts | {"uri": whole}
        if engine.kind in JDBC:
            found["jdbc_url"] = concat(f"jdbc:{JDBC[engine.kind]}://", *_place(parts))
        if engine.kind == "rabbitmq":
            found["vhost"] = found.pop("database")
        if engine.kind == "nats":
            del found["database"]
        return found

    def errand(self, backing: Backing, what: Errand) -> Workload | str:
        return "somebody else runs it: ask there"

    def files(self, engine: External) -> tuple[str, ...]:
        return ()


def mongodb(properties: Mapping[str, Value], stack: str) -> dict[str, Value]:
    """Spring Boot 4 took `data` out of the name."""
    common = {"MONGODB_URI": properties["uri"], "MONGO_URL": properties["uri"]}
    if stack != "java":
        return common
    return common | {"SPRING_MONGODB_URI": properties["uri"], "SPRING_DATA_MONGODB_URI": properties["uri"]}


def _engine(backing: Backing) -> External:
    assert isinstance(backing.engine, External)
    return backing.engine


def _parts(engine: External) -> dict[str, Value]:
    """What the file says, or what the secret URI says when it's read."""
    if engine.secret:
        return {name: Value((Ref("secret", engine.secret, name),)) for name in PARTS}
    return {name: getattr(engine, name) for name in PARTS}


def _place(parts: Mapping[str, Value]) -> tuple[Value | str, ...]:
    path = ("/", parts["database"]) if parts["database"].parts else ()
    return (parts["host"], ":", parts["port"], *path)


def _uri(engine: External, parts: Mapping[str, Value]) -> Value:
    password = parts["password"].replace(_quoted)
    login = (parts["username"], ":", password, "@") if parts["username"].parts or password.parts else ()
    path = concat(*(quote(p, safe="") if isinstance(p, str) else p for p in parts["database"].parts))
    return concat(f"{SCHEME[engine.kind]}://", *login, *_place({**parts, "database": path}))


def _quoted(ref: Ref) -> Value:
    """A password may hold what ends one in a URI."""
    return Value((Ref("secret", ref.name, "quoted") if ref.kind == "secret" and not ref.attr else ref,))
