"""`up --watch` must follow edits of Java code without Maven, and with it where the edit is of more than code."""

from __future__ import annotations

import pytest

from tests.scenarios.app import App, get
from tests.scenarios.conftest import Make

POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>words</groupId><artifactId>words</artifactId><version>1</version>
  <properties>
    <maven.compiler.release>21</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <build><plugins>
    <plugin>
      <groupId>org.apache.maven.plugins</groupId><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version>
    </plugin>
    <plugin>
      <groupId>org.apache.maven.plugins</groupId><artifactId>maven-jar-plugin</artifactId><version>3.5.0</version>
      <configuration><archive><manifest><mainClass>words.Main</mainClass></manifest></archive></configuration>
    </plugin>
  </plugins></build>
</project>
"""
MAIN = """\
package words;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Main {
    public static void main(String[] args) throws Exception {
        var at = new InetSocketAddress(System.getenv("HOST"), Integer.parseInt(System.getenv("PORT")));
        var server = HttpServer.create(at, 0);
        server.createContext("/", exchange -> {
            var body = Words.said().getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }
}
"""
WORDS = """\
package words;

class Words {
    static String said() {
        try (var file = Words.class.getResourceAsStream("/word.txt")) {
            var method = Words.class.getMethod("named", int.class);
            return "one " + new String(file.readAllBytes()) + method.getParameters()[0];
        } catch (Exception problem) {
            return problem.toString();
        }
    }

    public static void named(int parameter) {}
}
"""
FILES = {
    "words/pom.xml": POM,
    "words/src/main/java/words/Main.java": MAIN,
    "words/src/main/java/words/Words.java": WORDS,
    "words/src/main/resources/word.txt": "first ",
}
YAML = """\
name: words
services:
  words: {path: words}
gateway: {routes: [{path: /, to: words}]}
"""
POM_FILE = "words/pom.xml"
CODE = "words/src/main/java/words/Words.java"


def built_with_maven(app: App) -> int:
    return sum(e["text"].startswith("package") for e in app.events("building"))


def says(app: App, text: str) -> None:
    url = app.url
    app.wait_until(lambda: get(url + "/") == (200, text), deadline=120)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_edits_of_a_java_service(app: Make) -> None:
    made = app(YAML, FILES)
    made.ok("up", "-d", "--wait", "--watch", timeout=200)
    assert made.get("/") == (200, "one first int arg0")
    assert built_with_maven(made) == 1

    made.edit("one", "two", CODE)
    says(made, "two first int arg0")
    made.write({"words/src/main/resources/word.txt": "second "})
    says(made, "two second int arg0")
    assert built_with_maven(made) == 1

    made.edit("class Words", "clas Words", CODE)
    made.wait_until(lambda: made.events("build failed"), deadline=60)
    assert "the compiler refuses the code" in made.events("build failed")[0]["text"]
    assert "Words.java" in made.events("build failed")[0]["text"]
    assert made.get("/") == (200, "two second int arg0"), "what ran goes on"
    made.edit("clas Words", "class Words", CODE)
    made.edit("two", "three", CODE)
    says(made, "three second int arg0")
    assert built_with_maven(made) == 1

    made.edit("</properties>", "  <maven.compiler.parameters>true</maven.compiler.parameters></properties>", POM_FILE)
    says(made, "three second int parameter")
    assert built_with_maven(made) == 2
    made.edit("three", "four", CODE)
    says(made, "four second int parameter")
    assert built_with_maven(made) == 2


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_compiler_goes_when_nobody_watches_any_more(app: Make) -> None:
    made = app(YAML, FILES)
    made.ok("up", "-d", "--wait", "--watch", timeout=200)

    def compiler() -> bool:
        return any(line.endswith(" Compiler") for line in made.processes().values())

    made.wait_until(compiler, deadline=60)
    made.ok("up", "-d", "--wait", timeout=60)
    made.wait_until(lambda: not compiler())
