"""A certificate asked of an authority by ACME (RFC 8555), in a process of its own: it takes a while, and its client
takes memory that the daemon needs only then.

Run as `python -m shoal.certificates.authority FOLDER`, where `order.json` says what is wanted. What is to be answered
to the authority is written to `proofs.json`, for the gateway; it waits until that answers. In the end the certificate
lies in `certificate.pem`, with its key.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from shoal import __version__
from shoal.model.app import Acme

if TYPE_CHECKING:
    from acme.client import ClientNetwork, ClientV2
    from acme.messages import ChallengeBody, OrderResource
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

ORDER, PROOFS, CERTIFICATE, ACCOUNT = "order.json", "proofs.json", "certificate.pem", "account.json"
PATIENCE = 60.0
LONGEST = 300.0
EVERY = 0.1


class Order(msgspec.Struct, frozen=True):
    """`door` is where the gateway answers proofs, as seen from here. `account` is the folder of the account."""

    acme: Acme
    door: str
    account: str


class Unproved(Exception):
    """Told in one sentence."""


def main(folder: Path) -> int:
    order = msgspec.json.decode((folder / ORDER).read_bytes(), type=Order)
    try:
        obtain(order, folder)
    except Exception as problem:
        print(_told(problem), flush=True)
        return 1
    return 0


def obtain(order: Order, folder: Path) -> None:
    from acme import messages

    client = _client(order)
    key = _key()
    wanted = client.new_order(_request(order.acme.domains, key))
    # An authority may remember what was proved not long ago (RFC 8555, 7.1.3); what is valid can't be proved again.
    open_ones = [each for each in wanted.authorizations if each.body.status != messages.STATUS_VALID]
    challenges = [_challenge(authorization) for authorization in open_ones]
    account = client.net.key
    assert account is not None
    answers = [(one, *one.response_and_validation(account)) for one in challenges]
    proofs = {one.chall.encode("token"): validation for one, _, validation in answers}
    _write(folder / PROOFS, json.dumps(proofs))
    _wait(order.door, proofs)
    for one, response, _ in answers:
        client.answer_challenge(one, response)
    until = datetime.datetime.now() + datetime.timedelta(seconds=LONGEST)
    made: OrderResource = client.poll_and_finalize(wanted, until)
    _write(folder / CERTIFICATE, made.fullchain_pem + _pem(key))


def _client(order: Order) -> ClientV2:
    from acme import client, errors, messages
    from josepy.jwa import ES256

    folder = Path(order.account)
    network = client.ClientNetwork(_account(folder), alg=ES256, user_agent=f"shoal/{__version__}")
    _trust(network, order.acme.ca)
    found = client.ClientV2(client.ClientV2.get_directory(order.acme.directory, network), network)
    wanted = messages.NewRegistration.from_data(email=order.acme.email or None, terms_of_service_agreed=True)
    try:
        found.new_account(wanted)
    except errors.ConflictError as known:
        network.account = messages.RegistrationResource(uri=known.location, body=messages.Registration())
    return found


def _trust(network: ClientNetwork, ca: str) -> None:
    """requests takes a file in place of yes; the client hands on what it has."""
    if ca:
        network.verify_ssl = ca  # type: ignore[assignment]


def _account(folder: Path) -> Any:
    from josepy.jwk import JWKEC

    path = folder / ACCOUNT
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, JWKEC(key=_key()).json_dumps())
    return JWKEC.json_loads(path.read_text())


def _key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _request(domains: tuple[str, ...], key: EllipticCurvePrivateKey) -> bytes:
    from acme import crypto_util

    return crypto_util.make_csr(_pem(key).encode(), list(domains))


def _pem(key: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _challenge(authorization: Any) -> ChallengeBody:
    from acme import challenges

    for one in authorization.body.challenges:
        if isinstance(one.chall, challenges.HTTP01):
            found: ChallengeBody = one
            return found
    raise Unproved(f"the authority offers no http-01 for {authorization.body.identifier.value}")


def _wait(door: str, proofs: dict[str, str]) -> None:
    """Until the gateway answers them: an authority asks once, and counts failures."""
    end = time.monotonic() + PATIENCE
    while not all(_answer(f"{door}/.well-known/acme-challenge/{token}") == proof for token, proof in proofs.items()):
        if time.monotonic() > end:
            raise Unproved(f"the gateway doesn't answer proofs at {door}")
        time.sleep(EVERY)


def _answer(url: str) -> str:
    opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return str(answer.read().decode())
    except (OSError, urllib.error.HTTPError):
        return ""


class _Stay(urllib.request.HTTPRedirectHandler):
    """What is not answered yet is sent to TLS, where nobody may be."""

    def redirect_request(self, *given: Any) -> None:
        return None


def _write(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.rename(path)


def _told(problem: Exception) -> str:
    """One line: what the authority says of each name, where it says something."""
    failed = getattr(problem, "failed_authzrs", None)
    said = [str(one.error) for authorization in failed or () for one in authorization.body.challenges if one.error]
    return " ".join("; ".join(said or [str(problem) or type(problem).__name__]).split())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
