"""Why a service is as it is: the chain of causes, from what is seen to what began it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shoal.control.facts import satisfied
from shoal.control.progress import Standing, standings
from shoal.mesh.refusing import allowing
from shoal.model.desired import Desired
from shoal.model.event import Event
from shoal.model.observed import Observed
from shoal.model.release import Failure, Wanted

RECENT = 6


def why(
    service: str,
    desired: Desired,
    observed: Observed,
    events: Iterable[Event],
    refused: Mapping[str, int] = {},
) -> tuple[list[str], str]:
    """Lines of text, and the workload at the chain's end, whose log tells most. `refused` are calls of the service that
    the mesh refused, by the need that would have allowed them."""
    all_of = {s.workload: s for s in standings(desired, observed)}
    start = _worst([s for s in all_of.values() if s.owner == service])
    if start is None:
        return [
            f"{service} is not wanted now: it was stopped, `up` did not name it, or its profile isn't active"
        ], service
    lines, last = _chain(start, desired, observed, all_of)
    lines += _refused(service, desired, refused)
    past = [e for e in events if e.subject in (start.workload, last.workload)][-RECENT:]
    if past:
        lines += ["", "what happened to it last:"] + [
            f"  {e.kind} {e.instance or e.subject} {e.text}".rstrip() for e in past
        ]
    return lines, last.workload


def _refused(service: str, desired: Desired, refused: Mapping[str, int]) -> list[str]:
    """Only names of this app: of others nothing could be allowed."""
    section = next((refusal.section for refusal in desired.refusals if refusal.caller == service), "services")
    return [
        f"it called {need}, which it doesn't need ({times} refused): to allow it, write "
        f"{allowing(service, need, section)}"
        for need, times in sorted(refused.items())
        if desired.workload(need.partition(":")[0])
    ]


def taken_back(wanted: Wanted, failed: Failure) -> list[str]:
    """Of a service because of which a release failed."""
    return [
        f"release {wanted.returned} was taken back, and release {wanted.again} runs again",
        f"  because {failed.workload} of release {wanted.returned} failed: {failed.why}",
        "  nothing tries that again until somebody says `up`",
    ]


def _worst(found: list[Standing]) -> Standing | None:
    """The one that says most: failures first, then what waits, then what is well."""
    order = ("failed", "unready", "building", "waiting", "starting", "stopped", "ready", "scheduled", "done")
    main = [s for s in found if s.state not in ("ready", "done")] or [s for s in found if "." not in s.workload]
    return min(main or found, key=lambda s: order.index(s.state), default=None)


def _chain(
    start: Standing, desired: Desired, observed: Observed, all_of: dict[str, Standing]
) -> tuple[list[str], Standing]:
    lines, seen, here = [_text(start)], {start.workload}, start
    while here.state == "waiting":
        workload = desired.workload(here.workload)
        unmet = [a.name for a in workload.after if not satisfied(a, desired, observed)] if workload else []
        following = [all_of[n] for n in unmet if n in all_of and n not in seen]
        if not following:
            break
        here = _worst(following) or following[0]
        seen.add(here.workload)
        lines.append(f"  because {_text(here)}")
    return lines, here


def _text(standing: Standing) -> str:
    why = f": {standing.why}" if standing.why and standing.state != "waiting" else ""
    waits = f" {standing.why}" if standing.state == "waiting" else ""
    return f"{standing.workload} is {standing.state}{waits}{why}"
