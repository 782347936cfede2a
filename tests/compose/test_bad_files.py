"""A bad file is refused with one clear error for each problem, and its place."""

from __future__ import annotations

import pytest

from shoal.errors import FileError
from tests.compose.conftest import Read


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("services: [a", "compose.yaml:2:1: not YAML"),
        ("services: {web: {\timage: x}", "compose.yaml:2:1: not YAML"),
        ("- a", "compose.yaml:1:1: expected keys such as `services:`"),
        ("", "compose.yaml: the file is empty"),
        ("sevices: {}", 'compose.yaml:1:1: unknown key "sevices"\n  did you mean "services"?'),
        (
            "services: {web: {imge: x}}",
            'compose.yaml:1:18: services/web: unknown key "imge"\n  did you mean "image"?',
        ),
        (
            "services: {web: {healthcheck: {tests: x}}}",
            'compose.yaml:1:32: services/web/healthcheck: unknown key "tests"\n  did you mean "test"?',
        ),
        (
            "services: {web: {deploy: {resources: {limits: {cpu: 1}}}}}",
            'compose.yaml:1:48: services/web/deploy/resources/limits: unknown key "cpu"\n  did you mean "cpus"?',
        ),
        ("services: [web]", "compose.yaml:1:11: services: expected a map, got a list"),
        ("services: {web: nginx}", 'compose.yaml:1:17: services/web: expected a map, got "nginx"'),
        (
            "services: {web: {ports: 80}}",
            "compose.yaml:1:25: services/web/ports: expected a list, got 80",
        ),
        (
            "services: {web: {image: [a]}}",
            "compose.yaml:1:25: services/web/image: expected a text, got a list",
        ),
        (
            "services: {web: {volumes: [{target: /x, kind: bind}]}}",
            'compose.yaml:1:41: services/web/volumes/0: unknown key "kind"',
        ),
        ("services: {web: !reste {}}", 'compose.yaml:1:17: the tag "!reste" isn\'t read here\n  leave it out'),
        (
            "services: {web: {image: a, image: b}}",
            'compose.yaml:1:28: the key "image" is here a second time (first in line 1)',
        ),
        ("services: {web: *gone}", "compose.yaml:1:17: "),
        ("services: {web: {<<: [a]}}", "compose.yaml:1:23: `<<` merges maps only"),
        ("include: sub.yaml", 'compose.yaml:1:10: include: expected a list, got "sub.yaml"'),
    ],
)
def test_it_is_refused_with_these_words(read: Read, text: str, told: str) -> None:
    with pytest.raises(FileError) as caught:
        read(text)
    assert str(caught.value).startswith(told)


def test_several_problems_are_told_at_once(read: Read) -> None:
    with pytest.raises(FileError) as caught:
        read("services: {web: {imge: x}, db: {prots: []}}")
    assert str(caught.value).count("did you mean") == 2


def test_keys_that_begin_with_x_say_nothing_wherever_they_stand(read: Read) -> None:
    assert read("x-a: {}\nservices: {web: {image: a, x-b: 1, build: {context: ., x-c: 2}}}\nnetworks: {n: {x-d: 3}}")


def test_keys_without_a_value_say_nothing(read: Read) -> None:
    assert read("volumes:\nservices: {web: {image: a, ports: , environment: {A: }}}")
