"""Reading what a state folder keeps as text: it is there, or not, or damaged in words."""

from __future__ import annotations

from pathlib import Path

from shoal.errors import StateDamaged, of_system


def text(path: Path) -> str:
    """Raises FileNotFoundError, StateDamaged."""
    try:
        return path.read_text()
    except FileNotFoundError:
        raise
    except OSError as problem:
        told = of_system(problem)
        raise StateDamaged(f"{path} can't be read: {problem.strerror}", hint=told.hint if told else "") from None
    except UnicodeDecodeError:
        hint = "it is not what shoal wrote: put a copy back, or drop all that is kept (`shoal down -v`)"
        raise StateDamaged(f"{path} can't be read: it holds no text", hint=hint) from None
