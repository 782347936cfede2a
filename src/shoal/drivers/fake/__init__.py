"""The fake driver: ships with shoal, since plugins and rules are tested with it too."""

from shoal.drivers.fake.driver import FakeDriver
from shoal.drivers.fake.platform import Behaviour, Platform
from shoal.drivers.fake.releases import FakeReleases

__all__ = ["Behaviour", "FakeDriver", "FakeReleases", "Platform"]
