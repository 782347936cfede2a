"""App → Desired, pure."""

from shoal.desired.compile import Inputs, compile

__all__ = ["Inputs", "compile"]
