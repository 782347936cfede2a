"""What processes are not kept from."""

from __future__ import annotations

from shoal.model.desired import Desired


def unheeded(desired: Desired) -> tuple[str, ...]:
    """The keys of `security` that the file has: nobody sees to them here."""
    asked = {workload.owner: ", ".join(workload.security.asked) for workload in desired.workloads}
    whose = [f"{name}: {keys}" for name, keys in asked.items() if keys]
    why = "a process has the rights of whoever runs shoal"
    return (f"security isn't enforced ({'; '.join(whose)}): {why}",) if whose else ()
