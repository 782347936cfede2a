"""Java trusts what the machine trusts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shoal.build import program, truststore

CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUUXmMx5iVRPqW5s0m2m8kkOWbE7IwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has neither a list nor a store, nor says so."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setattr(truststore, "JAVA_STORES", (str(tmp_path / "cacerts"),))
    monkeypatch.setattr(truststore, "BUNDLES", (str(tmp_path / "list.crt"),))
    return tmp_path


def test_the_runtimes_own_where_the_machine_has_none(machine: Path) -> None:
    assert truststore.trust_store(Path("/own")) == Path("/own")


def test_the_machines_store_first(machine: Path) -> None:
    (machine / "cacerts").touch()
    (machine / "list.crt").write_text(CERTIFICATE)
    assert truststore.trust_store(Path("/own")) == machine / "cacerts"


def test_a_list_is_converted_once(machine: Path) -> None:
    (machine / "list.crt").write_text(CERTIFICATE * 2)
    store = truststore.trust_store(Path("/own"))
    assert store.parent == machine / "cache/shoal/tools"
    assert truststore.trust_store(Path("/own")) == store
    assert store.read_bytes()[:12] == bytes.fromhex("feedfeed 00000002 00000002")


def test_a_list_that_the_user_names_goes_before_the_machines_store(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (machine / "cacerts").touch()
    (machine / "mine.pem").write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(machine / "mine.pem"))
    assert truststore.trust_store(Path("/own")).suffix == ".jks"


def test_a_list_without_certificates_is_no_list(machine: Path) -> None:
    (machine / "list.crt").write_text("nothing")
    assert truststore.trust_store(Path("/own")) == Path("/own")


def test_java_reads_it(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program("java-home") / "lib/security/cacerts"
    listed = [str(program("keytool")), "-list", "-rfc", "-keystore", str(own), "-storepass", "changeit"]
    (machine / "list.crt").write_text(subprocess.run(listed, capture_output=True, text=True, check=True).stdout)
    store = truststore.trust_store(own)
    listed = [str(program("keytool")), "-list", "-keystore", str(store), "-storepass", "changeit"]
    done = subprocess.run(listed, capture_output=True, text=True, check=True)
    assert done.stdout.count("trustedCertEntry") > 100
