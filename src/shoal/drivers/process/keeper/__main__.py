"""`python -I -S <this folder> <state folder> <open files>`: isolated and without site-packages, to start fast
and stay small."""

import os.path
import sys

sys.path[0] = os.path.abspath(os.path.join(sys.path[0], *[os.pardir] * 4))  # noqa: PTH100, PTH118

from shoal.drivers.process.keeper.keeper import main  # noqa: E402

sys.exit(main(sys.argv[1], int(sys.argv[2])))
