"""The state folder of one app in one environment.

::

    <root>/                             0700
      realm                             a random name of this folder, in the environment of everything started from it
      driver.lock  keeper.lock          held by who uses the folder, and by its keeper
      keeper.sock  keeper.log
      instances/<id>/                   spec.json  identity.json  exit.json  scratch/
      logs/<workload>/<id>.log          with <id>.log.idx beside it
      data/<name>/                      with <name>.id, its incarnation, beside it
      secrets/<name>  <name>=<digest>   0600: what was made, and contents that were given;
                                        secrets/files/<id>/...: an instance's configuration files,
                                        secrets/files/<id>.view/: its working folder, if some of them lie in it;
                                        secrets/certificates/<name>.json: the gateway's, with their keys
      ports.json                        allotted addresses
      hosts.json                        addresses that plain names stand for
      groups                            folders in which control groups were made, while there are any
      run/<workload>/                   where commands run that are no instances; run/*.log: what probes' commands print
      release.json  releases/           what is wanted, and what was wanted before
      mesh/                             Envoy's working folder: admin.sock, xds/{cds,lds}.json
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from functools import cached_property
from pathlib import Path

from shoal.drivers.process import atomic, kept, records
from shoal.errors import Busy, StateDamaged

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
REALM = re.compile("[0-9a-f]{16}")


class State:
    """Paths, and what is too small for a file of its own. `root` needs not exist before `prepare`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.instances = root / "instances"
        self.logs = root / "logs"
        self.data = root / "data"
        self.secrets = root / "secrets"
        self.files = root / "secrets" / "files"
        self.certificates = root / "secrets" / "certificates"
        self.ports = root / "ports.json"
        self.mesh = root / "mesh"
        self.releases = root / "releases"
        self.xds = root / "mesh" / "xds"
        self.run = root / "run"
        self.groups = root / "groups"
        self.hosts = root / "hosts.json"

    def prepare(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        for folder in (self.instances, self.logs, self.data, self.secrets, self.files, self.mesh, self.xds):
            folder.mkdir(mode=0o700, exist_ok=True)

    def sweep(self) -> None:
        """Deletes what commands beside instances had printed when a daemon was killed."""
        for log in self.run.glob("*.log"):
            log.unlink(missing_ok=True)

    def lock(self) -> int:
        """A descriptor that holds the folder for one driver. Raises Busy."""
        descriptor = os.open(self.root / "driver.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Busy(f"another shoal is at work in {self.root}", hint="wait for it, or end it") from None
        return descriptor

    @cached_property
    def realm(self) -> str:
        """What it was, or another one when that is lost or is no such word: it goes into environments and paths."""
        path = self.root / "realm"
        found = _word(path)
        if not REALM.fullmatch(found):
            found = secrets.token_hex(8)
            atomic.write(path, found, lasting=True)
        return found

    def new_id(self, workload: str, index: int) -> str:
        """Readable and unique among the instances that have a record or a log: `users-0-k3f9`."""
        while True:
            name = f"{workload}-{index}-" + "".join(secrets.choice(ALPHABET) for _ in range(4))
            if not (self.instances / name).exists() and not self.log(workload, name).exists():
                return name

    def log(self, workload: str, instance: str) -> Path:
        return Path(f"{self.logs}/{workload}/{instance}.log")  # in one go: asked for each instance every second

    def view(self, instance: str) -> Path:
        """Its working folder, where files are placed in that: they may hold secrets."""
        return self.files / f"{instance}.view"

    def records(self) -> list[records.Record]:
        return [records.read(folder) for folder in sorted(self.instances.glob("[!.]*"))]

    def forget(self, instance: str) -> None:
        for folder in (self.instances / instance, self.files / instance, self.view(instance)):
            shutil.rmtree(folder, ignore_errors=True)

    def data_folder(self, name: str) -> Path:
        """A data folder, made if it is not there, with its incarnation. Raises StateDamaged."""
        folder, mark = self.data / name, self.data / f"{name}.id"
        if not mark.exists():
            if folder.exists() and any(folder.iterdir()):
                raise self._unmarked(folder, mark)
            atomic.write(mark, secrets.token_hex(8), lasting=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def incarnations(self) -> dict[str, str]:
        """Data folders that exist -> incarnation. Raises StateDamaged when one has lost it."""
        found = {}
        for folder in self.data.glob("*"):
            if folder.is_dir():
                mark = self.data / f"{folder.name}.id"
                found[folder.name] = _word(mark)
                if not found[folder.name]:
                    raise self._unmarked(folder, mark)
        return found

    def _unmarked(self, folder: Path, mark: Path) -> StateDamaged:
        return StateDamaged(
            f"the data in {folder} has lost its mark, {mark}",
            hint="write any word into that file to keep the data (jobs and migrations run again), or delete both",
        )

    def drop(self) -> None:
        """Deletes data, secrets, allotments and records; logs stay."""
        for folder in (self.data, self.secrets, self.instances, self.mesh, self.run, self.releases):
            shutil.rmtree(folder, ignore_errors=True)
        self.ports.unlink(missing_ok=True)
        self.hosts.unlink(missing_ok=True)
        self.prepare()


def _word(path: Path) -> str:
    """Nothing where it is lost, whatever lies there. Raises StateDamaged when that can't be read."""
    try:
        return kept.text(path)
    except (FileNotFoundError, kept.NoText):
        return ""
