"""Makes the JetStream streams that a file declares: adds what is missing, updates what differs, deletes nothing.

Reads NATS_URL and STREAMS (JSON: name, subjects, max_age in seconds, max_bytes). Exit code 0 when all are as asked.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any


async def apply(url: str, wanted: list[dict[str, Any]]) -> None:
    import nats
    from nats.js.api import StreamConfig
    from nats.js.errors import NotFoundError

    connection = await nats.connect(url, connect_timeout=5, max_reconnect_attempts=3)
    try:
        jetstream = connection.jetstream(timeout=10)
        for stream in wanted:
            config = StreamConfig(**stream)
            try:
                await jetstream.stream_info(stream["name"])
                await jetstream.update_stream(config)
            except NotFoundError:
                await jetstream.add_stream(config)
    finally:
        await connection.close()


def main() -> int:
    wanted = json.loads(os.environ["STREAMS"])
    if not wanted:
        return 0
    try:
        asyncio.run(apply(os.environ["NATS_URL"], wanted))
    except Exception as problem:
        print(f"the streams could not be made: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
