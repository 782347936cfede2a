"""App → Desired, pure."""

from shoal.desired.at_source import at_source
from shoal.desired.compile import compile, layers
from shoal.desired.inputs import Inputs, folder_of, folders, portion_key

__all__ = ["Inputs", "at_source", "compile", "folder_of", "folders", "layers", "portion_key"]
