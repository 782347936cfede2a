"""`gateway` → Gateway: routes that lead somewhere, and no two the same."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from shoal.errors import WrongType
from shoal.model.app import Cors, Gateway, Respond, Route
from shoal.model.limits import amount
from shoal.model.policy import EdgePolicy, Match
from shoal.spec.facts import Facts
from shoal.spec.maintenance import maintenance_of
from shoal.spec.matches import check_twice, match_of
from shoal.spec.models import CorsEntry, GatewayEntry, RespondEntry, RouteEntry
from shoal.spec.policies import KEYS, Where, policy
from shoal.spec.redirects import redirect_of
from shoal.spec.targets import target
from shoal.spec.tls import HOST, tls_of
from shoal.spec.tree import Path
from shoal.spec.words import quote

_PATH = re.compile(r"/[^\s?#*]*")
MOST = 4 << 30
"""Envoy counts bodies in 32 bits."""
_HERE: Path = ("gateway",)


def gateway_of(facts: Facts) -> Gateway | None:
    """The gateway, if there is one."""
    entry = facts.file.gateway
    if entry is UNSET:
        return None
    written = enumerate(entry.routes)
    routes = tuple(_route(route, (*_HERE, "routes", index), facts) for index, route in written)
    _check_doubles(routes, facts)
    return Gateway(
        entry.host,
        entry.port,
        routes,
        cors=_cors(entry, facts),
        tls=tls_of(entry, facts),
        redirect=_plain(entry, facts),
        trusted_proxies=_networks(entry.trusted_proxies, facts),
        body_limit=_limit(entry.body_limit, _HERE, facts) or 0,
        maintenance=maintenance_of(entry.maintenance, facts),
    )


def _plain(entry: GatewayEntry, facts: Facts) -> int | None:
    if entry.redirect is UNSET:
        return None
    if entry.redirect and entry.redirect == entry.port:
        facts.problem(WrongType, (*_HERE, "redirect"), f"{entry.port} is the port that speaks TLS", "take another one")
    return entry.redirect


def _networks(written: list[str], facts: Facts) -> tuple[str, ...]:
    found = []
    for index, text in enumerate(written):
        try:
            found.append(str(ipaddress.ip_network(text)))
        except ValueError as problem:
            here = (*_HERE, "trusted_proxies", index)
            if not facts.report.broken(here):
                facts.problem(WrongType, here, f"expected a network, got {quote(text)}", _such(text, problem))
    return tuple(found)


def _such(text: str, problem: ValueError) -> str:
    with contextlib.suppress(ValueError):
        return f"did you mean {ipaddress.ip_network(text, strict=False)}?"
    return "such as 10.0.0.0/8 or 192.0.2.7"


def _limit(size: int | UnsetType, path: Path, facts: Facts) -> int | None:
    if size is UNSET:
        return None
    if size >= MOST:
        facts.problem(WrongType, (*path, "body_limit"), f"must be less than {amount(MOST)}", "0 is no limit")
    return int(size)


def _route(entry: RouteEntry, path: Path, facts: Facts) -> Route:
    paths = _one_or_more(entry, "path", "paths", path, facts) or ("/",)
    hosts = _one_or_more(entry, "host", "hosts", path, facts)
    _check_all(paths, _PATH, "a path such as /api", "path", path, facts)
    _check_all(hosts, HOST, "a host name such as blog.example", "host", path, facts)
    given = [bool(entry.to), entry.respond is not UNSET, entry.redirect is not UNSET]
    if given.count(True) != 1 and not facts.report.broken(path):
        such = "to: a-service, respond: {status: 404}, or redirect: /new"
        facts.problem(WrongType, path, "expected one of `to`, `respond` and `redirect`", such)
    if True in given[1:]:
        _check_meant(entry, path, facts)
    service, port = target(entry.to, (*path, "to"), facts) if entry.to else ("", "")
    match = match_of(entry.match, (*path, "match"), facts)
    where = Where(path, service, port, facts)
    check_twice(entry, match, where)
    return Route(
        paths=tuple(one.rstrip("/") or "/" for one in paths),
        hosts=tuple(one.lower() for one in hosts),
        to=service,
        port=port,
        strip=entry.strip,
        respond=None if entry.respond is UNSET else _respond(entry.respond, path, facts),
        redirect=redirect_of(entry.redirect, paths, path, facts),
        policy=EdgePolicy() if True in given[1:] else policy(entry, where),
        match=match,
        body_limit=_limit(entry.body_limit, path, facts),
        always=entry.always,
    )


def _one_or_more(entry: RouteEntry, one: str, many: str, path: Path, facts: Facts) -> tuple[str, ...]:
    single, several = getattr(entry, one), getattr(entry, many)
    if single is not UNSET and several is not UNSET:
        facts.problem_at_key(WrongType, (*path, one), f"`{one}` and `{many}` exclude each other")
    if several == [] and not facts.report.broken((*path, many)):
        facts.problem(WrongType, (*path, many), "expected at least one")
    return () if single is several is UNSET else (single,) if single is not UNSET else tuple(several)


def _check_all(texts: tuple[str, ...], pattern: re.Pattern[str], what: str, key: str, path: Path, facts: Facts) -> None:
    for index, text in enumerate(texts):
        here = (*path, key) if facts.tree and _single(facts, path, key) else (*path, f"{key}s", index)
        if not pattern.fullmatch(text) and not facts.report.broken(here):
            facts.problem(WrongType, here, f"expected {what}, got {quote(text)}")


def _single(facts: Facts, path: Path, key: str) -> bool:
    return facts.spot((*path, key)) != facts.at(path)


def _check_meant(route: RouteEntry, path: Path, facts: Facts) -> None:
    for key in ("strip", "body_limit", *KEYS):
        if getattr(route, key) not in (UNSET, False):
            facts.problem_at_key(WrongType, (*path, key), "means nothing for an answer of the gateway's own")


def _respond(entry: RespondEntry, path: Path, facts: Facts) -> Respond:
    if entry.json is not UNSET and entry.body is not UNSET:
        facts.problem_at_key(WrongType, (*path, "respond", "json"), "`json` and `body` exclude each other")
    if entry.json is not UNSET:
        text = msgspec.json.encode(entry.json).decode()
        return Respond(entry.status, text, entry.content_type or Respond(200).content_type)
    body = entry.body if isinstance(entry.body, str) else ""
    return Respond(entry.status, body, entry.content_type or "text/plain; charset=utf-8")


def _check_doubles(routes: tuple[Route, ...], facts: Facts) -> None:
    """No two routes may claim the same requests: which one wins would be a matter of luck."""
    seen: dict[tuple[str, str, Match], int] = {}
    for index, route in enumerate(routes):
        here = (*_HERE, "routes", index)
        for host in route.hosts or ("",):
            for one in route.paths:
                first = seen.setdefault((host, one, route.match), index)
                if first != index and not facts.report.broken(here):
                    _double(host + one, first, here, facts)


def _double(what: str, first: int, path: Path, facts: Facts) -> None:
    line = facts.at((*_HERE, "routes", first)).line
    facts.problem(WrongType, path, f"{what} is taken by routes/{first} in line {line}", "one of the two has to go")


def _cors(entry: GatewayEntry, facts: Facts) -> Cors | None:
    if isinstance(entry.cors, bool):
        return Cors() if entry.cors else None
    given: dict[str, Any] = {}
    for key in CorsEntry.__struct_fields__:
        value = getattr(entry.cors, key)
        if value is not UNSET:
            given[key] = tuple(one.upper() for one in value) if key == "methods" else tuple(value)
    for index, one in enumerate(given.get("paths", ())):
        here = (*_HERE, "cors", "paths", index)
        if not _PATH.fullmatch(one) and not facts.report.broken(here):
            facts.problem(WrongType, here, f"expected a path such as /api, got {quote(one)}")
    return Cors(**given)
