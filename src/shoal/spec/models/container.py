"""What only a container has: `volumes` and `security`."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from shoal.spec.models.base import Written
from shoal.spec.scalars import Size


class MountEntry(Written, frozen=True, kw_only=True):
    """Something that is mounted: exactly one of `volume`, `bind` and `tmpfs`."""

    at: Annotated[str, Meta(description="Where, a whole path in the container.")]
    volume: Annotated[
        str | UnsetType,
        Meta(description="Data that outlives instances, by name; who names the same has the same. `down -v` drops it."),
    ] = UNSET
    bind: Annotated[
        str | UnsetType, Meta(description="A file or folder of this machine, relative to this file. It must be there.")
    ] = UNSET
    tmpfs: Annotated[
        bool | Size | UnsetType,
        Meta(description="Memory: true, or at most so much, such as 64Mi. Gone with the instance."),
    ] = UNSET
    read_only: Annotated[bool, Meta(description="Nothing can be written there.")] = False
    create: Annotated[bool, Meta(description="With `bind`: a folder that isn't there is made.")] = False


class SecurityEntry(Written, frozen=True, kw_only=True):
    """What an instance may do. What isn't said is denied."""

    user: Annotated[
        int | str | UnsetType, Meta(description="Name or number, or user:group. Default: one that isn't root.")
    ] = UNSET
    read_only: Annotated[
        bool | UnsetType, Meta(description="It writes to its volumes and nowhere else. Default: true.")
    ] = UNSET
    capabilities: Annotated[
        list[str] | UnsetType,
        Meta(description="Those of the kernel's that it keeps, such as NET_BIND_SERVICE. Default: none."),
    ] = UNSET
    privileged: Annotated[
        bool | UnsetType, Meta(description="All of this machine's devices and rights. Default: false.")
    ] = UNSET
    new_privileges: Annotated[
        bool | UnsetType, Meta(description="Programs such as sudo may gain rights. Default: false.")
    ] = UNSET
