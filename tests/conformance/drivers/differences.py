"""What a target does otherwise than the others, test by test: the pages of the docs that list it are made from here.

Each names a test that must fail there (`chance`: may), so that a difference that has gone shows."""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """`what` is the difference in a user's words, `instead` what there is in its place."""

    what: str
    instead: str
    chance: bool = False


_ATTACH = Difference(
    "A process of this machine can't stand in for a service (`up --except`, `run --attach`).",
    "It is refused: the mesh's container has no way to it. Work on that service with the target process.",
)
_NAMES = Difference(
    "`names: true` gives no plain names through the mesh.",
    "`up` and `doctor` say so; the variables (`USERS_URL`) are the same everywhere.",
)

DIFFERENCES: dict[str, dict[str, Difference]] = {
    "docker": {
        "test_it_is_seen_where_it_listens_and_told_what_a_workload_gets": _ATTACH,
        "test_it_is_seen_by_the_next_driver_too": _ATTACH,
        "test_it_can_be_stopped_and_forgotten": _ATTACH,
        "test_each_caller_has_another_address_for_the_same_callee": _NAMES,
        "test_all_ports_of_a_callee_are_at_one_address": _NAMES,
        "test_what_a_caller_does_not_need_is_at_one_address_of_its_own": _NAMES,
        "test_what_runs_beside_has_another_number": Difference(
            "`shoal run SERVICE` beside a service with a fixed port gets the same number.",
            "Each container has all numbers to itself.",
        ),
        "test_lines_of_both_streams_are_in_order": Difference(
            "Lines of stdout and stderr that are written within the same millisecond may change places in `logs`.",
            "The engine reads them from two pipes. Lines of one stream keep their order.",
            chance=True,
        ),
    }
}
