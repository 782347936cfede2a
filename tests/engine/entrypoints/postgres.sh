#!/bin/bash
# An option is postgres'. An empty PGDATA becomes a cluster of POSTGRES_USER with POSTGRES_PASSWORD and POSTGRES_DB, in
# which what is in /docker-entrypoint-initdb.d is run. As root it becomes `postgres`.
set -eo pipefail

or_file() { # NAME [DEFAULT]: $NAME, or what the file $NAME_FILE says
    local file=$1_FILE
    if [ -n "${!1:-}" ] && [ -n "${!file:-}" ]; then
        echo "error: both $1 and $file are set (but are exclusive)" >&2
        exit 1
    fi
    if [ -n "${!file:-}" ]; then export "$1=$(<"${!file}")"; else export "$1=${!1:-${2:-}}"; fi
    unset "$file"
}

demand_password() {
    if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
        echo "Error: Database is uninitialized and superuser password is not specified." >&2
        echo "       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser." >&2
        exit 1
    fi
}

make_cluster() {
    eval "initdb --username=\"\$POSTGRES_USER\" --pwfile=<(printf '%s\n' \"\$POSTGRES_PASSWORD\") $POSTGRES_INITDB_ARGS"
    printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
}

sql() { psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --no-password "$@"; }

run_all() { # in the order of their names
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh) if [ -x "$file" ]; then echo "$0: running $file"; "$file"; else echo "$0: sourcing $file"; . "$file"; fi ;;
            *.sql) echo "$0: running $file"; sql --dbname "$POSTGRES_DB" -f "$file" ;;
            *.sql.gz) echo "$0: running $file"; gunzip -c "$file" | sql --dbname "$POSTGRES_DB" ;;
            *.sql.xz) echo "$0: running $file"; xzcat "$file" | sql --dbname "$POSTGRES_DB" ;;
            *.sql.zst) echo "$0: running $file"; zstd -dc "$file" | sql --dbname "$POSTGRES_DB" ;;
            *"/*") ;;
            *) echo "$0: ignoring $file" ;;
        esac
    done
}

fill() { # reached by nobody else, by a socket only
    PGPASSWORD=$POSTGRES_PASSWORD
    export PGPASSWORD
    pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p 5432" -w start
    if [ "$POSTGRES_DB" != postgres ]; then
        sql --dbname postgres -v db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
    fi
    run_all
    pg_ctl -D "$PGDATA" -m fast -w stop
    unset PGPASSWORD
    echo
    echo 'PostgreSQL init process complete; ready for start up.'
    echo
}

if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
case " $* " in *' -'[?V]* | *' --help '* | *' --version '* | *' --describe-config '*) exec "$@" ;; esac
if [ "$1" = postgres ]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA" 2>/dev/null || :
    if [ "$(id -u)" = 0 ]; then
        find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
        exec gosu postgres "$BASH_SOURCE" "$@"
    fi
    if [ -s "$PGDATA/PG_VERSION" ]; then
        echo
        echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
        echo
    else
        or_file POSTGRES_PASSWORD
        or_file POSTGRES_USER postgres
        or_file POSTGRES_DB "$POSTGRES_USER"
        or_file POSTGRES_INITDB_ARGS
        demand_password
        make_cluster
        fill
    fi
fi
exec "$@"
