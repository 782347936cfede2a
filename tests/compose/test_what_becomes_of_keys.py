"""What each key becomes in shoal's own file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from shoal.compose.loading import load, translation, unheard
from shoal.compose.reading import plain
from shoal.errors import FileError
from shoal.model.app import App
from shoal.spec.report import Report

REST = "\nvolumes: {data: }"


def service(folder: Path, text: str, rest: str = REST, **variables: str) -> dict[str, Any]:
    """What `web` becomes, without what every service has."""
    (folder / "compose.yaml").write_text(f"services: {{web: {{image: w, {text}}}, db: {{image: d}}}}{rest}")
    found = translation([Path("compose.yaml")], variables, Report())
    tree = plain(found.tree)
    web = (tree["services"] | tree.get("jobs", {}))["web"]
    usual = {"image": "w", "restart": "no", "security": USUAL}
    return {key: value for key, value in web.items() if usual.get(key) != value}


_KEPT = """
AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID
SYS_CHROOT
"""
CAPABILITIES = _KEPT.split()
USUAL = {"read_only": "false", "capabilities": CAPABILITIES, "new_privileges": "true"}


def port(number: int, publish: str = "", protocol: str = "tcp") -> dict[str, str]:
    return {"number": str(number)} | ({"publish": publish} if publish else {}) | {"protocol": protocol}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("command: echo $$HOME", {"command": "echo $$HOME"}),
        ("command: [a, 'b c']", {"command": ["a", "b c"]}),
        ("entrypoint: []", {"entrypoint": []}),
        ("working_dir: /srv", {"working_dir": "/srv"}),
        ("environment: {A: 1, B: }", {"environment": {"A": "1"}}),
        ("environment: [A=1=2, V, B]", {"environment": {"A": "1=2", "V": ""}}),
        ("ports: ['8080:80']", {"ports": {"p80": port(80, "0.0.0.0:8080")}}),
        ("ports: ['80']", {"ports": {"p80": port(80, "0.0.0.0:0")}}),
        ("ports: [80]", {"ports": {"p80": port(80, "0.0.0.0:0")}}),
        ("ports: ['127.0.0.1:8080:80/tcp']", {"ports": {"p80": port(80, "127.0.0.1:8080")}}),
        ("ports: ['127.0.0.1::80']", {"ports": {"p80": port(80, "127.0.0.1:0")}}),
        ("ports: ['[::1]:8080:80']", {"ports": {"p80": port(80, "[::1]:8080")}}),
        ("ports: ['90-91:80-81']", {"ports": {"p80": port(80, "0.0.0.0:90"), "p81": port(81, "0.0.0.0:91")}}),
        ("ports: ['90:80', '91:80']", {"ports": {"p80": port(80, "0.0.0.0:90"), "p80-91": port(80, "0.0.0.0:91")}}),
        ("ports: ['90-99:80']", {"ports": {"p80": port(80, "0.0.0.0:90")}}),
        (
            "ports: [{name: http, target: 80, published: '90', host_ip: 1.2.3.4, app_protocol: http}]",
            {"ports": {"http": port(80, "1.2.3.4:90", "http")}},
        ),
        ("ports: ['53:53/udp']", {}),
        ("expose: ['80', 81]", {"ports": {"p80": port(80), "p81": port(81)}}),
        ("ports: ['8080:80'], expose: ['80']", {"ports": {"p80": port(80, "0.0.0.0:8080")}}),
        ("depends_on: [db]", {"after": {"db": "started"}}),
        ("depends_on: {db: {condition: service_started}}", {"after": {"db": "started"}}),
        ("depends_on: {db: {condition: service_healthy, restart: true}}", {"after": {"db": "ready"}}),
        ("depends_on: {db: {condition: service_completed_successfully}}", {"after": {"db": "done"}}),
        ("depends_on: {gone: {condition: service_started, required: false}}", {}),
        ("links: [db]", {"after": {"db": "started"}}),
        ("volumes_from: [db]", {"after": {"db": "started"}}),
        ("container_name: front", {"aliases": ["front"]}),
        ("networks: {default: {aliases: [a, b]}}", {"aliases": ["a", "b"]}),
        ("profiles: [dev]", {"profiles": ["dev"]}),
        ("restart: always", {"restart": "always"}),
        ("restart: unless-stopped", {"restart": "always"}),
        ("restart: on-failure:3", {"restart": "on-failure"}),
        ("deploy: {restart_policy: {condition: any, delay: 2s}}", {"restart": {"policy": "always", "backoff": "2s"}}),
        ("stop_signal: SIGINT, stop_grace_period: 1m", {"stop": {"signal": "SIGINT", "grace": "1m"}}),
        ("scale: 2", {"replicas": "2"}),
        ("deploy: {replicas: 3}", {"replicas": "3"}),
        ("mem_limit: 512m, cpus: '0.5', pids_limit: 9", {"limits": {"cpu": "0.5", "memory": "512Mi", "pids": "9"}}),
        ("cpu_quota: 50000", {"limits": {"cpu": "0.5"}}),
        (
            "deploy: {resources: {limits: {cpus: '2', memory: 1g, pids: 5}}}",
            {"limits": {"cpu": "2", "memory": "1Gi", "pids": "5"}},
        ),
        ("read_only: true", {"security": USUAL | {"read_only": "true"}}),
        ("user: '1000:1000'", {"security": {"user": "1000:1000"} | USUAL}),
        ("privileged: true", {"security": {"read_only": "false", "privileged": "true", "new_privileges": "true"}}),
        ("cap_drop: [ALL], cap_add: [net_admin]", {"security": USUAL | {"capabilities": ["NET_ADMIN"]}}),
        ("security_opt: ['no-new-privileges:true']", {"security": USUAL | {"new_privileges": "false"}}),
        ("volumes: ['data:/d']", {"volumes": [{"volume": "data", "at": "/d"}]}),
        ("volumes: ['data:/d:ro']", {"volumes": [{"volume": "data", "at": "/d", "read_only": "true"}]}),
        ("volumes: ['./x:/d']", {"volumes": [{"bind": "./x", "at": "/d", "create": "true"}]}),
        ("volumes: ['~/x:/d']", {"volumes": [{"bind": "/me/x", "at": "/d", "create": "true"}]}),
        ("volumes: ['/var/d']", {"volumes": [{"volume": "web-var-d", "at": "/var/d"}]}),
        (
            "volumes: [{type: bind, source: x, target: /d, bind: {create_host_path: false}}]",
            {"volumes": [{"bind": "./x", "at": "/d"}]},
        ),
        (
            "volumes: [{type: tmpfs, target: /d, tmpfs: {size: 64m}}]",
            {"volumes": [{"tmpfs": "64Mi", "at": "/d"}]},
        ),
        ("tmpfs: /run:size=1m", {"volumes": [{"tmpfs": "1Mi", "at": "/run"}]}),
        ("tmpfs: [/run]", {"volumes": [{"tmpfs": "true", "at": "/run"}]}),
        ("shm_size: 128m", {"volumes": [{"tmpfs": "128Mi", "at": "/dev/shm"}]}),
        ("healthcheck: {test: [NONE]}", {}),
        ("healthcheck: {test: [CMD, x], disable: true}", {}),
        ("env_file: a.env", {"env_file": ["a.env"]}),
        (
            "env_file: [{path: a.env, required: false, format: raw}]",
            {"env_file": [{"path": "a.env", "required": "false", "format": "raw"}]},
        ),
    ],
)
def test_a_key_of_a_service(folder: Path, text: str, becomes: dict[str, Any]) -> None:
    assert service(folder, text, V="v", HOME="/me") == becomes


@pytest.mark.parametrize(
    ("test", "command"),
    [
        ("curl x | grep $$V", ["/bin/sh", "-c", "curl x | grep $$V"]),
        ("[CMD-SHELL, curl x]", ["/bin/sh", "-c", "curl x"]),
        ("[CMD, curl, x]", ["curl", "x"]),
    ],
)
def test_a_health_check_is_a_probe_of_readiness(folder: Path, test: str, command: list[str]) -> None:
    found = service(folder, f"healthcheck: {{test: {test}, interval: 2s, timeout: 1s, retries: 4, start_period: 10s}}")
    slow = service(folder, f"healthcheck: {{test: {test}, interval: 20s, start_period: 10s}}")
    assert slow["health"]["ready"]["grace"] == "70s"
    probe = {"exec": command, "every": "2s", "timeout": "1s", "failures": "4", "grace": "60s"}
    assert found["health"] == {"ready": probe}


def test_secrets_and_configs_are_files(folder: Path) -> None:
    rest = """
