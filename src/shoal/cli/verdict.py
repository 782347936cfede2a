"""What has failed, as the errors that a user meets, with the last lines that it printed."""

from __future__ import annotations

from typing import Any

from shoal.api.client import Client
from shoal.errors import KINDS, DriverFailed, RolledBack, ShoalError, StartFailed

WHAT = {"StartFailed": "did not start", "JobFailed": "failed"}
LINES = 20


def problems(client: Client, standings: list[dict[str, Any]], mesh_problem: str = "") -> list[ShoalError]:
    found = [_error(client, s) for s in standings if s["state"] == "failed"]
    return [*found, DriverFailed(mesh_problem)] if mesh_problem else found


def returned(client: Client, release: dict[str, Any], asked: int) -> list[ShoalError]:
    """That the release which was asked for has been taken back, with the last lines of what failed."""
    if not asked or release.get("returned") != asked:
        return []
    what = f"release {asked} failed, and release {release['again']} runs again"
    failed = release["failed"]
    if not failed or not failed["workload"]:
        return [RolledBack(what, hint=failed["why"] if failed else "")]
    problem = _error(client, failed)
    return [RolledBack(f"{what}: {problem.what}", hint=problem.hint)]


def _error(client: Client, standing: dict[str, Any]) -> ShoalError:
    kind = KINDS.get(standing["error"], StartFailed)
    if kind.__name__ in WHAT:
        return _with_log(client, standing, kind)
    what, _, hint = standing["why"].partition("\n")
    name = standing["owner"]
    return kind(what if what.startswith(name) else f"{name}: {what}", hint=hint.strip())


def _with_log(client: Client, standing: dict[str, Any], kind: type[ShoalError]) -> ShoalError:
    name, owner = standing["workload"], standing["owner"]
    lines = _last_lines(client, standing)
    said = [*(["its last lines:"] if lines else ["it printed nothing."]), *(f"| {line}" for line in lines)]
    hint = "\n  ".join(said)
    what = f"{name} {WHAT[kind.__name__]}: {standing['why']}"
    return kind(what, hint=f"{hint}\n  Next: shoal why {owner}, shoal logs {owner}")


def _last_lines(client: Client, standing: dict[str, Any]) -> list[str]:
    """Of the instance that it is about, or else of the newest."""
    from shoal.cli.follow import last_lines

    files = client.ask("logs", services=[standing["owner"]], all=True)["files"]
    mine = [f for f in files if f["workload"] == standing["workload"]]
    return last_lines([f for f in mine if f["instance"] == standing["instance"]] or mine, LINES)
