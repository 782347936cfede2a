"""Writes all databases of a MariaDB server to stdout (`dump`), replaces them by a copy (`restore`), or makes the tables
that are the server's own those of its version (`upgrade`).

The copy is SQL, compressed. A restore fills a second data folder, a copy of the present one with its users and rights,
by a server that nobody else can reach; when all is in it, the two folders change names in one step: whatever fails
before, and whoever dies, what was there is there.

Reads ADMIN (a file of options), MARIADB (the client) and MARIADB_DUMP or MARIADB_UPGRADE. `restore` takes a server's
command as further words, and reads DATA (the data folder; the server must not run) and COPY (the file).
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from shoal.jobs.copies import Failed, told
from shoal.jobs.exchange import exchange

OWN = "('mysql', 'sys', 'information_schema', 'performance_schema')"
ALL = f"SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN {OWN} ORDER BY 1"
HEAD = b"-- shoal: "
BESIDE = ("--host=localhost", "--protocol=socket", "--socket=beside.sock")
WITHIN, PAUSE = 60.0, 0.1


def run(program: str, *words: str, stdin: int | IO[bytes] = subprocess.DEVNULL, cwd: Path | None = None) -> str:
    command = [os.environ[program], f"--defaults-file={os.environ['ADMIN']}", *words]
    done = subprocess.run(command, stdin=stdin, capture_output=True, check=False, cwd=cwd)
    if done.returncode:
        raise Failed(done.stderr.decode(errors="replace").strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout.decode()


def dump() -> None:
    """The names first, then what mariadb-dump says. Nobody waits for it; tables without transactions (of MyISAM, say)
    may change meanwhile."""
    names = run("MARIADB", "-N", "-B", "-e", ALL).split("\n")[:-1]
    file = Path("copy.sql")
    what = ("--single-transaction", "--routines", "--triggers", "--events", "--hex-blob", "--add-drop-database")
    run("MARIADB_DUMP", *what, f"--result-file={file}", "--databases", *names)
    with gzip.GzipFile(fileobj=sys.stdout.buffer, mode="wb", compresslevel=1, mtime=0) as out, file.open("rb") as sql:
        out.write(HEAD + "\t".join(names).encode() + b"\n")
        shutil.copyfileobj(sql, out)
    file.unlink()


def unpacked(copy: Path) -> tuple[list[str], Path]:
    """The names of its databases, and its SQL, when all of it is there."""
    with gzip.open(copy) as whole, Path("copy.sql").open("wb") as sql:
        head = whole.readline(1 << 20)
        if not head.startswith(HEAD):
            raise Failed("this is no copy of MariaDB made by shoal")
        shutil.copyfileobj(whole, sql)
    return head.removeprefix(HEAD).decode().rstrip("\n").split("\t"), Path("copy.sql")


def restore(data: Path, copy: Path, server: list[str]) -> None:
    names, sql = unpacked(copy)
    beside = data / "restored"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        shutil.copytree(data / "mysql", beside)
        with serving(server, beside):
            present = run("MARIADB", *BESIDE, "-N", "-B", "-e", ALL, cwd=beside).split("\n")
            if strange := set(names) - set(present):
                raise Failed(f"the copy holds databases that nothing here asks for: {', '.join(sorted(strange))}")
            with sql.open("rb") as source:
                run("MARIADB", *BESIDE, "--binary-mode", stdin=source, cwd=beside)
        os.sync()
        exchange(data / "mysql", beside)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    print("restored:", ", ".join(names))


@contextlib.contextmanager
def serving(command: list[str], folder: Path) -> Iterator[None]:
    """A server, left clean at the end."""
    with Path("server.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
    try:
        end = time.monotonic() + WITHIN
        while problem := refusal(folder):
            if process.poll() is not None:
                raise Failed(Path("server.log").read_text(errors="replace").strip())
            if time.monotonic() > end:
                raise Failed(problem)
            time.sleep(PAUSE)
        yield
    finally:
        process.terminate()
        process.wait()
    if process.returncode:
        raise Failed(Path("server.log").read_text(errors="replace").strip())


def refusal(folder: Path) -> str:
    """Empty when it answers."""
    try:
        run("MARIADB", *BESIDE, "-e", "DO 0", cwd=folder)
    except Failed as problem:
        return str(problem)
    return ""


def main() -> None:
    what, *server = sys.argv[1:]
    if what == "dump":
        dump()
    elif what == "restore":
        restore(Path(os.environ["DATA"]), Path(os.environ["COPY"]), server)
    else:
        print(run("MARIADB_UPGRADE").strip().splitlines()[-1])


if __name__ == "__main__":
    sys.exit(told(sys.argv[1], main))
