"""The commands as a user types them: what goes to stdout, what to stderr, and the exit code."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from helpers_e2e import Run, command, lines_of, script, spawn

from assistant.cli import main

COMMANDS = ("ask", "ingest", "enrich", "status", "eval", "serve")
ANSWER_FIELDS = {
    "question",
    "language",
    "text",
    "refused",
    "citations",
    "passages",
    "checks",
    "answerer",
    "usage",
    "timings_ms",
}
CITATION_FIELDS = {
    "number",
    "article_id",
    "title",
    "source",
    "author",
    "date",
    "paragraph",
    "quote",
    "quote_start",
    "quote_end",
    "translation",
}
LENGTH_ZH = "码头有多长？"


@pytest.fixture(scope="module")
def places(small_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options that every command of this module takes, with a store that holds the small corpus."""
    options = ["--corpus", str(small_corpus), "--store", str(tmp_path_factory.mktemp("cli") / "store")]
    assert main(["ingest", *options]) == 0
    return options


def batch(capsys: Any, places: list[str], tmp_path: Path, content: bytes | str) -> Run:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return command(capsys, "ask", *places, "--batch", path)


# --- ask -------------------------------------------------------------------------------------------------------------


def test_ask_prints_the_answer_with_its_source(capsys: Any, places: list[str]) -> None:
    done = command(capsys, "ask", *places, LENGTH_ZH)
    assert done.code == 0
    assert "1200米" in done.out
    assert "[1]" in done.out
    assert "海湾港新码头启用" in done.out
    assert "码头全长1200米，总投资8亿元。" in done.out
    assert done.err == ""


def test_ask_in_a_process_of_its_own_keeps_stderr_empty(places: list[str]) -> None:
    done = spawn("ask", *places, "Какова длина причала?")
    assert (done.code, done.err) == (0, "")
    assert "1200" in done.out
    assert "码头全长1200米" in done.out


def test_json_is_one_object_with_every_promised_field(capsys: Any, places: list[str]) -> None:
    done = command(capsys, "ask", *places, "--json", "--lang", "en", LENGTH_ZH)
    assert (done.code, done.err) == (0, "")
    answer = json.loads(done.out)
    assert answer.keys() >= ANSWER_FIELDS
    assert (answer["language"], answer["refused"], answer["question"]) == ("en", False, LENGTH_ZH)
    assert answer["citations"][0].keys() >= CITATION_FIELDS
    assert answer["citations"][0]["translation"]
    assert answer["passages"][0].keys() >= {"article_id", "paragraph", "text", "score", "rank"}
    assert answer["checks"].keys() >= {"numbers_supported", "names_supported", "citations_valid", "language_ok"}
    assert answer["usage"] == {"prompt_tokens": 0, "completion_tokens": 0}


def test_json_keeps_chinese_readable(capsys: Any, places: list[str]) -> None:
    assert "码头" in command(capsys, "ask", *places, "--json", LENGTH_ZH).out


@pytest.mark.parametrize(("language", "word"), [("zh", "米"), ("ru", "метр"), ("en", "metres")])
def test_lang_sets_the_language_of_the_reply(capsys: Any, places: list[str], language: str, word: str) -> None:
    done = command(capsys, "ask", *places, "--lang", language, "What is the length of the pier?")
    assert done.code == 0
    assert word in done.out.splitlines()[0]


def test_a_refusal_is_done(capsys: Any, places: list[str]) -> None:
    done = command(capsys, "ask", *places, "--json", "月球上有几家餐馆？")
    assert done.code == 0
    answer = json.loads(done.out)
    assert answer["refused"] is True
    assert answer["citations"] == []


def test_a_question_from_standard_input(capsys: Any, places: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((LENGTH_ZH + "\n").encode()), encoding="utf-8"))
    done = command(capsys, "ask", *places, "-")
    assert done.code == 0
    assert "1200" in done.out


def test_ask_without_a_store_answers_or_says_what_to_run(capsys: Any, small_corpus: Path, tmp_path: Path) -> None:
    done = command(capsys, "ask", "--corpus", small_corpus, "--store", tmp_path / "new", LENGTH_ZH)
    assert (done.code == 0 and "1200" in done.out) or (done.code == 1 and "assistant ingest" in done.err)


def test_a_question_that_starts_with_a_dash_can_be_asked(capsys: Any, places: list[str]) -> None:
    done = command(capsys, "ask", *places, "--", "-- " + LENGTH_ZH)
    assert done.code == 0
    assert "1200" in done.out


