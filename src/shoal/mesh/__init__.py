"""The mesh: what Envoy is told, as values. Pure: nothing here reads a clock, a file or a socket.

`bootstrap.workload` is Envoy itself; `snapshot.snapshot` is its configuration for a Desired and an Observed;
`acceptance` reads from Envoy's own numbers whether it took that configuration.
"""

from shoal.mesh.bootstrap import NAME, workload
from shoal.mesh.links import addresses_needed
from shoal.mesh.snapshot import snapshot

__all__ = ["NAME", "addresses_needed", "snapshot", "workload"]
