"""Makes the repository's .venv: see scripts/setup. Standard library only, for nothing is installed yet."""

from __future__ import annotations

import sys
from pathlib import Path

from environment import Environment
from failure import Failure
from machine import cache_folder, check_machine
from pinned import pinned_uv

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    if unknown := [word for word in arguments if word != "--dev"]:
        print(f"setup: unknown argument {unknown[0]} (there is one: --dev)", file=sys.stderr)
        return 2
    try:
        setup(Environment(ROOT, "--dev" in arguments))
    except Failure as failure:
        print(f"setup: {failure}", file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        print("setup: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


def setup(environment: Environment) -> None:
    if environment.is_current():
        return
    check_machine()
    with environment.alone():
        if environment.is_current():  # somebody else did it while we waited
            return
        from wheel import uv_program  # with it comes all of HTTP, which a set-up that is current doesn't need

        uv = uv_program(cache_folder(), pinned_uv(environment.lock))
        environment.make(uv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