secrets: {a: {file: a.txt}, B_C: {environment: TOKEN}}
configs: {one: {content: "x=$$1"}, two: {file: ./t}}
"""
    found = service(
        folder, "secrets: [a, {source: B_C, target: token}], configs: [one, {source: two, target: /t}]", rest
    )
    assert found["volumes"] == [
        {"bind": "./a.txt", "at": "/run/secrets/a", "read_only": "true"},
        {"bind": "./t", "at": "/t", "read_only": "true"},
    ]
    assert found["files"] == {"/run/secrets/token": {"content": "${secrets.b-c}"}, "/one": {"content": "x=$$1"}}


def loaded(folder: Path, text: str, **variables: str) -> App:
    (folder / "compose.yaml").write_text(text)
    return load(Path("compose.yaml"), variables=variables)


def test_a_service_that_others_wait_for_to_end_is_a_job(folder: Path) -> None:
    app = loaded(
        folder,
        "services: {web: {image: w, depends_on: {a: {condition: service_completed_successfully}}}, a: {image: s}}",
    )
    assert [(one.name, one.kind) for one in app.services] == [("web", "service"), ("a", "job")]


def test_names_that_dont_fit_stay_reachable(folder: Path) -> None:
    app = loaded(folder, "services: {User_DB: {image: d}, user-db: {image: e}, gateway: {image: g}}")
    assert {one.name: one.aliases for one in app.services} == {
        "user-db-2": ("User_DB",),
        "user-db": (),
        "gateway-2": ("gateway",),
    }


def test_a_built_service_is_built_from_its_dockerfile(folder: Path) -> None:
    (folder / "api").mkdir()
    (folder / "api" / "Dockerfile.dev").write_text("FROM x")
    app = loaded(
        folder, "services: {api: {build: {context: ./api, dockerfile: Dockerfile.dev, target: t, args: [A=1, B]}}}"
    )
    (api,) = app.services
    assert api.path == "api" and api.image
    assert (api.image.dockerfile, api.image.target, list(api.image.args)) == ("Dockerfile.dev", "t", ["A"])


def test_it_runs_on_docker_and_problems_lead_into_the_compose_file(folder: Path) -> None:
    assert loaded(folder, "services: {web: {image: w}}").target == "docker"
    with pytest.raises(FileError) as caught:
        loaded(folder, "services:\n  web:\n    image: 'not an image'\n")
    assert str(caught.value).startswith("compose.yaml:3:12: services/web/image: ")


def test_the_override_beside_a_file_is_read_too(folder: Path) -> None:
    (folder / "compose.override.yaml").write_text("services: {web: {image: other}}")
    app = loaded(folder, "services: {web: {image: w}}")
    assert app.services[0].image == msgspec.structs.replace(app.services[0].image, reference="other")  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{image: w, ports: ['x:80']}", 'compose.yaml:1:36: services/web/ports/0: expected a port, got "x:80"'),
        ("{image: w, ports: ['70000:80']}", "compose.yaml:1:36: services/web/ports/0: expected a port"),
        ("{image: w, cpus: many}", 'compose.yaml:1:28: services/web/cpus: expected a number, got "many"'),
        (
            "{image: w, mem_limit: 5x}",
            'compose.yaml:1:28: services/web/mem_limit: expected a size such as 512m, got "5x"',
        ),
        ("{image: w, read_only: maybe}", "compose.yaml:1:28: services/web/read_only: expected true or false"),
        ("{image: w, restart: often}", "compose.yaml:1:28: services/web/restart: expected no, always"),
        ("{image: w, depends_on: [wbe]}", 'compose.yaml:1:41: services/web/depends_on/0: there is no service "wbe"'),
        ("{image: w, volumes: ['gone:/d']}", 'compose.yaml:1:38: services/web/volumes/0: there is no volume "gone"'),
        ("{image: w, secrets: [x]}", 'compose.yaml:1:38: services/web/secrets/0: there is nothing called "x"'),
        ("{command: x}", "compose.yaml:1:12: services/web: neither `image` nor `build` says what it is"),
        ("{build: 'https://github.com/x/y.git'}", "compose.yaml:1:18: services/web/build: shoal builds from folders"),
        ("{image: w, healthcheck: {test: [curl]}}", "compose.yaml:1:49: services/web/healthcheck/test/0: expected CMD"),
        ("{image: w, healthcheck: {test: x, interval: 5}}", "compose.yaml:1:51: services/web/healthcheck/interval: "),
        ("{image: w, depends_on: [two]}, two: {image: t, depends_on: [web]}", "compose.yaml:1:41: "),
    ],
)
def test_what_cant_be_run_is_refused_with_its_place(folder: Path, text: str, told: str) -> None:
    with pytest.raises(FileError) as caught:
        loaded(folder, f"services: {{web: {text}}}")
    assert str(caught.value).startswith(told), str(caught.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("ports: ['53:53/udp']", "ports/0"),
        ("ports: ['90-99:80']", "ports/0"),
        ("environment: [GONE]", "environment/0"),
        ("container_name: x", "container_name"),
        ("network_mode: host", "network_mode"),
        ("restart: 'on-failure:3'", "restart"),
        ("security_opt: ['seccomp:unconfined']", "security_opt/0"),
        ("stop_signal: SIGRTMIN+3", "stop_signal"),
        ("volumes: [{type: npipe, source: x, target: y}]", "volumes/0/type"),
        ("tmpfs: '/x:mode=755'", "tmpfs/0"),
        ("depends_on: {db: {condition: service_started, restart: true}}", "depends_on/db/restart"),
    ],
)
def test_what_is_honoured_in_part_is_told(folder: Path, text: str, what: str) -> None:
    service(folder, text)
    assert [remark.what for remark in unheard(Path("compose.yaml"), {})] == [f"services/web/{what}"]
