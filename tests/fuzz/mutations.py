"""Valid files, and what happens to files: keys lost, doubled and swapped, other types, other bytes."""

from __future__ import annotations

import copy
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.docs.pages import PAGES, ROOT, blocks
from tests.fuzz.of_schema import ODD
from tests.scenarios.programs import WEB, worker
from tests.unit.spec.golden import cases

PIECES = (
    *(
        "\0",
        "\ufeff",
        "\r",
        "\r\n",
        "\t",
        "\x85",
        "\u2028",
        "\x1b",
        "\x7f",
        "é",
        "🐟",
        "\n",
        "\n\n",
        "  ",
        "- ",
        ": ",
        " #",
    ),
    *(
        "&a ",
        "*a",
        "*b",
        "<<: *a\n",
        "<<: {a: b}\n",
        "!!int ",
        "!!python/object:os.system ",
        "!x ",
        "!!binary aGk=",
        "!",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        "{}",
        "[]",
        "'",
        '"',
        "|\n",
        ">-\n",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "@",
        "`",
        "~",
        "null",
    ),
    *(
        "1e999",
        ".inf",
        ".nan",
        "0x10",
        "0o17",
        "1_000",
        "1:20",
        "2001-01-01",
        "9" * 400,
        "-0",
        "+1",
        "yes",
        "NO",
        "=",
        "<<",
    ),
    *("${", "}", "${}", "${A", "$$", "${A:-${B:-${C}}}", "${users.url}", "${..}", "${.}", "${a.b.c.d}", "$", "${A:?}"),
)
BOMB = "x-0: &a0 [y, y, y, y, y, y, y, y, y]\n" + "".join(
    f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


def valid() -> list[str]:
    """Files that people write: the example's, the documentation's, the tests'."""
    pages = [b.text for page in PAGES for b in blocks(page) if b.language == "yaml" and "services:" in b.text]
    golden = [case.parts["shoal.yaml"] for case in cases("good")]
    return [(ROOT / "examples/blog/shoal.yaml").read_text(), *pages, *golden, WEB, worker("one")]


VALID = valid()


@st.composite
def edited(draw: st.DrawFn) -> str:
    """A text with a few places overwritten, doubled or cut out; sometimes a bomb before it."""
    text = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + draw(st.sampled_from([0, 3, 25, 200])))))
        piece = draw(st.sampled_from(PIECES) | st.just(text[start:end] * 2) | st.just(""))
        text = text[:start] + piece + text[end:]
    return draw(st.sampled_from(["", "", "", "", BOMB, "\ufeff", "# c\n"])) + text


@st.composite
def encoded(draw: st.DrawFn) -> bytes:
    """The same in other bytes: other ends of lines, another coding, cut in the middle, a line of a megabyte."""
    text = draw(edited())
    match draw(st.sampled_from(["crlf", "cr", "utf-16", "latin-1", "cut", "tabs", "long", "bytes"])):
        case "crlf":
            return text.replace("\n", "\r\n").encode(errors="replace")
        case "cr":
            return text.replace("\n", "\r").encode(errors="replace")
        case "utf-16":
            return text.encode("utf-16", errors="replace")
        case "latin-1":
            return (text + "\n# é\n").encode("latin-1", errors="replace")
        case "cut":
            whole = text.encode(errors="replace")
            return whole[: draw(st.integers(0, len(whole)))]
        case "tabs":
            return text.replace("  ", "\t").encode(errors="replace")
        case "long":
            return (
                text.encode(errors="replace") + draw(st.sampled_from([b"x", b"x-a: ", b"[", b"a: ", b"\xff"])) * 200_000
            )
    place = draw(st.integers(0, len(text)))
    return text[:place].encode(errors="replace") + draw(st.binary(max_size=4)) + text[place:].encode(errors="replace")


@st.composite
def regrown(draw: st.DrawFn) -> str:
    """A tree with a few branches lost, moved, doubled under another key, or with something odd in their place."""
    tree: Any = yaml.load(draw(st.sampled_from(VALID)), Loader=yaml.BaseLoader)
    for _ in range(draw(st.integers(1, 3))):
        holders = _holders(tree)
        if not holders:
            break
        holder, key = draw(st.sampled_from(holders))
        other, place = draw(st.sampled_from(holders))
        match draw(st.sampled_from(["lose", "odd", "copy", "swap", "rename", "nest"])):
            case "lose":
                del holder[key]
            case "odd":
                holder[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
            case "copy":
                other[place] = copy.deepcopy(holder[key])
            case "swap":
                holder[key], other[place] = copy.deepcopy(other[place]), copy.deepcopy(holder[key])
            case "rename" if isinstance(holder, dict) and isinstance(other, dict):
                holder[place] = holder.pop(key)
            case _:
                for _ in range(draw(st.sampled_from([1, 2, 60]))):
                    holder[key] = [holder[key]] if draw(st.booleans()) else {"a": holder[key]}
    return yaml.dump(tree, allow_unicode=True, sort_keys=False)


def _holders(node: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree, as what holds it and under which key or number."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = [(node, key) for key, _ in pairs]
    return found + [place for holder, key in found for place in _holders(holder[key])]


@st.composite
def dotenvs(draw: st.DrawFn) -> str:
    """Files of variables: assignments, quotes that don't close, names in each other, anything else."""
    names = st.sampled_from(["A", "B", "a.b", "_", "1", "A B", "", "é", "export A", "export"])
    bits = st.sampled_from(
        [*PIECES, "A", "B", "x", "\\", "\\n", "\\\n", "${A}", "$B", "${B:-x}", "# c", "=", " ", "''", '""']
    )
    values = st.lists(bits, max_size=6).map("".join)
    quotes = st.sampled_from(["", "", "'", '"'])
    lines = st.builds(
        lambda n, e, q, v, z: f"{n}{e}{q}{v}{z}", names, st.sampled_from(["=", " = ", "", ":"]), quotes, values, quotes
    )
    return "\n".join(draw(st.lists(lines, max_size=6)))
