"""The whole Desired of the blog, as text. SHOAL_GOLDEN=1 writes it anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

from shoal.desired import Inputs, compile, portion_key
from shoal.model.desired import Desired
from shoal.model.workload import Workload
from shoal.spec import load
from shoal.stacks import Source
from shoal.stacks.source import INTERESTING

ROOT = Path(__file__).parents[3]
BLOG = ROOT / "examples" / "blog"
GOLDEN = Path(__file__).with_name("blog.txt")


def _source(path: str) -> Source:
    """Enough of a folder for its stack, and nothing that changes whenever the blog does."""
    folder = BLOG / path
    names = sorted(str(f.relative_to(folder)) for f in folder.glob("*") if f.is_file() and f.name != ".DS_Store")
    texts = {name: (folder / name).read_text() for name in INTERESTING if name in names}
    return Source(f"/blog/{path}", tuple(names), texts, digest=path)


def _blog(environment: str) -> Desired:
    app = load(BLOG, environment=environment, variables={})
    portions = {portion_key(s): "files" for s in app.services if s.inputs}
    return compile(app, Inputs({s.path: _source(s.path) for s in app.services}, portions=portions))


def _text(desired: Desired) -> str:
    keys = {artifact.key: f"<{artifact.owner}>" for artifact in desired.artifacts}
    blocks = [_block(workload) for workload in desired.workloads]
    edges = [f"{e.id} {e.protocol}, timeout {e.policy.timeout:g} s" for e in desired.edges]
    text = "\n\n".join([*blocks, "\n".join(["edges", *(f"  {edge}" for edge in edges)])]) + "\n"
    for key, name in keys.items():
        text = text.replace(key, name)
    return re.sub(r"(?m) +$", "", text)


def _block(w: Workload) -> str:
    head = f"{w.name}: {w.kind} of {w.owner}" + (f", {w.replicas} replicas" if w.replicas != 1 else "")
    lines = [head, f"  run   {' '.join(_short(str(word)) for word in w.command)}", f"  in    {w.cwd}"]
    lines += [f"  after {', '.join(f'{a.name} {a.until}' for a in w.after)}"] if w.after else []
    lines += [f"  port  {port.name} ({port.protocol})" for port in w.ports]
    probes = (("startup", w.probes.startup), ("ready", w.probes.ready), ("live", w.probes.live))
    lines += [f"  {name:<5} {p.kind} {p.port} {p.path}, grace {p.grace:g} s" for name, p in probes if p]
    lines += [f"  once per data of {w.once_per}"] if w.once_per else []
    lines += ["  on request"] if w.when == "request" else []
    lines += [f"  env   {name}={_short(str(value))}" for name, value in sorted(w.env.items())]
    for name, content in w.files.items():
        lines += [f"  file  {name}", *(f"    | {line}" for line in str(content).splitlines())]
    return "\n".join(lines)


def _short(text: str) -> str:
    return f"<a script of {text.count(chr(10))} lines>" if "\n" in text else text


def test_the_blog_compiles_to_this() -> None:
    text = _text(_blog("dev"))
    if os.environ.get("SHOAL_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_another_environment_differs_only_in_what_the_file_says() -> None:
    dev, test = _blog("dev"), _blog("test")
    more = {w.name: w.replicas for w in test.workloads if w not in dev.workloads}
    assert more == {"users": 2, "posts": 2}
    assert test.edges == dev.edges


def test_the_same_app_compiles_to_the_same_workloads() -> None:
    assert _blog("dev") == _blog("dev")
