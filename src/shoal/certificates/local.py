"""The authority of this machine: made once, in its user's data folder, for development.

Nobody trusts it until its user says so: shoal changes no trust store by itself.
"""

from __future__ import annotations

import datetime
import fcntl
import ipaddress
import os
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.certificates.needed import need
from shoal.certificates.pair import Pair, pair

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder, GeneralName, Name

CERTIFICATE, KEY = "root.crt", "root.key"
YEARS = datetime.timedelta(days=3650)
LIFE = datetime.timedelta(days=60)
ALWAYS = ("localhost", "*.localhost", "127.0.0.1", "::1")
AN_HOUR = datetime.timedelta(hours=1)


def folder() -> Path:
    home = os.environ.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    return Path(home) / "shoal" / "ca"


def root(folder: Path) -> Path:
    """The authority's certificate, made if it isn't there."""
    need("cryptography", "tls")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two apps may start at the same moment
        if not ((folder / CERTIFICATE).exists() and (folder / KEY).exists()):
            _make(folder)
    return folder / CERTIFICATE


def issue(folder: Path, names: Iterable[str]) -> Pair:
    """A certificate for these names, and those that always are this machine."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509.oid import ExtendedKeyUsageOID

    authority = x509.load_pem_x509_certificate(root(folder).read_bytes())
    signer = load_pem_private_key((folder / KEY).read_bytes(), None)
    key, all_names = _key(), tuple(dict.fromkeys([*names, *ALWAYS]))
    builder = _builder(all_names[0], authority.subject, key, LIFE)
    builder = builder.add_extension(x509.SubjectAlternativeName([_name(name) for name in all_names]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = builder.add_extension(usage, critical=False)
    by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())  # type: ignore[arg-type]
    certificate = _signed(builder.add_extension(by, critical=False), signer)  # type: ignore[arg-type]
    return pair(_pem(certificate) + _pem(authority), _key_pem(key), "the local certificate")


def _make(folder: Path) -> None:
    """The key first: a certificate without its key would be in the way."""
    from cryptography import x509

    key = _key()
    subject = _subject(f"shoal on {platform.node()}, for development")
    builder = _builder("", subject, key, YEARS).subject_name(subject)
    builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
    usage = dict.fromkeys(("digital_signature", "key_cert_sign", "crl_sign"), True)
    never = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
             "decipher_only")  # fmt: skip
    builder = builder.add_extension(x509.KeyUsage(**usage, **dict.fromkeys(never, False)), critical=True)
    known = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = _signed(builder.add_extension(known, critical=False), key)
    for name, text in ((KEY, _key_pem(key)), (CERTIFICATE, _pem(certificate))):
        new = folder / f".{name}"
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        new.rename(folder / name)


def _builder(name: str, issuer: Name, key: EllipticCurvePrivateKey, life: datetime.timedelta) -> CertificateBuilder:
    from cryptography import x509

    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - AN_HOUR).not_valid_after(now + life)
    return builder.subject_name(_subject(name)) if name else builder


def _subject(name: str) -> Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64])])


def _name(text: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _signed(builder: CertificateBuilder, key: EllipticCurvePrivateKey) -> Certificate:
    from cryptography.hazmat.primitives.hashes import SHA256

    return builder.sign(key, SHA256())


def _pem(certificate: Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()


def _key_pem(key: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
