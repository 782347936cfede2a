"""Every error says what, where and what next, has its exit code, and is drawn in the tree."""

from __future__ import annotations

import json
import re

import pytest

from shoal import errors
from shoal.errors import KINDS, FileError, Place, Problems, ShoalError, UnknownKey, from_json

TREE = re.findall(r"^    (?:([│├└─ ]*)─ )?([A-Z]\w+) +(\d+)?", errors.__doc__ or "", re.MULTILINE)
PLACE = Place("shoal.yaml", 3, 7)


def drawn() -> dict[str, tuple[str, int]]:
    """Class -> its parent and its exit code, as the tree says."""
    found: dict[str, tuple[str, int]] = {}
    parents: list[tuple[int, str]] = []
    for lead, name, code in TREE:
        depth = len(lead)
        parents = [(d, n) for d, n in parents if d < depth] if lead else []
        parent = parents[-1][1] if parents else ""
        number = int(code) if code else found[parent][1]
        found[name] = (parent, number)
        parents.append((depth, name))
    return found


def test_the_tree_names_every_error_its_parent_and_its_code() -> None:
    real = {name: (kind.__base__.__name__ if name != "ShoalError" else "", kind.exit_code)  # type: ignore[union-attr]
            for name, kind in KINDS.items()}  # fmt: skip
    assert drawn() == real


def test_no_two_codes_are_the_same() -> None:
    codes = [kind.exit_code for kind in KINDS.values() if not issubclass(kind, FileError)]
    assert len(codes) == len(set(codes))
    assert {kind.exit_code for kind in KINDS.values() if issubclass(kind, FileError)} == {3}
    assert 0 not in codes


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("where", [None, PLACE, Place("shoal.yaml")], ids=["nowhere", "a place", "a file"])
def test_an_error_crosses_the_socket_as_itself(kind: type[ShoalError], where: Place | None) -> None:
    sent = kind("what — is\nwrong", where=where, hint="do this")
    got = from_json(json.loads(json.dumps(sent.to_json())))
    assert type(got) is kind
    assert (got.what, got.where, got.hint, str(got)) == (sent.what, sent.where, sent.hint, str(sent))


def test_an_error_of_a_private_kind_arrives_as_the_public_one_it_is() -> None:
    class _Special(errors.DriverFailed):
        pass

    got = from_json(_Special("no").to_json())
    assert type(got) is errors.DriverFailed
    assert got.exit_code == 14


@pytest.mark.parametrize("damaged", [{}, {"kind": "Nonsense"}, {"what": None, "where": "x", "hint": None}])
def test_what_cannot_be_understood_is_still_an_error(damaged: dict[str, object]) -> None:
    assert type(from_json(damaged)) is ShoalError


@pytest.mark.parametrize(("where", "hint", "text"), [
    (None, "", "wrong"),
    (None, "fix it", "wrong\n  fix it"),
    (PLACE, "", "shoal.yaml:3:7: wrong"),
    (Place("shoal.yaml"), "fix it", "shoal.yaml: wrong\n  fix it"),
])  # fmt: skip
def test_as_text_it_says_where_what_and_what_next(where: Place | None, hint: str, text: str) -> None:
    assert str(ShoalError("wrong", where=where, hint=hint)) == text


def test_many_problems_are_one_error_with_all_their_texts() -> None:
    one, two = UnknownKey("no `a`", where=PLACE, hint="say b"), FileError("no c")
    many = Problems.of((one, two))
    assert many.found == (one, two)
    assert str(many) == "shoal.yaml:3:7: no `a`\n  say b\nno c"
    assert str(from_json(many.to_json())) == str(many)


def test_the_command_lines_help_names_every_code() -> None:
    from shoal.cli.main import EPILOG

    codes = {int(code) for code in re.findall(r"\b(\d+) ", EPILOG)}
    assert codes == {kind.exit_code for kind in KINDS.values() if kind is not ShoalError} | {0}
