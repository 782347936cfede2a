#!/bin/bash
# An option is mariadbd's. An empty data folder becomes one with MARIADB_ROOT_PASSWORD, MARIADB_DATABASE, MARIADB_USER and
# MARIADB_PASSWORD (MYSQL_ for each, too), in which what is in /docker-entrypoint-initdb.d is run. As root it becomes `mysql`.
set -eo pipefail

setting() { # NAME: what MARIADB_NAME says or MYSQL_NAME, or a file that MARIADB_NAME_FILE or MYSQL_NAME_FILE names
    local prefix name file
    for prefix in MARIADB MYSQL; do
        name=${prefix}_$1 file=${prefix}_$1_FILE
        if [ -n "${!name:-}" ]; then printf %s "${!name}" && return; fi
        if [ -n "${!file:-}" ]; then cat "${!file}" && return; fi
    done
}

quoted() { printf "'%s'" "$(sed "s/[\\\\']/\\\\&/g" <<<"$1")"; }

named() { printf '`%s`' "${1//\`/\`\`}"; }

accounts() {
    local root user password database
    root=$(setting ROOT_PASSWORD) user=$(setting USER) password=$(setting PASSWORD) database=$(setting DATABASE)
    echo "ALTER USER root@localhost IDENTIFIED BY $(quoted "$root");"
    echo "CREATE USER root@'%' IDENTIFIED BY $(quoted "$root"); GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    [ -z "$database" ] || echo "CREATE DATABASE IF NOT EXISTS $(named "$database");"
    [ -z "$user" ] || echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$password");"
    [ -z "$user" ] || [ -z "$database" ] || echo "GRANT ALL ON $(named "$database").* TO $(quoted "$user")@'%';"
}

sql() { MYSQL_PWD=$(setting ROOT_PASSWORD) mariadb --protocol=socket -uroot "$@"; }

run_all() { # in the order of their names
    local file
    for file in /docker-entrypoint-initdb.d/*; do
        case $file in
            *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
            *.sql) sql "$(setting DATABASE)" <"$file" ;;
            *.sql.gz) gunzip -c "$file" | sql "$(setting DATABASE)" ;;
        esac
    done
}

fill() { # reached by nobody else, by a socket only
    "$@" --skip-networking &
    local server=$!
    until mariadb-admin --protocol=socket ping >/dev/null 2>&1; do
        kill -0 $server
        sleep 0.1
    done
    mariadb --protocol=socket -uroot <<<"$(accounts)"
    run_all
    kill $server
    wait $server
    echo 'MariaDB init process done. Ready for start up.'
}

if [ "${1:0:1}" = - ]; then set -- mariadbd "$@"; fi
case " $* " in *' --help '* | *' --version '*) exec "$@" ;; esac
if [ "$1" = mariadbd ] || [ "$1" = mysqld ]; then
    if [ "$(id -u)" = 0 ]; then
        find /var/lib/mysql /run/mysqld \! -user mysql -exec chown mysql '{}' +
        exec gosu mysql "$BASH_SOURCE" "$@"
    fi
    if [ ! -d /var/lib/mysql/mysql ]; then
        if [ -z "$(setting ROOT_PASSWORD)$(setting ALLOW_EMPTY_ROOT_PASSWORD)$(setting ALLOW_EMPTY_PASSWORD)" ]; then
            echo "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified" >&2
            exit 1
        fi
        mariadb-install-db --datadir=/var/lib/mysql --skip-test-db --auth-root-authentication-method=normal >/dev/null
        fill "$@"
    fi
fi
exec "$@"
