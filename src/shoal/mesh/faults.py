"""Faults: delays and refusals made on purpose, for a share of the requests of one route."""

from __future__ import annotations

from shoal.mesh.envoy import Json, duration, extension, share, typed
from shoal.model.policy import Fault

NAME = "envoy.filters.http.fault"
KIND = "envoy.extensions.filters.http.fault.v3.HTTPFault"


def fault_filter() -> Json:
    """Does nothing by itself: routes say what it does to their requests."""
    return extension(NAME, KIND)


def of_route(fault: Fault) -> Json:
    """Each request is drawn for the delay and for the abort, one after the other."""
    drawn = share(fault.percent)
    delay = {"delay": {"fixed_delay": duration(fault.delay), "percentage": drawn}} if fault.delay else {}
    abort = {"abort": {"http_status": fault.abort, "percentage": drawn}} if fault.abort else {}
    return {NAME: typed(KIND, **delay, **abort)}
