"""A Compose file of an app, for whoever runs it without shoal. What can't be said in one is told by name."""

from shoal.compose.export.exporting import Exported, exported
from shoal.compose.export.printing import printed

__all__ = ["Exported", "exported", "printed"]
