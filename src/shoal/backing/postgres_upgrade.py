"""Data of an older PostgreSQL is brought to the version that the file says, by PostgreSQL's own pg_upgrade: databases,
roles, passwords, settings. It copies; the old data is kept beside the new until it is dropped."""

from __future__ import annotations

from shoal.backing.guard import folder
from shoal.model.app import Backing, Postgres
from shoal.model.values import concat, own, program, secret
from shoal.model.workload import Workload

# pg_upgrade wants data that was left clean, which a killed server's is not: a server for one, with nothing to do, sees
# to that. Its sockets lie where their path is short. New clusters have checksums since 18, older ones mostly don't;
# after it they do.
UPGRADE = """\
set -eu
umask 077
if [ ! -f "$DATA/pg/PG_VERSION" ]; then echo "$NAME holds no data yet"; exit 0; fi
have=$(cat "$DATA/pg/PG_VERSION")
if [ "$have" = "$VERSION" ]; then echo "$NAME holds data of PostgreSQL $have already"; exit 0; fi
if [ "$have" -gt "$VERSION" ]; then
  echo "$NAME holds data of PostgreSQL $have, and none is ever brought to an older version." >&2
  echo "Say version: $have, or drop the data with: shoal down -v" >&2
  exit 64
fi
kept=$DATA/pg-$have
if [ -e "$kept" ]; then echo "older data lies in $kept; drop it: shoal backing upgrade --drop-old $NAME" >&2; exit 1; fi
eval "old=\\${POSTGRES_$have:-}"
if [ -z "$old" ]; then echo "there is no PostgreSQL $have here to read the data with" >&2; exit 1; fi
old=${old%/*} new=${POSTGRES%/*} sockets=$(mktemp -d /tmp/shoal-XXXXXX)
trap 'rm -rf "$DATA/new" "$DATA/password" "$sockets"' EXIT
must() { "$@" > report 2>&1 || { cat report >&2; exit 1; }; }
rm -rf "$DATA/new" "$DATA/pg/postmaster.pid"
must "$old/postgres" --single -D "$DATA/pg" postgres < /dev/null
flag=
if "$old/pg_controldata" -D "$DATA/pg" | grep -q 'checksum version: *0$'; then flag=--no-data-checksums; fi
printf %s "$PGPASSWORD" > "$DATA/password"
must "$new/initdb" --no-instructions -D "$DATA/new" -U "$PGUSER" $flag \\
  --pwfile="$DATA/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
must "$new/pg_upgrade" -b "$old" -B "$new" -d "$DATA/pg" -D "$DATA/new" -U "$PGUSER" -s "$sockets"
if [ -n "$flag" ]; then must "$new/pg_checksums" --enable -D "$DATA/new"; fi
trap 'rm -rf "$DATA/password" "$sockets"' EXIT
"$PYTHON" -m shoal.jobs.exchange "$DATA/pg" "$DATA/new"
mv "$DATA/new" "$kept"
echo "$NAME: the data of PostgreSQL $have is now of $VERSION; the old is kept in $kept"
"""

VERSIONS = (16, 18)


def upgrade(backing: Backing, superuser: str) -> Workload:
    assert isinstance(backing.engine, Postgres)
    wanted = backing.engine.version
    older = {f"POSTGRES_{version}": program(f"postgres@{version}") for version in VERSIONS if version < wanted}
    return Workload(
        name=f"{backing.name}.upgrade",
        kind="job",
        owner=backing.name,
        command=tuple(map(concat, ("/bin/sh", "-c", UPGRADE))),
        env=older
        | {
            "NAME": concat(backing.name),
            "DATA": folder(backing),
            "VERSION": concat(str(wanted)),
            "POSTGRES": program(f"postgres@{wanted}"),
            "PYTHON": program("python"),
            "PGUSER": concat(superuser),
            "PGPASSWORD": secret(f"{backing.name}.{superuser}"),
        },
        cwd=own("scratch"),
        data=backing.name,
        unprivileged=True,
    )


def drop_old(backing: Backing) -> Workload:
    return Workload(
        name=f"{backing.name}.drop-old",
        kind="job",
        owner=backing.name,
        command=tuple(map(concat, ("/bin/sh", "-c", 'rm -rf "$DATA"/pg-[0-9]*'))),
        env={"DATA": folder(backing)},
        cwd=own("scratch"),
    )
