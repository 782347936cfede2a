"""What Python services are built and started with."""

from __future__ import annotations

import pytest

from shoal.errors import FileError
from shoal.model.app import Port, Service
from shoal.model.values import concat
from shoal.stacks import STACKS, Source
from tests.unit.stacks.conftest import Lines

PYTHON = STACKS["python"]


def source(*names: str, **texts: str) -> Source:
    known = {name.replace("_", "."): text for name, text in texts.items()}
    return Source("/src", tuple(sorted({*names, *known})), known, digest="d", tools={"python": "3.11", "uv": "1"})


def service(*command: str) -> Service:
    return Service("posts", command=tuple(concat(part) for part in command), ports=(Port(),))


def test_requirements_with_hashes_are_checked(line: Lines) -> None:
    steps = PYTHON.steps(source(requirements_txt="flask==3.1 \\\n    --hash=sha256:00\n"))
    assert [line(step.command) for step in steps] == [
        "${program:uv} venv --python ${program:python} .venv",
        "${program:uv} pip install --python .venv --require-hashes -r requirements.txt",
    ]


def test_requirements_without_hashes_are_taken_as_they_are(line: Lines) -> None:
    steps = PYTHON.steps(source(requirements_txt="flask\n"))
    assert line(steps[1].command) == "${program:uv} pip install --python .venv -r requirements.txt"


def test_a_lock_of_uv_is_followed(line: Lines) -> None:
    steps = PYTHON.steps(source("uv.lock", pyproject_toml="[project]\nname='x'\n"))
    assert line(steps[1].command) == "${program:uv} sync --frozen --no-dev --no-install-project"
    assert str(steps[1].env["UV_PROJECT_ENVIRONMENT"]) == "${artifact}/.venv"


def test_a_project_alone_gives_its_dependencies_and_its_commands(line: Lines) -> None:
    text = "[project]\nname='x'\ndependencies=['flask']\n[project.scripts]\nx='x:main'\n"
    steps = PYTHON.steps(source(pyproject_toml=text))
    assert [line(step.command) for step in steps[1:]] == [
        "${program:uv} pip install --python .venv -r pyproject.toml",
        "${program:uv} pip install --python .venv --no-deps .",
    ]


def test_a_project_without_dependencies_has_only_a_venv() -> None:
    assert [step.name for step in PYTHON.steps(source(pyproject_toml="[project]\nname='x'\n"))] == ["venv"]


def test_the_users_command_runs_with_the_venv_first(line: Lines) -> None:
    launch = PYTHON.launch(service("flask", "run"), source(requirements_txt="flask\n"), "k")
    assert line(launch.command) == "flask run"
    assert str(launch.env["PATH"]).startswith("${artifact:k}/.venv/bin:/usr/local/sbin:")
    assert str(launch.cwd) == "${artifact:k}"
    assert {name: str(value) for name, value in launch.env.items() if name != "PATH"} == {
        "VIRTUAL_ENV": "${artifact:k}/.venv",
        "PYTHONUNBUFFERED": "1",
        "HOST": "${self:host}",
        "FLASK_RUN_HOST": "${self:host}",
        "UVICORN_HOST": "${self:host}",
        "GRANIAN_HOST": "${self:host}",
        "PORT": "${self:port:http}",
        "FLASK_RUN_PORT": "${self:port:http}",
        "UVICORN_PORT": "${self:port:http}",
        "GRANIAN_PORT": "${self:port:http}",
        "GUNICORN_CMD_ARGS": "--bind=${self:host}:${self:port:http}",
    }


@pytest.mark.parametrize(
    ("names", "texts", "expected"),
    [
        (("my_app/__main__.py",), {"pyproject_toml": "[project]\nname='My-App'\n"}, "python -m my_app"),
        (("src/x/__main__.py",), {"pyproject_toml": "[project]\nname='x'\n"}, "python -m x"),
        (("wsgi.py",), {"requirements_txt": "granian==2\n"}, "granian --interface wsgi wsgi:app"),
        (("wsgi.py",), {"requirements_txt": "flask\ngunicorn\n"}, "gunicorn wsgi:app"),
        (("app/main.py",), {"requirements_txt": "fastapi[standard]\n"}, "uvicorn app.main:app"),
        (("main.py",), {"pyproject_toml": "[project]\ndependencies = ['uvicorn>=0.30']\n"}, "uvicorn main:app"),
        (("app.py",), {"requirements_txt": "Flask>=3\n"}, "flask run"),
    ],
)
def test_well_known_shapes_need_no_command(
    line: Lines, names: tuple[str, ...], texts: dict[str, str], expected: str
) -> None:
    launch = PYTHON.launch(service(), source(*names, **texts), "k")
    assert line(launch.command) == f"${{artifact:k}}/.venv/bin/{expected}"


def test_a_src_folder_is_importable() -> None:
    launch = PYTHON.launch(service("python"), source("src/x/__init__.py", requirements_txt=""), "k")
    assert str(launch.env["PYTHONPATH"]) == "${artifact:k}/src"


def test_an_unknown_shape_asks_for_a_command() -> None:
    with pytest.raises(FileError) as caught:
        PYTHON.launch(service(), source("thing.py", requirements_txt="requests\n"), "k")
    assert str(caught.value) == (
        "service posts: can't tell how this Python project is started (requirements.txt, thing.py)\n"
        "  say it with `command: [...]` under services.posts, or add a `__main__.py` to its package"
    )


def test_a_package_with_a_similar_name_is_not_mistaken() -> None:
    with pytest.raises(FileError):
        PYTHON.launch(service(), source("app.py", requirements_txt="flask-smorest\nmyflask\n"), "k")


@pytest.mark.parametrize("text", [
    "flask==3.1 \\\n    --hash=sha256:00\n", "flask\n# -e .\n", "flask[async]>=3; python_version < '3.14'\n",
    "x @ https://example.org/x-1.whl\n", "",
])  # fmt: skip
def test_a_venv_that_the_list_alone_tells_is_shared(text: str) -> None:
    parts = [step.part for step in PYTHON.steps(source(requirements_txt=text))]
    assert all(part and part.folder == ".venv" and "requirements.txt" in part.of for part in parts)


@pytest.mark.parametrize("text", [
    "-r base.txt\n", "flask\n-e .\n", ".\n", "./lib\n", "../lib[x]\n", "/opt/x.whl\n", "x @ file:///opt/x\n",
    "-c limits.txt\n", "--find-links wheels\n", "-f wheels\n",
])  # fmt: skip
def test_one_that_holds_what_lies_beside_is_not(text: str) -> None:
    assert {step.part for step in PYTHON.steps(source(requirements_txt=text))} == {None}


@pytest.mark.parametrize("more", [
    "[project.scripts]\nx = 'x:main'\n",
    "[tool.uv.sources]\nx = {path = 'x'}\n",
    "[project]\ndynamic = ['dependencies']\n",
])  # fmt: skip
def test_nor_one_with_the_project_itself_in_it(more: str) -> None:
    text = more if more.startswith("[project]\n") else f"[project]\nname = 'x'\ndependencies = ['flask']\n{more}"
    assert {step.part for step in PYTHON.steps(source(pyproject_toml=text))} == {None}
