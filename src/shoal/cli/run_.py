"""Run a job to its end (shoal run seed), or a command with the environment of a service (shoal run posts flask shell).
With --attach a process of your own stands in for a service: it is run from the service's own folder, by your command or
the service's, with its environment and a port; requests from the gateway and from other services go to it. When it
ends, by Ctrl-C or else, all is as before. With --port it runs already, in a debugger or an IDE, and listens there.
The exit code is the command's."""

from __future__ import annotations

import os
import signal
import socket
from argparse import REMAINDER, ArgumentParser, ArgumentTypeError, Namespace
from typing import NoReturn

from shoal.cli.invoke import invoke
from shoal.cli.output import progress
from shoal.cli.place import place
from shoal.errors import UsageError

EXAMPLE = "shoal run --attach posts"


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--attach", metavar="SERVICE", help="stand in for this service; what follows is the command")
    text = "with --attach: a process that listens here already stands in"
    parser.add_argument("--port", type=_port, metavar="NUMBER", help=text)
    parser.add_argument("service", nargs="?", default="", metavar="JOB|SERVICE")
    parser.add_argument("command", nargs=REMAINDER, metavar="COMMAND ...")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ArgumentTypeError(f"{text} is no port: 1 to 65535")
    return int(text)


def run(options: Namespace) -> int:
    if options.attach:
        words = [options.service, *options.command] if options.service else []
        return _attach(options, words[words[:1] == ["--"] :])
    if options.port:
        raise UsageError("run: --port belongs to --attach", hint=f"For example: {EXAMPLE} --port {options.port}")
    if not options.service:
        raise UsageError("run: a job or a service is missing", hint="For example: shoal run seed")
    found = place(options).client().ask("invocation", service=options.service, command=options.command)
    if found["kind"] != "job" and not options.command:
        hint = f"For example: shoal run {options.service} env"
        raise UsageError(f"{options.service} is no job: name a command to run", hint=hint)
    return invoke(found)


def _attach(options: Namespace, command: list[str]) -> int:
    """This very process is what is attached: it becomes the command, or waits, and its end is the end of it."""
    if options.port and command:
        raise UsageError("run: --port is for what runs already, so there is no command", hint="Leave one of them out.")
    client = place(options).client()
    found = client.ask("attach", service=options.attach, pid=os.getpid(), port=options.port)
    ports = " ".join(f"{name}:{port}" for name, port in found["ports"].items())
    progress(f"{options.attach} is attached{f' at {ports}' if ports else ''}; Ctrl-C ends it")
    if options.port:
        _await_end(options)
    return invoke({**found, "command": command or found["command"]})


def _await_end(options: Namespace) -> NoReturn:
    with socket.socket() as asking:
        if asking.connect_ex(("127.0.0.1", options.port)):
            progress(f"nobody listens on port {options.port} yet; requests come when somebody does")
    while True:
        signal.pause()
