"""The SQL that makes databases and roles: text in, text out. What it does is tested in tests/conformance/backing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.backing import Consumer
from shoal.backing.postgres_sql import owner, provision, quoted, text

ANN = Consumer("ann")


def script(*consumers: Consumer, default: str = "shop", init: tuple[str, ...] = ()) -> list[str]:
    return str(provision("db", default, consumers, init)).splitlines()


def test_a_database_its_owner_and_a_role_per_consumer() -> None:
    assert script(ANN) == [
        "SELECT 'CREATE ROLE \"shop.owner\" NOLOGIN' "
        "WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop.owner') \\gexec",
        'SELECT \'CREATE DATABASE "shop" OWNER "shop.owner"\' '
        "WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'shop') \\gexec",
        'ALTER DATABASE "shop" OWNER TO "shop.owner";',
        'REVOKE ALL ON DATABASE "shop" FROM PUBLIC;',
        "SELECT 'CREATE ROLE \"ann\" LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ann') \\gexec",
        "ALTER ROLE \"ann\" PASSWORD '${secret:db.ann}';",
        'GRANT "shop.owner" TO "ann";',
        'ALTER ROLE "ann" IN DATABASE "shop" SET role = \'shop.owner\';',
        '\\connect "shop"',
        'ALTER SCHEMA public OWNER TO "shop.owner";',
    ]


def test_a_database_that_nobody_needs_is_made_all_the_same() -> None:
    assert any('CREATE DATABASE "shop"' in line for line in script())


def test_databases_are_made_once_each_in_order() -> None:
    found = script(Consumer("a", "two"), Consumer("b", "one"), Consumer("c", "two"), Consumer("d"))
    made = [line.split('"')[1] for line in found if "CREATE DATABASE" in line]
    assert made == ["one", "shop", "two"]


def test_databases_are_made_before_the_roles_that_use_them() -> None:
    found = script(Consumer("a", "two"))
    last = max(n for n, line in enumerate(found) if "CREATE DATABASE" in line)
    assert last < min(n for n, line in enumerate(found) if "LOGIN" in line and "NOLOGIN" not in line)


def test_without_init_there_is_no_mark() -> None:
    assert not any("COMMENT" in line for line in script(ANN))


def test_init_is_one_transaction_behind_its_mark() -> None:
    found = script(ANN, init=("init-0.sql", "init-1.sql"))
    begin, commit = found.index("BEGIN;"), found.index("COMMIT;")
    inside = found[begin + 1 : commit]
    assert inside == [
        "COMMENT ON DATABASE \"shop\" IS 'initialised by shoal';",
        'SET LOCAL ROLE "shop.owner";',
        "\\i '${self:files}/init-0.sql'",
        "\\i '${self:files}/init-1.sql'",
    ]
    assert found[begin - 2 : begin] == ["\\if :done", "\\else"]
    assert found[commit + 1 :] == ["\\endif"]


@pytest.mark.parametrize(("name", "expected"), [("a", '"a"'), ('a"b', '"a""b"'), ("A b", '"A b"'), ("", '""')])
def test_names_are_quoted(name: str, expected: str) -> None:
    assert quoted(name) == expected


@given(st.text())
def test_a_quoted_text_ends_where_it_should(value: str) -> None:
    literal = text(value)
    assert re.fullmatch(r"'(?:[^']|'')*'", literal, re.DOTALL)
    assert literal[1:-1].replace("''", "'") == value


@given(st.text())
def test_a_quoted_name_ends_where_it_should(value: str) -> None:
    assert re.fullmatch(r'"(?:[^"]|"")*"', quoted(value), re.DOTALL)


def test_the_owner_of_a_database_is_no_name_that_a_consumer_can_have() -> None:
    # Names in the file are lower-case letters, digits and dashes.
    assert "." in owner("shop")


def test_no_password_stands_in_the_script_itself() -> None:
    references = list(provision("db", "shop", (ANN,), ()).refs())
    assert {(ref.kind, ref.name) for ref in references} == {("secret", "db.ann")}
