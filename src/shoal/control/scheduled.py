"""Scheduled jobs: when a run is due, and which due times pass without one. Pure.

A due time has one run at most. It counts from the last run (or from when the schedule came to be wanted), so however
many passed while nobody looked, asleep or dead, one run makes up for all of them. With `restart: on-failure` a run
that failed, or whose end nobody saw, is repeated until one ends well or the next one is due.
"""

from __future__ import annotations

import time

from shoal.control.facts import backoff, end_text, failures_after, retried
from shoal.model.cron import next_run
from shoal.model.desired import Desired
from shoal.model.event import Event
from shoal.model.observed import Instance, Observed
from shoal.model.workload import Workload

# A past that lies farther ahead than this was told by a clock that was wrong.
DAY = 86400.0


def following(job: Workload, desired: Desired, observed: Observed, now: float) -> float:
    """When it is due next: not after now, if it is due already. 0 when that isn't known."""
    since = desired.scheduled.get(job.name)
    if since is None or job.schedule is None or not job.replicas:
        return 0.0
    at = next_run(job.schedule.at, _last(job, since, observed, now), since=since, zone=job.schedule.zone)
    failed = failed_run(job, desired, observed)
    return at if failed is None else min(at, failed.ended + backoff(job, failures_after(failed)))


def failed_run(job: Workload, desired: Desired, observed: Observed) -> Instance | None:
    """The last run, if it is to be repeated."""
    last = newest(job, observed)
    if last is None or last.exit == 0 or not retried(job) or last.started < desired.scheduled.get(job.name, 0.0):
        return None
    return last


def due(job: Workload, desired: Desired, observed: Observed, now: float) -> bool:
    return 0.0 < following(job, desired, observed, now) <= now


def _last(job: Workload, since: float, observed: Observed, now: float) -> float:
    """Up to when due times are dealt with: with `skip`, those that passed while a run went on are, too."""
    assert job.schedule is not None
    times = [since]
    for run in observed.of(job.name):
        times.append(run.started)
        if job.schedule.overlap == "skip":
            times.append(run.ended)
    return max((at for at in times if at <= now + DAY), default=0.0)


def replaces(job: Workload) -> bool:
    return job.schedule is not None and job.schedule.overlap == "replace"


def running(job: Workload, observed: Observed) -> Instance | None:
    return next((run for run in observed.of(job.name) if run.alive), None)


def newest(job: Workload, observed: Observed) -> Instance | None:
    return max((run for run in observed.of(job.name) if not run.alive), key=lambda run: run.started, default=None)


def skipped(desired: Desired, observed: Observed, before: float, now: float) -> list[Event]:
    """Due times between two laps at which the run before went on."""
    found = []
    for job in desired.workloads:
        run = running(job, observed)
        since = desired.scheduled.get(job.name)
        if run is None or job.schedule is None or since is None or job.schedule.overlap != "skip":
            continue
        at = next_run(job.schedule.at, max(before, run.started), since=since, zone=job.schedule.zone)
        if at <= now:
            found.append(Event(now, "skipped", job.name, f"due at {stamp(at)}: {run.id} still goes on"))
    return found


def told(job: Workload, desired: Desired, observed: Observed, now: float) -> str:
    """`next run 02:00:00; the last one: seed-0-k3f9: exited with code 3`."""
    run = running(job, observed)
    if run is not None:
        return f"running since {stamp(run.started)}"
    at, last = following(job, desired, observed, now), newest(job, observed)
    text = f"next run {stamp(at)}" if at else ""
    if last is None or last.exit == 0:
        return text
    return f"{text}; the last one failed: {end_text(last)}"


def stamp(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
