"""How a Python project is started when the file gives no command: a few well-known shapes, then a clear refusal."""

from __future__ import annotations

import re
import tomllib

from shoal.errors import FileError
from shoal.model.app import Service
from shoal.model.values import Value, concat
from shoal.stacks.source import Source
from shoal.stacks.stack import words


def entry(service: Service, source: Source, bin_folder: Value) -> tuple[Value, ...]:
    """The command, by the first shape that fits. Raises `FileError` if none does."""
    found = _package(source) or _wsgi(source) or _asgi(source) or _flask(source)
    if found:
        return (concat(bin_folder, found[0]), *words(*found[1:]))
    what = f"service {service.name}: can't tell how this Python project is started ({source.seen()})"
    hint = f"say it with `command: [...]` under services.{service.name}, or add a `__main__.py` to its package"
    raise FileError(what, hint=hint)


def _package(source: Source) -> tuple[str, ...]:
    """`python -m NAME`, where the project's own package can be run."""
    try:
        name = tomllib.loads(source.texts.get("pyproject.toml", "")).get("project", {}).get("name", "")
    except tomllib.TOMLDecodeError:
        return ()
    package = re.sub(r"[-.]+", "_", str(name)).lower()
    for place in (f"{package}/__main__.py", f"src/{package}/__main__.py"):
        if package and source.has(place):
            return ("python", "-m", package)
    return ()


def _wsgi(source: Source) -> tuple[str, ...]:
    """A `wsgi.py` and a server to run it. Addresses come by the servers' own variables, or as arguments."""
    if not source.has("wsgi.py"):
        return ()
    if depends(source, "granian"):
        return ("granian", "--interface", "wsgi", "wsgi:app")
    if depends(source, "gunicorn"):
        return ("gunicorn", "wsgi:app")  # told where to listen by GUNICORN_CMD_ARGS
    return ()


def _asgi(source: Source) -> tuple[str, ...]:
    """FastAPI's and Starlette's usual places."""
    if not (depends(source, "uvicorn") or depends(source, "fastapi")):
        return ()
    for file, module in (("main.py", "main"), ("app/main.py", "app.main"), ("app.py", "app"), ("asgi.py", "asgi")):
        if source.has(file):
            return ("uvicorn", f"{module}:app")
    return ()


def _flask(source: Source) -> tuple[str, ...]:
    """Flask's own server finds `app.py` and `wsgi.py` by itself."""
    if depends(source, "flask") and (source.has("app.py") or source.has("wsgi.py")):
        return ("flask", "run")
    return ()


def depends(source: Source, package: str) -> bool:
    """Whether a requirement on `package` stands in one of the files that list them."""
    texts = (source.texts.get(name, "") for name in ("requirements.txt", "pyproject.toml"))
    pattern = re.compile(rf"""(^|["'\s]){package}($|[\s\[<>=!~;"'])""", re.IGNORECASE | re.MULTILINE)
    return any(pattern.search(text) for text in texts)
