"""An app in a folder of its own, driven as a user drives it: by the command line."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from shoal.api.place import state_folder
from shoal.drivers.process import launch
from shoal.errors import DriverFailed
from shoal.model.names import TARGETS
from tests import ordinary
from tests.scenarios import processes

SHOAL = Path(sys.executable).with_name("shoal")
# All else of the tester's environment stays outside: SHOAL_ENV and the like would change what is tested.
KEPT = ("HOME", "LANG", "USER")

# What may lie in a state folder when the app is down and its data dropped.
LEFT_FILES = {
    "daemon.log",
    "driver.lock",
    "events.jsonl",
    "keeper.lock",
    "keeper.log",
    "keeper.sock",
    "realm",
    "release.json",
}
LEFT_FOLDERS = {"data", "instances", "logs", "mesh", "mesh/xds", "secrets", "secrets/files"}


class Result(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def __str__(self) -> str:
        return f"exit code {self.code}\n--- stdout\n{self.out[-2000:]}\n--- stderr\n{self.err[-4000:]}"


def as_in_a_terminal() -> None:
    """Whoever runs the tests with `nohup`, or behind a `&`, lets none of a terminal's signals through."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class App:
    """`folder` holds shoal.yaml; `home` is the XDG_STATE_HOME, of this app alone unless `shared`."""

    def __init__(self, folder: Path, home: Path, cache: Path, *, shared: bool = False) -> None:
        self.folder, self.home = folder, home
        self._own = folder if shared else home
        path = f"{SHOAL.parent}:{os.environ['PATH']}"
        here = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.root = home / "data" / "shoal" / "ca" / "root.crt"  # who vouches for `tls: local`
        places = {"XDG_STATE_HOME": home, "XDG_CACHE_HOME": cache, "XDG_DATA_HOME": home / "data"}
        self.env = here | {"PATH": path} | {name: str(place) for name, place in places.items()}
        self.ordinary = False  # whether modes of files hold for it though root runs the tests
        self.before: dict[str, int] = {}  # what ran when a test that is to change nothing began
        self._begun: list[subprocess.Popen[str]] = []

    # The folder

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def edit(self, old: str, new: str, name: str = "shoal.yaml") -> None:
        text = (self.folder / name).read_text()
        assert old in text
        (self.folder / name).write_text(text.replace(old, new))

    # The command line

    def shoal(
        self, *words: str, timeout: float = 40, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> Result:
        """One command, to its end. Whatever happens, nobody is shown a traceback."""
        with subprocess.Popen(
            [SHOAL, *words],
            cwd=cwd or self.folder,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=ordinary.become if self.ordinary else None,
        ) as process:
            try:
                out, err = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                raise AssertionError(
                    f"shoal {' '.join(words)} takes over {timeout} s: {Result(-9, out, err)}"
                ) from None
        result = Result(process.returncode, out, err)
        assert "Traceback" not in err, str(result)
        return result

    def begin(self, *words: str, nohup: bool = False) -> subprocess.Popen[str]:
        """A command in the foreground, in a session of its own as in a terminal; its output is in `told`."""
        command = [*(["nohup"] if nohup else []), str(SHOAL), *words]
        number = len(self._begun)
        with (self.home.parent / f"begun-{number}").open("w") as output:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                preexec_fn=as_in_a_terminal,
            )
        self._begun.append(process)
        return process

    def told(self, process: subprocess.Popen[str]) -> str:
        """What a command begun with `begin` has printed so far."""
        return (self.home.parent / f"begun-{self._begun.index(process)}").read_text()

    def ok(self, *words: str, timeout: float = 40, env: Mapping[str, str] | None = None) -> Result:
        """A command that must do well."""
        result = self.shoal(*words, timeout=timeout, env=env)
        assert result.code == 0, str(result)
        return result

    def up(self, *words: str) -> Result:
        return self.ok("up", "-d", "--wait", *words)

    # What runs

    def ps(self, *words: str) -> list[dict[str, Any]]:
        """Instances that have not ended."""
        found: list[dict[str, Any]] = self.ok("ps", "--json", *words).json["instances"]
        return [instance for instance in found if instance["phase"] != "exited"]

    def of(self, workload: str) -> list[dict[str, Any]]:
        """The running instances of one workload, by slot."""
        return sorted((i for i in self.ps() if i["workload"] == workload), key=lambda i: i["index"])

    def pid(self, workload: str) -> int:
        found = self.of(workload)
        assert len(found) == 1, found
        return int(found[0]["pid"])

    def pids(self) -> dict[str, int]:
        """Instance -> pid."""
        return {i["id"]: i["pid"] for i in self.ps()}

    def ready(self, workload: str, count: int = 1, *, but: Collection[int] = ()) -> bool:
        """Whether it is so many, all ready, and none of them one of these pids: seen by one look, as two looks may
        see one before and one after."""
        found = self.of(workload)
        return [i["phase"] for i in found] == ["ready"] * count and not {i["pid"] for i in found} & {*but}

    def standing(self, workload: str) -> dict[str, Any]:
        return next(s for s in self.ok("ps", "--json").json["standings"] if s["workload"] == workload)

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.ok("events", "--json").out.splitlines()]
        return [event for event in found if kind in ("", event["kind"])]

    def states(self, environment: str = "*") -> list[Path]:
        """The state folders of its environments, as far as they are there."""
        mine = state_folder(self.home / "shoal", self.folder, "", environment).parents[1]
        return sorted(path for path in mine.glob(f"{environment}/*") if path.name in TARGETS)

    def state(self, environment: str = "dev") -> Path:
        (found,) = self.states(environment)
        return found

    def keeper_and_daemon(self, environment: str = "dev") -> tuple[int, int]:
        """Their pids; 0 for one that isn't there."""
        found = self.states(environment)
        sock = launch.find_keeper(found[0]) if found else None
        if sock is None:
            return 0, 0
        try:
            with sock:
                answer = launch.ask(sock, {"do": "list"})
        except DriverFailed:  # it was just ending
            return 0, 0
        return answer["pid"], answer["daemon"]

    def processes(self) -> dict[int, str]:
        """Everything that runs because of this app."""
        return processes.of_state(self._own, self.states())

    def address(self, service: str, variable: str) -> str:
        """What a running instance was handed in a variable."""
        return self.ok("exec", service, "printenv", variable).out.strip()

    # Its door

    @property
    def url(self) -> str:
        found: str = self.ok("ps", "--json").json["url"]
        return found

    def get(self, path: str = "/") -> tuple[int, str]:
        return get(self.url + path, root=self.root)

    def wait_until(self, condition: Callable[[], object], deadline: float = 20.0, every: float = 0.05) -> None:
        wait_until(condition, deadline, every)

    # The end

    def end(self) -> None:
        """Down, with all data, and nothing left behind. What a failed test left running is killed all the same."""
        for process in self._begun:
            if process.poll() is None:
                process.kill()
            process.wait()
        folders = self.states()
        ports = {port for folder in folders for port in _ports(folder)}
        try:
            results = [
                self.shoal("down", "-v", "--yes", "--env", folder.parent.name, "--target", folder.name)
                for folder in folders
            ]
        finally:
            left = self._stragglers()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    processes.kill(pid)
        assert [str(result) for result in results if result.code != 0] == []
        assert left == {}, left
        assert ports & processes.listening() == set()
        for folder in folders:
            _check_left(folder)

    def _stragglers(self) -> dict[int, str]:
        """What runs after `down`. A process that is just ending is seen for a moment longer on a busy machine."""
        with contextlib.suppress(AssertionError):
            wait_until(lambda: not self.processes(), deadline=2.0)
        return self.processes()


