"""What Java services are built, trained and started with."""

from __future__ import annotations

import pytest

from shoal.model.app import Port, Recipe, Service
from shoal.model.values import Value, concat, own
from shoal.stacks import STACKS, Source
from tests.unit.stacks.conftest import Lines

JAVA = STACKS["java"]
SERVICE = Service("users", ports=(Port(), Port("management")))
PLUGIN = "<plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin>"
BOOT = f"<project><build><plugins>{PLUGIN}</plugins></build></project>"
PLAIN = "<project><artifactId>x</artifactId></project>"
FLAGS = '-XX:TieredStopAtLevel=1\n-XX:+UseSerialGC\n"-Djavax.net.ssl.trustStore=${program:java-trust}"\n'


def source(pom: str) -> Source:
    return Source("/src", ("pom.xml",), {"pom.xml": pom}, tools={"java": "25", "mvn": "3.9", "ecj": "3"})


def test_spring_boot_is_packaged_and_extracted(line: Lines) -> None:
    package, extract, options = JAVA.steps(source(BOOT))
    assert line(package.command) == (
        "${program:mvn} -q -B -ntp -Dmaven.test.skip=true"
        " -Dorg.slf4j.simpleLogger.log.org.codehaus.plexus.compiler.eclipse=debug"
        " -Dorg.slf4j.simpleLogger.log.org.apache.maven.cli.event.ExecutionEventLogger=info package"
    )
    assert line(extract.command) == (
        "${program:java} -Djarmode=tools -jar target/app.jar extract --destination .shoal/app"
    )
    assert options.command == ()
    assert str(options.files[".shoal/java.args"]) == FLAGS


def test_it_is_built_on_the_runtime_that_came_with_shoal() -> None:
    env = JAVA.steps(source(BOOT))[0].env
    assert {name: str(value) for name, value in env.items()} == {
        "JAVA_HOME": "${program:java-home}",
        "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC "
        '"-Djavax.net.ssl.trustStore=${program:java-trust}"',
    }


def test_the_pom_is_replaced_in_the_copy() -> None:
    assert "plexus-compiler-eclipse" in str(JAVA.steps(source(BOOT))[0].files["pom.xml"])


def test_start(line: Lines) -> None:
    launch = JAVA.launch(SERVICE, source(BOOT), "k")
    assert line(launch.command) == (
        "${program:java} @${artifact:k}/.shoal/java.args -jar ${artifact:k}/.shoal/app/app.jar"
    )
    assert {name: str(value) for name, value in launch.env.items() if name != "PATH"} == {
        "JAVA_HOME": "${program:java-home}",
        "HOST": "${self:host}",
        "SERVER_ADDRESS": "${self:host}",
        "PORT": "${self:port:http}",
        "SERVER_PORT": "${self:port:http}",
        "MANAGEMENT_PORT": "${self:port:management}",
        "MANAGEMENT_SERVER_PORT": "${self:port:management}",
        "MANAGEMENT_SERVER_ADDRESS": "${self:host}",
    }


def test_any_other_jar_runs_as_it_is(line: Lines) -> None:
    assert [step.name for step in JAVA.steps(source(PLAIN))] == ["package", "options"]
    assert line(JAVA.launch(SERVICE, source(PLAIN), "k").command).endswith("-jar ${artifact:k}/target/app.jar")


def test_training_changes_a_file_and_not_the_command(line: Lines) -> None:
    train = JAVA.train(SERVICE, source(BOOT), "k")
    assert train is not None
    assert line(train.command) == (
        "${program:java} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djavax.net.ssl.trustStore=${program:java-trust}"
        " -XX:AOTCacheOutput=${artifact:k}/.shoal/app.aot.new -jar ${artifact:k}/.shoal/app/app.jar"
    )
    assert (train.written, train.output) == (".shoal/app.aot.new", ".shoal/app.aot")
    assert {name: str(value) for name, value in train.files.items()} == {
        ".shoal/java.args": FLAGS + '"-XX:AOTCache=${artifact:k}/.shoal/app.aot"\n'
    }


