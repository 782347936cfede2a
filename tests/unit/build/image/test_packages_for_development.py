"""Packages that only development needs are left out, unless what runs asks for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shoal.model.workload import Packing
from tests.unit.build.image.artifacts import layers, put, wanted

RUNS = wanted(Packing("node:24-slim", apart=("node_modules",), runs="dist"))
PACKAGES = {
    "node_modules/fastify": {},
    "node_modules/fastify/node_modules/ms": {},
    "node_modules/ms": {"dev": True},
    "node_modules/typescript": {"dev": True},
    "node_modules/@types/node": {"dev": True},
    "node_modules/typescript/node_modules/deep": {"dev": True},
}
FILES = {
    "node_modules/.package-lock.json": json.dumps({"packages": PACKAGES}),
    "node_modules/.bin/tsc -> ../typescript/bin/tsc": "",
    "node_modules/.bin/fastify -> ../fastify/cli.js": "",
} | {f"{folder}/index.js": "" for folder in PACKAGES}


def packages(root: Path, code: str, of: Packing = RUNS.packing, name: str = "dist/server.js") -> set[str]:
    put(root, FILES | {name: code})
    return {name.removeprefix("app/node_modules/") for name, m in layers(wanted(of), root)[0].items() if not m.isdir()}


def test_they_are_left_out_with_the_links_to_them(tmp_path: Path) -> None:
    code = 'import f from "fastify"; const prefixes = ["ms", "webkit"]'
    found = {".package-lock.json", ".bin/fastify", "fastify/index.js", "fastify/node_modules/ms/index.js"}
    assert packages(tmp_path, code) == found


@pytest.mark.parametrize(
    "code",
    [
        'import x from "typescript"',
        "import'typescript'",
        'await import("typescript/lib")',
        "const x = require('ms')",
        "require.resolve(`ms`)",
        'pino({ transport: { target: "ms" } })',
        'export * from"@types/node"',
    ],
)
def test_all_stay_when_what_runs_asks_for_one(tmp_path: Path, code: str) -> None:
    assert {"typescript/index.js", "ms/index.js", ".bin/tsc"} <= packages(tmp_path, code)


def test_only_what_runs_is_asked(tmp_path: Path) -> None:
    assert "ms/index.js" not in packages(tmp_path, 'import "ms"', name="test/server.js")


def test_whoever_starts_something_else_has_them(tmp_path: Path) -> None:
    other = Packing("node:24-slim", apart=("node_modules",))
    assert "typescript/index.js" in packages(tmp_path, "", other)


def test_without_npms_list_all_stay(tmp_path: Path) -> None:
    put(tmp_path, {"node_modules/x/index.js": "", "dist/server.js": ""})
    assert "app/node_modules/x/index.js" in layers(RUNS, tmp_path)[0]
