"""Nothing in an image names a folder of the machine that built it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from shoal.build.image.relocation import Relocation
from shoal.model.values import concat, program
from shoal.model.workload import Packing, Step
from tests.unit.build.image.artifacts import KEY, OTHER, layers, put, text, wanted

SITE = ".venv/lib/python3.11/site-packages"
VENV = wanted(Packing("python:3.11-slim", apart=(".venv",)))
CONFIG = "home = /opt/python3.11/bin\nimplementation = CPython\nuv = 0.13.9\nversion_info = 3.11.7\n"


def test_its_own_folder_its_parts_and_others(tmp_path: Path) -> None:
    moved = Relocation(tmp_path, KEY)
    builds = f"{tmp_path}/builds"
    said = f"{builds}/{KEY}/a {builds}/part-{KEY}/.venv/bin {builds}/{OTHER} {tmp_path}/elsewhere"
    assert moved.text(said.encode()) == f"/app/a /app/.venv/bin /builds/{OTHER} {tmp_path}/elsewhere".encode()
    assert moved.others(said.encode()) == {OTHER}


def test_by_whichever_name_the_cache_goes(tmp_path: Path) -> None:
    (tmp_path / "real/builds").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    moved = Relocation(tmp_path / "link", KEY)
    for name in ("real", "link"):
        assert moved.path(f"{tmp_path}/{name}/builds/{KEY}/x") == "/app/x"


def test_what_is_no_text_stays_as_it_is(tmp_path: Path) -> None:
    binary = f"\0{tmp_path}/builds/{KEY}/x".encode()
    put(tmp_path, {"x.so": binary})
    assert text(wanted(), tmp_path, "app/x.so") == binary.decode()


def test_a_venv_is_that_of_the_images_interpreter(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            ".venv/pyvenv.cfg": CONFIG + "include-system-site-packages = false\n",
            ".venv/bin/flask": f"#!{tmp_path}/builds/{KEY}/.venv/bin/python\nimport sys\n",
            ".venv/bin/activate": f"VIRTUAL_ENV='{tmp_path}/builds/{KEY}/.venv'\n",
            ".venv/bin/python -> /opt/python3.11/bin/python3.11": "",
            ".venv/bin/python3 -> python": "",
            ".venv/bin/python3.11 -> python": "",
        },
    )
    assert text(VENV, tmp_path, "app/.venv/pyvenv.cfg") == (
        "home = /usr/local/bin\nimplementation = CPython\ninclude-system-site-packages = false\n"
    )
    assert text(VENV, tmp_path, "app/.venv/bin/flask").splitlines()[0] == "#!/app/.venv/bin/python"
    assert text(VENV, tmp_path, "app/.venv/bin/activate") == "VIRTUAL_ENV='/app/.venv'\n"
    links = {name: member.linkname for name, member in layers(VENV, tmp_path)[0].items() if member.issym()}
    assert links == {
        "app/.venv/bin/python": "/usr/local/bin/python3",
        "app/.venv/bin/python3": "python",
        "app/.venv/bin/python3.11": "python",
    }


def test_a_script_whose_interpreter_was_too_far_away_begins_as_any_other(tmp_path: Path) -> None:
    long = f"#!/bin/sh\n'''exec' '{tmp_path}/builds/{KEY}/.venv/bin/python' \"$0\" \"$@\"\n' '''\nimport sys\n"
    put(tmp_path, {".venv/bin/flask": long})
    assert text(VENV, tmp_path, "app/.venv/bin/flask") == "#!/app/.venv/bin/python\nimport sys\n"


def test_the_record_of_a_package_tells_the_hashes_that_the_image_has(tmp_path: Path) -> None:
    record = f"{SITE}/flask-3.dist-info/RECORD"
    lines = (
        "../../../bin/flask,sha256=old,99",
        "flask/__init__.py,sha256=kept,1",
        "flask/x.pyc,sha256=gone,1",
        "flask-3.dist-info/uv_cache.json,sha256=gone,1",
        "flask-3.dist-info/RECORD,,",
    )
    script = f"#!{tmp_path}/builds/{KEY}/.venv/bin/python\n"
    names = {"uv_cache.json": "{}", "direct_url.json": f'{{"url": "file://{tmp_path}/builds/{KEY}"}}'}
    put(tmp_path, {record: "\n".join(lines), ".venv/bin/flask": script})
    put(tmp_path, {f"{SITE}/flask-3.dist-info/{name}": content for name, content in names.items()})
    moved = b"#!/app/.venv/bin/python\n"
    digest = base64.urlsafe_b64encode(hashlib.sha256(moved).digest()).rstrip(b"=").decode()
    assert text(VENV, tmp_path, f"app/{record}").splitlines() == [
        f"../../../bin/flask,sha256={digest},{len(moved)}",
        "flask/__init__.py,sha256=kept,1",
        "flask-3.dist-info/RECORD,,",
    ]
    assert text(VENV, tmp_path, f"app/{SITE}/flask-3.dist-info/direct_url.json") == '{"url": "file:///app"}'
    assert f"app/{SITE}/flask-3.dist-info/uv_cache.json" not in layers(VENV, tmp_path)[0]


def test_a_file_that_names_programs_names_those_of_the_image_whatever_training_has_put_there(tmp_path: Path) -> None:
    options = Step("options", files={".shoal/java.args": concat("-Dtrust=", program("java-trust"), "\n")})
    put(tmp_path, {".shoal/java.args": '-Dtrust=/etc/ssl/x\n"-XX:AOTCache=/home/me/app.aot"\n'})
    of = wanted(Packing("eclipse-temurin:25-jre"), steps=(options,))
    assert text(of, tmp_path, "app/.shoal/java.args") == "-Dtrust=/opt/java/openjdk/lib/security/cacerts\n"
