"""A hosts file of one's own: a private mount namespace in which another file lies over /etc/hosts."""

# ruff: noqa: PTH123

from __future__ import annotations

import ctypes
import os
import sys

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_BIND, MS_REC, MS_SLAVE = 4096, 16384, 1 << 19
HOSTS = "/etc/hosts"


def enter(hosts: str) -> None:
    """The calling process, and what it becomes, sees `hosts` as /etc/hosts; nobody else does.

    Root needs a mount namespace only. An ordinary user gets a user namespace too, in which everything of it keeps its
    name. What others mount later is seen. Raises OSError where the system doesn't let us.
    """
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWNS if uid == 0 else CLONE_NEWNS | CLONE_NEWUSER)
    if uid != 0:
        _put("/proc/self/setgroups", "deny")
        _put("/proc/self/uid_map", f"{uid} {uid} 1")
        _put("/proc/self/gid_map", f"{gid} {gid} 1")
    _call("mount", b"none", b"/", None, MS_REC | MS_SLAVE, None)
    _call("mount", os.fsencode(hosts), HOSTS.encode(), None, MS_BIND, None)


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    function = getattr(libc, name)
    if name == "mount":
        function.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _put(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


if __name__ == "__main__":  # whether it can be done here
    try:
        enter(sys.argv[1])
    except OSError as problem:
        sys.exit(problem.strerror)
