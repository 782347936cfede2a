"""A refused start counts like an end: the same back-off, the same blame."""

from __future__ import annotations

from shoal.control.facts import failures_after, last_end
from shoal.control.reconcile import reconcile
from shoal.control.refusals import Refusals
from shoal.errors import DriverFailed, PortInUse
from shoal.model.plan import Start
from tests.unit.control.world import job, running, seen, service, wanted

API = service("api")


def refused(refusals: Refusals, failures: int = 0) -> None:
    start = Start(id="start api/0", cause="", workload="api", revision="r1", index=0, failures=failures)
    refusals.add(API, start, "", PortInUse("port 80 is taken"))


def test_it_names_the_kind_of_error() -> None:
    refusals = Refusals()
    refused(refusals)
    (instance,) = refusals.with_these(())
    assert instance.reason == "PortInUse: port 80 is taken"
    assert not instance.alive


def test_the_next_try_waits_longer_each_time() -> None:
    refusals = Refusals()
    refused(refusals, failures=3)
    observed = seen(*refusals.with_these(()))
    assert failures_after(last_end(API, 0, observed)) == 4
    (start,) = reconcile(wanted(API), observed, None, now=observed.instances[0].ended + 0.1).operations
    assert start.after == ("back-off of 4 s",)


def test_it_is_gone_when_the_slot_is_filled() -> None:
    refusals = Refusals()
    refused(refusals)
    there = running(API, 0)
    assert refusals.with_these([there]) == (there,)
    assert refusals.with_these(()) == ()


def test_an_instance_of_another_slot_changes_nothing() -> None:
    refusals = Refusals()
    refused(refusals)
    assert len(refusals.with_these([running(API, 1)])) == 2


def test_a_slot_is_refused_once_however_often() -> None:
    refusals = Refusals()
    refused(refusals)
    refused(refusals, failures=1)
    (instance,) = refusals.with_these(())
    assert instance.failures == 1


def test_only_its_own_are_forgotten() -> None:
    refusals = Refusals()
    refused(refusals)
    assert not refusals.forget("api-0-a")
    assert refusals.forget("api-0-refused")
    assert not refusals.forget("api-0-refused")


def test_a_refused_job_counts_as_failed_on_its_data() -> None:
    seed = job("seed", once_per="db")
    refusals = Refusals()
    refusals.add(seed, Start(id="", cause="", workload="seed", revision="r1", index=0), "one", DriverFailed("no"))
    observed = seen(*refusals.with_these(()), data={"db": "one"})
    assert reconcile(wanted(seed), observed, None, now=9e9).operations == ()
