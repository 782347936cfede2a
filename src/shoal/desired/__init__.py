"""App → Desired, pure."""

from shoal.desired.at_source import at_source
from shoal.desired.compile import compile, layers
from shoal.desired.inputs import Inputs, folder_key, portion_key

__all__ = ["Inputs", "at_source", "compile", "folder_key", "layers", "portion_key"]
