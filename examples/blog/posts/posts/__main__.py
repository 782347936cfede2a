"""Serves the application: `python -m posts`."""

import sys

from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from posts.config import ConfigError, Listen, Settings
from posts.logs import configure_logging

THREADS = 4
BACKLOG = 1024
GRACE_S = 8


def main() -> int:
    try:
        listen, settings = Listen.from_env(), Settings.from_env()
        if settings.users_url is None:
            raise ConfigError("USERS_URL is not set")
    except ConfigError as error:
        sys.stderr.write(f"posts: {error}\n")
        return 2
    Server(
        "posts.worker:create_worker",
        factory=True,
        address=listen.host,
        port=listen.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=1,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        workers_kill_timeout=GRACE_S,
    ).serve()
    return 0


if __name__ == "__main__":
    configure_logging()
    sys.exit(main())
