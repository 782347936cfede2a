from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from shoal.spec import schema
from shoal.spec.json_schema import FILE, text
from tests.unit.spec.golden import Case, cases


class _Yaml12(yaml.SafeLoader):
    """What editors read: `no`, `on` and dates are texts."""


_Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

_Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), "tf")


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft202012Validator(schema())


def test_the_file_in_the_package_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: python -m shoal.spec.json_schema"


def test_it_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(text()))


@pytest.mark.parametrize("case", cases("good"), ids=lambda case: case.file.stem)
def test_it_accepts_what_the_loader_accepts(case: Case, validator: Any) -> None:
    file = yaml.load(case.parts["shoal.yaml"], Loader=_Yaml12)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(file)] == []


@pytest.mark.parametrize("stem", ["unknown-keys", "wrong-types", "out-of-range", "overlay-other", "backing"])
def test_it_refuses_what_a_schema_can_see(stem: str, validator: Any) -> None:
    (case,) = (case for case in cases("bad") if case.file.stem == stem)
    assert list(validator.iter_errors(yaml.load(case.parts["shoal.yaml"], Loader=_Yaml12)))


def test_every_key_is_described() -> None:
    def undescribed(node: Any, path: str) -> list[str]:
        found = []
        for name, value in node.get("properties", {}).items():
            found += [] if value.get("description") else [f"{path}.{name}"]
        return found

    made = schema()
    models = {"": made, **made["$defs"]}
    assert [lost for name, model in models.items() for lost in undescribed(model, name)] == []
