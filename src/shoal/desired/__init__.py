"""App → Desired, pure."""

from shoal.desired.at_source import at_source
from shoal.desired.compile import Inputs, compile, layers

__all__ = ["Inputs", "at_source", "compile", "layers"]
