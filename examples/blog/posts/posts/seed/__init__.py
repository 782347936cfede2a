"""Demo content, sent through the public API like any client's."""
