"""What runs inside the server's worker process."""

import logging
import multiprocessing
import os
import signal
import threading

from flask import Flask

from posts.app import create_app
from posts.identity.viewer import keys_of
from posts.logs import configure_logging


def create_worker() -> Flask:
    configure_logging()
    _end_with_parent()
    app = create_app()
    keys_of(app).start()
    logging.getLogger(__name__).info("ready to serve")
    return app


def _end_with_parent() -> None:
    """A worker whose parent was killed would hold the port for ever: it ends, too."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
