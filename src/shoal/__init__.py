"""shoal: one file describes an application of many services; `shoal up` runs it."""

__version__ = "0.1.0"
