"""What a container is made of, beyond what any workload says: its image, what is mounted into it, what it may do."""

from __future__ import annotations

from typing import Literal

import msgspec

from shoal.model.values import Value


class Image(msgspec.Struct, frozen=True):
    """An image that exists (`reference`), or one that the engine builds from `dockerfile`, a path in the source: of a
    workload, in its artifact, which is all that the engine sees. `target` is the stage to build (empty: the last),
    `args` its arguments. `entrypoint` takes the place of the image's own (None: it stays); what the image says is to be
    run stays as well where the workload has no command."""

    reference: str = ""
    dockerfile: str = ""
    target: str = ""
    args: dict[str, Value] = {}
    entrypoint: tuple[Value, ...] | None = None


class Mount(msgspec.Struct, frozen=True):
    """Something at `target`, an absolute path in the container:

    volume   data of this environment that outlives instances; who names the same `source` has the same
    bind     a file or a folder of this machine, `source` its absolute path; to `create`: a folder, if it isn't there
    tmpfs    memory, of `size` bytes at most (0: no bound), gone with the instance
    """

    target: str
    source: str = ""
    kind: Literal["volume", "bind", "tmpfs"] = "volume"
    read_only: bool = False
    size: int = 0
    create: bool = False


class Security(msgspec.Struct, frozen=True):
    """What an instance may do: by default nothing that most programs never do. `user` empty: one that isn't root, as
    its image says. `read_only`: it writes to what is mounted, and nowhere else. `capabilities` are those that it keeps,
    such as NET_BIND_SERVICE. `new_privileges`: whether a program may gain some by being run. `asked` are the keys that
    the file has, for a platform that doesn't see to them."""

    user: str = ""
    read_only: bool = True
    capabilities: tuple[str, ...] = ()
    privileged: bool = False
    new_privileges: bool = False
    asked: tuple[str, ...] = ()
