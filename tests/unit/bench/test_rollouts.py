"""The edit that is rolled out: one variable of one service, as anybody would write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.rollouts import SERVICES, changed
from shoal.spec import load

FILE = Path(__file__).parents[3] / "examples" / "blog" / "shoal.yaml"


@pytest.mark.parametrize("service", SERVICES)
def test_only_that_service_gets_the_variable(service: str, tmp_path: Path) -> None:
    text = changed(changed(FILE.read_text(), service, 1), service, 2)
    edited = FILE.parent / "shoal.yaml"
    before = load(edited, environment="dev", variables={})
    (tmp_path / "shoal.yaml").write_text(text)
    for name in ("users", "posts", "web"):
        (tmp_path / name).symlink_to(FILE.parent / name)
    after = load(tmp_path / "shoal.yaml", environment="dev", variables={})
    assert text.count("ROUND") == 1
    differ = [a.name for a, b in zip(after.services, before.services, strict=True) if a.environment != b.environment]
    assert differ == [service]


def test_a_service_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="nobody"):
        changed(FILE.read_text(), "nobody", 1)
