"""`gateway.tls` → Tls: exactly one kind of certificate, and files that are there. Others look at what is in them."""

from __future__ import annotations

import re

from msgspec import UNSET, UnsetType

from shoal.errors import WrongType
from shoal.model.app import Acme, Certificate, Hsts, Tls
from shoal.spec.facts import Facts
from shoal.spec.models import AcmeEntry, GatewayEntry, HstsEntry, KeyEntry, TlsEntry
from shoal.spec.tree import Path
from shoal.spec.words import quote

HOST = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
NAME_OR_ADDRESS = re.compile(HOST.pattern + r"|[0-9a-fA-F:]*:[0-9a-fA-F:]*")
_HERE: Path = ("gateway", "tls")
_KINDS = ("certificate", "certificates", "local", "acme")
SUCH = "{certificate: tls.crt, key: tls.key}, local, or {acme: {domains: [...]}}"


def tls_of(entry: GatewayEntry, facts: Facts) -> Tls | None:
    """How the gateway speaks TLS; None: it doesn't."""
    if entry.tls is UNSET:
        if entry.redirect is not UNSET:
            facts.problem_at_key(WrongType, ("gateway", "redirect"), "leads to TLS, and there is none", f"tls: {SUCH}")
        return None
    written = entry.tls if isinstance(entry.tls, TlsEntry) else TlsEntry(local=True)
    _check_one(written, facts)
    if isinstance(written.acme, AcmeEntry) and entry.redirect is UNSET:
        what = "http-01 is asked at a plain port, and there is none"
        facts.problem_at_key(WrongType, (*_HERE, "acme"), what, "give the gateway one: `redirect: 80`")
    return Tls(
        certificates=_certificates(written, facts),
        acme=_acme(written.acme, facts),
        hosts=_hosts(written, facts),
        minimum=written.minimum,
        hsts=_hsts(written.hsts),
    )


def _check_one(entry: TlsEntry, facts: Facts) -> None:
    given = [kind for kind in _KINDS if getattr(entry, kind) not in (UNSET, False)]
    if len(given) > 1:
        facts.problem_at_key(WrongType, (*_HERE, given[1]), f"`{given[0]}` and `{given[1]}` exclude each other")
    elif not given and not facts.report.broken(_HERE):
        facts.problem(WrongType, _HERE, "whose certificate isn't said", SUCH)
    if entry.key is not UNSET and entry.certificate is UNSET:
        facts.problem_at_key(WrongType, (*_HERE, "key"), "a key without its `certificate`")
    if entry.certificate is not UNSET and entry.key is UNSET and not facts.report.broken((*_HERE, "key")):
        facts.problem(WrongType, (*_HERE, "certificate"), "a certificate without its `key`")


def _certificates(entry: TlsEntry, facts: Facts) -> tuple[Certificate, ...]:
    if isinstance(entry.certificate, str) and not isinstance(entry.key, UnsetType):
        return (_certificate(entry.certificate, entry.key, _HERE, facts),)
    if entry.certificates is UNSET:
        return ()
    if not entry.certificates and not facts.report.broken((*_HERE, "certificates")):
        facts.problem(WrongType, (*_HERE, "certificates"), "expected at least one")
    written = enumerate(entry.certificates)
    return tuple(_certificate(c.certificate, c.key, (*_HERE, "certificates", n), facts) for n, c in written)


def _certificate(file: str, key: str | KeyEntry, path: Path, facts: Facts) -> Certificate:
    facts.file_there((*path, "certificate"), file)
    if isinstance(key, str):
        facts.file_there((*path, "key"), key)
        return Certificate(file, key=key)
    if key.secret not in facts.file.secrets and not facts.report.broken((*path, "key", "secret")):
        facts.unknown((*path, "key", "secret"), "there is no secret", key.secret, facts.file.secrets)
    return Certificate(file, secret=key.secret)


def _acme(entry: AcmeEntry | UnsetType, facts: Facts) -> Acme | None:
    if entry is UNSET:
        return None
    path = (*_HERE, "acme")
    if not entry.domains and not facts.report.broken((*path, "domains")):
        facts.problem(WrongType, (*path, "domains"), "expected at least one")
    for index, domain in enumerate(entry.domains):
        here = (*path, "domains", index)
        if domain.startswith("*."):
            facts.problem(WrongType, here, f"http-01 can't prove {quote(domain)}", "name each host")
        elif not HOST.fullmatch(domain) and not facts.report.broken(here):
            facts.problem(WrongType, here, f"expected a host name such as blog.example, got {quote(domain)}")
    if not re.fullmatch(r"https://\S+", entry.directory) and not facts.report.broken((*path, "directory")):
        facts.problem(WrongType, (*path, "directory"), f"expected an https:// URL, got {quote(entry.directory)}")
    if entry.ca:
        facts.file_there((*path, "ca"), entry.ca)
    return Acme(tuple(domain.lower() for domain in entry.domains), entry.directory, entry.email, entry.ca)


def _hosts(entry: TlsEntry, facts: Facts) -> tuple[str, ...]:
    if entry.hosts and not entry.local:
        facts.problem_at_key(WrongType, (*_HERE, "hosts"), "means something for `local` only")
    for index, host in enumerate(entry.hosts):
        if not NAME_OR_ADDRESS.fullmatch(host) and not facts.report.broken((*_HERE, "hosts", index)):
            facts.problem(WrongType, (*_HERE, "hosts", index), f"expected a host name, got {quote(host)}")
    return tuple(host.lower() for host in entry.hosts)


def _hsts(entry: float | HstsEntry | UnsetType) -> Hsts | None:
    if entry is UNSET:
        return None
    if not isinstance(entry, HstsEntry):
        return Hsts(int(entry))
    return Hsts(int(entry.max_age), entry.subdomains, entry.preload)
