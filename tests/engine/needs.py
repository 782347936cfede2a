"""What an engine takes, and which of it isn't here."""

from __future__ import annotations

import os
import shutil

# Where Debian has what only root needs; PATH may not say so.
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"

# Program -> Debian's package.
PROGRAMS = {
    "dockerd": "docker.io", "containerd": "containerd", "runc": "runc", "docker-registry": "docker-registry",
    "mmdebstrap": "mmdebstrap", "iptables": "iptables", "ip": "iproute2", "apt-get": "apt", "dpkg-deb": "dpkg",
    "localedef": "libc-bin", "setpriv": "util-linux",
}  # fmt: skip


def lacking() -> str:
    """Why there can be no engine here; nothing if there can."""
    if os.geteuid() != 0:
        return "a container engine of the tests' own needs root"
    packages = sorted({package for program, package in PROGRAMS.items() if shutil.which(program, path=PATH) is None})
    return f"a container engine of the tests' own needs {', '.join(packages)}: apt-get install" if packages else ""
