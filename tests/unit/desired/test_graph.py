"""All that something needs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shoal.desired.graph import closure

GRAPHS = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=4), max_size=6)
NAMES = st.sets(st.sampled_from("abcdef"))


def test_it_follows_needs_of_needs() -> None:
    assert closure(["web"], {"web": ["api"], "api": ["db", "events"], "other": ["db"]}) == {
        "web",
        "api",
        "db",
        "events",
    }


def test_circles_end() -> None:
    assert closure(["a"], {"a": ["b"], "b": ["a"]}) == {"a", "b"}


@given(NAMES, GRAPHS)
def test_it_holds_the_names_and_with_each_what_it_needs(names: set[str], needs: dict[str, list[str]]) -> None:
    found = closure(names, needs)
    assert names <= found
    assert all(other in found for name in found for other in needs.get(name, ()))


@given(NAMES, GRAPHS)
def test_it_is_the_smallest_such_set(names: set[str], needs: dict[str, list[str]]) -> None:
    grown = set(names)
    for _ in range(len("abcdef")):
        grown |= {other for name in grown for other in needs.get(name, ())}
    assert closure(names, needs) == grown


@given(NAMES, GRAPHS)
def test_asking_again_adds_nothing(names: set[str], needs: dict[str, list[str]]) -> None:
    once = closure(names, needs)
    assert closure(once, needs) == once
