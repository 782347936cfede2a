"""Answers every request with how it was started."""

import http.server
import json
import os
import sys
from pathlib import Path


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = {"program": sys.executable, "cwd": str(Path.cwd()), "extra": os.environ.get("ADMIN_PORT")}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())


http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Answer).serve_forever()
