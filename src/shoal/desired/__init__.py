"""App → Desired, pure."""

from shoal.desired.compile import Inputs, compile, layers

__all__ = ["Inputs", "compile", "layers"]
