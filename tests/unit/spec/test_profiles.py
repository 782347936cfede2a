"""Active profiles: those of the command line, else those of a variable; one that nothing is in is an error."""

from __future__ import annotations

import pytest

from shoal.errors import UsageError
from shoal.model.app import Service
from shoal.spec.profiles import active

SERVICES = (Service("a", profiles=("debug", "load")), Service("b"))


@pytest.mark.parametrize(("given", "variable", "found"), [
    ((), "", ()),
    (("load",), "debug", ("load",)),
    ((), " debug,load ,", ("debug", "load")),
    (("*",), "", ("*",)),
    (("load", "load"), "", ("load",)),
])  # fmt: skip
def test_the_command_line_comes_first(given: tuple[str, ...], variable: str, found: tuple[str, ...]) -> None:
    assert active(given, {"SHOAL_PROFILES": variable}, SERVICES) == found


def test_an_unknown_one_is_refused_by_where_it_was_said() -> None:
    with pytest.raises(UsageError, match="--profile: nothing is in a profile lode") as caught:
        active(("lode",), {}, SERVICES)
    assert caught.value.hint == "Did you mean load?"
    with pytest.raises(UsageError, match="SHOAL_PROFILES: nothing is in a profile x") as caught:
        active((), {"SHOAL_PROFILES": "x"}, SERVICES[1:])
    assert caught.value.hint == "No service here has `profiles`."
