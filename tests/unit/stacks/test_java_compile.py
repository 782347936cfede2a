"""What a whole Maven build tells of its compiler, and when that isn't all there is to know."""

from __future__ import annotations

import pytest

from shoal.stacks.java_compile import Told, told

CALL = "[DEBUG] ecj command line: [-g, -parameters, -d, /b/k/target/classes, -classpath, /m2/a.jar:]"
GOALS = (
    "resources:3.5.0:resources (default-resources)",
    "compiler:3.15.0:compile (default-compile)",
    "compiler:3.15.0:testCompile (default-testCompile)",
    "surefire:3.5.6:test (default-test)",
    "jar:3.5.1:jar (default-jar)",
    "spring-boot:4.1.2:repackage (repackage)",
)


def log(*goals: str, calls: tuple[str, ...] = (CALL,)) -> str:
    ran = (f"[INFO] --- {goal} @ users ---" for goal in goals)
    return "\n".join(["[INFO] Building users 1.0.0", "[INFO] ------[ jar ]------", *ran, *calls, ""])


def test_the_call_is_told() -> None:
    assert told(log(*GOALS)) == Told(("-g", "-parameters", "-d", "/b/k/target/classes", "-classpath", "/m2/a.jar:"))


@pytest.mark.parametrize(
    "goal",
    [
        "protobuf:0.6.1:compile (default)",
        "kotlin:2.2.0:compile (compile)",
        "spring-boot:4.1.2:process-aot (process-aot)",
        "spring-boot:4.1.2:build-info (default)",
        "checkstyle:3.6.0:check (lint)",
        "war:3.4.0:war (default-war)",
    ],
)
def test_whatever_else_is_done_makes_an_edit_a_whole_build(goal: str) -> None:
    name, _, rest = goal.partition(":")
    short = f"{name}:{rest.split(' ')[0].partition(':')[2]}"
    assert told(log(*GOALS, goal)) == Told(refusal=f"the pom has {short} done as well")


def test_a_goal_that_forks_others_does_so_too() -> None:
    forked = log(*GOALS) + "[INFO] >>> shade:3.6.0:shade (default) > package @ users >>>\n"
    assert told(forked).refusal == "the pom has shade:3.6.0:shade done as well"


@pytest.mark.parametrize("calls", [(), (CALL, CALL)])
def test_a_build_that_compiled_never_or_twice_is_no_model(calls: tuple[str, ...]) -> None:
    assert told(log(*GOALS, calls=calls)).refusal == "its last whole build doesn't say how it compiled"
    assert told(log(*GOALS, GOALS[1])).refusal == "its last whole build doesn't say how it compiled"


def test_annotation_processors_may_read_what_no_edit_shows() -> None:
    call = CALL.replace("-g,", "-processorpath, /m2/p.jar,")
    assert told(log(*GOALS, calls=(call,))).refusal == "the pom names annotation processors"
