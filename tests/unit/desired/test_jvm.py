"""Arguments of the JVM are for what runs on one."""

from __future__ import annotations

import pytest

from shoal.desired import compile
from shoal.desired.inputs import Inputs
from shoal.desired.training import practice, trainings
from shoal.errors import Place, WrongType
from shoal.model.app import App, Port, Service
from shoal.model.values import concat
from shoal.stacks import Source

POM = Source("/shop/api", ("pom.xml",), {"pom.xml": "<project/>"}, "d1", {"java": "25", "mvn": "3", "ecj": "3"})
MAIN = '{"main": "index.js"}'
NODE = Source("/shop/api", ("package.json", "index.js"), {"package.json": MAIN}, "d1", {"node": "24"})
API = Service("api", path="api", jvm=(concat("-Xmx1g"),), args=(concat("--debug"),), ports=(Port(),))
SHOP = App("shop", "/shop", services=(API,), places={"services.api.jvm": Place("shoal.yaml", 3, 5)})


def test_a_detected_stack_without_one_refuses_them_with_their_place() -> None:
    with pytest.raises(WrongType) as caught:
        compile(SHOP, Inputs({"api": NODE}))
    assert str(caught.value) == (
        "shoal.yaml:3:5: services/api/jvm: means nothing here: the stack is node\n"
        "  `jvm` is for the stack java; arguments of the program go into `args`"
    )


def test_a_training_is_given_the_programs_arguments_too() -> None:
    inputs = Inputs({"api": POM})
    (training,) = trainings(SHOP, inputs)
    recorded = practice(SHOP, inputs, training).workload("api")
    assert recorded is not None
    words = [str(word) for word in recorded.command]
    assert "-Xmx1g" in words
    assert words[-1] == "--debug"
