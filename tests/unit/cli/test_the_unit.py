"""`install-service`: what stands in the unit, where it lies, and what is refused."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

from shoal.cli import install_service_
from shoal.cli.unit import Unit, quoted
from tests.unit.cli.conftest import Shoal

ODD = 'a "b" 50% \\c'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is this test's own, and a folder for units of the system."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_CONFIG_HOME", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(install_service_, "SYSTEM", tmp_path / "system")
    return tmp_path / "home"


def unit(**changes: object) -> str:
    plain = Unit("shop", "prod", ["/bin/up"], ["/bin/down"], {"HOME": "/home/ann"}, ["/srv/shop"], 40)
    return plain._replace(**changes).text()  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "written"), [
    ("plain", '"plain"'), ("two words", '"two words"'), ("100%", '"100%%"'), ('"', '"\\""'), ("\\", '"\\\\"'),
])  # fmt: skip
def test_a_word_is_quoted_whatever_is_in_it(text: str, written: str) -> None:
    assert quoted(text) == written


def test_only_words_of_a_command_have_their_dollars_doubled() -> None:
    lines = unit(up=["/bin/$x", "$x"], variables={"A": "$x"}).splitlines()
    assert 'ExecStart="/bin/$x" "$$x"' in lines
    assert 'Environment="A=$x"' in lines


def test_a_unit_of_the_system_has_its_user_and_waits_for_its_folders() -> None:
    found = unit(user="ann", folders=["/srv/my shop"])
    assert 'RequiresMountsFor="/srv/my shop"\n' in found
    assert "User=ann\n" in found
    assert found.endswith("WantedBy=multi-user.target\n")
    assert "User=" not in unit()
    assert unit().endswith("WantedBy=default.target\n")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze isn't here (package systemd)")
@pytest.mark.parametrize("user", ["", "root"])
def test_systemd_finds_nothing_wrong_with_it(user: str, tmp_path: Path) -> None:
    program = tmp_path / "50% of $HOME"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    file = tmp_path / "it.service"
    file.write_text(unit(user=user, up=[str(program), ODD], down=[str(program)], variables={"A": ODD}))
    kind = "--system" if user else "--user"
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    found = subprocess.run(
        ["systemd-analyze", kind, "--man=no", "verify", str(file)], env=env, capture_output=True, text=True, check=False
    )
    assert (found.returncode, str(file) in found.stderr) == (0, False), found.stderr


def test_a_unit_of_ones_own_is_written_and_wanted_at_boot(shoal: Shoal, home: Path) -> None:
    done = shoal("install-service", "--user", "--env", "dev")
    assert done.code == 0
    file = Path(done.out.strip())
    assert file.parent == home / ".config/systemd/user"
    link = file.parent / "default.target.wants" / file.name
    assert link.resolve() == file.resolve()
    assert "loginctl enable-linger" in done.err
    assert shoal("install-service", "--user").code == 0, "once more is no harm"
    assert shoal("install-service", "--user", "--remove").code == 0
    assert not file.exists()
    assert not link.is_symlink()
    again = shoal("install-service", "--user", "--remove")
    assert (again.code, "there is no unit" in again.err) == (2, True)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may name another user")
def test_a_unit_of_the_system_runs_as_who_asked(shoal: Shoal, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "nobody")
    done = shoal("install-service", "--system")
    text = Path(done.out.strip()).read_text()
    assert "User=nobody\n" in text
    assert f'"HOME={pwd.getpwnam("nobody").pw_dir}"' in text
    assert "XDG_STATE_HOME" not in text, "that is root's"
    assert "User=root\n" in shoal("install-service", "--system", "--as", "root", "--print").out


def test_print_writes_nothing(shoal: Shoal, home: Path) -> None:
    assert "ExecStop=" in shoal("install-service", "--user", "--print").out
    assert not home.exists()


def test_what_only_this_shell_knows_is_refused(
    shoal: Shoal, folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "shoal.yaml").write_text(
        'name: shop\nservices: {api: {path: ".", command: [sleep, "9"]}}\nsecrets: {key: {env: SHOP_KEY}}\n'
    )
    monkeypatch.setenv("SHOP_KEY", "s3cr3t")
    refused = shoal("install-service", "--user")
    assert refused.code == 3
    assert "SHOP_KEY is not set" in refused.err
    assert "in .env" in refused.err
    (folder / ".env").write_text("SHOP_KEY=s3cr3t\n")
    assert "s3cr3t" not in shoal("install-service", "--user", "--print").out


@pytest.mark.parametrize("words", [("--system", "--user"), ("--user", "--as", "root"), ("--system", "--as", "nobody?")])
def test_words_that_contradict_each_other_are_refused(words: tuple[str, ...], shoal: Shoal, home: Path) -> None:
    assert shoal("install-service", *words).code == 2
