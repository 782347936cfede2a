"""Writes all databases of a PostgreSQL server to stdout (`dump`), or takes them over from stdin (`restore`).

The copy is a tar file, compressed, with one archive of pg_dump per database. A restore fills new databases beside the
present ones and changes their names in one transaction when all are whole: whatever fails before, and whoever dies,
what was there is there. Roles are the server's own; a copy with objects of a role that isn't there is refused by the
server.

Reads PGHOST, PGPORT, PGUSER, PGPASSWORD, and PSQL, PG_DUMP, PG_RESTORE (the programs).
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import IO

from shoal.jobs.copies import Failed, told

NEW, OLD = ".restoring", ".replaced"
ALL = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
TRIES = 20


def run(program: str, *words: str, stdin: IO[bytes] | None = None) -> str:
    command = [os.environ[program], *words]
    done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise Failed(done.stderr.decode(errors="replace").strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout.decode()


def sql(*statements: str) -> str:
    """Several are one transaction."""
    words = [word for one in statements for word in ("-c", one)]
    single = ["-1"] if len(statements) > 1 else []
    return run("PSQL", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", "postgres", *single, *words).strip()


def databases() -> list[str]:
    return [name for name in sql(ALL).splitlines() if not name.endswith((NEW, OLD))]


def dump(folder: Path, out: IO[bytes]) -> None:
    compressed = gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1)
    with compressed, tarfile.open(fileobj=compressed, mode="w|") as archive:
        for name in databases():
            file = folder / name
            run("PG_DUMP", "--format=custom", "--compress=0", "--file", str(file), "--dbname", name)
            archive.add(file, arcname=name)
            file.unlink()


def restore(folder: Path, source: IO[bytes]) -> list[str]:
    """The names of what was replaced."""
    with gzip.open(source) as whole:
        with tarfile.open(fileobj=whole, mode="r|") as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is None or Path(member.name).name != member.name:
                    raise Failed(f"this is no copy made by shoal: it holds {member.name!r}")
                with (folder / member.name).open("wb") as out:
                    shutil.copyfileobj(content, out)
        while whole.read(1 << 20):
            pass  # to its very end, where the checksum is
    names = sorted(file.name for file in folder.iterdir())
    if strange := set(names) - set(databases()):
        raise Failed(f"the copy holds databases that nothing here asks for: {', '.join(sorted(strange))}")
    if not names:
        raise Failed("the copy holds no databases")
    for name in names:
        fill(name, folder / name)
    replace(names)
    return names


def fill(name: str, file: Path) -> None:
    """A new database with what the copy holds, and with the rights and settings of the present one."""
    new = quoted(name + NEW)
    sql(f"DROP DATABASE IF EXISTS {new}")
    owner = sql(f"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = {text(name)}")
    sql(f"CREATE DATABASE {new} OWNER {quoted(owner)} TEMPLATE template0")
    run("PG_RESTORE", "--single-transaction", "--exit-on-error", "--dbname", name + NEW, str(file))
    same = f"d.datname = {text(name)} AND n.datname = {text(name + NEW)}"
    sql(
        f"UPDATE pg_database n SET datacl = d.datacl FROM pg_database d WHERE {same}",
        "INSERT INTO pg_db_role_setting SELECT n.oid, s.setrole, s.setconfig"
        f" FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, pg_database n WHERE {same}",
    )
    # It says whether files of `init` were run.
    comment = sql(f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = {text(name)}")
    sql(f"COMMENT ON DATABASE {new} IS {text(comment)}")


def replace(names: list[str]) -> None:
    """Clients are cut; one that is back in between makes the server wait and refuse, so it is tried again."""
    for name in names:
        sql(f"DROP DATABASE IF EXISTS {quoted(name + OLD)} WITH (FORCE)")
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ({', '.join(map(text, names))})"
    changes = [
        f"ALTER DATABASE {quoted(old)} RENAME TO {quoted(new)}"
        for name in names
        for old, new in ((name, name + OLD), (name + NEW, name))
    ]
    for left in reversed(range(TRIES)):
        try:
            sql(cut, *changes)
            break
        except Failed as problem:
            if not left or "being accessed" not in str(problem):
                raise
    for name in names:
        sql(f"DROP DATABASE {quoted(name + OLD)} WITH (FORCE)")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def main() -> None:
    with tempfile.TemporaryDirectory(dir=".") as folder:
        if sys.argv[1] == "dump":
            dump(Path(folder), sys.stdout.buffer)
        else:
            print("restored:", ", ".join(restore(Path(folder), sys.stdin.buffer)), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(told(sys.argv[1], main, tarfile.TarError))
