"""Programs of engines that no wheel brings: the machine's own, of a version that fits."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from shoal.errors import ToolMissing

# Where distributions put servers, whether or not a user's PATH has it. Debian's first `rabbitmq-server` is a wrapper
# that serves root and one user only; it leads to the second.
FOLDERS = ("/usr/lib/rabbitmq/bin", "/usr/local/sbin", "/usr/sbin", "/usr/local/bin", "/usr/bin")


class Product(NamedTuple):
    """`names` of the program, `version` (group 1 is the number) in what it says of itself, the package to install."""

    names: tuple[str, ...]
    version: str
    package: str


PRODUCTS = {
    "redis-server": Product(("redis-server", "valkey-server"), r"server v=(\S+)", "redis-server"),
    "mariadbd": Product(("mariadbd", "mysqld"), r" Ver (\d[\d.]*)-MariaDB", "mariadb-server"),
    "mysqld": Product(("mysqld", "mariadbd"), r" Ver (\d[\d.]*)-MariaDB", "mariadb-server"),
    "mariadb-install-db": Product(("mariadb-install-db", "mysql_install_db"), "", "mariadb-server"),
    "mariadb": Product(("mariadb", "mysql"), "", "mariadb-client"),
    "mariadb-dump": Product(("mariadb-dump", "mysqldump"), "", "mariadb-client"),
    "mariadb-upgrade": Product(("mariadb-upgrade", "mysql_upgrade"), "", "mariadb-server"),
    "rabbitmq-server": Product(("rabbitmq-server",), "", "rabbitmq-server"),
    "rabbitmqctl": Product(("rabbitmqctl",), "", "rabbitmq-server"),
}


def installed(name: str) -> Path:
    """`mariadbd`, `redis-server@7`: what is installed here and fits. Raises ToolMissing, with all that was found."""
    base, _, wanted = name.partition("@")
    product = PRODUCTS[base]
    found = list(_candidates(product))
    for path, version in found:
        if version is not None and fits(version, wanted):
            return path
    if not found:
        raise ToolMissing(
            f"{base} isn't here, and no Python package brings it",
            hint=f"install it: Debian's package {product.package}",
        )
    raise ToolMissing(_unfit(base, wanted, found), hint=_advice(base, found))


def _unfit(base: str, wanted: str, found: list[tuple[Path, str | None]]) -> str:
    there = ", ".join(f"{path} is {version}" if version else f"{path} is something else" for path, version in found)
    return f"{base} {wanted}".strip() + f" isn't here: {there}"


def _advice(base: str, found: list[tuple[Path, str | None]]) -> str:
    if base == "mysqld" and not any(version for _, version in found):
        return "shoal runs MariaDB for `mysql`; for a server of MySQL's own that runs already say `external`"
    known = sorted({version for _, version in found if version})
    return f"say `version: {known[0]}`, or install another" if known else f"install {PRODUCTS[base].package}"


def fits(version: str, wanted: str) -> bool:
    """7.2.4 is a 7 and a 7.2; no wish is always met."""
    return not wanted or version.split(".")[: wanted.count(".") + 1] == wanted.split(".")


def _candidates(product: Product) -> Iterator[tuple[Path, str | None]]:
    """Programs and their versions; None: another product by that name."""
    seen: set[Path] = set()
    for name in product.names:
        path = shutil.which(name, path=os.pathsep.join((*FOLDERS, os.environ.get("PATH", ""))))
        if path and (real := Path(path).resolve()) not in seen:
            seen.add(real)
            yield Path(path), _version(Path(path), real.stat().st_mtime_ns, product)


@cache
def _version(path: Path, mtime: int, product: Product) -> str | None:
    if path.name == "rabbitmq-server":
        return _rabbitmq(path.resolve().parents[1])
    if not product.version:
        return "0"
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(product.version, told)
    return match[1] if match else None


def _rabbitmq(home: Path) -> str | None:
    """The name of a folder: to ask RabbitMQ itself takes seconds."""
    for pattern in ("plugins/rabbit-[0-9]*", "lib/rabbitmq_server-*/plugins/rabbit-[0-9]*"):
        for folder in home.glob(pattern):
            return folder.name.removeprefix("rabbit-")
    return None
