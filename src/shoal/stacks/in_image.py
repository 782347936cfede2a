"""Where the programs are in the official images (`Stack.packing`)."""

from __future__ import annotations

_JAVA = "/opt/java/openjdk"
_NODE = "/usr/local"

PROGRAMS = {
    "java": f"{_JAVA}/bin/java",
    "java-home": _JAVA,
    "java-trust": f"{_JAVA}/lib/security/cacerts",
    "keytool": f"{_JAVA}/bin/keytool",
    "node": f"{_NODE}/bin/node",
    "node-bin": f"{_NODE}/bin",
    "npm": f"{_NODE}/lib/node_modules/npm/bin/npm-cli.js",
    "npx": f"{_NODE}/lib/node_modules/npm/bin/npx-cli.js",
    "python": "/usr/local/bin/python3",
    "caddy": "/usr/bin/caddy",
}
"""By the names that `shoal.build.engines` has for those of this machine."""

HERE = "/app"
"""The folder of the image's own artifact."""


def folder(key: str, own: str) -> str:
    """Where the artifact with this key lies, in the image of the artifact `own`."""
    return HERE if key in ("", own) else f"/builds/{key}"
