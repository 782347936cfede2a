"""What happened since something was disturbed is read from the events, in words."""

from __future__ import annotations

from shoal.control.healed import Step, steps
from shoal.model.event import Event


def test_steps_have_the_time_since_the_beginning_and_leave_out_what_was_before() -> None:
    events = [
        Event(9.0, "ready", "posts", "", "posts-0-a"),
        Event(10.0, "chaos", "posts", "kill posts/0", "posts-0-a"),
        Event(10.6, "started", "posts", "pid 7", "posts-0-b"),
        Event(10.1, "exited", "posts", "killed by SIGKILL\nlast line", "posts-0-a"),
        Event(11.5, "ready", "posts", "after 0.9 s", "posts-0-b"),
    ]
    assert steps(events, 10.0) == (
        Step(0.1, "posts-0-a", "ended", "killed by SIGKILL"),
        Step(0.6, "posts-0-b", "started", "pid 7"),
        Step(1.5, "posts-0-b", "ready", "after 0.9 s"),
    )


def test_one_that_left_traffic_and_is_ready_is_back() -> None:
    events = [Event(2.0, "unready", "posts", "late", "a"), Event(5.0, "ready", "posts", "", "a")]
    assert [step.what for step in steps(events, 1.0)] == ["out of traffic", "back in traffic"]