def test_a_command_of_its_own_is_not_trained() -> None:
    own = Service("users", command=(concat("java"), concat("-jar"), concat("x.jar")))
    assert JAVA.train(own, source(BOOT), "k") is None


def test_springs_own_preparation_is_used_where_the_build_makes_it() -> None:
    pom = BOOT.replace("</project>", "<!-- process-aot --></project>")
    assert "-Dspring.aot.enabled=true" in str(JAVA.steps(source(pom))[-1].files[".shoal/java.args"])


def with_jvm(*arguments: str) -> Service:
    return Service("users", ports=(Port(),), jvm=tuple(map(concat, arguments)))


def test_arguments_of_the_jvm_come_after_ours_and_have_a_file_of_their_own(line: Lines) -> None:
    launch = JAVA.launch(with_jvm("-Xmx256m", "-Dx=y"), source(BOOT), "k")
    (kept,) = launch.kept
    assert line(launch.command) == (
        f"${{program:java}} @{kept.path} -Xmx256m -Dx=y -jar ${{artifact:k}}/.shoal/app/app.jar"
    )
    assert str(kept.path).startswith("${artifact:k}/.shoal/java-")
    assert str(kept.text) == FLAGS


def test_each_set_of_them_has_a_cache_that_was_recorded_with_them(line: Lines) -> None:
    some = JAVA.train(with_jvm("-Xmx256m"), source(BOOT), "k")
    other = JAVA.train(with_jvm("-Xmx512m"), source(BOOT), "k")
    assert some is not None and other is not None
    assert len({some.output, other.output, ".shoal/app.aot"}) == 3
    assert f"-XX:AOTCacheOutput=${{artifact:k}}/{some.written} -Xmx256m -jar" in line(some.command)
    ((file, text),) = some.files.items()
    assert f"${{artifact:k}}/{file}" == str(JAVA.launch(with_jvm("-Xmx256m"), source(BOOT), "k").kept[0].path)
    assert str(text) == FLAGS + f'"-XX:AOTCache=${{artifact:k}}/{some.output}"\n'


def test_another_collector_takes_the_place_of_ours(line: Lines) -> None:
    service = with_jvm("-XX:+UseG1GC")
    train = JAVA.train(service, source(BOOT), "k")
    assert train is not None
    assert "UseSerialGC" not in str(JAVA.launch(service, source(BOOT), "k").kept[0].text) + line(train.command)


@pytest.mark.parametrize("argument", [
    concat("-javaagent:agent.jar"), concat("-agentlib:jdwp=server=y"), concat("-XX:AOTCache=mine.aot"),
    concat("-Dport=", own("port:http")),
])  # fmt: skip
def test_what_can_not_be_recorded_is_not(argument: Value) -> None:
    assert JAVA.train(Service("users", jvm=(argument,)), source(BOOT), "k") is None


def test_an_edit_of_code_makes_the_classes_anew_and_keeps_the_libraries() -> None:
    short = JAVA.recompile(source(BOOT))
    assert short is not None
    assert (short.jar, short.libraries) == (".shoal/app/app.jar", (".shoal/app/lib",))
    assert short.steps == JAVA.steps(source(BOOT))[-1:]
    plain = JAVA.recompile(source(PLAIN))
    assert plain is not None
    assert (plain.jar, plain.libraries) == ("target/app.jar", ())


def test_several_modules_and_own_commands_are_always_built_whole() -> None:
    parent = "<project><artifactId>x</artifactId><modules><module>a</module></modules></project>"
    assert JAVA.recompile(source(parent)) is None
    for recipe in (Recipe(run=()), Recipe(before=((concat("true"),),)), Recipe(after=((concat("true"),),))):
        made = JAVA.artifact("users", source(PLAIN), recipe)
        assert made is None or made.recompile is None
    made = JAVA.artifact("users", source(PLAIN))
    assert made is not None
    assert made.recompile == JAVA.recompile(source(PLAIN))
