"""One file from a web server, checked against its hash."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path

from shoal.errors import ToolMissing

TRIES = 3
TIMEOUT = 60.0


def fetch(url: str, sha512: str, target: Path) -> Path:
    """`target` with this content. Proxies and SSL_CERT_FILE are those of the environment.
    Raises `ToolMissing` if it can't be had or is another file than expected."""
    content = _get(url)
    if hashlib.sha512(content).hexdigest() != sha512:
        hint = "a proxy or mirror may have changed it; SHOAL_MAVEN_REPOSITORY names another repository"
        raise ToolMissing(f"{url} is not the file it should be (sha512 differs)", hint=hint)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(name).replace(target)
    return target


def _get(url: str) -> bytes:
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            error.close()
            if error.code < 500 or attempt == TRIES - 1:
                raise _failed(url, error) from error
        except (OSError, HTTPException) as error:
            if attempt == TRIES - 1:
                raise _failed(url, error) from error
        time.sleep(1.0 + attempt)
    raise AssertionError("unreachable")


def _failed(url: str, error: Exception) -> ToolMissing:
    hint = "check the network; https_proxy, SSL_CERT_FILE and SHOAL_MAVEN_REPOSITORY are honoured"
    return ToolMissing(f"can't download {url}: {error}", hint=hint)
