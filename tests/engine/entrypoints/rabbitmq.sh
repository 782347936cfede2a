#!/bin/bash
# As root it becomes `rabbitmq`, who owns the data.
set -eo pipefail
if [[ $1 == rabbitmq* ]] && [ "$(id -u)" = 0 ]; then
    find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq '{}' +
    exec gosu rabbitmq "$BASH_SOURCE" "$@"
fi
exec "$@"
