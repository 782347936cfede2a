"""What has failed, as the errors that a user meets, with the last lines that it printed."""

from __future__ import annotations

from typing import Any

from shoal.api.client import Client
from shoal.errors import KINDS, DriverFailed, ShoalError, StartFailed

WHAT = {"StartFailed": "did not start", "JobFailed": "failed"}
LINES = 20


def problems(client: Client, standings: list[dict[str, Any]], mesh_problem: str = "") -> list[ShoalError]:
    found = [_error(client, s) for s in standings if s["state"] == "failed"]
    return [*found, DriverFailed(mesh_problem)] if mesh_problem else found


def _error(client: Client, standing: dict[str, Any]) -> ShoalError:
    kind = KINDS.get(standing["error"], StartFailed)
    if kind.__name__ in WHAT:
        return _with_log(client, standing, kind)
    what, _, hint = standing["why"].partition("\n")
    name = standing["owner"]
    return kind(what if what.startswith(name) else f"{name}: {what}", hint=hint.strip())


def _with_log(client: Client, standing: dict[str, Any], kind: type[ShoalError]) -> ShoalError:
    from shoal.cli.follow import last_lines

    name, owner = standing["workload"], standing["owner"]
    files = client.ask("logs", services=[owner])["files"]
    lines = last_lines([f for f in files if f["workload"] == name], LINES)
    said = [*(["its last lines:"] if lines else ["it printed nothing."]), *(f"| {line}" for line in lines)]
    hint = "\n  ".join(said)
    what = f"{name} {WHAT[kind.__name__]}: {standing['why']}"
    return kind(what, hint=f"{hint}\n  Next: shoal why {owner}, shoal logs {owner}")
