"""The whole file."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from shoal.model.app import Target
from shoal.spec.models.backing import BackingEntry, SecretEntry
from shoal.spec.models.base import NAME, NAMED, Written
from shoal.spec.models.build import SharedBuildEntry
from shoal.spec.models.gateway import GatewayEntry
from shoal.spec.models.work import JobEntry, ServiceEntry


class Overlay(Written, frozen=True, kw_only=True):
    """What an environment changes: maps go into each other, lists and values are replaced, null removes."""

    target: Annotated[
        Target | UnsetType,
        Meta(
            description="What it runs on: processes of this machine (the default), a Docker engine, a cluster. "
            "`--target` and SHOAL_TARGET win."
        ),
    ] = UNSET
    services: Annotated[dict[str, ServiceEntry | None], Meta(description="Your code.", extra_json_schema=NAMED)] = {}
    jobs: Annotated[
        dict[str, JobEntry | None], Meta(description="What runs to its end once.", extra_json_schema=NAMED)
    ] = {}
    builds: Annotated[
        dict[str, SharedBuildEntry], Meta(description="Builds that services share.", extra_json_schema=NAMED)
    ] = {}
    backing: Annotated[
        dict[str, BackingEntry | Literal["postgres", "nats", "redis", "mysql", "mariadb", "rabbitmq"]],
        Meta(description="Databases and the like, run for you.", extra_json_schema=NAMED),
    ] = {}
    gateway: Annotated[GatewayEntry | UnsetType, Meta(description="The one door in.")] = UNSET
    secrets: Annotated[dict[str, SecretEntry], Meta(description="Secrets.", extra_json_schema=NAMED)] = {}
    names: Annotated[
        bool, Meta(description="Whether services reach what they need by plain names too: http://users.")
    ] = False


class File(Overlay, frozen=True, kw_only=True):
    """shoal.yaml: an application made of services in different languages."""

    name: Annotated[
        str, Meta(description="The app's name. Default: its folder's.", extra_json_schema={"pattern": NAME})
    ] = ""
    environments: Annotated[
        dict[str, Overlay | None],
        Meta(description="dev, test, prod ...: what each changes.", extra_json_schema=NAMED),
    ] = {}
