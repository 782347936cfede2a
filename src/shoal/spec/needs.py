"""`needs` → Need: services (edges), backing services and jobs, each with the settings that make sense for it."""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import UNSET

from shoal.errors import Cycle, WrongType
from shoal.model.app import Need
from shoal.spec.facts import WORDS, Facts
from shoal.spec.matches import rules_of
from shoal.spec.models import NeedEntry, Needs
from shoal.spec.policies import KEYS, Where, policy
from shoal.spec.ports import check_port
from shoal.spec.references import engine_of
from shoal.spec.tree import Path
from shoal.spec.words import quote

# Which keys mean something for which kind of thing.
_MEANT = {
    "service": (*KEYS, "rules", "wait", "port"),
    "backing": ("wait", "database"),
    "job": ("wait",),
}


class Written(NamedTuple):
    """One entry of `needs`, whichever way it was written, and where."""

    path: Path
    name: str
    entry: NeedEntry


def written(needs: Needs, path: Path, facts: Facts) -> list[Written]:
    """The entries of a list or map of needs."""
    if isinstance(needs, dict):
        return [Written((*path, name), name, entry or NeedEntry()) for name, entry in needs.items()]
    found = []
    for index, item in enumerate(needs):
        here = (*path, index)
        if isinstance(item, str):
            found += [Written(here, item, NeedEntry())] if not facts.report.broken(here) else []
        elif len(item) == 1:
            found += [Written((*here, name), name, entry or NeedEntry()) for name, entry in item.items()]
        else:
            hint = "each entry is a name, or one name with its settings: {users: {timeout: 500ms}}"
            facts.problem(WrongType, here, f"expected one name, got {len(item)}", hint)
    return found


def needs_of(caller: str, needs: Needs, path: Path, facts: Facts) -> tuple[Need, ...]:
    """The needs that could be understood; the others are reported."""
    found: dict[tuple[str, str, str], Need] = {}
    for one in written(needs, path, facts):
        if not _check(caller, one, facts):
            continue
        need = _need(one, facts)
        key = (need.name, need.port, need.database)
        if key in found:
            facts.problem_at_key(WrongType, one.path, f"{one.name} is needed twice", "keep one of the two")
        found[key] = need
    return tuple(found.values())


def _check(caller: str, one: Written, facts: Facts) -> bool:
    kind = facts.kinds.get(one.name)
    if one.name == caller:
        facts.problem_at_key(Cycle, one.path, f"{caller} needs itself", "its own address is ${self.host}:${self.port}")
        return False
    if kind is None:
        facts.unknown(one.path, "nothing here is called", one.name, (n for n in facts.kinds if n != caller))
        return False
    _check_settings(one, kind, facts)
    if kind == "service" and (one.entry.port or one.entry.wait is UNSET):
        check_port(one.entry.port, one.name, (*one.path, "port") if one.entry.port else one.path, facts)
    return True


def _check_settings(one: Written, kind: str, facts: Facts) -> None:
    for key in one.entry.__struct_fields__:
        if getattr(one.entry, key) not in (UNSET, "", []) and key not in _MEANT[kind]:
            what = f"means nothing here: {one.name} is {WORDS[kind]}"
            facts.problem_at_key(WrongType, (*one.path, key), what, f"its settings are {', '.join(_MEANT[kind])}")
    job = facts.file.jobs.get(one.name) if kind == "job" else None
    if job and job.schedule is not UNSET:
        what = f"{one.name} runs by a schedule, so whatever waits for it might never start"
        facts.problem_at_key(WrongType, one.path, what, "let a job without a schedule do what has to come first")
    elif job and job.when == "request":
        what = f"{one.name} runs on request only, so whatever waits for it would never start"
        facts.problem_at_key(WrongType, one.path, what, f"give jobs/{one.name} `when: up`")
    if one.entry.database and kind == "backing":
        _check_database(one, facts)


def _check_database(one: Written, facts: Facts) -> None:
    """What another database of a backing service is, is the engine's affair: a name, a number, nothing."""
    entry = facts.file.backing.get(one.name)
    engine = engine_of(entry) if entry is not None else ""
    path = (*one.path, "database")
    if engine == "nats":
        facts.problem_at_key(WrongType, path, f"{one.name} has no databases")
    if engine == "redis" and not re.fullmatch(r"[0-9]|1[0-5]", one.entry.database):
        facts.problem(
            WrongType, path, f"{quote(one.entry.database)} is no database of Redis", "they are numbers, 0 to 15"
        )


def _need(one: Written, facts: Facts) -> Need:
    entry = one.entry
    wait = "" if entry.wait is UNSET else entry.wait
    if facts.kinds.get(one.name) != "service":
        return Need(one.name, wait=wait, database=entry.database)
    where = Where(one.path, one.name, entry.port, facts)
    found = policy(entry, where)
    return Need(one.name, found, wait, entry.database, entry.port, rules_of(entry.rules, found, where))
