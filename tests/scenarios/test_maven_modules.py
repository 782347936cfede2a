"""One Maven build must give several services what they run, without a JDK."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Make

PARENT = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>shop</groupId><artifactId>shop</artifactId><version>1</version><packaging>pom</packaging>
  <properties>
    <maven.compiler.release>21</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <modules><module>common</module><module>orders</module><module>stock</module></modules>
  <build><plugins>
    <plugin>
      <groupId>org.apache.maven.plugins</groupId><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version>
    </plugin>
    <plugin>
      <groupId>org.apache.maven.plugins</groupId><artifactId>maven-jar-plugin</artifactId><version>3.5.0</version>
      <configuration><archive><manifest><mainClass>shop.Main</mainClass></manifest></archive></configuration>
    </plugin>
  </plugins></build>
</project>
"""


def module(name: str, more: str = "") -> str:
    return f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent><groupId>shop</groupId><artifactId>shop</artifactId><version>1</version></parent>
  <artifactId>{name}</artifactId>{more}
</project>
"""


COMMON = "<groupId>shop</groupId><artifactId>common</artifactId><version>1</version>"
USES = f"<dependencies><dependency>{COMMON}</dependency></dependencies>"
MAIN = """\
package shop;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Main {
    public static void main(String[] args) throws Exception {
        var at = new InetSocketAddress(System.getenv("HOST"), Integer.parseInt(System.getenv("PORT")));
        var server = HttpServer.create(at, 0);
        server.createContext("/", exchange -> {
            var body = (Common.GREETING + " from NAME").getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }
}
"""
FILES = {
    "backend/pom.xml": PARENT,
    "backend/common/pom.xml": module("common"),
    "backend/common/src/main/java/shop/Common.java": (
        'package shop;\n\npublic class Common { public static final String GREETING = "hello"; }\n'
    ),
    "backend/orders/pom.xml": module("orders", USES),
    "backend/orders/src/main/java/shop/Main.java": MAIN.replace("NAME", "orders"),
    "backend/stock/pom.xml": module("stock", USES),
    "backend/stock/src/main/java/shop/Main.java": MAIN.replace("NAME", "stock"),
}
YAML = """\
name: shop
builds:
  backend: {path: backend}
services:
  orders: {build: backend, path: backend/orders}
  stock: {build: backend, path: backend/stock}
gateway: {routes: [{path: /orders, to: orders}, {path: /stock, to: stock}]}
"""


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_two_services_of_one_build(app: Make) -> None:
    made = app(YAML, FILES)
    made.ok("up", "-d", "--wait", timeout=300)
    assert made.get("/orders") == (200, "hello from orders")
    assert made.get("/stock") == (200, "hello from stock")
    assert [event["subject"] for event in made.events("built")] == ["backend"]
    assert not list((made.folder / "backend").rglob("target"))
