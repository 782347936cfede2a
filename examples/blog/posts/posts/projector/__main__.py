"""Runs the event worker: `python -m posts.projector`."""

import asyncio
import os
import signal
import sys

from sqlalchemy import create_engine

from posts.config import ConfigError, database_url, required
from posts.database import ENGINE_OPTIONS
from posts.logs import configure_logging
from posts.projector.worker import Projector


async def run(projector: Projector) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, projector.stop)
    await projector.run()


def main() -> int:
    configure_logging()
    try:
        nats_url, engine = required(os.environ, "NATS_URL"), create_engine(database_url(), **ENGINE_OPTIONS)
    except ConfigError as error:
        sys.stderr.write(f"posts.projector: {error}\n")
        return 2
    asyncio.run(run(Projector(nats_url, engine)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
