"""What of the caller's environment a build sees."""

from __future__ import annotations

from shoal.build.environment import TRUST, build_environment


def test_little_is_kept() -> None:
    env = build_environment({"PATH": "/bin", "SECRET": "x", "DATABASE_URL": "y", "PYTHONPATH": "z", "VIRTUAL_ENV": "v"})
    assert env == {"PATH": "/bin", "CI": "1"} | TRUST


def test_reaching_a_registry_is_kept() -> None:
    wanted = {
        "https_proxy": "p",
        "HTTP_PROXY": "p",
        "SSL_CERT_FILE": "c",
        "NODE_EXTRA_CA_CERTS": "c",
        "UV_CACHE_DIR": "u",
        "UV_DEFAULT_INDEX": "i",
        "npm_config_cache": "n",
        "XDG_CACHE_HOME": "x",
        "MAVEN_OPTS": "-Dx=y",
    }
    assert wanted.items() <= build_environment(wanted).items()


def test_pips_index_is_uvs_too() -> None:
    assert build_environment({"PIP_INDEX_URL": "i"})["UV_DEFAULT_INDEX"] == "i"


def test_variables_that_would_send_packages_elsewhere_are_dropped() -> None:
    assert "UV_PROJECT_ENVIRONMENT" not in build_environment({"UV_PROJECT_ENVIRONMENT": "/x"})


def test_java_is_told_the_home_that_everybody_else_uses() -> None:
    env = build_environment({"HOME": "/tmp/a home"})
    assert env["JAVA_TOOL_OPTIONS"] == '"-Duser.home=/tmp/a home"'
