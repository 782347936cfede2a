#!/bin/sh
# An option is envoy's. As root it becomes the user ENVOY_UID (envoy, 101; 0: stays root).
set -e
if [ "${1#-}" != "$1" ]; then
    set -- envoy "$@"
fi
if [ "$1" = envoy ]; then
    if [ -n "${loglevel:-}" ]; then
        set -- "$@" -l "$loglevel"
    fi
    if [ "$(id -u)" = 0 ] && [ "${ENVOY_UID:-101}" != 0 ]; then
        uid=${ENVOY_UID:-101} gid=${ENVOY_GID:-101}
        chown "$uid:$gid" /dev/stdout /dev/stderr
        exec gosu "$uid:$gid" "$@"
    fi
fi
exec "$@"
