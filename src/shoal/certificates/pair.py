"""A certificate with its key, as text that was checked: they fit together, and may be used now."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shoal.certificates.needed import need
from shoal.errors import MissingFile, Place, WrongType, at
from shoal.model.app import App, Certificate

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate as X509

SHORTEST_RSA = 2048
OTHERS = 0o004
"""Mode bit: whoever is on this machine may read it. (A group may: many systems keep keys so.)"""


class Pair(msgspec.Struct, frozen=True):
    """`chain` and `key` are PEM. `names` are whom it is for; times are seconds since the epoch."""

    chain: str
    key: str
    names: tuple[str, ...]
    begins: float
    ends: float

    def __repr__(self) -> str:
        return f"Pair({', '.join(self.names)})"  # its key is to appear nowhere


class Chain(msgspec.Struct, frozen=True):
    """What a certificate says, without its key."""

    names: tuple[str, ...]
    begins: float
    ends: float


def chain_of(chain: str) -> Chain:
    first = _certificates(chain, "the certificate in use")[0]
    return Chain(_names(first), first.not_valid_before_utc.timestamp(), first.not_valid_after_utc.timestamp())


def pair(chain: str, key: str, what: str) -> Pair:
    """Raises `WrongType` with `what` it is about."""
    need("cryptography", "tls")
    certificates = _certificates(chain, what)
    private = _private(key, what)
    first = certificates[0]
    _check_served(private, what)
    if first.public_key() != private.public_key():
        raise WrongType(f"{what}: the key doesn't belong to the certificate", hint=_other(certificates, private))
    begins, ends = first.not_valid_before_utc.timestamp(), first.not_valid_after_utc.timestamp()
    return Pair(chain, key, _names(first), begins, ends)


def of_files(certificate: Certificate, folder: Path, key: str | None = None) -> Pair:
    """Of the app's files; `key` is that of a secret. Raises `MissingFile`, `WrongType`."""
    chain = _text(folder / certificate.certificate, certificate.certificate)
    if certificate.key:
        _check_private(folder / certificate.key, certificate.key)
        key = _text(folder / certificate.key, certificate.key)
    found = pair(chain, key or "", certificate.certificate)
    if found.ends <= time.time():
        when = time.strftime("%Y-%m-%d", time.gmtime(found.ends))
        raise WrongType(f"{certificate.certificate} ended on {when}", hint="put a newer one in its place")
    return found


def check(app: App) -> None:
    """Looks at all that can be seen without secrets. Raises what is wrong, with its place."""
    tls = app.gateway.tls if app.gateway else None
    for index, one in enumerate(tls.certificates if tls else ()):
        if one.key:
            with at(place(app, index)):
                of_files(one, Path(app.folder))


def place(app: App, index: int) -> Place | None:
    """Where the certificate stands in the file."""
    path = "gateway.tls.certificate"
    return app.places.get(path) or app.places.get(f"gateway.tls.certificates.{index}.certificate")


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="ascii")
    except UnicodeDecodeError:
        raise WrongType(f"{name} is not PEM: it isn't even text") from None
    except OSError as problem:
        raise MissingFile(f"{name}: {problem.strerror}") from None


def _check_private(path: Path, name: str) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as problem:
        raise MissingFile(f"{name}: {problem.strerror}") from None
    if mode & OTHERS:
        raise WrongType(f"{name} is a private key, and everybody on this machine may read it", hint=f"chmod 600 {name}")


def _certificates(chain: str, what: str) -> list[X509]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(chain.encode())
    except ValueError:
        hint = "a file that has -----BEGIN CERTIFICATE----- in it, the server's own first"
        raise WrongType(f"{what} holds no certificate that can be read", hint=hint) from None


def _private(key: str, what: str) -> PrivateKeyTypes:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(key.encode(), None)
    except TypeError:
        hint = "nobody is there to type its password: take it off with `openssl pkey`, or use a secret"
        raise WrongType(f"{what}: its key has a password", hint=hint) from None
    except ValueError:
        hint = "a file that has -----BEGIN PRIVATE KEY----- in it"
        raise WrongType(f"{what}: its key can't be read", hint=hint) from None


def _check_served(key: PrivateKeyTypes, what: str) -> None:
    """Envoy refuses others, without a word to whoever put them there."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    long = isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SHORTEST_RSA
    if not long and not isinstance(key, ec.EllipticCurvePrivateKey):
        hint = f"RSA of {SHORTEST_RSA} bits or more, or an elliptic curve such as P-256"
        raise WrongType(f"{what}: TLS isn't served with a key of that kind", hint=hint)


def _other(certificates: list[X509], private: PrivateKeyTypes) -> str:
    if any(one.public_key() == private.public_key() for one in certificates[1:]):
        return "it belongs to another one of that file: the server's own has to come first"
    return "were the two files made together?"


def _names(certificate: X509) -> tuple[str, ...]:
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names)
