from __future__ import annotations

from pathlib import Path

import pytest

from shoal.errors import FileError, MissingFile, SyntaxProblem, UnknownKey
from shoal.spec import load
from tests.unit.spec.conftest import Load


def test_words_that_mean_true_or_false_are_texts_in_an_environment(loaded: Load) -> None:
    written = "{on: no, A: on, B: 08, C: 1.10, D: 1:20, E: 0x1F, F: 1_000, G: true, H: 2001-01-01, I: '', y: ~x}"
    app = loaded(f"services: {{users: {{path: users, environment: {written}}}}}")
    found = {name: str(value) for name, value in app.services[0].environment.items()}
    assert found == {
        "on": "no",
        "A": "on",
        "B": "08",
        "C": "1.10",
        "D": "1:20",
        "E": "0x1F",
        "F": "1_000",
        "G": "true",
        "H": "2001-01-01",
        "I": "",
        "y": "~x",
    }


def test_words_that_mean_true_or_false_are_names(loaded: Load) -> None:
    app = loaded("services: {on: {path: users, needs: [yes, no]}, yes: {path: posts}, no: {path: web}}")
    assert [service.name for service in app.services] == ["on", "yes", "no"]
    assert [need.name for need in app.services[0].needs] == ["yes", "no"]


@pytest.mark.parametrize("written", ["no", "'no'", "false", "No", "off", "{policy: no}"])
def test_restart_no_is_no_however_yaml_reads_it(loaded: Load, written: str) -> None:
    app = loaded(f"services: {{users: {{path: users, restart: {written}}}}}")
    assert app.services[0].restart.policy == "no"


def test_anchors_and_merges_work(loaded: Load) -> None:
    app = loaded(
        "x-base: &base {replicas: 3, restart: on-failure, environment: &env {A: 1}}\n"
        "x-more: &more {replicas: 4, working_dir: src}\n"
        "services:\n"
        "  users: {<<: *base, path: users, replicas: 2}\n"
        "  posts: {path: posts, <<: [*base, *more], environment: {<<: *env, B: 2}}\n"
    )
    users, posts = app.services
    assert (users.replicas, users.restart.policy) == (2, "on-failure")
    assert (posts.replicas, posts.working_dir) == (3, "src")
    assert {name: str(value) for name, value in posts.environment.items()} == {"A": "1", "B": "2"}


def test_an_error_in_a_merged_part_points_to_where_it_is_written(loaded: Load) -> None:
    with pytest.raises(UnknownKey) as caught:
        loaded("x-base: &base {replica: 3}\nservices:\n  users: {<<: *base, path: users}\n")
    assert str(caught.value.where) == "shoal.yaml:1:16"


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_and_byte_order_mark_are_fine(folder: Path, end: str) -> None:
    text = end.join(["services:", "  users: {path: users}", ""])
    Path("shoal.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    app = load(folder, variables={})
    assert (app.places["services.users"].line, app.places["services.users"].column) == (2, 3)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"name: caf\xe9\n", "not UTF-8"),
        ("services: {}".encode("utf-16"), "not UTF-8"),
        (b"a: \x01", "control characters"),
        (b"#" * 2_000_000, "larger than"),
        (b"? [a]\n: b\n", "a key has to be a word"),
        (b"&a [*a]", "stands before the end"),
        (b"a: [" * 20_000, "nested more than"),
        (b"- " * 20_000, "nested more than"),
        (b"'" * 100_001, "not YAML"),
    ],
)
def test_what_cant_be_read_says_why(folder: Path, content: bytes, what: str) -> None:
    Path("shoal.yaml").write_bytes(content)
    with pytest.raises(SyntaxProblem, match=what):
        load(folder, variables={})


def test_chained_aliases_cant_exhaust_the_stack(loaded: Load) -> None:
    links = "".join(f"x-{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 3000))
    with pytest.raises(SyntaxProblem, match="aliases spelled out"):
        loaded("x-0: &a0 [1]\n" + links)


def test_a_nul_is_refused(loaded: Load) -> None:
    with pytest.raises(FileError, match="NUL"):
        loaded('services: {users: {path: "a\\0b"}}')


def test_bytes_of_the_callers_environment_that_are_no_text_are_refused(loaded: Load) -> None:
    with pytest.raises(FileError, match="UTF-8"):
        loaded("services: {users: {path: users, environment: {A: $X}}}", X="\udce9")


def test_a_folder_in_place_of_the_file_or_no_file_says_so(folder: Path) -> None:
    with pytest.raises(MissingFile, match=r"no shoal\.yaml"):
        load(folder, variables={})
    (folder / "shoal.yaml").mkdir()
    with pytest.raises(MissingFile):
        load(folder / "shoal.yaml", variables={})
    with pytest.raises(MissingFile):
        load(folder / "other.yaml", variables={})