# --- a batch ---------------------------------------------------------------------------------------------------------


def test_batch_carries_ids_and_keeps_the_order(capsys: Any, places: list[str], tmp_path: Path) -> None:
    rows = [
        {"id": 7, "question": LENGTH_ZH},
        {"id": "b", "question": LENGTH_ZH, "language": "ru"},
        {"id": None, "question": "月球上有几家餐馆？"},
        {"id": 9, "question": LENGTH_ZH, "language": None, "history": None},
        {"id": 9, "question": LENGTH_ZH, "history": []},
    ]
    done = batch(capsys, places, tmp_path, "\n".join(json.dumps(row) for row in rows) + "\n\n")
    assert done.code == 0, done.err
    answers = lines_of(done.out)
    assert [answer["id"] for answer in answers] == [7, "b", None, 9, 9]
    assert [answer["language"] for answer in answers] == ["zh", "ru", "zh", "zh", "zh"]
    assert [answer["refused"] for answer in answers] == [False, False, True, False, False]
    assert all(answer.keys() >= ANSWER_FIELDS for answer in answers)


def test_batch_takes_a_history(capsys: Any, places: list[str], tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "海湾港主任是谁？"}, {"role": "assistant", "content": "港口主任是林峰。"}]
    row = {"id": 1, "question": "他说码头每天可以装卸多少列火车？", "history": turns}
    done = batch(capsys, places, tmp_path, json.dumps(row))
    assert done.code == 0
    assert "60" in lines_of(done.out)[0]["text"]


BAD_LINES = {
    "not JSON": "not json",
    "not an object": "[1, 2]",
    "no question": '{"id": 3}',
    "an empty question": '{"id": 3, "question": ""}',
    "blanks only": '{"id": 3, "question": " \\u3000 "}',
    "a question that is a number": '{"id": 3, "question": 5}',
    "a question that is null": '{"id": 3, "question": null}',
    "no id": '{"question": "码头有多长？"}',
    "an unknown language": '{"id": 3, "question": "谁？", "language": "fr"}',
    "a history that is text": '{"id": 3, "question": "谁？", "history": "x"}',
    "a turn without role": '{"id": 3, "question": "谁？", "history": [{"content": "x"}]}',
    "a wrong role": '{"id": 3, "question": "谁？", "history": [{"role": "wizard", "content": "x"}]}',
    "half a character": '{"id": 3, "question": "\\ud800"}',
    "a very long question": json.dumps({"id": 3, "question": "码" * 100_000}),
}


def test_a_bad_line_of_a_batch_yields_an_error_and_the_rest_go_on(
    capsys: Any, places: list[str], tmp_path: Path
) -> None:
    good = json.dumps({"id": "good", "question": LENGTH_ZH})
    content = "\n".join(line for bad in BAD_LINES.values() for line in (bad, good))
    done = batch(capsys, places, tmp_path, content)
    assert done.code == 1
    answers = lines_of(done.out)
    assert len(answers) == 2 * len(BAD_LINES)
    for name, bad, after in zip(BAD_LINES, answers[::2], answers[1::2], strict=True):
        assert bad.keys() == {"id", "error"}, name
        assert bad["id"] == (3 if BAD_LINES[name].startswith('{"id": 3') else None), name
        assert bad["error"], name
        assert len(bad["error"]) < 500, name
        assert after["id"] == "good", name
        assert "1200" in after["text"], name


def test_a_batch_with_a_byte_order_mark_and_windows_line_ends(capsys: Any, places: list[str], tmp_path: Path) -> None:
    row = json.dumps({"id": 1, "question": LENGTH_ZH}, ensure_ascii=False)
    done = batch(capsys, places, tmp_path, ("\ufeff" + row + "\r\n" + row + "\r\n").encode())
    assert done.code == 0
    assert len(lines_of(done.out)) == 2


def test_a_line_that_is_not_utf8_is_one_bad_line(capsys: Any, places: list[str], tmp_path: Path) -> None:
    good = json.dumps({"id": "good", "question": LENGTH_ZH}).encode()
    done = batch(capsys, places, tmp_path, good + b'\n{"id": 2, "question": "\xff\xfe"}\n' + good)
    assert done.code == 1
    assert [answer["id"] for answer in lines_of(done.out)][::2] == ["good", "good"]


def test_an_empty_batch_is_done(capsys: Any, places: list[str], tmp_path: Path) -> None:
    assert batch(capsys, places, tmp_path, "")[:2] == (0, "")


