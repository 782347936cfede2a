"""Every key of the specification is honoured or listed with its reason: none is ignored in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from shoal.compose.listing import REASONS, TOP
from shoal.compose.models import File, Service
from shoal.compose.models.base import Written
from shoal.spec.hints import base, keys

_HONOURED = """
name include services volumes secrets configs networks
image build build.context build.dockerfile build.dockerfile_inline build.target build.args
cap_add cap_drop command configs configs[] configs[].source configs[].target container_name
cpu_period cpu_quota cpus depends_on depends_on.* depends_on.*.condition depends_on.*.required depends_on.*.restart
deploy deploy.mode deploy.replicas deploy.resources deploy.resources.limits deploy.resources.limits.cpus
deploy.resources.limits.memory deploy.resources.limits.pids deploy.restart_policy deploy.restart_policy.condition
deploy.restart_policy.delay entrypoint env_file env_file[] env_file[].path env_file[].format env_file[].required
environment expose extends extends.service extends.file healthcheck healthcheck.disable healthcheck.interval
healthcheck.retries healthcheck.start_period healthcheck.test healthcheck.timeout links mem_limit network_mode
networks.* networks.*.aliases pids_limit ports ports[] ports[].name ports[].host_ip ports[].target ports[].published
ports[].protocol ports[].app_protocol privileged profiles read_only restart scale secrets[] secrets[].source
secrets[].target security_opt shm_size stop_grace_period stop_signal tmpfs user volumes[] volumes[].type
volumes[].source volumes[].target volumes[].read_only volumes[].bind volumes[].bind.create_host_path
volumes[].volume volumes[].tmpfs volumes[].tmpfs.size volumes_from working_dir
secrets.* secrets.*.file secrets.*.environment secrets.*.external secrets.*.external.name configs.* configs.*.file
configs.*.environment configs.*.content configs.*.external configs.*.external.name volumes.* include[] include[].path
include[].env_file include[].project_directory services.*
"""
HONOURED = frozenset(_HONOURED.split())


def structs(hint: Any, suffix: str = "") -> Iterator[tuple[str, type[Written]]]:
    """Models that a hint leads to, and by which step: nothing, `[]` or `.*`."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield suffix, hint  # type: ignore[misc]
        return
    step = {list: "[]", dict: ".*"}.get(base(hint), "")
    for inner in get_args(hint):
        yield from structs(inner, suffix + step)


def below(model: type[Written], pattern: str) -> Iterator[str]:
    for name, key in keys(model).items():
        here = f"{pattern}.{name}" if pattern else name
        yield here
        if here in REASONS:
            continue
        for suffix, inner in structs(key.hint):
            yield here + suffix
            if here + suffix not in REASONS and inner is not Service:
                yield from below(inner, here + suffix)


def every_key() -> list[str]:
    top = [key for key in below(File, "") if not key.startswith("services.")]
    return list(dict.fromkeys([*top, *below(Service, "services.*")]))


@pytest.mark.parametrize("key", every_key())
def test_it_is_honoured_or_listed_and_not_both(key: str) -> None:
    plain = key.removeprefix("services.*.")
    assert (plain in HONOURED and key not in TOP) != (key in REASONS), key


def test_no_reason_is_for_a_key_that_there_isnt() -> None:
    assert set(REASONS) <= set(every_key())


def test_what_isnt_honoured_is_told_with_its_place(tmp_path: Path) -> None:
    from shoal.compose.loading import unheard

    file = tmp_path / "compose.yaml"
    file.write_text("services:\n  web:\n    image: w\n    dns: 1.1.1.1\n    ports: [{target: 80, mode: host}]\n")
    told = [(remark.where.line, remark.where.column, remark.what) for remark in unheard(file, {})]
    assert told == [(4, 5, "services/web/dns"), (5, 26, "services/web/ports/0/mode")]
