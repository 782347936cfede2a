"""The command line: finds the verb, runs it, turns errors into text and exit codes. Stays light: a verb's module is
imported only when it is asked for, and imports what is heavy only where it's used."""

# ruff: noqa: E402
from __future__ import annotations

# `signal` without all that it imports itself.
import _signal  # type: ignore[import-not-found]

# While the rest is imported Ctrl-C ends us in silence, too (see _end_on_interrupt).
_usual = _signal.getsignal(_signal.SIGINT)
try:
    if _usual is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
except ValueError:  # imported by a thread that may not say so
    _usual = None

import argparse
import os
import sys
from importlib import import_module

from shoal import __version__
from shoal.cli import terminal
from shoal.cli.verbs import LONG_FILE, VERBS, listing, module_of
from shoal.errors import Interrupted, ShoalError, UsageError, of_system
from shoal.model.names import check_known

if _usual is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _usual)

EPILOG = """\
exit codes: 0 well, 2 command line, 3 the file, 4 a tool is missing, 5 a build, 6 a service did not start, 7 a job,
8 a port is taken, 9 another up or down is at work, 10 not running, 11 damaged state, 12 too late, 13 not confirmed,
14 the platform refused, 15 rolled back, 16 no such target yet, 130 interrupted"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{self.prog}: {message}", hint=self._advice(message))

    def _advice(self, message: str) -> str:
        _, unknown, words = message.partition("unrecognized arguments: ")
        option = words.split()[0].partition("=")[0] if words.strip() else ""
        if unknown and option.startswith("--"):
            from difflib import get_close_matches

            near = get_close_matches(option, self._option_string_actions, 1)
            if near:
                return f"Did you mean {near[0]}? See: {self.prog} --help"
        return f"See: {self.prog} --help"


def parser() -> argparse.ArgumentParser:
    """The top-level parser: names of verbs, and what each is for."""
    top = _Parser(
        prog="shoal",
        usage="shoal VERB [options]",
        description=f"One file describes an application of many services; shoal runs it.\n\n{listing()}",
        epilog=f"`shoal VERB --help` says more.\n\n{EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"shoal {__version__}")
    return top


def verb_parser(name: str) -> argparse.ArgumentParser:
    module = import_module(module_of(name))
    found = _Parser(
        prog=f"shoal {name}",
        description=module.__doc__,
        epilog=f"for example:\n  {module.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    short = () if name in LONG_FILE else ("-f",)
    found.add_argument(*short, "--file", metavar="FILE", help="the file, or its folder (default: looked for upwards)")
    found.add_argument("--env", metavar="NAME", default=os.environ.get("SHOAL_ENV") or "dev", help="environment (dev)")
    text = "what it runs on: process, docker, kubernetes (default: the file's)"
    given = os.environ.get("SHOAL_TARGET") or ""
    found.add_argument("--target", dest="run_on", metavar="NAME", default=given, help=text)
    colours = ("auto", "never", "always")
    found.add_argument("--color", choices=colours, default="auto", metavar="WHEN", help=f"{', '.join(colours)}")
    module.arguments(found)
    return found


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns its exit code."""
    words = sys.argv[1:] if argv is None else argv
    try:
        if argv is None:
            _end_on_interrupt()
            terminal.bear_any_text()
        return _dispatch(words)
    except ShoalError as problem:
        print(f"shoal: {problem}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        return Interrupted.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except OSError as problem:
        told = of_system(problem) or ShoalError(f"{problem.filename or 'the system'}: {problem.strerror or problem}")
        print(f"shoal: {told}", file=sys.stderr)
        return told.exit_code


def _end_on_interrupt() -> None:
    """A verb that wants to hear of Ctrl-C says so. Otherwise it ends us as it ends any program, and not by an exception
    at any moment, which libraries in C don't bear."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def _verb_first(words: list[str]) -> list[str]:
    """`-f FILE up`, as with Compose: the file may stand before the verb."""
    if len(words) > 2 and words[0] in ("-f", "--file"):
        return [words[2], "--file", words[1], *words[3:]]
    return [words[1], words[0], *words[2:]] if len(words) > 1 and words[0].startswith("--file=") else words


def _dispatch(words: list[str]) -> int:
    words = _verb_first(words)
    if not words or words[0].startswith("-"):
        options = parser().parse_known_args(words)[1]
        if options:
            raise UsageError(f"{options[0]}: a verb comes first", hint="See: shoal --help")
        parser().print_help(sys.stdout if words else sys.stderr)
        return 0 if words else UsageError.exit_code
    name = words[0]
    if name not in VERBS:
        check_known([name], VERBS, "verb")
    module = import_module(module_of(name))
    chosen = verb_parser(name).parse_args(words[1:])
    terminal.colour = chosen.color
    return int(module.run(chosen))


if __name__ == "__main__":
    sys.exit(main())
