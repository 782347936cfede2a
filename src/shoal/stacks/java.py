"""Java with Maven, and no JDK on the machine: a runtime, Maven and the Eclipse compiler come by themselves."""

from __future__ import annotations

from hashlib import sha256

from shoal.model.app import Service
from shoal.model.values import Value, concat, program
from shoal.model.workload import Kept, Packing, Recompile, Step
from shoal.stacks.java_compile import SAYS
from shoal.stacks.java_modules import Module, modules_of, poms
from shoal.stacks.java_pom import asked_level, boots, dependencies, prepared_ahead
from shoal.stacks.ports import port_env
from shoal.stacks.source import Source
from shoal.stacks.stack import HERE, OUR_FOLDER, Launch, Stack, Tool, Train, search_path, words

FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""The quick compiler and the small collector: half the start-up time and memory of the defaults on one machine."""

ARGUMENTS = f"{OUR_FOLDER}/java.args"
"""The JVM's options, in a file: a training run adds its result there and the workload's command stays the same."""

CACHE = f"{OUR_FOLDER}/app.aot"
APART = ("-agent", "-javaagent", "-Xdebug", "-Xshare", "-XX:AOT", "-XX:SharedArchiveFile")
"""Arguments beside which a cache can't be made, or isn't ours to make."""
APP = f"{OUR_FOLDER}/app"


BETWEEN = ("classes", "generated-*", "maven-*", "test-classes", "surefire-reports", "*.original")
"""In Maven's `target`: what it makes on the way to a jar."""

OLDEST = 8
"""The oldest level that the compiler knows well; the newest is the runtime's own."""


class Java(Stack):
    name = "java"
    tools = ("java", "mvn", "ecj")
    language = "java"
    lists = ("pom.xml",)
    jvm = True

    def detect(self, source: Source) -> bool:
        return source.has("pom.xml")

    def ignore(self, source: Source) -> tuple[str, ...]:
        return ("target", "*.class")

    def steps(self, source: Source) -> tuple[Step, ...]:
        parts = modules_of(source)
        env = {"JAVA_HOME": program("java-home"), "JDK_JAVA_OPTIONS": _build_options()}
        # The pom is replaced in the copy that is built, never in the user's folder.
        files = {path: concat(text) for path, text in poms(parts).items()}
        says = (f"-Dorg.slf4j.simpleLogger.log.{logger}" for logger in SAYS)
        maven = words(program("mvn"), "-q", "-B", "-ntp", "-Dmaven.test.skip=true", *says, "package")
        note = "Maven; the first time it downloads plugins and dependencies"
        package = Step("package", maven, env, files, note)
        return (package, *(_extract(part) for part in parts if part.boots), _arguments(parts))

    def packing(self, source: Source) -> Packing:
        runtime = source.tools.get("java", "").partition(".")[0] or "latest"
        parts = modules_of(source)
        return Packing(
            f"eclipse-temurin:{runtime}-jre",
            apart=tuple(part.path(f"{APP}/lib") for part in parts if part.boots),
            spare=tuple(part.path(name) for part in parts for name in _spare(part)),
            jars=tuple(part.path(_jar(part.pom)) for part in parts if part.runs),
        )

    def recompile(self, source: Source) -> Recompile | None:
        parts = modules_of(source)
        if len(parts) > 1 or not parts[0].runs:
            return None
        pom = parts[0].pom
        return Recompile(_jar(pom), (f"{APP}/lib",) if boots(pom) else (), (_arguments(parts),))

    def tooling(self, source: Source) -> dict[str, Value]:
        return {"JAVA_HOME": program("java-home"), "PATH": search_path(concat(program("java-home"), "/bin"))}

    def demands(self, source: Source) -> dict[str, str]:
        level = asked_level(source.texts.get("pom.xml", ""))
        return {"the compiler's release": level} if level else {}

    def versions(self, source: Source, found: tuple[Tool, ...]) -> tuple[Tool, ...]:
        """One runtime, which builds and runs what was written for any level that the compiler knows."""
        newest = source.tools.get("java", "").partition(".")[0]
        return tuple(Tool(str(level)) for level in range(int(newest), OLDEST - 1, -1)) if newest.isdigit() else ()

    def start(self, service: Service, source: Source) -> Launch:
        file = concat(HERE, "/", _own(service, ARGUMENTS))
        command = service.command or _run(source, (concat("@", file), *service.jvm))
        kept = (Kept(file, _options(source.texts.get("pom.xml", ""), service)),) if service.jvm else ()
        return Launch(command, _env(service), HERE, kept=kept)

    def training(self, service: Service, source: Source) -> Train | None:
        """Records which classes and profiles a start needs, into a cache that every later start maps.
        The JVM refuses a cache of another JVM build or of jars with other times; both are fixed by the artifact's key
        and folder. Other arguments of the JVM may need another cache, so each set of them has one of its own. A service
        with a command of its own isn't trained: only the launch made here reads the result."""
        if service.command or any(_apart(argument) for argument in service.jvm):
            return None
        cache, file = _own(service, CACHE), _own(service, ARGUMENTS)
        # Not from the file: it may already name a cache, and a run can't both read and write one.
        pom = source.texts.get("pom.xml", "")
        output = concat("-XX:AOTCacheOutput=", HERE, f"/{cache}.new")
        record = (*words(*_flags(pom, service), _trust(), output), *service.jvm)
        cached = concat(_options(pom, service), '"-XX:AOTCache=', HERE, f'/{cache}"\n')
        return Train(_run(source, record), _env(service), f"{cache}.new", cache, {file: cached})

    def packages(self, source: Source) -> frozenset[str]:
        return dependencies(source.texts.get("pom.xml", ""))


