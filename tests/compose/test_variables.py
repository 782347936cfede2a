"""`${...}` in a Compose file mean what they mean to Compose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.compose.project import Project
from shoal.errors import FileError
from shoal.spec.expand import Lenient, expand
from shoal.spec.report import Report
from tests.compose.conftest import Read

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_characters="$}{\0", exclude_categories=["Cs"]), max_size=12)


def expanded(text: str, **variables: str) -> str:
    return "".join(str(piece) for piece in expand(text, Lenient(variables)))


@pytest.mark.parametrize(
    ("text", "unset", "empty", "given"),
    [
        ("$V", "", "", "x"),
        ("${V}", "", "", "x"),
        ("${V:-d}", "d", "d", "x"),
        ("${V-d}", "d", "", "x"),
        ("${V:+r}", "", "", "r"),
        ("${V+r}", "", "r", "r"),
        ("${V:?why}", None, None, "x"),
        ("${V?why}", None, "", "x"),
        ("$$V", "$V", "$V", "$V"),
        ("$${V}", "${V}", "${V}", "${V}"),
        ("a${V}b$V", "ab", "ab", "axbx"),
        ("${V:-${W:-deep}}", "deep", "deep", "x"),
        ("${V:+${V}${V}}", "", "", "xx"),
    ],
)
def test_every_form(read: Read, text: str, unset: str | None, empty: str | None, given: str) -> None:
    for variables, expected in (({}, unset), ({"V": ""}, empty), ({"V": "x"}, given)):
        file = f"services: {{web: {{image: '{text}'}}}}"
        if expected is None:
            with pytest.raises(
                FileError, match=r"compose\.yaml:1:26: services/web/image: the variable V is needed: why"
            ):
                read(file, variables=variables)
        else:
            assert read(file, variables=variables)["services"]["web"]["image"] == expected


@given(NAMES, TEXTS, TEXTS, st.sampled_from(["", "x", "two words"]))
def test_forms_agree_with_what_they_are_said_to_mean(name: str, before: str, rest: str, value: str) -> None:
    assert expanded(f"{before}${{{name}}}", **{name: value}) == before + value
    assert expanded(f"{before}${{{name}:-{rest}}}", **{name: value}) == before + (value or rest)
    assert expanded(f"{before}${{{name}-{rest}}}", **{name: value}) == before + value
    assert expanded(f"{before}${{{name}-{rest}}}") == before + rest
    assert expanded(f"{before}${{{name}:+{rest}}}", **{name: value}) == before + (rest if value else "")
    assert expanded(f"{before}${{{name}+{rest}}}") == before


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_text_with_doubled_dollars_is_that_text(text: str) -> None:
    assert expanded(text.replace("$", "$$")) == text


@pytest.mark.parametrize("text", ["$", "cost: 5$", "$5", "${", "${}", "${A", "${1}", "${a.b}", "${A!x}"])
def test_a_dollar_that_begins_nothing_is_an_error(read: Read, text: str) -> None:
    with pytest.raises(FileError, match=r"a dollar sign itself is written \$\$") as caught:
        read(f"services: {{web: {{command: ['{text}']}}}}")
    assert str(caught.value).startswith("compose.yaml:1:")


def test_variables_without_a_value_are_empty_and_remembered(
    write: Callable[[Mapping[str, str]], list[Path]],
) -> None:
    files = write({"compose.yaml": "services: {web: {image: '$A/$B:${C:-c}/$A'}}"})
    project = Project(files, {"B": "b"}, Report())
    assert project.file.services["web"].image == "/b:c/"
    assert project.missing == ("A",)


def test_the_env_file_is_read_as_compose_reads_it(read: Read) -> None:
    files = {
        "compose.yaml": "services: {web: {image: '$A|$B|$C|$D'}}",
        ".env": "# one\nexport A=1 # comment\nB=\"${A}2$NOTHING\"\nC='$A'\nD\n",
    }
    assert read(files, variables={"D": "caller", "A": "9"})["services"]["web"]["image"] == "9|92|$A|caller"


def test_the_projects_own_name_is_a_variable(read: Read, folder: Path) -> None:
    found = read("services: {web: {image: $COMPOSE_PROJECT_NAME}}")
    assert found["services"]["web"]["image"] == folder.name.lower().replace(".", "")
