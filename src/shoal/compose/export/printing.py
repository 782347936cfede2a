"""The tree of a Compose file → its text. Texts that another reader could take for something else stand in quotes."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import yaml

from shoal.compose.export.exporting import Exported
from shoal.compose.export.scene import Json

HEAD = """\
# Written by `shoal export compose` from {file}. `docker compose up --wait` runs it, without shoal.
"""
VARIABLES = """\
# Set these, in .env beside this file or in the shell (letters and digits will do everywhere):
"""
WIDTH = 118

_PLAIN = re.compile(r"[A-Za-z_./][\w./-]*")
_MEANT = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))


class _Dumper(yaml.SafeDumper):
    """Without references from one place to another."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _MEANT and not text.startswith(".")
    style = "|" if text.count("\n") > 1 else None if plain or text.startswith(("./", "/")) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    """Words stand in one line, and so does each map in a list."""
    words = not any(isinstance(item, dict) or "\n" in str(item) for item in items)
    found = dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=words)
    for item in found.value:
        if isinstance(item, yaml.MappingNode):
            item.flow_style = True
    return found


def _map(dumper: yaml.SafeDumper, entries: Json) -> yaml.Node:
    """Several maps of one word each stand in a line each: `users: {condition: service_healthy}`."""
    found = dumper.represent_mapping("tag:yaml.org,2002:map", entries, flow_style=not entries)
    for _, value in found.value:
        if isinstance(value, yaml.MappingNode) and [type(one) for _, one in value.value] == [yaml.ScalarNode]:
            value.flow_style = "\n" not in value.value[0][1].value
    return found


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(dict, _map)


def printed(found: Exported, file: str) -> str:
    parts = [HEAD.format(file=file)]
    if found.variables:
        parts.append(VARIABLES + "".join(f"#   {name}\n" for name in found.variables))
    if found.lost:
        parts.append("# What it can't say:\n" + "".join(_comment(line) for line in found.lost))
    for key, value in found.tree.items():
        if isinstance(value, dict):
            parts.append(f"{key}:\n" + "\n".join(_section(value, found.comments if key == "services" else {})))
        else:
            parts.append(_yaml({key: value}))
    return "\n".join(parts)


def _section(entries: Json, comments: dict[str, str]) -> list[str]:
    found = []
    for name, entry in entries.items():
        above = f"  # {comments[name]}\n" if name in comments else ""
        found.append(above + textwrap.indent(_yaml({name: entry}), "  ", lambda line: bool(line.strip())))
    return found


def _comment(line: str) -> str:
    return textwrap.fill(line, WIDTH, initial_indent="#   ", subsequent_indent="#     ") + "\n"


def _yaml(tree: Json) -> str:
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=1 << 20)
