"""Answers with the settings of its profile."""

import http.server
import os

GREETINGS = {"dev": "hello, developer", "prod": "good day"}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = GREETINGS[os.environ["APP_PROFILE"]].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
