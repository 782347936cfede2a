"""Reading Envoy's numbers."""

from __future__ import annotations

from shoal.mesh import acceptance
from shoal.mesh.snapshot import empty, pack

STATS = """\
cluster_manager.cds.version_text: "{0}"
http.gateway.rds.gateway.version_text: "{0}"
listener_manager.lds.version_text: "{0}"
cluster_manager.cds.update_failure: 1
cluster_manager.cds.update_rejected: 2
listener_manager.lds.update_rejected: 4
listener_manager.lds.update_success: 8
"""


def test_all_files_must_be_in_force() -> None:
    taken = pack({"cds.json": [], "rds.json": [{"name": "gateway"}], "lds.json": []})
    right = STATS.format(taken.version)
    assert acceptance.accepted(taken, right)
    for line in right.splitlines()[:3]:
        assert not acceptance.accepted(taken, right.replace(line, line.replace(taken.version, "older")))
        assert not acceptance.accepted(taken, right.replace(line, ""))


def test_routes_do_not_count_where_there_is_no_gateway() -> None:
    other = STATS.format(empty().version).replace("rds.gateway.version_text", "gone")
    assert acceptance.accepted(empty(), other)


def test_refusals_are_counted_over_all_files() -> None:
    assert acceptance.refusals(STATS) == 7
    assert acceptance.refusals("") == 0
