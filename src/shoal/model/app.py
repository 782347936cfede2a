"""App: what the user's file says, whole and checked, for one environment. Made by `spec`, read by `desired`.

All durations are seconds. Paths are as the user wrote them, relative to `App.folder`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from shoal.errors import Place
from shoal.model.container import Image, Mount, Security
from shoal.model.limits import Limits
from shoal.model.policy import EdgePolicy, Match, Rule, targets
from shoal.model.strategy import Strategy
from shoal.model.values import Value

Protocol = Literal["http", "grpc", "tcp"]
Target = Literal["process", "docker", "kubernetes"]


class Port(msgspec.Struct, frozen=True):
    """A port that a service declares. `env` names variables that get its number besides the usual ones. `number` is
    fixed by the file; 0: it is allotted. `publish`: where this machine has it, too, past the mesh: `8080`,
    `127.0.0.1:8080`, `0` (any); empty: nowhere."""

    name: str = "http"
    protocol: Protocol = "http"
    env: tuple[str, ...] = ()
    number: int = 0
    publish: str = ""


class Probe(msgspec.Struct, frozen=True):
    """A question asked of an instance. Yes is:

    http    a GET of `path` answers 2xx or 3xx
    tcp     a connection is accepted (and, after `send`, answered with `expect`)
    grpc    grpc.health.v1 says SERVING of `service` (empty: the server as a whole)
    exec    `command`, run beside the instance, ends with exit code 0
    log     a line that it has printed since its start matches the regular expression `pattern`

    `port` names a declared port (empty: the first). `grace` is how long a new instance may answer no
    before that counts (a startup or readiness probe's only). Of what a server says after `send`, `skip` bytes are left
    out (a length, say) before it is compared with `expect`.
    """

    kind: Literal["http", "tcp", "grpc", "exec", "log"]
    port: str = ""
    path: str = "/"
    every: float = 5.0
    timeout: float = 2.0
    failures: int = 3
    grace: float = 60.0
    send: str = ""
    expect: str = ""
    skip: int = 0
    service: str = ""
    command: tuple[Value, ...] = ()
    pattern: str = ""

    @property
    def dials(self) -> bool:
        """Whether it asks at a port."""
        return self.kind in ("http", "tcp", "grpc")


class Probes(msgspec.Struct, frozen=True):
    startup: Probe | None = None
    ready: Probe | None = None
    live: Probe | None = None


class Restart(msgspec.Struct, frozen=True):
    """When an instance ends by itself: start it again after `backoff`, doubled each time up to `longest`."""

    policy: Literal["always", "on-failure", "no"] = "always"
    backoff: float = 0.5
    longest: float = 30.0


class Stop(msgspec.Struct, frozen=True):
    """How an instance is asked to end: signal, then SIGKILL after `grace`."""

    signal: str = "SIGTERM"
    grace: float = 10.0


class After(msgspec.Struct, frozen=True):
    """What starts only when something else has been started, is ready, or (a job) is done with exit code 0."""

    name: str
    until: Literal["started", "ready", "done"] = "ready"


class Need(msgspec.Struct, frozen=True):
    """One entry of `needs`: a service (an edge), a backing service or a job."""

    name: str
    policy: EdgePolicy = EdgePolicy()
    wait: Literal["", "ready"] = ""
    database: str = ""
    port: str = ""
    rules: tuple[Rule, ...] = ()

    def others(self) -> frozenset[str]:
        """Services that its requests may go to besides the one it names."""
        return targets((self.policy, *(rule.policy for rule in self.rules))) | {rule.to for rule in self.rules}


Command = tuple[Value, ...]


class Recipe(msgspec.Struct, frozen=True):
    """How a folder is made runnable, where the file says more than its stack: `run` in place of the stack's own steps
    (None: those), `before` and `after` beside them. `env` is for these commands alone. `ignore` are names (patterns of
    one path segment) that are no part of the source."""

    run: tuple[Command, ...] | None = None
    before: tuple[Command, ...] = ()
    after: tuple[Command, ...] = ()
    env: dict[str, Value] = {}
    ignore: tuple[str, ...] = ()

    def commands(self) -> tuple[Command, ...]:
        """All that it says, in the order in which it's run."""
        return (*self.before, *(self.run or ()), *self.after)


class SharedBuild(msgspec.Struct, frozen=True):
    """A build that several services run from, or that other builds read. It runs nothing by itself."""

    name: str
    path: str = "."
    stack: str = ""
    recipe: Recipe = Recipe()
    toolchain: dict[str, str] = {}


class File(msgspec.Struct, frozen=True):
    """A configuration file at `path`, below the instance's folder of files (`./path`: below its working folder), of
    mode 0600. Either `content`, or copied from `source`, a file or a folder of the app."""

    path: str
    content: Value | None = None
    source: str = ""


class Schedule(msgspec.Struct, frozen=True):
    """When a job runs: `at` is five fields of cron, `@hourly` and the like, or `every 5m`; `zone` whose calendar
    (empty: the machine's). `overlap`: a run that is due while the one before goes on is left out, waits, or replaces
    it."""

    at: str
    overlap: Literal["skip", "wait", "replace"] = "skip"
    zone: str = ""


class Service(msgspec.Struct, frozen=True):
    """User code. With `kind` "job" it runs to its end once; `when` says whether `up` runs it.

    `ports` None means "implied": one port `http` if a route, a need or a probe dials it, else none.
    `toolchain` maps a program (empty: the stack's language) to the versions that will do.
    `build` names a shared build that it runs from (empty: it has one of its own, by `recipe`).
    `inputs` are what a job, or a service's migration, is made of: patterns of files below `path` (none: all of it).
    `image`: it comes in one that no stack made, and `command` may be the image's own.
    `after` is what it waits for without being handed anything of it; `aliases` are further names of its containers.
    """

    name: str
    kind: Literal["service", "job"] = "service"
    when: Literal["up", "request", "schedule"] = "up"
    schedule: Schedule | None = None
    path: str = "."
    stack: str = ""
    build: str = ""
    recipe: Recipe = Recipe()
    toolchain: dict[str, str] = {}
    command: tuple[Value, ...] = ()
    args: tuple[Value, ...] = ()
    jvm: tuple[Value, ...] = ()
    environment: dict[str, Value] = {}
    working_dir: str = ""
    ports: tuple[Port, ...] | None = None
    files: tuple[File, ...] = ()
    profiles: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    after: tuple[After, ...] = ()
    aliases: tuple[str, ...] = ()
    probes: Probes = Probes()
    restart: Restart = Restart()
    stop: Stop = Stop()
    limits: Limits = Limits()
    replicas: int = 1
    strategy: Strategy = Strategy()
    migrate: tuple[Value, ...] = ()
    inputs: tuple[str, ...] = ()
    warmup: tuple[str, ...] = ()
    image: Image | None = None
    mounts: tuple[Mount, ...] = ()
    security: Security = Security()

    @property
    def section(self) -> str:
        """Where in the file it stands."""
        return "jobs" if self.kind == "job" else "services"

    @property
    def sourced(self) -> bool:
        """Whether it is made of a folder of the app."""
        return self.image is None or bool(self.image.dockerfile)


class Stream(msgspec.Struct, frozen=True):
    """A JetStream stream: which subjects it keeps, and for how long (`max_age` seconds, 0 for ever)."""

    name: str
    subjects: tuple[str, ...]
    max_age: float = 0.0
    max_bytes: int = -1


class Postgres(msgspec.Struct, frozen=True, tag="postgres"):
    """`init`: SQL files run once on a new database, as its owner. `database`: its name (default: the entry's)."""

    version: int = 16
    database: str = ""
    init: tuple[str, ...] = ()


PARKED_STREAM = "SHOAL_PARKED"
"""The stream of shoal's own in every NATS."""


class Nats(msgspec.Struct, frozen=True, tag="nats"):
    streams: tuple[Stream, ...] = ()


class Redis(msgspec.Struct, frozen=True, tag="redis"):
    """`version` empty: the one that comes with shoal. `max_memory` in bytes (0: no bound); beyond it keys go as
    `evict` says. `init`: files of commands, run once on new data."""

    version: str = ""
    max_memory: int = 0
    evict: str = "noeviction"
    init: tuple[str, ...] = ()


class Mysql(msgspec.Struct, frozen=True, tag="mysql"):
    """MySQL's protocol and its SQL, or MariaDB's by name. `init`: SQL files run once on a new database."""

    flavour: Literal["mysql", "mariadb"] = "mysql"
    version: str = ""
    database: str = ""
    init: tuple[str, ...] = ()


class Rabbitmq(msgspec.Struct, frozen=True, tag="rabbitmq"):
    """`definitions`: files in RabbitMQ's own form, with queues, exchanges, bindings, policies to have."""

    version: str = ""
    vhost: str = "/"
    definitions: tuple[str, ...] = ()


SCHEME = {
    "postgres": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "redis": "redis",
    "rabbitmq": "amqp",
    "mongodb": "mongodb",
    "nats": "nats",
}
"""A kind of backing service -> how its URI begins."""


class External(msgspec.Struct, frozen=True, tag="external"):
    """What somebody else runs: `secret` names the declared secret that holds its URI; without one, the parts say where
    it is. `timeout`: how long it is waited for."""

    kind: str
    secret: str = ""
    host: Value = Value()
    port: Value = Value()
    username: Value = Value()
    password: Value = Value()
    database: Value = Value()
    timeout: float = 60.0


Engine = External | Postgres | Nats | Redis | Mysql | Rabbitmq


class Backing(msgspec.Struct, frozen=True):
    name: str
    engine: Engine
    limits: Limits = Limits()


class Respond(msgspec.Struct, frozen=True):
    """An answer the gateway gives by itself."""

    status: int
    body: str = ""
    content_type: str = "application/json; charset=utf-8"


class Redirect(msgspec.Struct, frozen=True):
    """Another place to ask, said by the gateway: what is empty (port: 0) stays as it was asked. `path` takes the place
    of the matched one; what follows it, and the query, stay."""

    status: int = 302
    scheme: str = ""
    host: str = ""
    port: int = 0
    path: str = ""


class Route(msgspec.Struct, frozen=True):
    """At the gateway: requests whose path starts (by whole segments) with one of `paths`, for one of `hosts`
    (none: any), and that `match`. `strip` takes the matched prefix off. Exactly one of `to`, `respond` and `redirect`
    is given. `body_limit` in bytes (0: none; None: the gateway's). A route that is `always` is served during
    maintenance too."""

    paths: tuple[str, ...] = ("/",)
    hosts: tuple[str, ...] = ()
    to: str = ""
    port: str = ""
    strip: bool = False
    respond: Respond | None = None
    redirect: Redirect | None = None
    policy: EdgePolicy = EdgePolicy()
    match: Match = Match()
    body_limit: int | None = None
    always: bool = False


class Cors(msgspec.Struct, frozen=True):
    """Answers `OPTIONS` on `paths` and adds the headers to every answer there, the gateway's own included."""

    paths: tuple[str, ...] = ("/",)
    origins: tuple[str, ...] = ("*",)
    methods: tuple[str, ...] = ("GET", "POST", "PUT", "DELETE")
    headers: tuple[str, ...] = ("Authorization", "Content-Type")


class Certificate(msgspec.Struct, frozen=True):
    """A certificate with its chain in a file (PEM), and its key: in another file, or in a declared secret."""

    certificate: str
    key: str = ""
    secret: str = ""


class Acme(msgspec.Struct, frozen=True):
    """A certificate for `domains`, asked of whoever serves ACME at `directory`. `ca`: a file with the certificate of an
    authority that vouches for the directory itself (empty: those that the machine knows)."""

    domains: tuple[str, ...]
    directory: str
    email: str = ""
    ca: str = ""


class Hsts(msgspec.Struct, frozen=True):
    """What browsers are told to remember for `max_age` seconds: that there is nothing but TLS."""

    max_age: int
    subdomains: bool = False
    preload: bool = False

    def __str__(self) -> str:
        more = ("; includeSubDomains" if self.subdomains else "") + ("; preload" if self.preload else "")
        return f"max-age={self.max_age}{more}"


class Tls(msgspec.Struct, frozen=True):
    """One of three: `certificates` of files, the first for whoever names no host; `acme`; or with neither, one for
    `hosts` by this machine's own authority."""

    certificates: tuple[Certificate, ...] = ()
    acme: Acme | None = None
    hosts: tuple[str, ...] = ()
    minimum: Literal["1.2", "1.3"] = "1.2"
    hsts: Hsts | None = None


class Maintenance(msgspec.Struct, frozen=True):
    """What the gateway answers while nobody is to be served: 503 with `retry_after` seconds. `body` empty: JSON with
    the message."""

    message: str = "down for maintenance"
    body: str = ""
    content_type: str = ""
    retry_after: int = 60


class Gateway(msgspec.Struct, frozen=True):
    """`port` 0 means "any, and the same one ever after". With `tls` it speaks that; `redirect` is a further, plain port
    that sends everybody there (None: there is none). What `trusted_proxies` (networks) say of whom they serve is
    believed. `body_limit` in bytes, 0: none. `closed`: nobody is served but for routes that are `always`."""

    host: str = "127.0.0.1"
    port: int = 0
    routes: tuple[Route, ...] = ()
    cors: Cors | None = None
    tls: Tls | None = None
    redirect: int | None = None
    trusted_proxies: tuple[str, ...] = ()
    body_limit: int = 0
    maintenance: Maintenance = Maintenance()
    closed: bool = False

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"


class Secret(msgspec.Struct, frozen=True):
    """Where a secret comes from: a variable of the caller's environment, a file, or made at first start."""

    name: str
    env: str = ""
    file: str = ""
    generate: int = 0


class App(msgspec.Struct, frozen=True):
    """`profiles` are those that are active (`*`: all). `places` maps a dotted path of the file
    (`services.users.needs.0`) to where it stands."""

    name: str
    folder: str
    environment: str = "dev"
    target: Target = "process"
    profiles: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    builds: tuple[SharedBuild, ...] = ()
    backing: tuple[Backing, ...] = ()
    gateway: Gateway | None = None
    secrets: tuple[Secret, ...] = ()
    names: bool = False
    places: dict[str, Place] = {}

    @property
    def contained(self) -> bool:
        """Whether what runs sees nothing of this machine's folders."""
        return self.target != "process"
