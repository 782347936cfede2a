"""Maven and the Eclipse compiler: not in any wheel, so they come from a Maven repository when first needed."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from shoal.build.cache import cache_folder
from shoal.build.download import fetch
from shoal.stacks.java_pom import ECJ

MAVEN_REPOSITORY = "https://repo.maven.apache.org/maven2"
"""The public repository; the variable SHOAL_MAVEN_REPOSITORY names another (a company's mirror)."""

MAVEN = "3.9.16"
MAVEN_SHA512 = (
    "ed41650d42485cfc243fad22158caf9cbb5dc408ce7a09ddb94dd42a019de929"
    "ca43065bfa450612cf12bf78b5cafa3884b96c090de326ff590448c933454af3"
)
ECJ_SHA512 = (
    "080bb403adb3b88b5b5f382388922425de5274f7729f0a94702f0e2a516c7d13"
    "c6740faab1cb20786b1dda0c5da933aa9b842f7c64867414ff75fa668ea06b09"
)


def maven() -> Path:
    """The `mvn` program, downloaded (9 MB) and unpacked into the cache if it isn't there."""
    home = cache_folder() / "tools" / f"apache-maven-{MAVEN}"
    if not (home / "bin/mvn").is_file():
        archive = home.parent / f"{home.name}-bin.zip"
        fetch(_url(f"org/apache/maven/apache-maven/{MAVEN}/{archive.name}"), MAVEN_SHA512, archive)
        _unpack(archive, home)
        archive.unlink()
    return home / "bin/mvn"


def ecj() -> Path:
    """The Eclipse compiler's jar, for use without Maven."""
    jar = cache_folder() / "tools" / f"ecj-{ECJ}.jar"
    return jar if jar.is_file() else fetch(_url(f"org/eclipse/jdt/ecj/{ECJ}/{jar.name}"), ECJ_SHA512, jar)


def _url(path: str) -> str:
    return (os.environ.get("SHOAL_MAVEN_REPOSITORY") or MAVEN_REPOSITORY).rstrip("/") + "/" + path


def _unpack(archive: Path, home: Path) -> None:
    """Unpacked beside, then moved: whoever finds the folder finds it whole."""
    with tempfile.TemporaryDirectory(dir=home.parent) as beside:
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(beside)
        fresh = Path(beside) / home.name
        (fresh / "bin/mvn").chmod(0o755)
        shutil.rmtree(home, ignore_errors=True)
        try:
            fresh.rename(home)
        except OSError:  # somebody else was quicker
            if not (home / "bin/mvn").is_file():
                raise
