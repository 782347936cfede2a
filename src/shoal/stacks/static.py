"""A folder of files for browsers, served by Caddy: a page that was built, or one that needs no build."""

from __future__ import annotations

from shoal.errors import FileError
from shoal.model.app import Service
from shoal.model.values import Value, concat, own, program
from shoal.model.workload import Packing, Step
from shoal.stacks.caddyfile import CADDYFILE
from shoal.stacks.node import Node
from shoal.stacks.ports import port_env
from shoal.stacks.source import Source
from shoal.stacks.stack import HERE, Launch, Stack, words

OTHERS = ("pom.xml", "pyproject.toml", "requirements.txt", "uv.lock", "package.json")
OUTPUT = "dist"


class Static(Stack):
    name = "static"
    tools = ("node",)
    language = "node"

    def detect(self, source: Source) -> bool:
        return source.has("index.html") and not any(source.has(name) for name in OTHERS)

    def steps(self, source: Source) -> tuple[Step, ...]:
        """A package with a build script is built as any of Node's; what is ready lies where it lies."""
        return Node().steps(source) if _builds(source) else ()

    def tooling(self, source: Source) -> dict[str, Value]:
        return Node().tooling(source)

    def demands(self, source: Source) -> dict[str, str]:
        return Node().demands(source)

    def packing(self, source: Source) -> Packing:
        spare = ("node_modules", "src") if _builds(source) else ()
        return Packing("caddy:2", left_out=("**/.npmrc",), spare=spare)

    def start(self, service: Service, source: Source) -> Launch:
        if service.command:
            return Launch(service.command, port_env(service))
        if not service.ports:
            hint = f"lead a route to it, or say `port: http` under services.{service.name}"
            raise FileError(f"service {service.name} serves files, but nothing asks for them", hint=hint)
        serve = words(program("caddy"), "run", "--adapter", "caddyfile", "--config", concat(own("files"), "/Caddyfile"))
        # Where it keeps its own notes: not in the user's home.
        env = port_env(service) | {"XDG_DATA_HOME": own("scratch"), "XDG_CONFIG_HOME": own("scratch")}
        built = _builds(source) and not service.working_dir
        return Launch(serve, env, concat(HERE, f"/{OUTPUT}") if built else Value(), {"Caddyfile": concat(CADDYFILE)})


def _builds(source: Source) -> bool:
    return any(step.name == "build" for step in Node().steps(source)) if source.has("package.json") else False