def get(url: str, timeout: float = 10, headers: Mapping[str, str] = {}, root: Path | None = None) -> tuple[int, str]:
    """Status and body; status 0 when there is no answer. `root` is whom to trust, where TLS is spoken."""
    trusting = ssl.create_default_context(cafile=root) if url.startswith("https:") else None
    request = urllib.request.Request(url, headers=dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=trusting) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, problem.read().decode()
    except OSError as problem:
        return 0, str(problem)


def wait_until(condition: Callable[[], object], deadline: float = 20.0, every: float = 0.05) -> None:
    """Ask again and again until the answer is true; a failed assertion in it counts as no."""
    end = time.monotonic() + deadline
    while True:
        try:
            if condition():
                return
            problem: AssertionError | None = None
        except AssertionError as found:
            problem = found
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s") from problem
        time.sleep(every)


def _ports(folder: Path) -> set[int]:
    try:
        return set(json.loads((folder / "ports.json").read_text()).values())
    except (OSError, ValueError):
        return set()


def _check_left(folder: Path) -> None:
    names = {str(path.relative_to(folder)): path.is_dir() for path in folder.rglob("*")}
    names = {name: is_folder for name, is_folder in names.items() if not name.startswith("logs/")}
    assert {name for name, is_folder in names.items() if is_folder} <= LEFT_FOLDERS
    assert {name for name, is_folder in names.items() if not is_folder} <= LEFT_FILES
    for name in ("daemon.log", "keeper.log"):
        said = (folder / name).read_text()
        assert "Traceback" not in said, said[-3000:]
