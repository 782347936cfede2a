"""A jar whose bytes tell what is in it and nothing else."""

from __future__ import annotations

import io
import zipfile

MANIFEST = ("META-INF/", "META-INF/MANIFEST.MF")
"""They come first: that is where readers look for them."""

EPOCH = (1980, 2, 1, 0, 0, 0)
"""As Maven has it where it is told to build reproducibly."""


def packed_anew(content: bytes) -> bytes:
    """Entries by name, with one time, not compressed: what a compressor makes depends on its version, and a layer is
    compressed on its way anyway. What is no jar stays as it is."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as after:
            for entry in sorted(before.infolist(), key=lambda entry: (_rank(entry.filename), entry.filename)):
                fresh = zipfile.ZipInfo(entry.filename, EPOCH)
                fresh.external_attr = (0o40755 << 16 | 0x10) if entry.is_dir() else 0o100644 << 16
                after.writestr(fresh, before.read(entry))
    except (zipfile.BadZipFile, NotImplementedError):
        return content
    return out.getvalue()


def _rank(name: str) -> int:
    return MANIFEST.index(name) if name in MANIFEST else len(MANIFEST)