def test_batch_and_single_question_give_the_same_answer(capsys: Any, places: list[str], tmp_path: Path) -> None:
    single = json.loads(command(capsys, "ask", *places, "--json", LENGTH_ZH).out)
    done = batch(capsys, places, tmp_path, json.dumps({"id": 1, "question": LENGTH_ZH}))
    of_batch = lines_of(done.out)[0]
    del of_batch["id"], of_batch["timings_ms"], single["timings_ms"]
    assert of_batch == single


# --- usage, settings, help -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["conjure"],
        ["ask"],
        ["ask", "谁？", "--lang", "fr"],
        ["ask", "谁？", "--frobnicate"],
        ["ask", "谁？", "--batch", "file.jsonl"],
        ["status", "extra"],
        ["serve", "--port", "many"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_two(capsys: Any, arguments: list[str]) -> None:
    done = command(capsys, *arguments)
    assert done.code == 2
    assert done.out == ""
    assert "assistant" in done.err


@pytest.mark.parametrize("arguments", [["ask", ""], ["ask", "  "], ["ask", "--batch", "no-such-file.jsonl"]])
def test_failures_exit_with_one_and_leave_stdout_empty(capsys: Any, places: list[str], arguments: list[str]) -> None:
    done = command(capsys, *arguments, *places)
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_corpus_and_store(capsys: Any, name: str) -> None:
    done = command(capsys, name, "--help")
    assert done.code == 0
    assert "--corpus DIR" in done.out
    assert "--store DIR" in done.out


def test_help_names_every_command_quickly(capsys: Any) -> None:
    done = command(capsys, "--help")
    assert done.code == 0
    assert all(name in done.out for name in COMMANDS)
    took = []
    for _ in range(3):
        start = time.perf_counter()
        assert spawn("--help").code == 0
        took.append(time.perf_counter() - start)
    assert min(took) < 0.5


def test_an_unknown_setting_suggests_the_nearest(
    capsys: Any, places: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_STOER", "x")
    done = command(capsys, "status", *places)
    assert (done.code, done.out) == (1, "")
    assert "ASSISTANT_STOER" in done.err
    assert "ASSISTANT_STORE" in done.err


@pytest.mark.parametrize(("name", "value"), [("ANSWERER", "oracle"), ("EMBEDDING", "crystal"), ("TOP_K", "many")])
def test_a_wrong_setting_is_named_with_its_value(
    capsys: Any, places: list[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ASSISTANT_{name}", value)
    done = command(capsys, "ask", *places, LENGTH_ZH)
    assert (done.code, done.out) == (1, "")
    assert value in done.err
    assert f"ASSISTANT_{name}" in done.err


def test_settings_name_corpus_and_store(capsys: Any, places: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS", places[1])
    monkeypatch.setenv("ASSISTANT_STORE", places[3])
    assert "1200" in command(capsys, "ask", LENGTH_ZH).out


def test_options_win_over_settings(capsys: Any, places: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CORPUS", "/no/such/corpus")
    monkeypatch.setenv("ASSISTANT_STORE", "/no/such/store")
    assert "1200" in command(capsys, "ask", *places, LENGTH_ZH).out


# --- status ----------------------------------------------------------------------------------------------------------


def test_status_says_what_is_indexed_and_with_what(capsys: Any, places: list[str]) -> None:
    done = command(capsys, "status", *places)
    assert (done.code, done.err) == (0, "")
    for word in ("harbour", "library", "orchard", "offline", places[1], places[3], "3 articles"):
        assert word in done.out


def test_status_verify_of_a_whole_store(capsys: Any, places: list[str]) -> None:
    done = command(capsys, "status", "--verify", *places)
    assert done.code == 0
    assert done.out.splitlines()[-1] == "whole"


def test_status_of_nothing_says_what_to_run(capsys: Any, small_corpus: Path, tmp_path: Path) -> None:
    done = command(capsys, "status", "--corpus", small_corpus, "--store", tmp_path / "none")
    assert "assistant ingest" in done.out + done.err


def test_status_of_nothing_makes_nothing(capsys: Any, small_corpus: Path, tmp_path: Path) -> None:
    for words in (["status"], ["status", "--verify"]):
        assert command(capsys, *words, "--corpus", small_corpus, "--store", tmp_path / "none").code == 1
    assert not (tmp_path / "none").exists()


def test_the_package_and_the_module_are_one_program(capsys: Any) -> None:
    assert script("import sys; from assistant.cli import main; sys.exit(main(['--help']))").code == 0
    assert spawn("--help").out.split() == command(capsys, "--help").out.split()
