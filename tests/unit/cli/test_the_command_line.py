"""The command line: verbs are found, errors are text and an exit code, nothing is ever a traceback."""

from __future__ import annotations

import re
import shutil
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from shoal.cli import main as command_line
from shoal.cli.main import main, parser, verb_parser
from shoal.cli.verbs import GROUPS, VERBS, module_of
from shoal.errors import KINDS, Place, ShoalError, UsageError
from tests.unit.cli.conftest import Shoal


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_help_that_says_what_it_is_for(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([verb, "--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    assert f"usage: shoal {verb}" in text and "--env" in text
    assert re.search(rf"for example:\n  .*shoal {verb}\b", text)
    assert len(text.splitlines()) > 5


@pytest.mark.parametrize(("words", "expected"), [
    (["up"], {"services": [], "detach": False, "wait": False, "timeout": None, "env": "dev", "file": None}),
    (["up", "-d", "--wait", "--timeout", "30", "api", "web"],
     {"services": ["api", "web"], "detach": True, "timeout": 30.0}),
    (["up", "-f", "x/shoal.yaml", "--env", "test", "-q"], {"file": "x/shoal.yaml", "env": "test", "quiet": True}),
    (["down", "-v", "-y"], {"volumes": True, "yes": True}),
    (["ps", "-a", "--json"], {"all": True, "json": True}),
    (["logs", "-f", "--tail", "5", "--since", "10m", "-t", "api"],
     {"follow": True, "tail": 5, "since": "10m", "timestamps": True, "services": ["api"], "file": None}),
    (["logs", "--tail", "all"], {"tail": None}),
    (["logs", "--tail", "0"], {"tail": 0}),
    (["events", "-f"], {"follow": True, "file": None}),
    (["exec", "api", "ls", "-l", "--all"], {"service": "api", "command": ["ls", "-l", "--all"]}),
    (["up", "--except", "a", "--except", "b"], {"excepted": ["a", "b"], "services": []}),
    (["env", "api", "--shell"], {"service": "api", "shell": True, "dotenv": False, "json": False}),
    (["run", "seed"], {"service": "seed", "command": []}),
    (["restart", "a", "b"], {"services": ["a", "b"]}),
    (["rollback"], {"what": [], "detach": False}),
    (["rollback", "a", "3", "-d"], {"what": ["a", "3"], "detach": True}),
    (["rollout", "status", "--json"], {"how": "status", "json": True}),
    (["rollout", "abort"], {"how": "abort", "json": False}),
    (["history", "a"], {"service": "a"}),
    (["stop", "a"], {"services": ["a"]}),
    (["start", "a"], {"services": ["a"]}),
    (["scale", "a=1", "b=2"], {"counts": ["a=1", "b=2"]}),
    (["config", "--schema"], {"schema": True}),
    (["plan", "--json"], {"json": True}),
    (["doctor"], {"json": False}),
    (["init"], {"folder": ".", "template": None}),
    (["import", "a.yaml", "b.yaml", "-o", "-"], {"files": ["a.yaml", "b.yaml"], "output": "-", "force": False}),
    (["export", "compose", "-o", "-"], {"what": "compose", "output": "-", "force": False}),
    (["init", "--template", "blog", "x"], {"folder": "x", "template": "blog"}),
    (["config", "--explain", "A", "--env-file", "a", "--env-file", "b"], {"explain": "A", "env_file": ["a", "b"]}),
    (["why", "api"], {"service": "api"}),
    (["open"], {"path": "/"}),
    (["top", "api"], {"services": ["api"], "json": False}),
    (["stats", "--no-stream", "api"], {"services": ["api"], "no_stream": True, "json": False}),
    (["port", "api", "http", "--index", "1"], {"service": "api", "port": "http", "index": 1}),
    (["wait", "--for", "done", "--timeout", "3", "seed"], {"until": "done", "timeout": 3.0, "services": ["seed"]}),
    (["maintenance", "on", "--message", "x"], {"state": "on", "message": "x"}),
    (["cp", "api:x", "."], {"source": "api:x", "target": ".", "index": None}),
    (["ls", "-q"], {"quiet": True, "json": False}),
    (["backing", "dump", "db", "f"], {"what": "dump", "name": "db", "copy": "f", "yes": False}),
    (["streams"], {"what": "list", "ids": [], "all": False, "data": None, "backing": "", "json": False}),
    (["streams", "replay", "A:1", "A:2"], {"what": "replay", "ids": ["A:1", "A:2"], "all": False}),
    (["chaos", "delay", "a->b", "300ms", "--percent", "20"],
     {"what": "delay", "aim": "a->b", "amount": 0.3, "seconds": 30.0, "percent": 20.0, "yes": False}),
    (["chaos", "abort", "a->b", "--for", "1m", "--status", "502"], {"seconds": 60.0, "status": 502, "amount": None}),
    (["chaos", "status"], {"what": "status", "aim": ""}),
    (["build", "a", "b"], {"services": ["a", "b"], "push": "", "update": False, "json": False}),
    (["build", "--push", "registry.example/team", "--update"], {"services": [], "push": "registry.example/team"}),
    (["version", "--json"], {"json": True}),
    (["install-service", "--system", "--as", "ann"], {"system": True, "user": False, "name": "ann", "remove": False}),
    (["secrets"], {"what": "list", "name": None, "json": False}),
    (["secrets", "rotate", "key", "--generate"], {"what": "rotate", "name": "key", "generate": True, "detach": False}),
    (["prune", "-n", "-v"], {"dry_run": True, "volumes": True, "yes": False}),
    (["completion", "bash"], {"shell": "bash", "complete": None}),
    (["completion", "--complete", "up", "--d"], {"complete": ["up", "--d"]}),
    (["ps", "--color", "never"], {"color": "never"}),
], ids=lambda words: " ".join(words) if isinstance(words, list) else "")  # fmt: skip
def test_verbs_understand_their_words(words: list[str], expected: dict[str, object]) -> None:
    found = vars(verb_parser(words[0]).parse_args(words[1:]))
    assert {key: found[key] for key in expected} == expected


READING = [*GROUPS["see what runs, and why"], "config", "plan", "doctor", "env", "version"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_that_reads_has_json_and_says_which(verb: str) -> None:
    takes = any("--json" in action.option_strings for action in verb_parser(verb)._actions)
    module = import_module(module_of(verb))
    assert takes or verb not in READING
    assert takes == bool(getattr(module, "JSON", {}))


def test_every_verb_is_tried_above() -> None:
    marks = test_verbs_understand_their_words.pytestmark  # type: ignore[attr-defined]
    assert {words[0] for words, _ in marks[0].args[1]} == set(VERBS)


def test_the_environment_may_come_from_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_ENV", "test")
    assert verb_parser("up").parse_args([]).env == "test"
    assert verb_parser("up").parse_args(["--env", "prod"]).env == "prod"


@pytest.mark.parametrize("words", [
    ["--nonsense"], ["-d", "up"], ["upp"], ["up", "--nonsense"], ["restart"], ["exec"], ["exec", "api"],
    ["scale", "api"],
    ["logs", "--tail", "x"], ["logs", "--tail", "-3"],
    ["logs", "--since", "yesterday"], ["up", "--timeout", "soon"], ["up", "--timeout", "nan"],
    ["up", "--timeout", "-1"], ["up", "--timeout", "0"], ["up", "--timeout", "1e30"], ["up", "--timeout", "inf"],
    ["ps", "--env", ".."], ["ps", "--env", "../x"], ["down", "--env", "/"], ["ps", "--env", ""], ["up", "nobody"],
    ["port"], ["wait", "--for", "lunch"], ["wait", "--timeout", "0"], ["cp", "a"], ["cp", "a", "b"],
    ["cp", "a:x", "b:y"], ["ps", "--color", "pink"],
    ["streams", "sing"], ["streams", "show"], ["streams", "replay"], ["streams", "replay", "A:1", "--all"],
    ["chaos"], ["chaos", "sing", "a"], ["chaos", "kill"], ["chaos", "delay", "a->b"], ["chaos", "kill", "a", "3s"],
    ["chaos", "kill", "a", "--for", "0"], ["chaos", "abort", "a->b", "--percent", "0"],
    ["chaos", "abort", "a->b", "--status", "200"], ["chaos", "pause", "a", "--for", "2d"],
    ["streams", "parked", "A:1"], ["streams", "--all"], ["streams", "drop", "A:1", "--data", "x"],
], ids=" ".join)  # fmt: skip
def test_a_wrong_command_line_is_2_and_says_what_next(words: list[str], shoal: Shoal) -> None:
    ran = shoal(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("shoal: ")
    assert len(ran.err.splitlines()) == 2, "what is wrong, and what to do next"


@pytest.mark.parametrize(("word", "meant"), [("strat", "start"), ("log", "logs"), ("pss", "ps"), ("conifg", "config")])
def test_a_mistyped_verb_is_guessed(word: str, meant: str, shoal: Shoal) -> None:
    assert f"Did you mean {meant}?" in shoal(word).err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("up --detatch", "--detach"),
        ("ps --jason", "--json"),
        ("logs --folow", "--follow"),
        ("up --timout=3", "--timeout"),
    ],
)
def test_a_mistyped_option_is_guessed(words: str, meant: str, shoal: Shoal) -> None:
    ran = shoal(*words.split())
    assert ran.code == 2
    assert f"Did you mean {meant}?" in ran.err


def test_options_are_not_abbreviated(shoal: Shoal) -> None:
    assert shoal("up", "--det").code == 2


def test_nothing_at_all_is_a_question(shoal: Shoal) -> None:
    ran = shoal()
    assert (ran.code, ran.out) == (2, "")
    assert all(verb in ran.err for verb in VERBS)


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith("shoal ")
    assert parser().prog == "shoal"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_error_is_its_text_and_its_exit_code(
    kind: type[ShoalError], shoal: Shoal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(words: list[str]) -> int:
        raise kind("it is wrong", where=Place("shoal.yaml", 3, 7), hint="do this")

    monkeypatch.setattr(command_line, "_dispatch", fail)
    ran = shoal("ps")
    assert (ran.code, ran.out) == (kind.exit_code, "")
    assert ran.err == "shoal: shoal.yaml:3:7: it is wrong\n  do this\n"


def test_ctrl_c_is_130(shoal: Shoal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(words: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "_dispatch", interrupted)
    assert shoal("ps").code == 130


@pytest.mark.parametrize("verb", ["ps", "logs", "events", "why api", "restart api", "stop api", "start api",
                                  "scale api=2", "exec api ls", "run api ls", "open", "top", "stats", "port api",
                                  "wait", "cp api:x .", "chaos status"])  # fmt: skip
def test_what_needs_a_running_app_says_how_to_start_it(verb: str, shoal: Shoal) -> None:
    ran = shoal(*verb.split())
    assert ran.code == 10
    assert "shoal up" in ran.err


def test_down_of_what_never_ran_is_well(shoal: Shoal) -> None:
    ran = shoal("down")
    assert (ran.code, ran.out) == (0, "")


def test_dropping_data_needs_somebody_to_ask(shoal: Shoal) -> None:
    ran = shoal("down", "-v")
    assert ran.code == 13
    assert "--yes" in ran.err


class TestThePlace:
    def test_without_a_file_here_or_above(self, shoal: Shoal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert shoal("ps").code == 3

    def test_from_a_folder_below(self, shoal: Shoal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "src" / "deep").mkdir(parents=True)
        monkeypatch.chdir(folder / "src" / "deep")
        assert shoal("config", "-q").code == 0

    @pytest.mark.parametrize("name", ["", "shoal.yaml"], ids=["a folder", "a file"])
    def test_named_from_elsewhere(
        self, shoal: Shoal, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert shoal("config", "-q", "-f", str(folder / name)).code == 0

    @pytest.mark.parametrize("file", ["nowhere.yaml", "a" * 300, "shoal.yaml/x", "nul\0byte"])
    def test_a_name_that_leads_nowhere(self, shoal: Shoal, file: str) -> None:
        ran = shoal("ps", "-f", file)
        assert ran.code in (1, 3)
        assert ran.err.startswith("shoal: ")

    def test_a_folder_that_went_away(self, shoal: Shoal, folder: Path) -> None:
        shutil.rmtree(folder)
        ran = shoal("ps")
        assert ran.code == 1
        assert ran.err.startswith("shoal: ")


class TestScale:
    @pytest.mark.parametrize(
        "count", ["api", "api=", "api=x", "api=-1", "api=1.5", "api=1001", "api=²", "api=" + "9" * 5000]
    )
    def test_what_is_no_count_is_refused(self, shoal: Shoal, count: str) -> None:
        ran = shoal("scale", count)
        assert ran.code == 2
        assert "from 0 to 1000" in ran.err

    @pytest.mark.parametrize(
        ("text", "expected"), [("api=0", ("api", 0)), ("api=1000", ("api", 1000)), ("a-b=3", ("a-b", 3))]
    )
    def test_what_is_one_is_read(self, text: str, expected: tuple[str, int]) -> None:
        from shoal.cli.scale_ import _count

        assert _count(text) == expected


def test_config_shows_the_file_with_its_defaults(shoal: Shoal) -> None:
    ran = shoal("config")
    assert ran.code == 0
    assert "name: shop" in ran.out and "replicas: 1" in ran.out


def test_a_plan_of_what_does_not_run_is_what_up_would_do(shoal: Shoal) -> None:
    ran = shoal("plan")
    assert (ran.code, ran.out) == (0, "start api/0: wanted, and not there\n")


def test_a_broken_file_is_3_with_its_place(shoal: Shoal, folder: Path) -> None:
    (folder / "shoal.yaml").write_text("name: shop\nservices: {api: {pth: .}}\n")
    ran = shoal("config")
    assert ran.code == 3
    assert "shoal.yaml:2:" in ran.err and "path" in ran.err


def test_options_of_a_place_are_checked_before_anything_is_read() -> None:
    from shoal.cli.place import place

    with pytest.raises(UsageError):
        place(SimpleNamespace(file=None, env="../../x"))  # type: ignore[arg-type]
