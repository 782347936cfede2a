"""Patterns of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.build.chosen import chosen
from shoal.build.source import portion


@pytest.mark.parametrize(("pattern", "name"), [
    ("migrations/**", "migrations/env.py"),
    ("migrations/**", "migrations/versions/deep/one.py"),
    ("migrations", "migrations/versions/one.py"),
    ("./migrations/", "migrations/one.py"),
    ("*.sql", "one.sql"),
    ("db/*.sql", "db/one.sql"),
    ("**/migrations/*.py", "migrations/one.py"),
    ("**/migrations/*.py", "shop/cart/migrations/one.py"),
    ("migrate.py", "migrate.py"),
    ("v[0-9].sql", "v1.sql"),
], ids=str)  # fmt: skip
def test_what_a_pattern_means(pattern: str, name: str) -> None:
    assert chosen(name, pattern)


@pytest.mark.parametrize(("pattern", "name"), [
    ("migrations/**", "app/migrations/env.py"),
    ("migrations/*", "migrate/env.py"),
    ("*.sql", "db/one.sql"),
    ("**/migrations/*.py", "migrations/one.sql"),
    ("migrate.py", "app/migrate.py"),
    ("Migrations/**", "migrations/env.py"),
], ids=str)  # fmt: skip
def test_and_what_it_does_not(pattern: str, name: str) -> None:
    assert not chosen(name, pattern)


def test_a_portion_is_of_its_files_alone(tmp_path: Path) -> None:
    def digest() -> str:
        return portion(tmp_path, (), ("migrations/**", "schema.sql"))

    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/one.sql").write_text("create table a ()")
    seen = {digest()}
    (tmp_path / "app.py").write_text("print(1)")
    assert digest() in seen
    for name in ("migrations/two.sql", "schema.sql", "migrations/one.sql"):
        (tmp_path / name).write_text(f"-- {name}")
        assert digest() not in seen
        seen.add(digest())
    (tmp_path / "migrations/two.sql").unlink()
    assert digest() not in seen
