"""One environment of one app: what is wanted of it, and the ways to want something else."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping

import msgspec

from shoal.control import carried
from shoal.control.doors import doors
from shoal.control.loop import Loop
from shoal.control.progress import Standing, settled
from shoal.control.releases import Release, Releases
from shoal.control.rollouts import Rollouts
from shoal.control.rotation import check_pins, rotated
from shoal.control.trials import Trials
from shoal.control.wishes import selected
from shoal.desired import Inputs, at_source, compile
from shoal.desired.builds import asks_for_gateway
from shoal.desired.causes import with_causes
from shoal.desired.chosen import is_active
from shoal.desired.disturbed import disturbed
from shoal.desired.pinned import pinned
from shoal.desired.unwarmed import unwarmed
from shoal.drivers.driver import Driver, ReleaseStore
from shoal.errors import NotRunning, StateDamaged, UsageError
from shoal.mesh.links import GATEWAY
from shoal.model.app import App, Gateway, Service
from shoal.model.desired import Desired
from shoal.model.names import check_known
from shoal.model.observed import Endpoint
from shoal.model.plan import Plan
from shoal.model.release import Overrides, Pin, Wanted, Watch
from shoal.model.workload import Workload

Gather = Callable[[App], Inputs]
Attach = Callable[[Desired], Desired]
Prepare = Callable[[Release], None]


class Environment:
    """`gather` reads the sources of an app; `attach` adds what belongs to every environment (the mesh). `prepare` sees,
    before an app is wanted, that its gateway has what it needs. `unread` is why the newest edit is not what is wanted.
    """

    def __init__(self, loop: Loop, driver: Driver, store: ReleaseStore, *, gather: Gather, attach: Attach) -> None:
        self.loop, self._driver = loop, driver
        self.prepare: Prepare = lambda release: None
        self._gather, self._attach = gather, attach
        self.releases = Releases(store)
        self.rollouts = Rollouts(self.releases, loop, self.desired_of, Trials(driver))
        self.unread = ""

    @property
    def release(self) -> Release | None:
        return self.releases.present

    def restore(self) -> None:
        """Want what was wanted before. When that can't be read, what runs is left alone until somebody says more."""
        try:
            self.releases.load()
        except msgspec.DecodeError as problem:
            self.loop.held = True
            text = f"what is wanted can't be read: {problem}; what runs goes on until the next `up` or `down`"
            self.loop.report("damaged", "release.json", text)
            return
        if self.release is not None:
            self.loop.desired = self.desired_of(self.release)
            self.rollouts.renew()
            self._fix(self.loop.desired.gateway)

    async def compile(
        self, app: App, digests: Mapping[str, str], watch: Watch | None = None
    ) -> tuple[Release, Desired]:
        """The release that `app` would be, and its Desired; nothing changes. Raises what is wrong with the file."""
        inputs = await asyncio.to_thread(self._gather, app)
        scheme = app.gateway.scheme if app.gateway else "http"
        overrides, now = carried.overrides(self.release, app, digests), time.time()
        contents = dict(digests) | {name: rotation.digest for name, rotation in overrides.rotated.items()}
        inputs = msgspec.structs.replace(inputs, secrets=contents, gateway=self._gateway(app), scheme=scheme)
        wanted = Wanted(
            app,
            overrides=overrides,
            secrets=contents,
            since=carried.since(self.release, now),
            scheduled=carried.scheduled(self.release, app, now),
            at=now,
            watch=watch,
        )
        release = carried.still_pinned(Release(wanted, inputs))
        return release, self._explained(self.desired_of(release))

    async def apply(
        self,
        app: App,
        only: Iterable[str],
        values: Mapping[str, str],
        excepted: Iterable[str] = (),
        watch: Watch | None = None,
    ) -> None:
        """Want `app`; of it just the services of `only` and what they need, if any are named; those that are
        `excepted` are not started."""
        named, left_out = frozenset(only), frozenset(excepted)
        self.known(app, named)
        check_known(left_out, [s.name for s in app.services if s.kind == "service"])
        release, _ = await self.compile(app, self.digests(values), watch)
        running = self.release is not None and not self.release.wanted.down
        overrides = selected(release.wanted.overrides, named, running=running)
        overrides = msgspec.structs.replace(overrides, excepted=(overrides.excepted - named) | left_out)
        release = release.wanting(overrides=overrides)
        desired = self._explained(self.desired_of(release))
        self.plan(desired)  # raises what is in the way while all is still as it was
        self._keep_secrets(app, values)
        await asyncio.to_thread(self.prepare, release)
        await self._forget_failures()
        self._keep_secrets(app, values)
        # Numbered only now: meanwhile the one before may have come to run whole, or have been taken back.
        self.want(self.rollouts.numbered(release), desired)

    async def renew(self, app: App, values: Mapping[str, str]) -> bool:
        """Want what the file and the sources say now; what people asked for besides stays. False where another release
        came to be wanted meanwhile: then all has to be read again. Raises what is wrong with file or sources, and all
        is as it was."""
        before = self.running()
        app = msgspec.structs.replace(app, profiles=before.wanted.app.profiles)
        release, desired = await self.compile(app, self.digests(values), before.wanted.watch)
        self._keep_secrets(app, values)
        await asyncio.to_thread(self.prepare, release)
        if self.release is None or not self.release.wishes(before):
            return False
        before = self.release
        if release.same(before):
            self._try_builds_again()
            return True
        if self.rollouts.gave_up(release):
            return True  # only somebody who says so tries that again
        overrides = carried.edited(release, before, self.loop.desired)
        same = overrides == release.wanted.overrides
        edit = release.wanting(overrides=overrides, cause="an edit")
        release = self.rollouts.numbered(edit)
        desired = desired if same else self._explained(self.desired_of(release))
        self.plan(desired)
        self._keep_secrets(app, values)
        self.want(release, desired)
        return True

    def _try_builds_again(self) -> None:
        if self.loop.executor.broken_builds:
            self.loop.executor.retry()
            self.loop.wake()

    def digests(self, values: Mapping[str, str]) -> dict[str, str]:
        """Name -> keyed digest, of contents that nothing keeps yet."""
        return {name: self._driver.secret_digest(value) for name, value in values.items()}

    def _keep_secrets(self, app: App, values: Mapping[str, str]) -> None:
        """Sees that all secrets are there. To be said once more right before a release is wanted that names them: those
        that none names yet are thrown away when another one is."""
        for secret in app.secrets:
            if secret.generate:
                self._driver.make_secret(secret.name, secret.generate)
        for name, value in values.items():
            self._driver.set_secret(name, value)

    def rotate(self, name: str, value: str) -> None:
        """Want another content of a secret. Raises `UsageError` where that changes nothing, or can't be."""
        before = self.running()
        digest = self._driver.set_secret(name, value)
        release = rotated(before, name, digest)
        desired = self.desired_of(release)
        check_pins(self.desired_of(before), before.wanted.overrides.pins, name)
        self.plan(desired)
        self.want(release, desired)

    def forget_secrets(self) -> None:
        """They have been dropped, with the data: what was rotated begins anew."""
        if self.release is not None and self.release.wanted.overrides.rotated:
            overrides = msgspec.structs.replace(self.release.wanted.overrides, rotated={})
            self.releases.save(self.release.wanting(overrides=overrides))

    def _discard_secrets(self) -> None:
        """Contents that no release names any more; where one can't be read, none is known to be of no use."""
        with contextlib.suppress(StateDamaged):
            self._driver.discard_secrets(self.releases.secrets())

    def plan(self, desired: Desired) -> Plan:
        """What would be done for `desired`, without doing it. Raises `PortInUse`, `StateDamaged`."""
        for name, endpoint in doors(desired.gateway).items():
            self._driver.vacant(name, endpoint)
        try:
            self._fix(desired.gateway)
            return self.loop.plan_for(desired)[0]
        finally:
            self._fix(self.loop.desired.gateway)

    def _gateway(self, app: App) -> Endpoint | None:
        """Where the gateway of `app` will listen, for builds that put it into what they make."""
        if app.gateway is None or not asks_for_gateway(app):
            return None
        self._fix(app.gateway)
        try:
            return self._driver.addresses([GATEWAY])[GATEWAY]
        finally:
            self._fix(self.loop.desired.gateway)

    def _explained(self, desired: Desired) -> Desired:
        """With the causes of its builds, where there was a release before this one."""
        new = {artifact.key for artifact in desired.artifacts} - self.loop.observed.artifacts
        if not new or self.release is None:
            return desired
        if not self.release.wanted.down:
            return with_causes(desired, self.loop.desired)
        return with_causes(desired, self.desired_of(self.release.wanting(down=False)))

    def _fix(self, gateway: Gateway | None) -> None:
        for name, endpoint in doors(gateway).items():
            self._driver.fix(name, endpoint)

    async def down(self) -> None:
        """Stop everything; returns when nothing runs."""
        if not self._wants_nothing():
            self.releases.drop()
            self.loop.desired, self.loop.held = Desired(app=""), False
            self.loop.wake()
        await self.loop.executor.cancel("build")
        await self.loop.until(self._nothing_runs)

    def _wants_nothing(self) -> bool:
        """Whether that could be written down. Where it can't (the disk is full), the release goes: all that is stopped
        needs no room, and mustn't come back."""
        if self.release is None:
            return False
        # Whatever comes up after this comes up from nothing.
        calm = msgspec.structs.replace(self.release.wanted.overrides, chaos=())
        try:
            self.want(self.release.wanting(down=True, stable=0, overrides=calm))
        except OSError:
            return False
        return True

    async def hurry(self, grace: float, kept: Iterable[str] = ()) -> None:
        """Leave whatever runs no more time than this; `kept` workloads aren't meant."""
        spared = frozenset(kept)
        alive = [i.id for i in await self._driver.observe() if i.alive and i.workload not in spared]
        await asyncio.gather(*(self._driver.stop(i, grace=grace) for i in alive))

    def _nothing_runs(self) -> bool:
        return not self.loop.executor.busy and not any(i.alive for i in self.loop.observed.instances)

    def override(self, change: Callable[[Overrides], Overrides]) -> None:
        """Want the same file, with another wish on top."""
        release = self.running()
        self.want(release.wanting(overrides=change(release.wanted.overrides)))

    def running(self) -> Release:
        """The present release. Raises `NotRunning` when there is none or it is down."""
        if self.release is None or self.release.wanted.down:
            raise NotRunning("the app is not running", hint="Start it with: shoal up -d")
        return self.release

    def service(self, name: str) -> Service:
        """A service of the present release. Raises `UsageError` with the names there are."""
        check_known([name], [s.name for s in self.running().wanted.app.services])
        return next(s for s in self.running().wanted.app.services if s.name == name)

    def check_wanted(self, name: str) -> None:
        """Raises `UsageError` for what isn't part of what runs, with its profile if that is why."""
        if self.loop.desired.workload(name) is not None:
            return
        app = self.running().wanted.app
        service = next((s for s in app.services if s.name == name), None)
        if service is None or is_active(service, app):
            raise UsageError(f"{name} is not part of what runs", hint=f"Start it with: shoal up -d {name}")
        profiles = " and ".join(service.profiles)
        what = f"{name} doesn't run: it is in the profile {profiles}, which isn't active"
        hint = f"Start it with: shoal start {name}, or: shoal up -d --profile {service.profiles[0]}"
        raise UsageError(what, hint=hint)

    def check_scale(self, name: str, count: int) -> None:
        """Raises `UsageError` for a service that is none, or that can't have so many instances."""
        fixed = next((port.number for port in self.service(name).ports or () if port.number), 0)
        if fixed and count > 1 and not self.running().wanted.app.contained:
            hint = "leave its `number` out of the file: then each instance is allotted a port"
            raise UsageError(f"{count} instances of {name} can't all listen on port {fixed}", hint=hint)

    def at_source(self, name: str) -> Workload:
        """A service of the present release as its developer runs it. Raises `UsageError` when it is none of them."""
        release, desired = self.running(), self.loop.desired
        check_known([name], [s.name for s in release.wanted.app.services])
        self.check_wanted(name)
        workload = desired.workload(name)
        assert workload is not None
        artifact = next((a for a in desired.artifacts if a.key == workload.artifact), None)
        if artifact is None:
            return workload
        source = next(source for source in release.inputs.sources.values() if source.path == artifact.source)
        return at_source(workload, artifact, source)

    def standings(self) -> tuple[Standing, ...]:
        return self.loop.standings()

    def settled(self) -> bool:
        return settled(self.standings()) and self.loop.at_rest

    def want(self, release: Release, desired: Desired | None = None) -> None:
        """From now on. Raises `OSError` where it can't be written down; all is as it was then."""
        desired = desired or self.desired_of(release)
        another = self.release is None or self.release.wanted.number != release.wanted.number
        self.releases.save(release)
        if another:
            self._discard_secrets()
        self._fix(desired.gateway)
        self.loop.desired, self.loop.held = desired, False
        self.rollouts.renew()
        self.loop.executor.retry()
        self.loop.executor.abandon({a.key for a in desired.artifacts})
        self.loop.wake()

    def desired_of(self, release: Release) -> Desired:
        """What a release wants. Raises what is wrong with it."""
        if release.wanted.down:
            return Desired(app=release.wanted.app.name, environment=release.wanted.app.environment)
        desired = compile(release.wanted.app, release.inputs, release.wanted.overrides)
        desired = pinned(desired, self._earlier(release.wanted.overrides.pins))
        desired = disturbed(desired, release.wanted.overrides.chaos)
        desired = unwarmed(desired) if release.wanted.watch else desired
        return self._attach(msgspec.structs.replace(desired, scheduled=release.wanted.scheduled))

    def _earlier(self, pins: Mapping[str, Pin]) -> dict[str, Desired]:
        """Services as earlier releases had them."""
        found = {}
        for name, pin in pins.items():
            release = self.releases.read(pin.release)
            found[name] = compile(release.wanted.app, release.inputs)
        return found

    async def _forget_failures(self) -> None:
        """Asked again, failed jobs run again and a crashed slot's back-off is over."""
        await self.loop.observe()  # or nobody would hear how they ended
        for instance in await self._driver.observe():
            workload = self.loop.desired.workload(instance.workload)
            scheduled = workload is not None and workload.when == "schedule"
            if not instance.alive and not scheduled and (instance.kind != "job" or instance.exit != 0):
                await self._driver.forget(instance.id)

    def known(self, app: App, names: Iterable[str]) -> None:
        check_known(names, [*(s.name for s in app.services), *(b.name for b in app.backing)])
