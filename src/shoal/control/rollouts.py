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
        if number in (0, present.wanted.number) or present.wanted.down:
            return None
        try:
            self._whole = stable = self._releases.read(number)
            overrides = kept(stable.wanted.overrides, asked)
            wanted = msgspec.structs.replace(stable.wanted, overrides=overrides, down=False)
            return self._desired(msgspec.structs.replace(stable, wanted=wanted))
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
        before, wanted = present.wanted, release.wanted
        if release.same(present) and not before.down:
            kept = {"number": before.number, "at": before.at, "cause": before.cause, "orders": before.orders}
            wanted = msgspec.structs.replace(wanted, stable=before.stable, **kept)
        else:
            wanted = msgspec.structs.replace(wanted, number=before.number + 1, stable=before.stable)
        return msgspec.structs.replace(release, wanted=wanted)

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
        if present is None or present.wanted.down or present.wanted.stable == present.wanted.number:
            return None
        if not self._loop.current:
            return None
        found = verdict(self._loop.desired, self.stable or Desired(app=""), self._loop.observed, time.time())
        if found.state == "done":
            return None if self.has_stages else found
        return found if found.state == "failed" and self.under_way else None

    def done(self) -> Release:
        """The present release as one that one may go back to."""
        present = self._present()
        wanted = msgspec.structs.replace(present.wanted, stable=present.wanted.number, orders=Orders())
        return msgspec.structs.replace(present, wanted=wanted)

    def back(self, why: Failure) -> Release:
        """The stable release as the next one, with what people have asked for since."""
        bad, stable = self._present().wanted, self._whole
        assert stable is not None
        self._releases.refuse(why)
        old, asked = stable.wanted, bad.overrides
        wanted = msgspec.structs.replace(
            old,
            number=bad.number + 1,
            at=time.time(),
            cause=f"release {bad.number} failed",
            overrides=kept(old.overrides, asked),
            watch=bad.watch,
            since=bad.since,
            stable=old.number,
            orders=Orders(),
            failure=None,
            returned=bad.number,
            again=old.again or old.number,
            down=False,
        )
        return msgspec.structs.replace(stable, wanted=wanted)

    def paused(self) -> Release:
        """The present release, its rollout held where it is. Raises `UsageError` where there is none."""
        self.check_under_way()
        present = self._present()
        return _ordered(present, msgspec.structs.replace(present.wanted.orders, paused=True))

    @property
    def has_stages(self) -> bool:
        return bool(self.under_way and staged(self._effective()))

    def _effective(self) -> Desired:
        return self.steer(self._loop.desired, self._loop.observed)

    async def judged(self) -> Failure | None:
        """Why a canary has to go, after another look at how it answers."""
        now, before = time.time(), dict(self.trials.asks)
        desired, orders = self._effective(), self._present().wanted.orders
        await self.trials.look(desired, self._loop.observed, orders, now)
        for name, text in self.trials.asks.items():
            if name not in before:
                self._loop.report("asks", name, text)
        failed = {name: ruling.why for name, ruling in self.trials.rulings().items() if ruling.state == "fail"}
        return next((Failure(why, name, name, "RolledBack") for name, why in failed.items()), None)

    def advanced(self) -> Release | None:
        """The present release with the steps that are due; None where none is."""
        present, rulings = self._present(), self.trials.rulings()
        desired, now = self._effective(), time.time()

        def passed(name: str) -> bool:
            return not weighed(desired, name) or (name in rulings and rulings[name].state == "pass")

        orders = advanced(desired, self._loop.observed, present.wanted.orders, now, passed)
        return None if orders == present.wanted.orders else _ordered(present, orders)

    def promoted(self, *, whole: bool) -> Release:
        """The present release, its rollout going on: past a pause and to the next step, or (`whole`) to its end.
        Raises `UsageError` where there is none."""
        self.check_under_way()
        present, desired = self._present(), self._effective()
        held = present.wanted.orders.paused
        names = staged(desired) if whole or not held else ()
        return _ordered(present, promoted(desired, present.wanted.orders, names, whole=whole))

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
        old, now = earlier.wanted, present.wanted
        overrides = kept(old.overrides, now.overrides)
        wanted = msgspec.structs.replace(
            now,
            app=old.app,
            secrets=old.secrets,
            overrides=overrides,
            number=now.number + 1,
            at=time.time(),
            cause=f"back to release {old.number}",
            failure=None,
            returned=0,
            again=0,
            orders=Orders(),
        )
        return Release(wanted, earlier.inputs)

    def again_of(self, name: str, number: int) -> Release:
        """The present release with one service as an earlier one had it (0: the newest in which it was another)."""
        present = self._present()
        revision = self.revision(present, name)
        chosen = number or self._before_this(lambda release: self.revision(release, name) not in ("", revision))
        if not self.revision(self._releases.read(chosen), name):
            raise UsageError(f"release {chosen} has no {name}", hint=f"See: shoal history {name}")
        plain = _without_pins(present)
        pins = {n: pin for n, pin in present.wanted.overrides.pins.items() if n != name}
        if self.revision(self._releases.read(chosen), name) != self.revision(plain, name):
            pins[name] = Pin(self._origin(chosen, name), self.revision(plain, name))
        overrides = msgspec.structs.replace(present.wanted.overrides, pins=pins)
        wanted = msgspec.structs.replace(
            present.wanted,
            overrides=overrides,
            number=present.wanted.number + 1,
            at=time.time(),
            cause=f"{name} back to release {chosen}",
            failure=None,
            returned=0,
            again=0,
            orders=Orders(),
        )
        release = Release(wanted, present.inputs)
        if missing := lacks(self._desired(release), name):
            what = f"{name} of release {chosen} needs {missing[0]}, which is not wanted any more"
            raise UsageError(what, hint=f"Go back as a whole: shoal rollback {chosen}")
        return release

    def _origin(self, number: int, name: str) -> int:
        """The release whose file and sources say what a service was like in this one."""
        pin = self._releases.read(number).wanted.overrides.pins.get(name)
        return pin.release if pin else number

    def revision(self, release: Release, name: str) -> str:
        """Of a service's own workload in a release; empty where it has none."""
        bare = msgspec.structs.replace(release.wanted, down=False)
        workload = self._desired(msgspec.structs.replace(release, wanted=bare)).workload(name)
        return workload.revision if workload else ""

    def _before_this(self, other: Callable[[Release], bool]) -> int:
        """The newest release that ran whole and was another. Raises `UsageError`."""
        present = self._present().wanted.number
        for number in reversed(self._releases.numbers()):
            release = self._releases.read(number)
            if number != present and release.wanted.stable == number and other(release):
                return number
        raise NOWHERE

    def _present(self) -> Release:
        assert self._releases.present is not None
        return self._releases.present


def _ordered(release: Release, orders: Orders) -> Release:
    return msgspec.structs.replace(release, wanted=msgspec.structs.replace(release.wanted, orders=orders))


def _without_pins(release: Release) -> Release:
    overrides = msgspec.structs.replace(release.wanted.overrides, pins={})
    return msgspec.structs.replace(release, wanted=msgspec.structs.replace(release.wanted, overrides=overrides))
