"""What of a Compose file reaches the engine: where ports are published, and that two instances never want one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shoal.compose.loading import load
from shoal.control.facts import exclusive
from shoal.drivers.docker import container, places
from shoal.model.app import Port
from shoal.model.workload import Workload


def bindings(*ports: Port) -> Any:
    frame = container.Frame("w", "net", {}, published=places.published(ports))
    body = container.body(Workload("web", "service", ports=ports, contained=True), container.Run([], {}), frame)
    return body["HostConfig"]["PortBindings"]


def test_one_port_may_be_published_at_several(folder: Path) -> None:
    (folder / "compose.yaml").write_text("services: {web: {image: w, ports: ['8080:80', '[::1]:8081:80', '443']}}")
    (web,) = load(Path("compose.yaml"), variables={}).services
    assert bindings(*(web.ports or ())) == {
        "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::1", "HostPort": "8081"}],
        "443/tcp": [{"HostIp": "0.0.0.0", "HostPort": "0"}],
    }


def test_what_is_published_is_given_back_before_another_takes_it() -> None:
    within, without = Port("web", number=80), Port("web", number=80, publish="8080")
    assert not exclusive(Workload("web", "service", ports=(within,), contained=True))
    assert exclusive(Workload("web", "service", ports=(without,), contained=True))
