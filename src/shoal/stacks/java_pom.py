"""A pom that builds without a JDK: the user's, with the Eclipse compiler in place of javac. Text in, text out."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from shoal.errors import FileError

PLEXUS_COMPILER_ECLIPSE = "2.16.2"  # 2.17.1 doesn't work with this ecj
ECJ = "3.46.100"
COMPILER = "maven-compiler-plugin"
JAR_NAME = "app"
NAMESPACE = "http://maven.apache.org/POM/4.0.0"


def derived(pom: str) -> str:
    """The pom to build with. The jar becomes target/app.jar, whatever the project calls it.
    Raises `FileError` if `pom` isn't XML."""
    root = _parsed(pom)
    level = _level(root)
    _set_level(root, level)
    if not modules(pom):
        _set(root, "build/finalName", JAR_NAME)
    _use_eclipse(_compiler_plugin(root), level)
    return _text(root)


def derived_module(pom: str, *, runs: bool) -> str:
    """The pom of a module, which inherits the compiler from the one above. `runs`: its jar becomes target/app.jar; one
    that others depend on keeps its name, for they would pack two jars of one name."""
    root = _parsed(pom)
    if level := _level(root, otherwise="", inherited=""):
        _set_level(root, level)
    plugin = _find_plugin(root)
    if plugin is not None:
        _use_eclipse(plugin, level)
    if runs:
        _set(root, "build/finalName", JAR_NAME)
    return _text(root)


def modules(pom: str) -> tuple[str, ...]:
    """Folders of the modules that it names."""
    return tuple((each.text or "").strip().strip("/") for each in _parsed(pom).findall("{*}modules/{*}module"))


def name(pom: str) -> str:
    return (_parsed(pom).findtext("{*}artifactId") or "").strip()


def _set_level(root: ET.Element, level: str) -> None:
    _set(root, "properties/maven.compiler.release", "")
    if level:
        _set(root, "properties/maven.compiler.source", level)
        _set(root, "properties/maven.compiler.target", level)


def _text(root: ET.Element) -> str:
    ET.register_namespace("", NAMESPACE)
    _drop_tests(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def boots(pom: str) -> bool:
    """Whether the result is a Spring Boot jar, which can be extracted."""
    return "spring-boot-maven-plugin" in pom


def prepared_ahead(pom: str) -> bool:
    """Whether the build runs Spring's ahead-of-time processing."""
    return "process-aot" in pom


def dependencies(pom: str) -> frozenset[str]:
    """The artifacts that it depends on, but for tests; nothing, if it can't be read."""
    try:
        found = _parsed(pom).findall("{*}dependencies/{*}dependency")
    except FileError:
        return frozenset()
    kept = [each for each in found if (each.findtext("{*}scope") or "").strip() != "test"]
    return frozenset((each.findtext("{*}artifactId") or "").strip() for each in kept)


def asked_level(pom: str) -> str:
    """The Java level that the project itself names, as a number; empty when it is inherited or can't be read."""
    try:
        root = ET.fromstring(pom)
    except ET.ParseError:
        return ""
    found = _level(root, otherwise="")
    if found == "${java.version}":
        found = (root.findtext("{*}properties/{*}java.version") or "").strip()
    found = found.removeprefix("1.")  # 1.8 is 8
    return found if found.isdigit() else ""


def _parsed(pom: str) -> ET.Element:
    try:
        return ET.fromstring(pom)
    except ET.ParseError as error:
        raise FileError(f"pom.xml is not XML: {error}", hint="Maven can't read it either") from error


def _level(root: ET.Element, otherwise: str = "17", inherited: str = "${java.version}") -> str:
    """The Java level that the project asks for; empty leaves it to what it inherits."""
    plugin = _find_plugin(root)
    for tag in ("release", "source", "target"):
        found = plugin.findtext(f"{{*}}configuration/{{*}}{tag}") if plugin is not None else None
        if found:
            return found.strip()
    for name in ("maven.compiler.release", "maven.compiler.source", "java.version"):
        found = root.findtext(f"{{*}}properties/{{*}}{name}")
        if found:
            return "${java.version}" if name == "java.version" else found.strip()
    parent = root.findtext("{*}parent/{*}artifactId") or ""
    return inherited if parent == "spring-boot-starter-parent" else otherwise


def _find_plugin(root: ET.Element) -> ET.Element | None:
    plugins = root.findall("{*}build/{*}plugins/{*}plugin")
    return next((each for each in plugins if each.findtext("{*}artifactId") == COMPILER), None)


def _compiler_plugin(root: ET.Element) -> ET.Element:
    found = _find_plugin(root)
    if found is None:
        found = ET.SubElement(_child(_child(root, "build"), "plugins"), _tag(root, "plugin"))
        _set(found, "artifactId", COMPILER)
    return found


def _use_eclipse(plugin: ET.Element, level: str) -> None:
    _set(plugin, "configuration/compilerId", "eclipse")
    for tag in ("release", "source", "target", "fork", "executable", "compilerArgument"):
        for holder in plugin.findall(".//{*}configuration"):
            for each in holder.findall(f"{{*}}{tag}"):
                holder.remove(each)
    for holder in plugin.findall(".//{*}compilerArgs"):
        for each in list(holder):
            if not _understood(each.text or ""):
                holder.remove(each)
    dependencies = _child(plugin, "dependencies")
    _dependency(dependencies, "org.codehaus.plexus", "plexus-compiler-eclipse", PLEXUS_COMPILER_ECLIPSE)
    _dependency(dependencies, "org.eclipse.jdt", "ecj", ECJ)


def _drop_tests(root: ET.Element) -> None:
    """Maven fetches what only tests need even where it skips them: databases in jars can be most of a download."""
    for holder in root.findall("{*}dependencies"):
        for each in holder.findall("{*}dependency"):
            if (each.findtext("{*}scope") or "").strip() == "test":
                holder.remove(each)


def _understood(argument: str) -> bool:
    """javac's own arguments (-Xlint, -Werror, --add-exports) stop another compiler; these two kinds are everybody's."""
    return argument.strip().startswith("-A") or argument.strip() == "-parameters"


def _dependency(parent: ET.Element, group: str, name: str, version: str) -> None:
    for each in parent.findall("{*}dependency"):
        if each.findtext("{*}artifactId") == name:
            parent.remove(each)
    one = ET.SubElement(parent, _tag(parent, "dependency"))
    for tag, text in (("groupId", group), ("artifactId", name), ("version", version)):
        _set(one, tag, text)


def _set(parent: ET.Element, path: str, text: str) -> None:
    for name in path.split("/"):
        parent = _child(parent, name)
    parent.text = text


def _child(parent: ET.Element, name: str) -> ET.Element:
    found = parent.find(f"{{*}}{name}")
    return found if found is not None else ET.SubElement(parent, _tag(parent, name))


def _tag(like: ET.Element, name: str) -> str:
    """`name` in the namespace of `like`: poms without one are valid too."""
    return f"{like.tag.partition('}')[0]}}}{name}" if like.tag.startswith("{") else name
