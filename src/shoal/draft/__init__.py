"""A FIRST FILE: what a folder of code shows → the text of a shoal.yaml, and what its reader should check. Pure.

look(folder) -> Part           one folder that could be a service
compose(name, parts) -> Draft  the file
"""

from shoal.draft.compose import Draft, compose
from shoal.draft.part import Folder, Part, look

__all__ = ["Draft", "Folder", "Part", "compose", "look"]
