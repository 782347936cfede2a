"""Revision: a hash of what a workload is, taken before any address is known.

The canonical form (version 1) is the JSON of the workload, keys sorted, without `replicas`, `nonce` and `revision`,
with the keyed digests of the declared secrets it refers to.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

import msgspec

from shoal.model.values import Ref
from shoal.model.workload import Workload

VERSION = "1"


def revised(workload: Workload, secrets: Mapping[str, str]) -> Workload:
    """The workload with its revision filled in. `secrets`: name -> keyed digest of its content."""
    bare = msgspec.structs.replace(workload, replicas=1, nonce="", revision="")
    used = {ref.name for ref in _references(workload)} & set(secrets)
    body = msgspec.json.encode(bare, order="sorted") + msgspec.json.encode({n: secrets[n] for n in sorted(used)})
    digest = blake2b(body, digest_size=6, person=b"shoal-" + VERSION.encode()).hexdigest()
    return msgspec.structs.replace(workload, revision=digest)


def _references(workload: Workload) -> list[Ref]:
    values = (*workload.command, *workload.env.values(), *workload.files.values())
    return [ref for value in values for ref in value.refs() if ref.kind == "secret"]
