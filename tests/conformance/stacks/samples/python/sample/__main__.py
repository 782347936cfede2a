"""Answers every request with how it was started."""

import json
import os
import sys
from pathlib import Path

import waitress


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    found = {"program": sys.executable, "cwd": str(Path.cwd()), "extra": os.environ.get("ADMIN_PORT")}
    return [json.dumps(found).encode()]


waitress.serve(app, host=os.environ["HOST"], port=int(os.environ["PORT"]))
