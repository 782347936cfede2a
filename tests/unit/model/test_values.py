"""Values: text with holes in it, filled when a consumer starts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shoal.model.values import Ref, Value, address, concat, own, program, secret

REFS = st.builds(Ref, st.sampled_from(["address", "secret", "self"]), st.text(max_size=3), st.text(max_size=3))
PIECES = st.lists(st.one_of(st.text(max_size=4), REFS), max_size=8)


@given(PIECES)
def test_a_value_has_no_empty_and_no_adjacent_texts(pieces: list[str | Ref]) -> None:
    parts = concat(*pieces).parts
    assert "" not in parts
    assert not any(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(parts))


@given(PIECES, st.integers(0, 8))
def test_how_it_was_put_together_does_not_matter(pieces: list[str | Ref], cut: int) -> None:
    assert concat(*pieces) == concat(concat(*pieces[:cut]), concat(*pieces[cut:]))


@given(PIECES)
def test_rendering_keeps_the_order(pieces: list[str | Ref]) -> None:
    expected = "".join(piece if isinstance(piece, str) else "<hole>" for piece in pieces)
    assert concat(*pieces).render(lambda ref: "<hole>") == expected


@given(PIECES)
def test_replacing_each_hole_by_itself_changes_nothing(pieces: list[str | Ref]) -> None:
    value = concat(*pieces)
    assert value.replace(lambda ref: Value((ref,))) == value


def test_a_hole_may_be_replaced_by_text_with_holes() -> None:
    url = concat("http://", Ref("property", "db", "place"), "/x")
    place = concat(address("db", "host"), ":", address("db", "port"))
    assert url.replace(lambda ref: place).parts == (
        "http://", Ref("address", "db", "host"), ":", Ref("address", "db", "port"), "/x",
    )  # fmt: skip


def test_what_was_replaced_joins_the_text_around_it() -> None:
    assert concat("a", own("host"), "c").replace(lambda ref: concat("b")).parts == ("abc",)


def test_nothing_is_nothing() -> None:
    assert concat() == concat("") == concat("", Value()) == Value()


def test_as_text_a_hole_looks_like_what_it_is() -> None:
    value = concat(address("db", "host"), " ", secret("key"), " ", own("port:http"), " ", program("psql"))
    assert str(value) == "${address:db:host} ${secret:key} ${self:port:http} ${program:psql}"


def test_rendered_text_is_not_looked_at_again() -> None:
    assert concat(secret("a")).render(lambda ref: "${secret:b}") == "${secret:b}"
