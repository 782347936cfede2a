"""The rollout that is under way in one environment: what it means for this moment, and what its end is."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from shoal.control.loop import Loop
from shoal.control.releases import Release, Releases
from shoal.control.rollout import Verdict, steer, verdict
from shoal.control.stages import advanced, promoted, staged
from shoal.control.trials import Trials, weighed
from shoal.control.wishes import kept
from shoal.desired.pinned import lacks
from shoal.errors import ShoalError, UsageError
from shoal.model.desired import Desired
from shoal.model.observed import Observed
from shoal.model.release import Failure, Orders, Pin

NOWHERE = UsageError("there is no release to go back to", hint="See: shoal history")


class Rollouts:
    """`stable` is what ran whole before the present release (None: no rollout is under way)."""

    def __init__(self, releases: Releases, loop: Loop, desired: Callable[[Release], Desired], trials: Trials) -> None:
        self._releases, self._loop, self._desired, self.trials = releases, loop, desired, trials
        self.stable: Desired | None = None
        self._whole: Release | None = None
        loop.steer = self.steer

    def renew(self) -> None:
        """Another release, or another wish on top of it."""
        present = self._releases.present
        self.stable = self._before(present) if present else None

    def _before(self, present: Release) -> Desired | None:
        """The stable release, as far as people haven't asked for something else since."""
        number, asked = present.wanted.stable, present.wanted.overrides
        if not number or present.whole or present.wanted.down:
            return None
        try:
            self._whole = stable = self._releases.read(number)
            return self._desired(stable.wanting(overrides=kept(stable.wanted.overrides, asked), down=False))
        except ShoalError as problem:
            self._loop.report("damaged", "releases", f"there is no way back to release {number}: {problem}")
            return None

    def steer(self, desired: Desired, observed: Observed) -> Desired:
        """What should run at this moment; for one that isn't wanted yet, what would."""
        present = self._releases.present
        if desired is self._loop.desired or present is None:
            orders = present.wanted.orders if present else Orders()
            return steer(desired, self.stable, observed, orders)
        runs = not present.wanted.down and present.wanted.stable > 0
        return steer(desired, (self.stable or self._loop.desired) if runs else None, observed)

    def numbered(self, release: Release) -> Release:
        """As the one that follows the present one; the same one, if it says the same."""
        present = self._releases.present
        if present is None:
            return release
        before = present.wanted
        if release.same(present) and not before.down:
            known = {"number": before.number, "at": before.at, "cause": before.cause, "orders": before.orders}
            return release.wanting(stable=before.stable, **known)
        return release.wanting(number=before.number + 1, stable=before.stable)

    def gave_up(self, release: Release) -> bool:
        """Whether the newest release that says this has been given up."""
        for number in reversed(self._releases.numbers()):
            try:
                known = self._releases.read(number)
            except ShoalError:
                continue
            if known.same(release):
                return bool(known.wanted.failure)
        return False

    @property
    def under_way(self) -> bool:
        """Whether the present release isn't what runs yet, and may be taken back."""
        return self.stable is not None

    @property
    def turns(self) -> bool:
        """Whether what is seen now isn't the end of it: a rollout goes on by itself, or back."""
        present = self._releases.present
        return self.under_way and present is not None and not present.wanted.orders.paused

    def concluded(self) -> Verdict | None:
        """What is to be done something about: the present release is whole and nobody has noted it, or it failed and
        there is a way back. The first one of all has nothing to be compared with."""
        present = self._releases.present
        if present is None or present.wanted.down or present.whole or not self._loop.current:
            return None
        found = verdict(self._loop.desired, self.stable or Desired(app=""), self._loop.observed, time.time())
        if found.state == "done":
            return None if self.has_stages else found
        return found if found.state == "failed" and self.under_way else None

    def done(self) -> Release:
        """The present release as one that one may go back to."""
        present = self._present()
        return present.wanting(stable=present.wanted.number, orders=Orders())

    def back(self, why: Failure) -> Release:
        """The stable release as the next one, with what people have asked for since."""
        bad, stable = self._present(), self._whole
        assert stable is not None
        self._releases.refuse(why)
        old, failed = stable.wanted, bad.wanted
        return stable.after(
            bad,
            f"release {failed.number} failed",
            overrides=kept(old.overrides, failed.overrides),
            watch=failed.watch,
            since=failed.since,
            stable=old.number,
            returned=failed.number,
            again=old.again or old.number,
            down=False,
        )

    def paused(self) -> Release:
        """The present release, its rollout held where it is. Raises `UsageError` where there is none."""
        self.check_under_way()
        present = self._present()
        return present.wanting(orders=msgspec.structs.replace(present.wanted.orders, paused=True))

    @property
    def has_stages(self) -> bool:
        return bool(self.under_way and staged(self.effective()))

    def effective(self) -> Desired:
        """What should run at this moment."""
        return self.steer(self._loop.desired, self._loop.observed)

    async def judged(self) -> Failure | None:
        """Why a canary has to go, after another look at how it answers."""
        now, before = time.time(), dict(self.trials.asks)
        desired, orders = self.effective(), self._present().wanted.orders
        await self.trials.look(desired, self._loop.observed, orders, now)
        for name, text in self.trials.asks.items():
            if name not in before:
                self._loop.report("asks", name, text)
        failed = {name: ruling.why for name, ruling in self.trials.rulings().items() if ruling.state == "fail"}
        return next((Failure(why, name, name, "RolledBack") for name, why in failed.items()), None)

    def advanced(self) -> Release | None:
        """The present release with the steps that are due; None where none is."""
        present, rulings = self._present(), self.trials.rulings()
        desired, now = self.effective(), time.time()

        def passed(name: str) -> bool:
            return not weighed(desired, name) or (name in rulings and rulings[name].state == "pass")

        orders = advanced(desired, self._loop.observed, present.wanted.orders, now, passed)
        return None if orders == present.wanted.orders else present.wanting(orders=orders)

    def promoted(self, *, whole: bool) -> Release:
        """The present release, its rollout going on: past a pause and to the next step, or (`whole`) to its end.
        Raises `UsageError` where there is none."""
        self.check_under_way()
        present, desired = self._present(), self.effective()
        held = present.wanted.orders.paused
        names = staged(desired) if whole or not held else ()
        return present.wanting(orders=promoted(desired, present.wanted.orders, names, whole=whole))

    def check_under_way(self) -> None:
        """Raises `UsageError` where no rollout is."""
        if not self.under_way:
            raise UsageError("no rollout is under way", hint="See: shoal history")

    def again(self, number: int) -> Release:
        """An earlier release (0: the newest that was whole and isn't the present one) as the next one."""
        present = self._present()
        earlier = self._releases.read(number) if number else self._releases.before()
        if earlier is None:
            raise NOWHERE
        old = earlier.wanted
        again = Release(present.wanted, earlier.inputs)
        overrides = kept(old.overrides, present.wanted.overrides)
        cause = f"back to release {old.number}"
        return again.after(present, cause, app=old.app, secrets=old.secrets, overrides=overrides)

    def again_of(self, name: str, number: int) -> Release:
        """The present release with one service as an earlier one had it (0: the newest in which it was another)."""
        present = self._present()
        now = self._revision(present, name)
        earlier = (
            self._releases.read(number)
            if number
            else self._releases.before(lambda release: self._revision(release, name) not in ("", now))
        )
        if earlier is None:
            raise NOWHERE
        chosen, its = earlier.wanted.number, self._revision(earlier, name)
        if not its:
            raise UsageError(f"release {chosen} has no {name}", hint=f"See: shoal history {name}")
        overrides = present.wanted.overrides
        plain = self._revision(present.wanting(overrides=msgspec.structs.replace(overrides, pins={})), name)
        pins = {n: pin for n, pin in overrides.pins.items() if n != name}
        if its != plain:
            # What that release had pinned itself is said by an earlier one.
            pin = earlier.wanted.overrides.pins.get(name)
            pins[name] = Pin(pin.release if pin else chosen, plain)
        pinned = msgspec.structs.replace(overrides, pins=pins)
        release = present.after(present, f"{name} back to release {chosen}", overrides=pinned)
        if missing := lacks(self._desired(release), name):
            what = f"{name} of release {chosen} needs {missing[0]}, which is not wanted any more"
            raise UsageError(what, hint=f"Go back as a whole: shoal rollback {chosen}")
        return release

    def revisions(self, release: Release) -> dict[str, str]:
        """Of the services that a release has: name -> that of the service's own workload."""
        workloads = self._desired(release.wanting(down=False)).workloads
        services = {s.name for s in release.wanted.app.services if s.kind == "service"}
        return {w.name: w.revision for w in workloads if w.name in services}

    def _revision(self, release: Release, name: str) -> str:
        """Empty where it has no such service."""
        return self.revisions(release).get(name, "")

    def _present(self) -> Release:
        assert self._releases.present is not None
        return self._releases.present
