"""One Maven build of several modules, of which services run their own."""

from __future__ import annotations

from shoal.model.app import Port, Service
from shoal.stacks import STACKS, Source
from shoal.stacks.java_modules import modules_of
from tests.unit.stacks.conftest import Lines

JAVA = STACKS["java"]
BOOT = "<build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>"


def pom(name: str, more: str = "") -> str:
    return f"<project><artifactId>{name}</artifactId>{more}</project>"


USES = "<dependencies><dependency><artifactId>common</artifactId></dependency></dependencies>"
ROOT = pom("root", "<modules><module>common</module><module>apps</module><module>../else</module></modules>")
TEXTS = {
    "pom.xml": ROOT,
    "common/pom.xml": pom("common"),
    "apps/pom.xml": pom("apps", "<modules><module>orders</module><module>stock</module></modules>"),
    "apps/orders/pom.xml": pom("orders", USES + BOOT),
    "apps/stock/pom.xml": pom("stock", USES),
    "forgotten/pom.xml": pom("forgotten"),
}
SOURCE = Source("/src", tuple(sorted(TEXTS)), TEXTS, tools={"java": "25.0.2"})


def test_modules_are_found_as_deep_as_they_are_named_and_those_that_run_told_apart() -> None:
    assert [(part.folder, part.runs, part.boots) for part in modules_of(SOURCE)] == [
        ("", False, False),
        ("common", False, False),
        ("apps", False, False),
        ("apps/orders", True, True),
        ("apps/stock", True, False),
    ]


def test_all_are_built_at_once_and_each_that_runs_gets_what_it_starts_from(line: Lines) -> None:
    package, extract, options = JAVA.steps(SOURCE)
    assert line(package.command).endswith("=info package")
    assert set(package.files) == set(TEXTS) - {"forgotten/pom.xml"}
    named = {path for path, text in package.files.items() if "<finalName>app</finalName>" in str(text)}
    assert named == {"apps/orders/pom.xml", "apps/stock/pom.xml"}, "others are packed under their own names"
    assert "plexus-compiler-eclipse" in str(package.files["pom.xml"])
    assert "plexus-compiler-eclipse" not in str(package.files["common/pom.xml"]), "inherited"
    assert line(extract.command).endswith("apps/orders/target/app.jar extract --destination apps/orders/.shoal/app")
    assert set(options.files) == {"apps/orders/.shoal/java.args", "apps/stock/.shoal/java.args"}


def test_a_module_with_a_level_of_its_own_keeps_it() -> None:
    level = "<properties><maven.compiler.release>21</maven.compiler.release></properties>"
    texts = TEXTS | {"common/pom.xml": pom("common", level)}
    built = str(JAVA.steps(Source("/src", tuple(texts), texts))[0].files["common/pom.xml"])
    assert "<maven.compiler.source>21</maven.compiler.source>" in built
    assert "<maven.compiler.release>21" not in built


def test_a_service_runs_its_module(line: Lines) -> None:
    stock = Source("/src/apps/stock", ("pom.xml",), {"pom.xml": TEXTS["apps/stock/pom.xml"]})
    launch = JAVA.launch(Service("stock", ports=(Port(),)), stock, "k", "apps/stock")
    here = "${artifact:k}/apps/stock"
    assert line(launch.command) == f"${{program:java}} @{here}/.shoal/java.args -jar {here}/target/app.jar"
    assert str(launch.cwd) == here
