"""What a Compose file may say: every key of the specification, and no others."""

from shoal.compose.models.file import File, Include
from shoal.compose.models.service import Service

__all__ = ["File", "Include", "Service"]
