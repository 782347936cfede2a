"""Java's trust store out of the machine's list of authorities.

Java reads no PEM list. Without this, Maven and Java services would refuse what every other program here accepts:
the certificates of a company's proxy or mirror.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import struct
import tempfile
import time
from pathlib import Path

from shoal.build.cache import cache_folder

JAVA_STORES = ("/etc/ssl/certs/java/cacerts", "/etc/pki/java/cacerts")
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem")

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s(.+?)-----END CERTIFICATE-----", re.DOTALL)
_PASSWORD = "changeit"  # of every trust store of Java's; it protects nothing


def trust_store(fallback: Path) -> Path:
    """The store that Java programs should use: what SSL_CERT_FILE names, else the machine's for Java, else the
    machine's list; `fallback` (the runtime's own) where there is none of them."""
    named = os.environ.get("SSL_CERT_FILE", "")
    stores = [Path(path) for path in JAVA_STORES if Path(path).is_file()]
    if stores and (not named or named in BUNDLES):
        return stores[0]
    bundle = next((Path(path) for path in (named, *BUNDLES) if path and Path(path).is_file()), None)
    return _converted(bundle) or fallback if bundle else fallback


def _converted(bundle: Path) -> Path | None:
    """The list as a store in the cache, named by the list's content; None if there is no certificate in it."""
    try:
        pem = bundle.read_bytes()
        certificates = [base64.b64decode(body) for body in _PEM.findall(pem)]
        target = cache_folder() / "tools" / f"trust-{hashlib.sha256(pem).hexdigest()[:16]}.jks"
        if certificates and not target.is_file():
            _write(target, java_store(certificates, time.time()))
    except (OSError, ValueError):
        return None
    return target if certificates else None


def java_store(certificates: list[bytes], now: float) -> bytes:
    """A JKS file that trusts these certificates (DER)."""
    body = struct.pack(">III", 0xFEEDFEED, 2, len(certificates))
    for number, certificate in enumerate(certificates):
        body += struct.pack(">I", 2) + _text(f"authority-{number}") + struct.pack(">Q", int(now * 1000))
        body += _text("X.509") + struct.pack(">I", len(certificate)) + certificate
    # The format's own whitening; it is there to detect damage, not attackers.
    seal = hashlib.sha1(_PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + body, usedforsecurity=False)
    return body + seal.digest()


def _text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode()


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(target)
