"""`security` of a service or job → Security."""

from __future__ import annotations

import re
from typing import Any

from msgspec import UNSET, UnsetType

from shoal.errors import WrongType
from shoal.model.container import Security
from shoal.spec.facts import Facts
from shoal.spec.models import SecurityEntry
from shoal.spec.tree import Path
from shoal.spec.words import quote, suggestion

# capabilities(7), and the engines' word for all of them.
_NAMES = """
ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER
FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE
NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE
SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM
"""
CAPABILITIES = frozenset(_NAMES.split())

_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?")


def security_of(entry: SecurityEntry | UnsetType, path: Path, facts: Facts) -> Security:
    """What is written, the rest denied."""
    if entry is UNSET:
        return Security()
    given = {key: value for key in entry.__struct_fields__ if (value := getattr(entry, key)) is not UNSET}
    asked = tuple(given)
    found: dict[str, Any] = given | {"user": _user(given.get("user", ""), (*path, "user"), facts)}
    found["capabilities"] = _capabilities(given.get("capabilities", []), (*path, "capabilities"), facts)
    if found.get("privileged") and found["capabilities"]:
        hint = "leave it out, or better `privileged`"
        facts.problem_at_key(WrongType, (*path, "capabilities"), "means nothing beside `privileged`", hint)
    return Security(**found, asked=asked)


def _user(given: int | str, path: Path, facts: Facts) -> str:
    text = str(given)
    if text and not _USER.fullmatch(text) and not facts.report.broken(path):
        hint = "such as 1000, 1000:1000 or www-data"
        facts.problem(WrongType, path, f"{quote(text)} is not a user", hint)
    return text


def _capabilities(names: list[str], path: Path, facts: Facts) -> tuple[str, ...]:
    found = [name.upper().removeprefix("CAP_") for name in names]
    for index, name in enumerate(found):
        if name not in CAPABILITIES and not facts.report.broken((*path, index)):
            hint = suggestion(name, sorted(CAPABILITIES), "there are")
            facts.problem(WrongType, (*path, index), f"the kernel has no capability {quote(names[index])}", hint)
    return tuple(dict.fromkeys(found))
