"""One service that prints 10,000 lines a second: what daemon and keeper take meanwhile, beside what printing
takes, whether `logs -f` shows every line, and how long after the last one was printed.

Bounds: no line lost, under 5 % of a core.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from bench import processes
from bench.app import App, own, say
from bench.figures import Verdict, conclude, median, spread
from bench.idle import total, watch

RATE, LONG = 10_000, 100
LOST, CPU = 0.0, 5.0
# Begins when it is told to; the last line tells when it was printed.
TALKER = f"""\
import pathlib, sys, time
go, out, told = pathlib.Path("go"), sys.stdout.buffer, 0
while not go.exists():
    time.sleep(0.01)
many, begun = int(go.read_text()), time.monotonic()
while told < many:
    for _ in range({RATE // 100}):
        out.write(b"%0{LONG - 1}d\\n" % told)
        told += 1
    out.flush()
    time.sleep(max(0.0, begun + told / {RATE} - time.monotonic()))
out.write(b"all told at %f\\n" % time.time())
out.flush()
time.sleep(100000)
"""


class Talking(App):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "talking")
        self.folder.mkdir()
        (self.folder / "talk.py").write_text(TALKER)
        command = [sys.executable, "-I", "-S", "talk.py"]
        quiet = "quiet: {stack: command, command: [sleep, '100000'], health: {ready: {exec: ['true'], every: 1s}}}"
        lines = ["name: talking", "services:", f"  talker: {{stack: command, command: {command}}}", f"  {quiet}", ""]
        (self.folder / "shoal.yaml").write_text("\n".join(lines))


class Heard(NamedTuple):
    """`behind`: seconds from the last line's print until `logs -f` had shown it; memory in MB, CPU in % of a core."""

    lost: int
    behind: float
    rss: float
    cpu: float
    printing: float
    following: float


def listen(app: Talking, seconds: float) -> Heard:
    (app.folder / "go").unlink(missing_ok=True)
    app.up()
    shown = app.folder / "shown"
    with shown.open("w") as out:
        follower = subprocess.Popen(app.command("logs", "-f", "talker"), cwd=app.folder, env=app.variables, stdout=out)
    talker = next(row["pid"] for row in app.instances() if row["workload"] == "talker")
    time.sleep(1)
    before = processes.on_cpu(talker), processes.on_cpu(follower.pid)
    (app.folder / "go").write_text(str(int(RATE * seconds)))
    use = total(watch(app.keepers(), seconds).values())
    printing, following = processes.on_cpu(talker) - before[0], processes.on_cpu(follower.pid) - before[1]
    said, seen = last(shown)
    follower.terminate()
    follower.wait()
    with shown.open() as lines:
        numbers = {int(text) for line in lines if (text := line.rpartition(" ")[2].strip()).isdigit()}
    app.down()
    lost = int(RATE * seconds) - len(numbers)
    return Heard(lost, seen - said, use.rss, use.cpu, printing / seconds * 100, following / seconds * 100)


def last(shown: Path) -> tuple[float, float]:
    """When the last line was printed, and when it was shown."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with shown.open("rb") as file:
            file.seek(max(0, shown.stat().st_size - 200))
            tail = file.read().decode()
        if "all told at " in tail and tail.endswith("\n"):
            return float(tail.rpartition(" ")[2]), time.time()
        time.sleep(0.02)
    raise SystemExit("bench: the last line isn't shown after a minute")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="how long it talks each time (20)")
    parser.add_argument("-n", type=int, default=3, metavar="N", help="rounds (3)")
    options = parser.parse_args()
    rounds = []
    with own(Talking) as app:
        for number in range(options.n):
            say(f"round {number + 1} of {options.n}")
            rounds.append(listen(app, options.seconds))
    print(f"{RATE} lines of {LONG} bytes a second for {options.seconds:g} s, median of {options.n}")
    cpu, rss = spread([r.cpu for r in rounds]), median([r.rss for r in rounds])
    print(f"  daemon and keeper: CPU {cpu.text('%')}, RSS {rss:.1f} MB")
    print(f"  printing takes {median([r.printing for r in rounds]):.1f} % of a core,", end=" ")
    print(f"logs -f {median([r.following for r in rounds]):.1f} %")
    print(f"  the last line is shown {spread([r.behind for r in rounds]).text('s')} after it was printed")
    return conclude(
        [
            Verdict("lost", float(max(r.lost for r in rounds)), LOST, "lines"),
            Verdict("CPU of daemon and keeper", median([r.cpu for r in rounds]), CPU, "% of a core"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
