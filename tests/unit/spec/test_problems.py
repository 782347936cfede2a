from __future__ import annotations

import time

import pytest

from shoal.errors import FileError, Problems, UnknownKey, UnknownReference, WrongType, from_json
from tests.unit.spec.conftest import Load


def test_one_problem_is_raised_as_itself(loaded: Load) -> None:
    with pytest.raises(UnknownKey):
        loaded("services: {users: {path: users, replica: 2}}")


def test_several_come_together_in_the_order_of_the_file(loaded: Load) -> None:
    with pytest.raises(Problems) as caught:
        loaded("services:\n  users: {path: users, needs: [db]}\n  posts: {path: posts, replicas: x, replica: 2}\n")
    assert [type(problem) for problem in caught.value.found] == [UnknownReference, WrongType, UnknownKey]
    assert str(caught.value) == "\n".join(str(problem) for problem in caught.value.found)
    assert caught.value.exit_code == FileError.exit_code


def test_they_cross_the_socket(loaded: Load) -> None:
    with pytest.raises(Problems) as caught:
        loaded("services: {users: {path: users, a: 1, b: 2}}")
    assert str(from_json(caught.value.to_json())) == str(caught.value)


def test_a_broken_part_isnt_reported_a_second_time_by_what_builds_on_it(loaded: Load) -> None:
    with pytest.raises(WrongType, match="users/ports"):
        loaded(
            "services: {users: {path: users, ports: 5}, posts: {path: posts, needs: [{users: {port: x}}]}}\n"
            "gateway: {routes: [{to: 'users:metrics'}]}\n"
        )
    with pytest.raises(WrongType, match="services/users: expected a map"):
        loaded("services: {users: 5, posts: {path: posts, needs: [users]}}")


def test_very_many_are_cut_short_and_take_no_time(loaded: Load) -> None:
    many = "".join(f"  s{i}: {{path: users, needs: [t{i}], replica: 1}}\n" for i in range(400))
    start = time.process_time()
    with pytest.raises(Problems, match="and 750 more problems"):
        loaded("services:\n" + many)
    assert time.process_time() - start < 5


def test_a_large_app_is_fine(loaded: Load) -> None:
    many = "".join(f"  s{i}: {{path: users, needs: [s{(i + 1) % 500}], replicas: 2}}\n" for i in range(500))
    assert len(loaded("services:\n" + many).services) == 500
