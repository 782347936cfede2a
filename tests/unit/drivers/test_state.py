from __future__ import annotations

from pathlib import Path

import pytest

from shoal.drivers.process import records
from shoal.drivers.process.conclusion import reason
from shoal.drivers.process.environment import base
from shoal.drivers.process.releases import FileReleases
from shoal.drivers.process.state import State
from shoal.drivers.process.vault import Vault
from shoal.errors import Busy, StateDamaged
from shoal.model.observed import Instance


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path / "state")
    state.prepare()
    return state


def test_everything_is_for_its_owner_only(state: State) -> None:
    Vault(state.secrets).read("token")
    assert {path.stat().st_mode & 0o077 for path in [state.root, *state.root.rglob("*")]} == {0}


def test_one_driver_at_a_time(state: State) -> None:
    import os

    descriptor = state.lock()
    with pytest.raises(Busy, match="at work"):
        state.lock()
    os.close(descriptor)


def test_ids_are_readable(state: State) -> None:
    name = state.new_id("users-db", 3)
    assert name.startswith("users-db-3-") and len(name) == len("users-db-3-") + 4


def test_an_incarnation_is_kept_beside_the_data(state: State) -> None:
    folder = state.data_folder("db")
    assert list(folder.iterdir()) == []
    assert state.incarnations() == {"db": (state.data / "db.id").read_text()}


def test_data_without_its_mark_is_not_taken_for_new(state: State) -> None:
    (state.data_folder("db") / "file").touch()
    (state.data / "db.id").unlink()
    for act in (lambda: state.data_folder("db"), state.incarnations):
        with pytest.raises(StateDamaged, match=r"db\.id"):
            act()


def test_a_record_without_a_fork_is_dropped_and_stops_a_late_one(state: State) -> None:
    folder = state.instances / "users-0-aaaa"
    records.create(folder, records.Spec(Instance("users-0-aaaa", "users", "service", "r1")))
    assert records.never_ran(records.read(folder))
    assert list(state.instances.iterdir()) == []


def test_secrets_survive_odd_names_and_keep_apart(state: State) -> None:
    vault = Vault(state.secrets)
    names = ["files", "../../etc/passwd", "a/b", "%key", ".", "users-db.users"]
    made = {name: vault.read(name) for name in names}
    assert len(set(made.values())) == len(names)
    assert {name: Vault(state.secrets).read(name) for name in names} == made
    assert all(path.parent == state.secrets for path in state.secrets.rglob("*") if path.is_file())


def test_a_given_secret_is_kept_as_it_is(state: State) -> None:
    digest = Vault(state.secrets).keep("token", "from outside\n")
    assert Vault(state.secrets).read("token", digest) == "from outside\n"


def test_contents_of_a_secret_lie_side_by_side_until_nobody_names_them(state: State) -> None:
    vault = Vault(state.secrets)
    made, others = vault.read("key"), vault.read("db.api")
    one, two = vault.keep("key", "one"), vault.keep("key", "two")
    assert [vault.read("key", one), vault.read("key", two), vault.read("key")] == ["one", "two", made]
    vault.discard({"key": {"", two}})
    assert [vault.read("key", two), vault.read("key")] == ["two", made]
    with pytest.raises(StateDamaged, match="the secret key has lost its content"):
        vault.read("key", one)
    vault.discard({"key": {two}})
    assert not (state.secrets / "key").exists()
    assert vault.read("db.api") == others, "passwords that no file declares stay"
    vault.discard({})
    assert not list(state.secrets.glob("key*"))


def test_every_content_is_its_owners_alone(state: State) -> None:
    Vault(state.secrets).keep("key", "one")
    assert {path.stat().st_mode & 0o777 for path in state.secrets.iterdir() if path.is_file()} == {0o600}


def test_little_of_our_environment_is_passed_on() -> None:
    ours = {"PATH": "/bin", "HOME": "/h", "AWS_SECRET": "x", "LC_ALL": "C", "HTTPS_PROXY": "p", "PYTHONPATH": "src"}
    kept = base(ours, ["/tools"])
    assert kept == {"PATH": "/tools:/bin", "HOME": "/h", "LC_ALL": "C", "HTTPS_PROXY": "p"}


def test_releases_are_replaced_whole(tmp_path: Path) -> None:
    store = FileReleases(tmp_path / "new")
    assert store.load() is None
    store.save(b"{}")
    assert FileReleases(tmp_path / "new").load() == b"{}"


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "exited"), (3, "exited with code 3"), (-9, "killed by SIGKILL"), (None, "ended while nobody watched")],
)
def test_ends_in_words(code: int | None, words: str) -> None:
    assert reason(code) == words
