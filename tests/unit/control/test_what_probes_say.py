"""What the answers of probes say about an instance."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.control.judgement import Judgement, after_first, after_live, after_ready, first, judged
from shoal.model.app import Probe, Probes
from shoal.model.observed import Instance

READY, LIVE = Probe("http", failures=3, grace=60.0), Probe("http", path="/live", failures=2)
STARTUP = Probe("http", path="/started", grace=10.0)
UP = Judgement(started=True, ready=True)
STARTING = Instance("api-0-a", "api", "service", "r1")


class TestWhileItStarts:
    def test_the_startup_probe_is_asked_first_and_readiness_without_one(self) -> None:
        assert first(Probes(startup=STARTUP, ready=READY)) is STARTUP
        assert first(Probes(ready=READY)) is READY
        assert first(Probes(live=LIVE)) is None

    def test_a_no_within_the_grace_counts_for_nothing(self) -> None:
        found = after_first(Probes(ready=READY), Judgement(), "refused", age=59.0)
        assert (found.started, found.ready, found.stuck, found.why) == (False, False, False, "refused")

    def test_a_no_after_the_grace_means_that_it_must_be_replaced(self) -> None:
        found = after_first(Probes(ready=READY), Judgement(), "refused", age=60.1)
        assert found.stuck
        assert found.why == "never became ready within 60 s: refused"

    def test_the_grace_is_the_asked_probes_own(self) -> None:
        assert after_first(Probes(startup=STARTUP, ready=READY), Judgement(), "no", age=11.0).stuck

    def test_one_yes_of_readiness_is_ready(self) -> None:
        assert after_first(Probes(ready=READY), Judgement(misses=9, why="no"), "", age=5.0) == UP

    def test_a_yes_of_startup_hands_on_to_readiness(self) -> None:
        found = after_first(Probes(startup=STARTUP, ready=READY), Judgement(), "", age=5.0)
        assert (found.started, found.ready) == (True, False)

    def test_a_yes_of_startup_alone_is_ready(self) -> None:
        assert after_first(Probes(startup=STARTUP), Judgement(), "", age=5.0) == UP

    def test_a_late_yes_is_still_a_yes(self) -> None:
        late = after_first(Probes(ready=READY), Judgement(), "no", age=61.0)
        assert after_first(Probes(ready=READY), late, "", age=62.0) == UP


class TestReadiness:
    def test_it_bears_some_noes(self) -> None:
        state = UP
        for misses in (1, 2):
            state = after_ready(READY, state, "slow")
            assert (state.ready, state.misses) == (True, misses)
        assert not after_ready(READY, state, "slow").ready

    def test_one_yes_brings_it_back_and_forgets_the_noes(self) -> None:
        out = Judgement(started=True, misses=7, why="slow")
        assert after_ready(READY, out, "") == UP

    def test_it_never_replaces_an_instance(self) -> None:
        state = UP
        for _ in range(50):
            state = after_ready(READY, state, "slow")
        assert not state.stuck

    @given(st.lists(st.booleans(), max_size=30), st.integers(1, 5))
    def test_it_is_out_exactly_after_that_many_noes_in_a_row(self, answers: list[bool], failures: int) -> None:
        probe, state, row, ready = Probe("http", failures=failures), UP, 0, True
        for yes in answers:
            state = after_ready(probe, state, "" if yes else "no")
            row = 0 if yes else row + 1
            ready = yes or (ready and row < failures)
            assert state.ready is ready


class TestLiveness:
    def test_noes_in_a_row_mean_that_it_must_be_replaced(self) -> None:
        once = after_live(LIVE, UP, "no answer within 2 s")
        assert once.ready and not once.stuck
        twice = after_live(LIVE, once, "no answer within 2 s")
        assert twice.stuck and not twice.ready
        assert twice.why == "its liveness probe failed 2 times: no answer within 2 s"

    def test_a_yes_in_between_begins_anew(self) -> None:
        state = after_live(LIVE, after_live(LIVE, after_live(LIVE, UP, "no"), ""), "no")
        assert not state.stuck

    def test_it_leaves_what_readiness_said(self) -> None:
        unready = Judgement(started=True, misses=4, why="busy")
        assert after_live(LIVE, unready, "") == unready


@pytest.mark.parametrize(("judgement", "phase"), [
    (Judgement(), "starting"),
    (Judgement(started=True), "unready"),
    (Judgement(started=True, ready=True), "ready"),
    (Judgement(stuck=True), "starting"),
])  # fmt: skip
def test_a_judgement_gives_a_phase(judgement: Judgement, phase: str) -> None:
    found = judged(STARTING, judgement)
    assert (found.phase, found.stuck) == (phase, judgement.stuck)


@pytest.mark.parametrize("phase", ["stopping", "exited"])
def test_what_stops_or_has_ended_is_not_judged(phase: str) -> None:
    ending = msgspec.structs.replace(STARTING, phase=phase)
    assert judged(ending, UP) is ending
