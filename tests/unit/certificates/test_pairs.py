"""What is read of a certificate and its key, and what is wrong with them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shoal.certificates import Pair, local, pair
from shoal.certificates.pair import chain_of, of_files
from shoal.errors import MissingFile, WrongType
from shoal.model.app import Certificate


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ca")


@pytest.fixture(scope="module")
def one(authority: Path) -> Pair:
    return local.issue(authority, ["blog.example", "192.0.2.7"])


def test_whom_it_is_for_and_how_long(one: Pair) -> None:
    assert one.names[:2] == ("blog.example", "192.0.2.7")
    assert set(local.ALWAYS) <= set(one.names)
    assert one.ends - one.begins == pytest.approx((local.LIFE + local.AN_HOUR).total_seconds())
    assert (chain_of(one.chain).names, chain_of(one.chain).ends) == (one.names, one.ends)


def test_its_key_is_in_no_text_of_it(one: Pair) -> None:
    assert one.key.splitlines()[1] not in f"{one!r} {one}"


def test_the_authority_is_made_once_and_for_its_user_only(authority: Path) -> None:
    first = local.root(authority).read_bytes()
    assert local.root(authority).read_bytes() == first
    assert [oct((authority / name).stat().st_mode & 0o777) for name in (local.CERTIFICATE, local.KEY)] == ["0o600"] * 2
    found = x509.load_pem_x509_certificate(first)
    assert found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_key_of_another_is_refused(one: Pair, authority: Path) -> None:
    other = local.issue(authority, [])
    with pytest.raises(WrongType, match=r"a\.crt: the key doesn't belong to the certificate"):
        pair(one.chain, other.key, "a.crt")


def test_a_chain_in_the_wrong_order_is_named(one: Pair, authority: Path) -> None:
    root = (authority / local.CERTIFICATE).read_text()
    with pytest.raises(WrongType) as caught:
        pair(root + one.chain, one.key, "a.crt")
    assert "the server's own has to come first" in caught.value.hint


def test_a_key_with_a_password_is_refused(one: Pair) -> None:
    key = load_pem_private_key(one.key.encode(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")).decode()
    with pytest.raises(WrongType, match="its key has a password"):
        pair(one.chain, locked, "a.crt")


def test_a_key_that_envoy_would_refuse_is_refused_first(one: Pair) -> None:
    for key in (ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 1024)):
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        with pytest.raises(WrongType, match="TLS isn't served with a key of that kind"):
            pair(one.chain, text, "a.crt")


@pytest.mark.parametrize("text", ["", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(one: Pair, text: str) -> None:
    with pytest.raises(WrongType, match=r"a\.crt holds no certificate that can be read"):
        pair(text, one.key, "a.crt")


def put(folder: Path, chain: bytes, key: str, mode: int = 0o600) -> Certificate:
    (folder / "a.crt").write_bytes(chain)
    (folder / "a.key").write_text(key)
    (folder / "a.key").chmod(mode)
    return Certificate("a.crt", "a.key")


def test_one_that_has_ended_is_refused(
    one: Pair, authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "LIFE", datetime.timedelta(minutes=-1))
    ended = local.issue(authority, [])
    with pytest.raises(WrongType, match=r"a\.crt ended on 20"):
        of_files(put(tmp_path, ended.chain.encode(), ended.key), tmp_path)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_a_key_for_its_owner_and_group_is_taken(one: Pair, tmp_path: Path, mode: int) -> None:
    assert of_files(put(tmp_path, one.chain.encode(), one.key, mode), tmp_path) == one


def test_a_key_that_everybody_may_read_is_refused(one: Pair, tmp_path: Path) -> None:
    with pytest.raises(WrongType, match="everybody on this machine may read it") as caught:
        of_files(put(tmp_path, one.chain.encode(), one.key, 0o644), tmp_path)
    assert caught.value.hint == "chmod 600 a.key"


def test_what_is_no_text_is_refused(one: Pair, tmp_path: Path) -> None:
    with pytest.raises(WrongType, match="it isn't even text"):
        of_files(put(tmp_path, b"\xff\x00", one.key), tmp_path)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"b\.crt: No such file"):
        of_files(Certificate("b.crt", "b.key"), tmp_path)
