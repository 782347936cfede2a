"""Sees that the gateway has its certificates: those of files, followed as they are edited; those of this machine's own
authority; those that an authority elsewhere makes. Renews them while everything runs. A part of the engine."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shoal.build.changes import Changes, Places
from shoal.certificates import Pair, authority, local, renewal
from shoal.certificates.needed import need
from shoal.certificates.pair import chain_of, of_files, pair, place
from shoal.control.environment import Environment
from shoal.control.releases import Release
from shoal.drivers.driver import Driver
from shoal.errors import ShoalError, WrongType, at
from shoal.mesh.plain import PLAIN
from shoal.mesh.tls import names
from shoal.model.app import Acme, App, Tls

LONGEST_SLEEP = 3600.0
BETWEEN_TWO_FILES = 1.0
"""A certificate and its key are replaced one after the other: what doesn't fit is looked at once more."""
LOOK_FOR_PROOFS = 0.1

Spawn = Callable[[Sequence[str], Mapping[str, str], Path, Path], Awaitable[int]]


class Trial(NamedTuple):
    """How the last tries at a certificate went."""

    failures: int
    again: float
    problem: str


class Certifier:
    """`spawn` runs a command to its end. `proofs` is what the gateway has to answer to an authority now."""

    def __init__(self, environment: Environment, driver: Driver, state: Path, spawn: Spawn) -> None:
        self._environment, self._driver, self._state, self._spawn = environment, driver, state, spawn
        self._trials: dict[str, Trial] = {}
        self.proofs: dict[str, str] = {}

    # At once, while somebody waits

    def prepare(self, release: Release) -> None:
        """Hands the mesh what can be had at once. Raises what is wrong with a file, and nothing has changed."""
        gateway = release.wanted.app.gateway
        tls = gateway.tls if gateway else None
        if tls is None:
            return
        if tls.acme:
            need("acme", "acme")
            return
        self._hand_over(release, tls)

    def _hand_over(self, release: Release, tls: Tls) -> None:
        found = dict(self._of_files(release, tls)) if tls.certificates else self._local(release.wanted.app)
        for name, one in found.items():
            self._certify(name, one)

    def _of_files(self, release: Release, tls: Tls) -> Iterator[tuple[str, Pair]]:
        app, digests = release.wanted.app, release.inputs.secrets
        for index, (name, one) in enumerate(zip(names(tls), tls.certificates, strict=True)):
            with at(place(app, index)):
                key = self._driver.secret(one.secret, digests.get(one.secret, "")) if one.secret else None
                yield name, of_files(one, Path(app.folder), key)

    def _local(self, app: App) -> dict[str, Pair]:
        """A new one where the present one lacks a name, gets old, or was made by another authority."""
        wanted, folder = _local_names(app), local.folder()
        root = local.root(folder).read_text()
        text = self._driver.certificates().get("local", "")
        present = chain_of(text) if text else None
        young = present is not None and time.time() < renewal.due(present.begins, present.ends)
        if present and young and set(wanted) <= set(present.names) and text.endswith(root):
            return {}
        return {"local": local.issue(folder, wanted)}

    def _certify(self, name: str, one: Pair) -> None:
        if self._driver.certificates().get(name) != one.chain:
            self._driver.certify(name, one.chain, one.key)
            self._tell("certificate", f"{', '.join(one.names)}: until {_day(one.ends)}")

    def _tell(self, kind: str, text: str) -> None:
        self._environment.loop.report(kind, "gateway", text)

    # All the time

    async def run(self) -> None:
        """For ever: while a gateway that speaks TLS is wanted, see that it can."""
        while True:
            await self._environment.loop.until(lambda: self._wanted() is not None)
            changes = Changes()
            try:
                await self._keep(changes)
            finally:
                changes.close()

    def _wanted(self) -> Release | None:
        release = self._environment.release
        if release is None or release.wanted.down:
            return None
        gateway = release.wanted.app.gateway
        return release if gateway and gateway.tls else None

    async def _keep(self, changes: Changes) -> None:
        while release := self._wanted():
            app = release.wanted.app
            files = frozenset(_files(app))
            if files:
                await asyncio.to_thread(changes.cover, Places({}, files))
            await self._see_to(release)
            await self._next(changes if files else None, release)

    async def _see_to(self, release: Release) -> None:
        gateway = release.wanted.app.gateway
        assert gateway and gateway.tls
        tls = gateway.tls
        for name in names(tls) if tls.acme else ("",):
            trial = self._trials.get(name, Trial(0, 0.0, ""))
            if trial.again > time.time():
                continue
            problem = await self._try(release, tls)
            self._remember(name, trial, problem)
        self._environment.loop.wake()

    async def _try(self, release: Release, tls: Tls) -> str:
        """What kept it from being done, if anything."""
        try:
            if tls.acme:
                await self._of_authority(release.wanted.app, tls.acme)
            else:
                await self._at_once(release, tls)
        except ShoalError as problem:
            return str(problem)
        except OSError as problem:
            return f"{problem.filename}: {problem.strerror}"
        return ""

    async def _at_once(self, release: Release, tls: Tls) -> None:
        try:
            await asyncio.to_thread(self._hand_over, release, tls)
        except ShoalError:
            await asyncio.sleep(BETWEEN_TWO_FILES)
            await asyncio.to_thread(self._hand_over, release, tls)

    def _remember(self, name: str, trial: Trial, problem: str) -> None:
        if not problem:
            self._trials.pop(name, None)
            return
        failures = trial.failures + 1
        # An edit of a file wakes by itself.
        again = time.time() + renewal.pause(failures) if name else 0.0
        self._trials[name] = Trial(failures, again, problem)
        if problem != trial.problem or name:
            more = f"; the next try at {_clock(again)}" if again else "; the one before stays in use"
            self._tell("refused", f"certificate: {problem}{more}")

    async def _next(self, changes: Changes | None, release: Release) -> None:
        """Until a file was edited, something else is wanted, or it is time for a renewal or another try."""
        loop = self._environment.loop
        waits: list[asyncio.Task[Any]] = [
            asyncio.create_task(loop.until(lambda: self._environment.release is not release))
        ]
        waits += [asyncio.create_task(changes.burst())] if changes else []
        try:
            await asyncio.wait(waits, timeout=self._pause(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    def _pause(self) -> float:
        """Never long: clocks are set."""
        now = time.time()
        dues = [trial.again for trial in self._trials.values() if trial.again]
        dues += [renewal.due(one.begins, one.ends) for one in self._present().values()]
        later = [due - now for due in dues if due > now]
        return max(0.1, min([LONGEST_SLEEP, *later]))

    # By an authority elsewhere

    async def _of_authority(self, app: App, acme: Acme) -> None:
        kept = _folder(acme) / _digest(*sorted(acme.domains))
        present = self._kept(kept)
        if present:
            self._certify("acme", present)
            if time.time() < renewal.due(present.begins, present.ends):
                return
        await self._order(app, acme, kept)
        found = self._kept(kept)
        if found is None:
            raise WrongType(f"{acme.directory} made no certificate that can be read")
        self._certify("acme", found)

    def _kept(self, kept: Path) -> Pair | None:
        file = kept / authority.CERTIFICATE
        if not file.exists():
            return None
        text = file.read_text()
        cut = text.index("-----BEGIN PRIVATE KEY-----")
        return pair(text[:cut], text[cut:], "the authority's certificate")

    async def _order(self, app: App, acme: Acme, kept: Path) -> None:
        """In a process of its own; meanwhile the gateway answers what it writes down."""
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        ca = str(Path(app.folder) / acme.ca) if acme.ca else ""
        order = authority.Order(msgspec.structs.replace(acme, ca=ca), self._door(app), str(_folder(acme)))
        proofs, log = kept / authority.PROOFS, self._state / "logs" / "acme.log"
        proofs.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (kept / authority.ORDER).write_bytes(msgspec.json.encode(order))
        self._tell("certificate", f"{', '.join(acme.domains)}: asking {acme.directory}")
        command = [sys.executable, "-m", authority.__name__, str(kept)]
        answering = asyncio.create_task(self._answer(proofs))
        try:
            code = await self._spawn(command, {}, kept, log)
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            self.proofs = {}
            self._environment.loop.wake()
        if code:
            said = log.read_text(errors="replace").strip().splitlines()
            raise WrongType(f"{acme.directory}: {said[-1] if said else 'the client ended without a word'}")

    async def _answer(self, proofs: Path) -> None:
        """What the process writes down is answered, as long as it runs."""
        while not proofs.exists():  # noqa: ASYNC110 (another process makes it)
            await asyncio.sleep(LOOK_FOR_PROOFS)
        self.proofs = msgspec.json.decode(proofs.read_bytes(), type=dict[str, str])
        self._environment.loop.wake()

    def _door(self, app: App) -> str:
        host, port = self._driver.addresses([PLAIN])[PLAIN]
        return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"

    # What there is

    def _present(self) -> dict[str, Any]:
        release = self._wanted()
        tls = release.wanted.app.gateway.tls if release and release.wanted.app.gateway else None
        if tls is None:
            return {}
        held = self._driver.certificates()
        return {name: chain_of(held[name]) for name in names(tls) if name in held}

    def standing(self) -> list[dict[str, Any]]:
        """Each certificate of the gateway's, for people: `name`, `hosts`, `ends`, `problem`."""
        release = self._wanted()
        gateway = release.wanted.app.gateway if release else None
        if gateway is None or gateway.tls is None:
            return []
        present, now = self._present(), time.time()
        return [_row(name, present.get(name), self._trials, now) for name in names(gateway.tls)]


def _row(name: str, present: Any, trials: Mapping[str, Trial], now: float) -> dict[str, Any]:
    trial = trials.get(name) or trials.get("")
    problem = trial.problem if trial else ""
    if present is None:
        return {"name": name, "hosts": [], "ends": 0.0, "problem": problem or "isn't there yet"}
    late = renewal.late(present.begins, present.ends, now)
    return {
        "name": name,
        "hosts": list(present.names),
        "ends": present.ends,
        "problem": "; ".join(text for text in (late, problem) if text),
    }


def _local_names(app: App) -> tuple[str, ...]:
    """Whom clients may ask for here, as far as the file tells."""
    gateway = app.gateway
    assert gateway and gateway.tls
    hosts = [host for route in gateway.routes for host in route.hosts]
    known = {"0.0.0.0", "::", *local.ALWAYS}
    return tuple(dict.fromkeys([*gateway.tls.hosts, *hosts, *({gateway.host} - known)]))


def _files(app: App) -> Iterator[Path]:
    gateway = app.gateway
    for one in gateway.tls.certificates if gateway and gateway.tls else ():
        for name in (one.certificate, one.key):
            if name:
                yield Path(app.folder) / name


def _folder(acme: Acme) -> Path:
    """Not in the state: accounts and certificates outlive data that is dropped, since authorities count them."""
    return local.folder().parent / "acme" / _digest(acme.directory)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _day(when: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(when))


def _clock(when: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(when))
