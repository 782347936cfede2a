"""The environment that build steps run in: small, so that a build depends on little, but with what reaching a
registry takes: proxies, authorities, indexes, caches."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from shoal.stacks.stack import SYSTEM_PATH

KEPT = (
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TZ",
    "SSH_AUTH_SOCK",
    "MAVEN_OPTS",
    "MAVEN_ARGS",
    "JAVA_TOOL_OPTIONS",
)
KEPT_PREFIXES = ("UV_", "PIP_", "NPM_CONFIG_", "XDG_", "SSL_CERT_", "GIT_SSL_")
# The machine's own authorities (a company's are among them) rather than the lists that uv and Node bring along.
TRUST = {"UV_SYSTEM_CERTS": "1", "NODE_USE_SYSTEM_CA": "1"}
KEPT_ANY_CASE = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "NODE_USE_SYSTEM_CA")


def build_environment(caller: Mapping[str, str]) -> dict[str, str]:
    """What of the caller's environment a build step sees; steps add their own on top."""
    env = TRUST | {name: value for name, value in caller.items() if _kept(name)}
    env |= {"PATH": caller.get("PATH", SYSTEM_PATH), "CI": "1"}
    if "UV_DEFAULT_INDEX" not in env and "PIP_INDEX_URL" in env:
        env["UV_DEFAULT_INDEX"] = env["PIP_INDEX_URL"]  # uv doesn't read pip's variable
    return env | _java_home_of_user(env)


def _kept(name: str) -> bool:
    if name in ("UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "PIP_TARGET", "PIP_PREFIX"):
        return False  # they would send the packages elsewhere
    known = name in KEPT or name in AUTHORITIES or name.lower() in KEPT_ANY_CASE
    return known or name.upper().startswith(KEPT_PREFIXES)


def _java_home_of_user(env: Mapping[str, str]) -> dict[str, str]:
    """Java takes the home folder from the user database, which may say another (sudo, containers) or nothing."""
    home = env.get("HOME", "")
    try:
        recorded = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        recorded = ""
    if not home or Path(home) == Path(recorded or "/nonexistent"):
        return {}
    given = env.get("JAVA_TOOL_OPTIONS", "")
    return {"JAVA_TOOL_OPTIONS": f'{given} "-Duser.home={home}"'.strip()}
