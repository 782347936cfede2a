"""Files and what becomes of them, one folder each for good and bad ones. SHOAL_GOLDEN=1 writes the results anew."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import yaml

from shoal.errors import FileError
from shoal.model.app import App
from shoal.spec import load
from tests.unit.spec.golden import Case, cases, plain


def _load(case: Case, folder: Path) -> App:
    for name in case.parts.keys() - {"environment", "error", "app"}:
        (folder / name).write_text(case.parts[name], encoding="utf-8")
    environment = case.parts.get("environment", "").strip() or None
    return load(Path("shoal.yaml"), environment=environment, variables={"HOME": "/home/ann", "EMPTY": ""})


@pytest.mark.parametrize("case", cases("bad"), ids=lambda case: case.file.stem)
def test_a_bad_file_is_refused_with_these_words(case: Case, folder: Path) -> None:
    with pytest.raises(FileError) as caught:
        _load(case, folder)
    case.check("error", f"{caught.value}\n")


@pytest.mark.parametrize("case", cases("good"), ids=lambda case: case.file.stem)
def test_a_good_file_becomes_this_app(case: Case, folder: Path) -> None:
    app = _load(case, folder)
    text = yaml.safe_dump(plain(msgspec.structs.replace(app, folder="", places={})), sort_keys=False, width=120)
    case.check("app", text.replace(app.folder, "/app"))
