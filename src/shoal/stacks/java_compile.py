"""What a whole Maven build tells of itself: which goals it had, and how its compiler was called. Pure."""

from __future__ import annotations

import re

import msgspec

SAYS = ("org.codehaus.plexus.compiler.eclipse=debug", "org.apache.maven.cli.event.ExecutionEventLogger=info")
"""Maven's loggers that tell it, in an otherwise quiet build."""

GOALS = frozenset(
    {
        "resources:resources",
        "compiler:compile",
        "resources:testResources",
        "compiler:testCompile",
        "surefire:test",
        "jar:jar",
        "spring-boot:repackage",
    }
)
"""Goals of which it is known what they do with an edit: copy, compile, pack, or nothing since tests are left out."""

_GOAL = re.compile(r"^\[INFO\] --- (\S+?):\S+:(\S+) \(.*\) @ .* ---$", re.MULTILINE)
_FORKED = re.compile(r"^\[INFO\] >>> (\S+)", re.MULTILINE)
_CALL = re.compile(r"^\[DEBUG\] ecj command line: \[(.*)\]$", re.MULTILINE)


class Told(msgspec.Struct, frozen=True):
    """The compiler's arguments but for the sources, or why that call can't simply be made again."""

    arguments: tuple[str, ...] = ()
    refusal: str = ""


def told(log: str) -> Told:
    """What stands in the log of a whole build."""
    goals = [f"{name}:{goal}" for name, goal in _GOAL.findall(log)]
    others = sorted({goal for goal in goals if goal not in GOALS} | set(_FORKED.findall(log)))
    if others:
        return Told(refusal=f"the pom has {others[0]} done as well")
    calls = _CALL.findall(log)
    if len(calls) != 1 or goals.count("compiler:compile") != 1 or goals.count("jar:jar") != 1:
        return Told(refusal="its last whole build doesn't say how it compiled")
    arguments = tuple(calls[0].split(", "))
    if any(argument.lstrip("-").startswith("processor") for argument in arguments):
        return Told(refusal="the pom names annotation processors")
    return Told(arguments)
