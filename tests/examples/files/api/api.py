"""Answers with what its files say: `--config FILE`, ./config/app.json, and a template beside itself."""

import argparse
import configparser
import http.server
import json
import pathlib

parser = argparse.ArgumentParser()
parser.add_argument("--config", type=pathlib.Path)
files = parser.parse_args().config
ini = configparser.ConfigParser()
ini.read(files)
settings = json.loads(pathlib.Path("config/app.json").read_text())


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = pathlib.Path("templates/page.txt").read_text()
        hello = (files.parent / "locales" / f"{settings['language']}.txt").read_text().strip()
        price, store = ini["api"]["price"], ini["api"]["store"]
        body = page.format(hello=hello, price=price, store=store, key=len(ini["api"]["key"])).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


host, _, port = ini["api"]["listen"].partition(":")
http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
