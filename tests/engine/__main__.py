"""`python -m tests.engine up`, `down`, `images`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.engine.keeper import ended, keep, started
from tests.engine.needs import lacking
from tests.engine.store import Store, cache_folder

BY_HAND = Path(tempfile.gettempdir()) / "shoal-engine"


def main(words: list[str]) -> str:
    match words:
        case ["up"]:
            return f"export DOCKER_HOST={started(BY_HAND, 0).host}"
        case ["down"]:
            ended(BY_HAND)
            return "nothing of it is left"
        case ["images"]:
            begun = time.monotonic()
            images = Store(cache_folder(), print).images()
            return f"{', '.join(images)}: there after {time.monotonic() - begun:.0f} s"
        case ["keep", folder, owner]:
            keep(Path(folder), int(owner))
            return ""
    sys.exit(f"usage: python -m tests.engine up|down|images, not {' '.join(words)}")


if __name__ == "__main__":
    if why := lacking():
        sys.exit(why)
    print(main(sys.argv[1:]), flush=True)
