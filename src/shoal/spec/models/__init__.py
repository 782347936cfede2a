"""Everything a user may write in shoal.yaml, shorthands included. Descriptions are the reference and the schema."""

from __future__ import annotations

from shoal.spec.models.backing import (
    BackingEntry,
    ExternalEntry,
    MysqlEntry,
    NatsEntry,
    PostgresEntry,
    RabbitmqEntry,
    RedisEntry,
    SecretEntry,
    StreamEntry,
)
from shoal.spec.models.base import NAME, NAMED, Written
from shoal.spec.models.build import BuildEntry, Commands, OwnBuildEntry, SharedBuildEntry
from shoal.spec.models.container import MountEntry, SecurityEntry
from shoal.spec.models.file import File, Overlay
from shoal.spec.models.gateway import (
    AcmeEntry,
    CertificateEntry,
    CorsEntry,
    GatewayEntry,
    HstsEntry,
    KeyEntry,
    MaintenanceEntry,
    RedirectEntry,
    RespondEntry,
    RouteEntry,
    TlsEntry,
)
from shoal.spec.models.limits import LimitsEntry
from shoal.spec.models.service import (
    EnvFileEntry,
    FileEntry,
    HealthEntry,
    NeedEntry,
    Needs,
    OnePortEntry,
    PortEntry,
    ProbeEntry,
    RestartEntry,
    StopEntry,
    Words,
)
from shoal.spec.models.work import JobEntry, MigrateEntry, ScheduleEntry, ServiceEntry, Work

__all__ = [
    "NAME",
    "NAMED",
    "AcmeEntry",
    "BackingEntry",
    "BuildEntry",
    "CertificateEntry",
    "Commands",
    "CorsEntry",
    "EnvFileEntry",
    "ExternalEntry",
    "File",
    "FileEntry",
    "GatewayEntry",
    "HealthEntry",
    "HstsEntry",
    "JobEntry",
    "KeyEntry",
    "LimitsEntry",
    "MaintenanceEntry",
    "MigrateEntry",
    "MountEntry",
    "MysqlEntry",
    "NatsEntry",
    "NeedEntry",
    "Needs",
    "OnePortEntry",
    "Overlay",
    "OwnBuildEntry",
    "PortEntry",
    "PostgresEntry",
    "ProbeEntry",
    "RabbitmqEntry",
    "RedirectEntry",
    "RedisEntry",
    "RespondEntry",
    "RestartEntry",
    "RouteEntry",
    "ScheduleEntry",
    "SecretEntry",
    "SecurityEntry",
    "ServiceEntry",
    "SharedBuildEntry",
    "StopEntry",
    "StreamEntry",
    "TlsEntry",
    "Words",
    "Work",
    "Written",
]
