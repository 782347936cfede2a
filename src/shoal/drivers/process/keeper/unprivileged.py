"""Making root look like an ordinary user to a program that refuses to run as root (Postgres does)."""

# ruff: noqa: PTH116, PTH118

from __future__ import annotations

import ctypes
import os
import pwd

NOBODY = 65534
CLONE_NEWUSER = 0x10000000


def become_unprivileged(folders: list[str]) -> None:
    """Called in the child, before exec. `folders` are what the program must be able to write.

    First choice is a user namespace in which root is called nobody: for the kernel's file checks it stays root, so
    data may lie below a home of mode 0700. Where namespaces are closed the process becomes nobody for good.
    Raises OSError (with a text for people) when neither works.
    """
    if os.geteuid() != 0:
        return
    if not _rename_root():
        _become_nobody(folders)


def _rename_root() -> bool:
    """Whether it could. Raises OSError when it got stuck half-way: there is no way back out of a namespace."""
    gid = os.getgid()  # inside, before it is mapped, it would read as nobody's
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        return False
    try:
        _put("/proc/self/setgroups", "deny")
        _put("/proc/self/uid_map", f"{NOBODY} 0 1")
        _put("/proc/self/gid_map", f"{NOBODY} {gid} 1")
    except OSError as error:
        raise OSError(error.errno, f"its user namespace can't be set up ({error.strerror})") from error
    return True


def _put(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _become_nobody(folders: list[str]) -> None:
    uid, gid = _nobody()
    for folder in folders:
        _give(folder, uid, gid)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    for folder in folders:
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(
                13, "user namespaces are closed here and `nobody` can't reach this folder; run shoal as a user", folder
            )


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return NOBODY, NOBODY
    return entry.pw_uid, entry.pw_gid


def _give(folder: str, uid: int, gid: int) -> None:
    if os.stat(folder).st_uid == uid:
        return
    for parent, _, files in os.walk(folder):
        for name in files:
            os.lchown(os.path.join(parent, name), uid, gid)
        os.lchown(parent, uid, gid)
