"""Where cores are few, replacements start one after the other; nothing else waits for that."""

from __future__ import annotations

from shoal.control.pacing import PATIENCE
from shoal.control.reconcile import reconcile
from shoal.model.observed import Instance
from tests.unit.control.world import lines, running, seen, service, wanted

OLD = tuple(running(service(name)) for name in ("api", "mail", "web"))
NEW = tuple(service(name, revision="r2") for name in ("api", "mail", "web"))


def begun(name: str, at: float) -> Instance:
    return running(service(name, revision="r2"), phase="starting", id=f"{name}-0-b", started=at)


def planned(*instances: Instance, abreast: int, now: float = 1000.0) -> list[str]:
    plan = reconcile(wanted(*NEW), seen(*OLD, *instances, abreast=abreast), None, now=now)
    return [line.partition(": ")[0] + line.partition("  ")[2] for line in lines(plan)]


def test_so_many_start_as_may_and_the_others_wait_for_the_first() -> None:
    assert planned(abreast=1) == ["start api/0", "start mail/0[after api/0 ready]", "start web/0[after api/0 ready]"]
    assert planned(abreast=2) == ["start api/0", "start mail/0", "start web/0[after api/0 ready]"]


def test_where_there_is_no_bound_all_start_at_once() -> None:
    assert planned(abreast=0) == ["start api/0", "start mail/0", "start web/0"]


def test_one_that_is_starting_counts_and_one_that_is_ready_does_not() -> None:
    waiting = ["start mail/0[after api/0 ready]", "start web/0[after api/0 ready]"]
    assert planned(begun("api", 999.0), abreast=1) == waiting
    ready = running(service("api", revision="r2"), id="api-0-b", started=999.0)
    assert "start mail/0" in planned(ready, abreast=1)


def test_one_that_takes_long_is_not_waited_for() -> None:
    observed = seen(*OLD, begun("api", 1000.0), abreast=1)
    assert reconcile(wanted(*NEW), observed, None, now=1001.0).wake == 1000.0 + PATIENCE
    assert "start mail/0" in planned(begun("api", 1000.0), abreast=1, now=1000.0 + PATIENCE)


def test_what_fell_and_what_is_new_is_not_kept_waiting() -> None:
    api, fallen, new = service("api", revision="r2"), service("mail"), service("web")
    observed = seen(running(service("api")), begun("api", 999.0), abreast=1)
    plan = reconcile(wanted(api, fallen, new), observed, None, now=1000.0)
    assert [line.partition(": ")[0] for line in lines(plan)] == ["start mail/0", "start web/0"]
    assert not any("after" in line for line in lines(plan))
