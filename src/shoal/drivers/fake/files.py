"""The files of one instance, in memory."""

from __future__ import annotations

from pathlib import Path

from shoal.drivers.copying import Kind


class Files:
    """`contents` by absolute path; `home` is the working folder. Folders are what stands before names."""

    def __init__(self, contents: dict[str, bytes], home: str) -> None:
        self._contents, self._home = contents, home

    def path(self, path: str) -> str:
        return path if path.startswith("/") else f"{self._home}/{path}"

    def at(self, path: str) -> Kind:
        named = _plain(path)
        if named in self._contents:
            return "file"
        known = (f"{self._home}/", *self._contents)
        return "folder" if any(name.startswith(f"{named}/".replace("//", "/")) for name in known) else ""

    def below(self, path: str) -> dict[str, bytes]:
        """By path relative to it; of a file itself: under no name."""
        named = _plain(path)
        found = {name: content for name, content in self._contents.items() if f"{name}/".startswith(f"{named}/")}
        return {name[len(named) + 1 :]: content for name, content in found.items()}

    def put(self, path: str, files: dict[str, bytes]) -> None:
        self._contents |= {f"{_plain(path)}/{name}".rstrip("/"): content for name, content in files.items()}


def _plain(path: str) -> str:
    return path.removesuffix("/.").rstrip("/")


def read(path: Path) -> dict[str, bytes]:
    """A file or folder of this machine, as `Files.below` gives it."""
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def write(path: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        target = path / name if name else path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
