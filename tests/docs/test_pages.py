"""What the pages say is there, is there; what is there, they say."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from docs import generate

from shoal.cli.main import main
from shoal.cli.verbs import VERBS
from shoal.errors import KINDS
from shoal.spec import load, schema
from tests.docs.pages import DOCS, PAGES, ROOT, Block, blocks, headings, prose
from tests.docs.test_tutorial import FOLLOWED

TROUBLE = DOCS / "troubleshooting.md"
REFERENCE = DOCS / "reference.md"
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def relative(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{relative(page)}: {link}"
        if anchor:
            assert anchor in {slug(heading) for heading in headings(target)}, f"{relative(page)}: {link}"


def slug(heading: str) -> str:
    """The anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def whole_files() -> list[Any]:
    """Blocks that are a whole shoal.yaml: they have services, at the top."""
    found = [(page, block) for page in PAGES for block in blocks(page) if block.language == "yaml"]
    return [pytest.param(block, id=f"{relative(page)}:{block.line}") for page, block in found]


@pytest.mark.parametrize("block", whole_files())
def test_files_load(block: Block, tmp_path: Path) -> None:
    assert re.search(r"^services:", block.text, re.MULTILINE), "show whole files, so that they can be tried"
    for folder in re.findall(r"\bpath: *([\w./-]+)", block.text):
        (tmp_path / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)  # a route's path is none
    if block.file.startswith("tests/examples/"):
        assert block.text == (ROOT / block.file).read_text(), "the page shows the example as it is"
        load(ROOT / block.file, variables={})
        return
    for file in re.findall(r"\b(?:file|certificate|key|page|dockerfile|bind): *([\w./-]+)", block.text):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "shoal.yaml").write_text(block.text)
    load(tmp_path, variables={"EDITOR": "vi"})


def test_there_are_files_to_load() -> None:
    assert len(whole_files()) >= 5


def test_the_reference_is_current() -> None:
    assert generate.main(["--check"]) == 0, "run: python docs/generate.py"


def test_the_reference_notices_a_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(generate, "PAGE", tmp_path / "reference.md")
    assert generate.main(["--check"]) == 1
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def keys_of(found: Any) -> set[str]:
    """All keys that a schema knows."""
    if isinstance(found, list):
        return {key for item in found for key in keys_of(item)}
    if not isinstance(found, dict):
        return set()
    properties = found.get("properties", {})
    return set(properties) | {key for item in found.values() for key in keys_of(item)}


