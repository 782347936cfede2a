"""Small services to try shoal with. Standard library only, quick to start."""

from __future__ import annotations

# /             its greeting and its pid
# /env/NAME     a variable
# /ready /live  503 while a file `unready-INDEX` or `dead-PID` lies beside it
# On SIGTERM it answers what it has begun, and ends.
SERVER = """\
import os, pathlib, signal, socket, threading, time

here = pathlib.Path(__file__).parent
busy = set()


def answer(path):
    if path == "/ready" and (here / ("unready-" + os.environ["SHOAL_INDEX"])).exists():
        return "503 Not now", "not now"
    if path == "/live" and (here / f"dead-{os.getpid()}").exists():
        return "503 Dead", "dead"
    if path.startswith("/env/"):
        return "200 OK", os.environ.get(path[5:], "")
    return "200 OK", os.environ.get("GREETING", "hello") + f" {os.getpid()}"


def converse(connection):
    with connection, connection.makefile("rb") as lines:
        while line := lines.readline():
            busy.add(connection)
            while lines.readline() not in (b"\\r\\n", b""):
                pass
            status, body = answer(line.split()[1].decode())
            head = f"HTTP/1.1 {status}\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n"
            try:
                connection.sendall((head + body).encode())
            except OSError:
                return
            finally:
                busy.discard(connection)


def end(number, frame):
    print("asked to end", flush=True)
    until = time.monotonic() + 2
    while busy and time.monotonic() < until:
        time.sleep(0.005)
    os._exit(0)


print("begins", os.environ.get("GREETING", "hello"), flush=True)
time.sleep(float(os.environ.get("SLOW", "0")))
server = socket.create_server((os.environ["HOST"], int(os.environ["PORT"])), backlog=128)
signal.signal(signal.SIGTERM, end)
print("serves", flush=True)
while True:
    connection, _ = server.accept()
    threading.Thread(target=converse, args=(connection,), daemon=True).start()
"""

WORKER = "echo works; exec sleep 1000\n"
STUBBORN = "trap '' TERM INT HUP; echo stubborn; while :; do sleep 0.2; done\n"

# One service, two instances, behind the gateway.
WEB = """\
name: web
services:
  web:
    path: web
    stack: command
    command: [python3, -S, server.py]
    environment: {GREETING: hello}
    replicas: 2
    health: {ready: {http: /ready, every: 200ms}, live: {http: /live, every: 200ms}}
gateway: {routes: [{paths: [/], to: web}]}
"""
WEB_FILES = {"web/server.py": SERVER}


def worker(name: str, script: str = WORKER, more: str = "") -> str:
    """An app of one worker that runs a line of shell."""
    return f"name: {name}\nservices:\n" + shell(name, script, more)


def shell(name: str, script: str, more: str = "") -> str:
    """A service without ports: a script of /bin/sh. `more` are further keys, as `key: value` lines."""
    block = "\n".join(f"      {line}" for line in script.strip().splitlines())
    keys = "".join(f"    {line}\n" for line in more.strip().splitlines())
    return f"  {name}:\n    stack: command\n    command:\n    - /bin/sh\n    - -c\n    - |\n{block}\n{keys}"