def _run(source: Source, options: tuple[Value, ...]) -> tuple[Value, ...]:
    jar = _jar(source.texts.get("pom.xml", ""))
    return (program("java"), *options, *words("-jar", concat(HERE, f"/{jar}")))


def _jar(pom: str) -> str:
    return f"{APP}/app.jar" if boots(pom) else "target/app.jar"


def _spare(part: Module) -> tuple[str, ...]:
    """Sources, and what stands between them and the jar that is started."""
    code = ("src/main/java", "src/test")
    return (*code, *(f"target/{name}" for name in BETWEEN)) if part.runs and not part.boots else (*code, "target")


def _arguments(parts: tuple[Module, ...]) -> Step:
    return Step("options", files={part.path(ARGUMENTS): _options(part.pom) for part in parts if part.runs})


def _extract(part: Module) -> Step:
    """A fat jar is slow to start from, and can't be cached: it is taken apart once."""
    jar, into = part.path("target/app.jar"), part.path(APP)
    command = words(program("java"), "-Djarmode=tools", "-jar", jar, "extract", "--destination", into)
    return Step(f"extract {part.folder}".rstrip(), command)


def _own(service: Service, name: str) -> str:
    """`.shoal/java.args`, or `.shoal/java-1a2b3c4d.args` for these arguments of the JVM."""
    if not service.jvm:
        return name
    digest = sha256("\0".join(str(argument) for argument in service.jvm).encode()).hexdigest()[:8]
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{digest}.{ending}"


def _apart(argument: Value) -> bool:
    """Whether a run with it can't be recorded: what it refers to isn't known to a training."""
    return str(argument).startswith(APART) or any(True for _ in argument.refs())


def _flags(pom: str, service: Service = Service("")) -> tuple[str, ...]:
    """The JVM takes one collector only: the service's goes first."""
    other = any(str(argument).startswith("-XX:+Use") and str(argument).endswith("GC") for argument in service.jvm)
    flags = FLAGS[:1] if other else FLAGS
    return (*flags, "-Dspring.aot.enabled=true") if prepared_ahead(pom) else flags


def _options(pom: str, service: Service = Service("")) -> Value:
    """The text of the file: an option a line, quoted where a path may have spaces."""
    return concat("".join(f"{flag}\n" for flag in _flags(pom, service)), '"', _trust(), '"\n')


def _build_options() -> Value:
    """Not MAVEN_OPTS, which is the user's, and can't hold a path with spaces."""
    return concat(" ".join(FLAGS), ' "', _trust(), '"')


def _trust() -> Value:
    """The runtime's own list of authorities lacks a company's; the machine's has it."""
    return concat("-Djavax.net.ssl.trustStore=", program("java-trust"))


def _env(service: Service) -> dict[str, Value]:
    env = {"JAVA_HOME": program("java-home"), "PATH": search_path(concat(program("java-home"), "/bin"))}
    env |= port_env(service, port=("SERVER_PORT",), host=("SERVER_ADDRESS",))
    if any(port.name == "management" for port in service.ports or ()):
        env |= {"MANAGEMENT_SERVER_PORT": env["MANAGEMENT_PORT"], "MANAGEMENT_SERVER_ADDRESS": env["HOST"]}
    return env