def test_every_key_is_in_the_reference() -> None:
    written = set(re.findall(r"^\| `(\w+)` \|", REFERENCE.read_text(), re.MULTILINE))
    assert keys_of(schema()) <= written


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_error_has_a_section(kind: type) -> None:
    page = TROUBLE.read_text()
    found = re.search(rf"^##+ {kind.__name__}\n\n(.+?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"{kind.__name__} isn't in {relative(TROUBLE)}"
    parent = KINDS.get(kind.__bases__[0].__name__)
    if parent is None or parent.exit_code != KINDS[kind.__name__].exit_code:
        assert f"Exit code {KINDS[kind.__name__].exit_code}." in found[1]


def test_there_is_no_section_without_an_error() -> None:
    named = {heading for heading in headings(TROUBLE) if re.fullmatch(r"(?:[A-Z][a-z]+){1,2}", heading)}
    assert named - {"Troubleshooting"} <= set(KINDS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([verb, "--help"])
    assert end.value.code == 0
    assert f"shoal {verb}" in capsys.readouterr().out
    assert f"### `{verb}`" in REFERENCE.read_text()
    assert re.search(rf"`{verb}\b", prose(ROOT / "README.md")), f"README.md doesn't name {verb}"
    assert re.search(rf"`{verb}`", prose(ROOT / "CHANGELOG.md")), f"CHANGELOG.md doesn't name {verb}"


def shell_words() -> list[tuple[str, list[str]]]:
    """(page, words) of every command in a shell block, comments taken off."""
    found = []
    for page in PAGES:
        for block in blocks(page):
            if block.language in ("sh", "console", "text") and block.file == "":
                lines = [line.removeprefix("$ ") for line in block.text.splitlines()]
                found += [(relative(page), line.split("#")[0].split()) for line in lines if line.split("#")[0].strip()]
    return found


def shown_commands() -> list[Any]:
    """Blocks of commands on pages that nobody follows to the letter."""
    begins = re.compile(r"(\$ |shoal |scripts/|uv |curl )")
    found = []
    for page in PAGES:
        for block in blocks(page) if page not in FOLLOWED else [b for b in blocks(page) if b.language != "console"]:
            shell = block.language in ("sh", "console") or (block.language == "text" and begins.match(block.text))
            if shell and not block.file:
                found.append(pytest.param(page, block, id=f"{relative(page)}:{block.line}"))
    return found


@pytest.mark.parametrize(("page", "block"), shown_commands())
def test_commands_are_run_or_the_page_says_why_not(page: Path, block: Block) -> None:
    """A page that is followed runs its console blocks; elsewhere `<!-- not run: REASON -->` stands before them."""
    before = page.read_text().splitlines()[block.line - 2]
    reason = re.fullmatch(r"<!-- not run: (.+) -->", before)
    assert reason, f"{relative(page)}:{block.line}: run it (tests/docs/test_tutorial.py), or say why not"
    assert len(reason[1].split()) >= 5, reason[1]


def test_commands_that_the_pages_show_exist() -> None:
    for page, words in shell_words():
        if words[0].startswith("scripts/"):
            script = ROOT / words[0]
            assert os.access(script, os.X_OK), f"{page}: {words[0]}"
            flags = [word for word in words[1:] if word.startswith("-") and words[0] != "scripts/test"]
            assert all(flag in flags_of(script) for flag in flags), f"{page}: {' '.join(words)}"
        if words[0] == "shoal" and re.fullmatch("[a-z]+", words[1]):
            assert words[1] in VERBS, f"{page}: {' '.join(words)}"


def flags_of(script: Path) -> str:
    return script.read_text() + (ROOT / "scripts/bootstrap/__main__.py").read_text()


def test_verbs_in_the_text_exist() -> None:
    for page in PAGES:
        for verb in re.findall(r"`shoal ([a-z]+)[ `]", prose(page)):
            assert verb in VERBS, f"{relative(page)}: shoal {verb}"


def test_files_that_the_text_names_exist() -> None:
    for page in DOCS.glob("*.md"):
        for name in re.findall(r"`((?:src|tests|scripts|examples|docs)/[\w./-]+)`", prose(page)):
            assert (ROOT / name).exists(), f"{relative(page)}: {name}"


MODULE = (
    r"`((?:model|spec|stacks|backing|desired|mesh|build|drivers|control|jobs|api|cli)/[\w./]*|(?:engine|trainer)\.py)`"
)


def test_modules_that_the_text_names_exist() -> None:
    for page in DOCS.glob("*.md"):
        for name in re.findall(MODULE, prose(page)):
            assert (ROOT / "src/shoal" / name).exists(), f"{relative(page)}: {name}"


def test_variables_that_shoal_reads_are_in_the_reference() -> None:
    # What jobs beside backing services read, shoal gives them.
    files = (path for path in (ROOT / "src/shoal").rglob("*.py") if path.parent.name != "jobs")
    sources = [path.read_text() for path in files]
    read = {name for text in sources for name in re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", text)}
    ours = {"PATH"}
    assert {name for name in read - ours if f"`{name}`" not in REFERENCE.read_text()} == set()


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text and "Version 2.0, January 2004" in text and "END OF TERMS AND CONDITIONS" in text


def test_the_picture_is_a_picture() -> None:
    from xml.etree import ElementTree

    root = ElementTree.parse(DOCS / "shoal.svg").getroot()
    assert root.get("viewBox") and root.find("{*}title") is not None


def test_every_page_is_in_the_index() -> None:
    links = {link.partition("#")[0] for link in _LINK.findall(prose(DOCS / "README.md"))}
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} <= links


def test_no_page_is_out_of_reach() -> None:
    """Every page of docs/ is linked from the README or from a page that is."""
    seen: set[Path] = set()
    left = [ROOT / "README.md"]
    while left:
        page = left.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in _LINK.findall(prose(page)) if not re.match(r"[a-z]+:", link))
        left += [(page.parent / link).resolve() for link in links if link]
    assert set(DOCS.glob("*.md")) <= seen
