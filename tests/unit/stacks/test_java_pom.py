"""The pom that Maven gets: the user's, with a compiler that needs no JDK."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from shoal.errors import FileError
from shoal.stacks.java_pom import derived

BOOT = """<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId></parent>
  <artifactId>users</artifactId>
  <properties><java.version>21</java.version></properties>
  <dependencies><dependency><artifactId>keep-me</artifactId></dependency></dependencies>
</project>
"""


def compiler(pom: str) -> ET.Element:
    plugins = ET.fromstring(pom).findall("{*}build/{*}plugins/{*}plugin")
    found = [each for each in plugins if each.findtext("{*}artifactId") == "maven-compiler-plugin"]
    assert len(found) == 1
    return found[0]


def properties(pom: str) -> dict[str, str]:
    return {e.tag.partition("}")[2] or e.tag: e.text or "" for e in ET.fromstring(pom).iterfind("{*}properties/*")}


def with_compiler(inner: str) -> str:
    plugin = f"<plugin><artifactId>maven-compiler-plugin</artifactId>{inner}</plugin>"
    return f"<project><build><plugins>{plugin}</plugins></build></project>"


def test_the_compiler_and_its_plugin_dependencies_are_added() -> None:
    plugin = compiler(derived(BOOT))
    assert plugin.findtext("{*}configuration/{*}compilerId") == "eclipse"
    found = [
        (d.findtext("{*}artifactId"), d.findtext("{*}version"))
        for d in plugin.iterfind("{*}dependencies/{*}dependency")
    ]
    assert found == [("plexus-compiler-eclipse", "2.16.2"), ("ecj", "3.46.100")]


def test_release_is_emptied_and_source_and_target_take_its_place() -> None:
    assert properties(derived(BOOT)) == {
        "java.version": "21",
        "maven.compiler.release": "",
        "maven.compiler.source": "${java.version}",
        "maven.compiler.target": "${java.version}",
    }


def test_the_rest_stays() -> None:
    pom = derived(BOOT)
    assert "keep-me" in pom
    assert ET.fromstring(pom).findtext("{*}build/{*}finalName") == "app"
    assert pom.startswith("<?xml")
    assert "ns0:" not in pom


def test_what_only_tests_need_is_not_fetched() -> None:
    one = "<dependency><artifactId>junit</artifactId><scope>test</scope></dependency>"
    pom = derived(
        f"<project><dependencies>{one}<dependency><artifactId>y</artifactId></dependency></dependencies></project>"
    )
    assert [each.text for each in ET.fromstring(pom).iterfind("dependencies/dependency/artifactId")] == ["y"]


def test_a_release_in_the_plugin_is_moved() -> None:
    pom = derived(with_compiler("<configuration><release>17</release><parameters>true</parameters></configuration>"))
    assert compiler(pom).find("configuration/release") is None
    assert compiler(pom).findtext("configuration/parameters") == "true"
    assert properties(pom)["maven.compiler.source"] == "17"


def test_arguments_that_only_javac_knows_are_dropped() -> None:
    args = "<compilerArgs><arg>-Xlint:all</arg><arg>-parameters</arg><arg>-Amapstruct.x=1</arg></compilerArgs>"
    plugin = compiler(derived(with_compiler(f"<configuration>{args}</configuration>")))
    assert [each.text for each in plugin.iterfind("configuration/compilerArgs/arg")] == [
        "-parameters",
        "-Amapstruct.x=1",
    ]


def test_a_compiler_that_is_there_already_is_replaced() -> None:
    old = "<dependencies><dependency><artifactId>ecj</artifactId><version>1</version></dependency></dependencies>"
    assert [d.text for d in compiler(derived(with_compiler(old))).iterfind("dependencies/dependency/version")] == [
        "2.16.2",
        "3.46.100",
    ]


def test_a_pom_that_says_nothing_is_level_17() -> None:
    assert properties(derived("<project/>"))["maven.compiler.target"] == "17"


def test_deriving_twice_changes_nothing_more() -> None:
    assert derived(derived(BOOT)) == derived(BOOT)


def test_what_is_not_xml_is_refused() -> None:
    with pytest.raises(FileError, match=r"pom\.xml is not XML"):
        derived("<project>")
