"""Takes a moment to start, says so, and notes each round in a file."""

import pathlib
import time

begun = time.monotonic()
time.sleep(0.3)
print(f"Started in {time.monotonic() - begun:.1f} s")
while True:
    pathlib.Path("round").write_text("done")
    time.sleep(0.2)
