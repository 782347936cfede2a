import http.server
import os
import sqlite3


class Notes(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with sqlite3.connect("notes.db") as db:
            columns = [row[1] for row in db.execute("pragma table_info(notes)")]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(" ".join(columns).encode())


http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Notes).serve_forever()
