"""HTTP as the user's machine is set up for it: proxies, authorities, a password in the index's address, retries."""

from __future__ import annotations

import base64
import http.client
import os
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from failure import Failure

TRIES = 4
TIMEOUT = 60


def get(url: str, accept: str = "*/*") -> tuple[bytes, str, str]:
    """Body, content type, and the address after redirects. Raises `Failure` after a few tries."""
    for attempt in range(1, TRIES + 1):
        try:
            return _once(url, accept)
        except urllib.error.HTTPError as error:
            error.close()
            if attempt == TRIES or error.code not in (408, 425, 429, 500, 502, 503, 504):
                raise Failure(f"{_shown(url)} answered {error.code} {error.reason}; {_settings()}") from error
        except (OSError, http.client.HTTPException) as error:
            if attempt == TRIES or _hopeless(error):
                raise Failure(f"can't reach {_shown(url)} ({_reason(error)}); {_settings()}") from error
        print(f"setup: {_shown(url)} didn't answer well, trying again", file=sys.stderr)
        time.sleep(attempt)
    raise AssertionError("unreachable")


def _once(url: str, accept: str) -> tuple[bytes, str, str]:
    parts = urllib.parse.urlsplit(url)
    headers = {"Accept": accept, "User-Agent": "shoal-setup"}
    if parts.username is not None:
        login = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
        url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT, context=_authorities()) as answer:
        body = answer.read()
        if answer.length:
            raise http.client.IncompleteRead(body, answer.length)
        return body, answer.headers.get_content_type(), answer.url


def _authorities() -> ssl.SSLContext:
    """pip's variable counts too; SSL_CERT_FILE and SSL_CERT_DIR are the standard library's own."""
    own = os.environ.get("PIP_CERT") or None
    return ssl.create_default_context(cafile=own if own and Path(own).exists() else None)


def _hopeless(error: Exception) -> bool:
    return isinstance(getattr(error, "reason", error), ssl.SSLCertVerificationError)


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", error))


def _shown(url: str) -> str:
    """Without a password."""
    parts = urllib.parse.urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _settings() -> str:
    return "PIP_INDEX_URL or UV_DEFAULT_INDEX names another index; https_proxy and SSL_CERT_FILE are honoured"
