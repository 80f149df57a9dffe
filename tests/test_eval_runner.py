"""From gold to verdict with a tiny corpus and a fake assistant: rows, figures, gate, releases, report, command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from assistant import Settings
from assistant.errors import QuestionError
from assistant.records import LANGUAGES, Answer, Checks, Citation, Language, RetrievedPassage, Usage
from eval import figures, history, runner
from eval.baseline import run_baseline
from eval.gold import Group, corpus_blocks, read_gold
from eval.report import failed_groups, html_page, markdown, tables, write_report
from eval.rows import Row
from eval.runner import ALL_PAIRS, DIAGONAL, Asker, Outcome, Plan, verdict_lines

ARTICLE = """---
id: signing
language: zh
title: 签约
source: 日报
author: 李
date: 2026-06-30
---

大会在青岛举行。

会上签约11个项目，来自9个国家。
"""
BLOCK = "会上签约11个项目，来自9个国家。"
ELEVEN = {"zh": r"(?<!\d)11(?!\d)", "ru": r"(?<!\d)11(?!\d)", "en": r"(?<!\d)11(?!\d)"}
EVIDENCE = [{"article": "signing", "quote": "签约11个项目"}]


def _gold(id_: str, kind: str, zh: str, ru: str, en: str, **more: object) -> dict[str, object]:
    wordings = {"zh": {"question": zh}, "ru": {"question": ru}, "en": {"question": en}}
    return {"id": id_, "kind": kind, "style": "plain", **wordings, "facts": [], "evidence": [], **more}


GOLD = [
    _gold(
        "a-1",
        "number",
        "签了几个项目？",
        "Сколько проектов подписали?",
        "How many projects were signed?",
        facts=[ELEVEN],
        evidence=EVIDENCE,
    ),
    _gold("u-1", "unanswerable", "谁出钱？", "Кто платит?", "Who pays?", near="no money is named"),
    _gold(
        "p-1",
        "false-premise",
        "为什么签了15个？",
        "Почему подписали 15?",
        "Why were 15 signed?",
        facts=[ELEVEN],
        evidence=EVIDENCE,
    ),
    _gold("s-1", "small-talk", "你好！", "Привет!", "Hello!"),
    {
        **_gold("f-1", "follow-up", "", "", "", facts=[ELEVEN], evidence=EVIDENCE),
        "zh": {"question": "几个？", "history": ["签约了吗？"]},
        "ru": {"question": "А сколько?", "history": ["Что-то подписали?"]},
        "en": {"question": "And how many?", "history": ["Was anything signed?"]},
    },
]
TEXTS: dict[Language, str] = {
    "zh": "会上签约11个项目[1]。",
    "ru": "Подписано 11 проектов [1].",
    "en": "There were 11 projects signed [1].",
}
REFUSALS: dict[Language, str] = {
    "zh": "文章没有说明。",
    "ru": "В статьях об этом не сказано.",
    "en": "The articles do not say.",
}
GREETINGS: dict[Language, str] = {"zh": "您好！", "ru": "Здравствуйте!", "en": "Good day!"}
UNANSWERABLE = ("谁出钱？", "Кто платит?", "Who pays?")
TALK = ("你好！", "Привет!", "Hello!")
PASSED = Checks(numbers_supported=True, names_supported=True, citations_valid=True, language_ok=True)
PASSAGES = (RetrievedPassage("signing", 2, BLOCK, 0.9, 1), RetrievedPassage("signing", 1, "大会在青岛举行。", 0.2, 2))
CITATION = Citation(1, "signing", "签约", "日报", "李", "2026-06-30", 2, BLOCK, 0, len(BLOCK), None)


def _language_of(question: str) -> Language:
    return (
        "zh"
        if any("一" <= c <= "鿿" for c in question)
        else "ru"
        if any("а" <= c.lower() <= "я" for c in question)
        else "en"
    )


@dataclass
class FakeAssistant:
    """Does everything right; `change` may spoil an answer."""

    change: Callable[[Answer], Answer] = lambda answer: answer
    asked: list[tuple[str, Language | None, tuple[tuple[str, str], ...]]] = field(default_factory=list)

    def ask(self, question: str, language: Language | None = None, history: Sequence[tuple[str, str]] = ()) -> Answer:
        self.asked.append((question, language, tuple(history)))
        reply = language or _language_of(question)
        refused = question in UNANSWERABLE
        plain = refused or question in TALK
        text = REFUSALS[reply] if refused else GREETINGS[reply] if plain else TEXTS[reply]
        passages = (replace(PASSAGES[1], score=0.3, rank=1),) if refused else PASSAGES
        answer = Answer(
            question,
            reply,
            text,
            refused,
            () if plain else (CITATION,),
            passages,
            PASSED,
            "extractive",
            Usage(2, 1),
            {"total": 1.0},
            query=question,
        )
        return self.change(answer)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus" / "signing"
    folder.mkdir(parents=True)
    (folder / "zh.md").write_text(ARTICLE, encoding="utf-8")
    return tmp_path / "corpus"


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "gold"
    folder.mkdir()
    (folder / "all.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in GOLD), encoding="utf-8"
    )
    return folder


@pytest.fixture
def groups(gold: Path, corpus: Path) -> tuple[Group, ...]:
    return read_gold(gold, corpus_blocks(corpus))


def _run(
    groups: Sequence[Group], corpus: Path, change: Callable[[Answer], Answer] = lambda answer: answer
) -> tuple[Row, ...]:
    return runner.run(groups, corpus_blocks(corpus), FakeAssistant(change), Plan("assistant", ALL_PAIRS))


def _value(rows: Sequence[Row], name: str, slice_: str) -> float:
    found = figures.figure(rows, name, slice_)
    assert found is not None
    return found.value


def _outcome(rows: Sequence[Row], verdicts: Sequence[figures.Verdict] = (), **changes: object) -> Outcome:
    outcome = Outcome({"assistant": tuple(rows)}, tuple(verdicts), (), 0, 5, "2026-07-01", "0.1.0", "abc", 1.0)
    return replace(outcome, **changes)  # type: ignore[arg-type]


# --- rows ---


def test_a_right_assistant_has_no_fault_in_any_of_the_nine_pairs(groups: tuple[Group, ...], corpus: Path) -> None:
    rows = _run(groups, corpus)
    assert len(rows) == 5 * 9
    assert [row.faults for row in rows if row.faults] == []
    assert {row.status for row in rows if row.group.id == "u-1"} == {"refused"}
    assert {row.status for row in rows if row.group.id != "u-1"} == {"scored"}


def test_the_language_is_detected_on_the_diagonal_and_named_elsewhere(groups: tuple[Group, ...], corpus: Path) -> None:
    fake = FakeAssistant()
    runner.run(groups[:1], corpus_blocks(corpus), fake, Plan("assistant", ALL_PAIRS))
    assert [language for _, language, _ in fake.asked] == [None, "ru", "en", "zh", None, "en", "zh", "ru", None]


def test_a_follow_up_comes_after_its_history_with_the_answers_given(groups: tuple[Group, ...], corpus: Path) -> None:
    fake = FakeAssistant()
    (row,) = runner.run(groups[4:], corpus_blocks(corpus), fake, Plan("assistant", (("ru", "ru"),)))
    assert fake.asked == [
        ("Что-то подписали?", None, ()),
        ("А сколько?", None, (("user", "Что-то подписали?"), ("assistant", "Подписано 11 проектов [1]."))),
    ]
    assert row.scores.facts_all == 1.0


def test_the_scores_of_a_right_answer(groups: tuple[Group, ...], corpus: Path) -> None:
    scores = _run(groups, corpus)[0].scores
    assert (scores.hit_at_1, scores.reciprocal_rank, scores.ndcg_at_10, scores.evidence_recall_at_10) == (
        1.0,
        1.0,
        1.0,
        1.0,
    )
    assert (scores.facts_all, scores.facts_share, scores.citation_precision, scores.citation_recall) == (
        1.0,
        1.0,
        1.0,
        1.0,
    )
    assert (scores.quotes_verbatim, scores.markers_resolve, scores.language_ok, scores.error_rate) == (
        1.0,
        1.0,
        1.0,
        0.0,
    )
    assert (scores.answer_chars, scores.hallucination_rate, scores.handled) == (
        float(len("会上签约11个项目[1]。")),
        None,
        None,
    )


@pytest.mark.parametrize(
    ("change", "name", "fault"),
    [
        (lambda a: replace(a, text=a.text.replace("11", "12")), "facts_all", "not said"),
        (lambda a: replace(a, text="There were 11 projects signed [1]. 会"), "language_ok", "not in the language"),
        (lambda a: replace(a, language="ru"), "language_ok", "the answer names ru"),
        (lambda a: replace(a, text=a.text.replace("[1]", "[2]")), "markers_resolve", "markers and citations"),
        (
            lambda a: replace(a, citations=(replace(CITATION, quote_start=1),)),
            "quotes_verbatim",
            "a quote is not verbatim",
        ),
        (
            lambda a: replace(a, citations=(replace(CITATION, paragraph=9),)),
            "quotes_verbatim",
            "a quote is not verbatim",
        ),
        (
            lambda a: replace(a, checks=replace(PASSED, numbers_supported=False, failed=("12",))),
            "numbers_supported",
            "own check: 12",
        ),
        (lambda a: replace(a, passages=PASSAGES[1:]), "hit_at_5", "no evidence among"),
        (lambda a: replace(a, text="Nothing is said.", refused=True, citations=()), "facts_share", "refused, though"),
    ],
)
def test_each_kind_of_wrong_answer_is_seen(
    groups: tuple[Group, ...], corpus: Path, change: Callable[[Answer], Answer], name: str, fault: str
) -> None:
    (row,) = runner.run(groups[:1], corpus_blocks(corpus), FakeAssistant(change), Plan("assistant", (("en", "en"),)))
    assert getattr(row.scores, name) == 0.0
    assert any(found.startswith(fault) for found in row.faults)


def test_a_citation_supports_by_fact_or_by_overlap(groups: tuple[Group, ...], corpus: Path) -> None:
    beside = replace(CITATION, quote="会上签约", quote_start=0, quote_end=4)  # overlaps the evidence, which begins at 2
    away = replace(CITATION, number=2, paragraph=1, quote="大会在青岛举行。", quote_end=8)
    change = lambda a: replace(a, text="11 projects [1][2].", citations=(beside, away))  # noqa: E731
    (row,) = runner.run(groups[:1], corpus_blocks(corpus), FakeAssistant(change), Plan("assistant", (("en", "en"),)))
    assert [citation.supports for citation in row.citations] == [True, False]
    assert (row.scores.citation_precision, row.scores.citation_recall) == (1 / 2, 0.0)


def test_a_refused_false_premise_is_not_handled_but_counted(groups: tuple[Group, ...], corpus: Path) -> None:
    refuse = lambda a: replace(a, text=REFUSALS[a.language], refused=True, citations=())  # noqa: E731
    rows = _run(groups, corpus, refuse)
    assert [_value(rows, name, "false-premise") for name in ("handled", "premise_refused", "handled_or_refused")] == [
        0.0,
        1.0,
        1.0,
    ]
    assert _value(rows, "error_rate", "answerable") == 1.0
    assert _value(rows, "hallucination_rate", "unanswerable") == 0.0


@pytest.mark.parametrize("error", [QuestionError("too long"), KeyError("x")])
def test_an_error_row_fails_the_run_and_counts_for_nothing(
    groups: tuple[Group, ...], corpus: Path, error: Exception
) -> None:
    def spoil(answer: Answer) -> Answer:
        if answer.question == "Сколько проектов подписали?":
            raise error
        return answer

    rows = _run(groups, corpus, spoil)
    assert [(row.group.id, row.asked) for row in rows if row.status == "error"] == [("a-1", "ru")] * 3
    found = figures.figure(rows, "facts_all", "answerable")
    assert found is not None
    assert (found.value, found.rows) == (1.0, 6)
    outcome = _outcome(rows)
    assert not outcome.ok
    assert verdict_lines(outcome)[0].startswith("ERROR assistant: a-1 ru→zh: ")
    assert verdict_lines(outcome)[-1].startswith("FAILED: 0 of 0 bounds reached, 3 errors")


def test_an_answer_without_text_is_an_error(groups: tuple[Group, ...], corpus: Path) -> None:
    rows = _run(groups[3:4], corpus, lambda a: replace(a, text="  "))
    assert {row.error for row in rows} == {"the answer has no text"}


# --- figures ---


def test_a_figure_counts_rows_and_groups_and_its_gap_names_the_languages(
    groups: tuple[Group, ...], corpus: Path
) -> None:
    rows = _run(groups, corpus, lambda a: replace(a, text=a.text.replace("11", "12")) if a.language == "ru" else a)
    found = figures.figure(rows, "facts_all", "answerable")
    assert found is not None
    assert (found.value, found.rows, found.interval.n) == (6 / 9, 9, 1)
    gap = figures.figure(rows, "facts_all_gap_reply", "answerable")
    assert gap is not None
    assert (gap.value, gap.note) == (1.0, "highest zh, lowest ru")
    assert _value(rows, "facts_all_gap_question", "answerable") == 0.0
    assert _value(rows, "facts_all", "answerable reply=ru") == 0.0
    assert _value(rows, "facts_all", "answerable question=ru pair=cross") == 1.0
    assert figures.worst_pair(rows, "facts_all", "answerable") == ("zh", "ru", 0.0)
    assert figures.figure(rows, "handled", "answerable") is None
    assert figures.figure(rows, "facts_all_gap_question", "answerable pair=diagonal") is not None
    assert figures.figure(rows, "facts_all_gap_reply", "answerable pair=diagonal") is None


def test_the_percentiles_of_latency_are_measured_values(groups: tuple[Group, ...], corpus: Path) -> None:
    rows = [
        replace(row, scores=replace(row.scores, latency_ms=float(n)))
        for n, row in enumerate(_run(groups, corpus)[:20], start=1)
    ]
    assert [_value(rows, name, "all") for name in ("latency_p50_ms", "latency_p95_ms")] == [10.0, 19.0]


@pytest.mark.parametrize("slice_", ["some", "kind:riddle", "all question=fr", "all style=loud", "all pair=odd"])
def test_an_unknown_slice_is_an_error(slice_: str) -> None:
    with pytest.raises(figures.GateError, match="is no slice"):
        figures.select((), slice_)


# --- gate ---


def _bounds(tmp_path: Path, text: str) -> tuple[figures.Bound, ...]:
    (tmp_path / "thresholds.toml").write_text(f"[gate]\n{text}\n", encoding="utf-8")
    return figures.read_bounds(tmp_path / "thresholds.toml")


def test_a_planted_regression_fails_the_gate(tmp_path: Path, groups: tuple[Group, ...], corpus: Path) -> None:
    bounds = _bounds(
        tmp_path,
        'facts_all = {slice = "answerable", min = 0.95}\nworst = {figure = "facts_all", slice = "answerable reply=ru", min = 0.9}\nerror_rate = {max = 0.0}',
    )
    good = figures.check(bounds, {"assistant": _run(groups, corpus)}, "assistant")
    assert all(verdict.ok for verdict in good)
    spoilt = _run(groups, corpus, lambda a: replace(a, text=a.text.replace("11", "12")) if a.language == "ru" else a)
    verdicts = figures.check(bounds, {"assistant": spoilt}, "assistant")
    assert [verdict.ok for verdict in verdicts] == [False, False, True]
    outcome = _outcome(spoilt, verdicts)
    assert not outcome.ok
    assert verdict_lines(outcome)[:2] == (
        "BELOW facts_all: facts_all [answerable] is 0.6667; expected at least 0.95",
        "BELOW worst: facts_all [answerable reply=ru] is 0.0000; expected at least 0.9",
    )


def test_a_figure_that_was_not_measured_fails_its_bound(tmp_path: Path) -> None:
    (verdict,) = figures.check(_bounds(tmp_path, 'facts_all = {run = "without dense", min = 0}'), {}, "assistant")
    assert not verdict.ok
    assert str(verdict) == "facts_all: facts_all [all] of the run 'without dense' is not measured; expected at least 0"


@pytest.mark.parametrize(
    "text",
    [
        "facts_all = 1",
        'facts_all = {slice = "all"}',
        "facts_all = {mim = 1}",
        "facts_all = {min = true}",
        "hits = {min = 1}",
        'facts_all = {slice = "x", min = 1}',
        "[",
    ],
)
def test_a_broken_file_of_thresholds_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(figures.GateError):
        _bounds(tmp_path, text)


def test_tightening_never_loosens(tmp_path: Path) -> None:
    bounds = _bounds(
        tmp_path,
        'facts_all = {slice = "answerable", min = 0.9}\nhit_at_1 = {min = 0.5}\nerror_rate = {run = "r", max = 0.2}\nlanguage_ok = {min = 0.7}',
    )
    values = (0.8, 0.61739, 0.12345, None)
    figures.write_bounds(
        tmp_path / "thresholds.toml",
        figures.tightened(figures.Verdict(b, v) for b, v in zip(bounds, values, strict=True)),
    )
    again = figures.read_bounds(tmp_path / "thresholds.toml")
    # 0.61739 - 0.006 = 0.61139 and 0.12345 + 0.006 = 0.12945, to the loose side
    assert [(b.minimum, b.maximum) for b in again] == [(0.9, None), (0.611, None), (None, 0.13), (0.7, None)]
    assert [(b.name, b.figure, b.slice, b.run) for b in again] == [(b.name, b.figure, b.slice, b.run) for b in bounds]


def test_the_shipped_thresholds_can_be_read() -> None:
    assert figures.read_bounds(runner.HERE / "thresholds.toml")


# --- report ---


def test_the_report_is_self_contained_and_shows_what_failed(
    tmp_path: Path, groups: tuple[Group, ...], corpus: Path
) -> None:
    rows = _run(groups, corpus, lambda a: replace(a, text=a.text.replace("11", "<b>12</b>")))
    outcome = _outcome(rows)
    write_report(outcome, tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "<b>12</b>" not in page
    assert "&lt;b&gt;12&lt;/b&gt;" in page
    for outside in ("http://", "https://", "<link", "<script", "src=", "@import", "url("):
        assert outside not in page
    assert page.count("<svg") == 7
    assert (
        page.index("PASSED")
        < page.index("Where it fails")
        < page.index("Every failed question")
        < page.index("All tables")
    )
    text = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert text.index("## Headline") < text.index("## Every measure") < text.index("## What failed")
    assert "Сколько проектов подписали?" in text
    lines = (tmp_path / "report" / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 45
    assert json.loads(lines[0])["scores"]["facts_all"] == 0.0


def test_the_groups_that_fail_most_stand_first(groups: tuple[Group, ...], corpus: Path) -> None:
    rows = _run(
        groups,
        corpus,
        lambda a: (
            replace(a, text=a.text.replace("11", "12"))
            if a.question in ("签了几个项目？", "Why were 15 signed?", "为什么签了15个？")
            else a
        ),
    )
    assert [(group.id, len(found)) for group, found in failed_groups(rows)] == [("p-1", 6), ("a-1", 3)]


def test_a_replay_is_named_in_output_and_report(
    groups: tuple[Group, ...], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = _outcome(
        _run(groups, corpus, lambda a: replace(a, answerer="some-model")),
        model="some-model",
        recorded="2026-07-01",
        usage=Usage(90, 45),
        cost=0.25,
    )
    assert outcome.ok
    runner.show(outcome)
    for text in (markdown(outcome), html_page(outcome), capsys.readouterr().out):
        assert "This is a replay: the replies are those that some-model gave on 2026-07-01." in text
        assert "replay of some-model, recorded 2026-07-01" in text
        assert "cost 0.2500" in text
    live = replace(outcome, recorded="")
    assert live.source == "some-model, live"
    assert "replay" not in markdown(live) + html_page(live).split("</style>")[1]


def test_a_model_that_answers_nothing_itself_fails_the_run(groups: tuple[Group, ...], corpus: Path) -> None:
    """A dead service leaves the offline answers in its place: figures that are not the model's."""
    outcome = _outcome(_run(groups, corpus), model="some-model")
    assert not outcome.ok
    assert verdict_lines(outcome)[0].startswith("MUTE none of the answers is the model's own (some-model)")
    assert _outcome(_run(groups, corpus)).ok


def test_every_measure_stands_in_every_pair_of_languages_with_its_interval(
    groups: tuple[Group, ...], corpus: Path
) -> None:
    rows = _run(groups, corpus, lambda a: replace(a, text=a.text.replace("11", "12")) if a.language == "ru" else a)
    (table,) = (table for table in tables(_outcome(rows)) if table.title.startswith("Every measure"))
    assert table.columns == ("question → reply", "n", *(f"{a}→{b}" for a in LANGUAGES for b in LANGUAGES))
    by_name = {row[0]: row[1:] for row in table.rows}
    # Wilson for 1 of 1: 1 / (1 + 1.96²) = 0.2065; for 0 of 1 the mirror image
    assert by_name["facts_all ↑"] == (
        "1",
        "1.00 .21–1",
        "0.00 0–.79",
        "1.00 .21–1",
        *by_name["facts_all ↑"][1:4] * 2,
    )
    wanted = (
        "hit_at_1", "hit_at_3", "hit_at_5", "reciprocal_rank", "ndcg_at_10", "facts_all", "facts_share", "error_rate", "citation_precision",
        "citation_recall", "quotes_verbatim", "numbers_supported", "language_ok", "answer_chars", "latency_p50_ms", "latency_p95_ms",
    )  # fmt: skip
    assert {name.split()[0] for name in by_name} >= set(wanted)
    assert "unanswerable hallucination_rate ↓" in by_name


def test_every_table_has_as_many_cells_as_columns(groups: tuple[Group, ...], corpus: Path) -> None:
    rows = _run(groups, corpus)
    for table in tables(_outcome(rows, runs={"assistant": rows, "without dense": rows})):
        assert {len(row) for row in table.rows} == {len(table.columns)}


# --- baseline and command ---


def test_the_baseline_measures_retrieval_and_citations_only(groups: tuple[Group, ...], corpus: Path) -> None:
    rows = run_baseline(groups, corpus)
    assert {(row.group.id, row.asked) for row in rows} == {
        (id_, language) for id_ in ("a-1", "p-1", "f-1") for language in LANGUAGES
    }
    assert _value(rows, "hit_at_1", "all") == 1.0  # the article is one chunk
    assert _value(rows, "citation_precision", "all") == 1.0
    assert figures.figure(rows, "facts_all", "all") is None
    assert figures.figure(rows, "hallucination_rate", "all") is None


@dataclass
class FakeOpening:
    """In place of the real opening; remembers which parts were left out."""

    change: Callable[[Answer], Answer] = lambda answer: answer
    opened: list[tuple[str, ...]] = field(default_factory=list)

    spoilt: bool = False

    def __call__(self, *_: object, spoilt: bool) -> FakeOpening:
        self.spoilt = spoilt
        return self

    def ingest(self) -> None:
        pass

    @contextmanager
    def open(self, without: tuple[str, ...]) -> Iterator[Asker]:
        self.opened.append(without)
        assistant = FakeAssistant(self.change)
        yield runner._Forgetful(assistant) if self.spoilt else assistant


def _main(
    monkeypatch: pytest.MonkeyPatch,
    opening: FakeOpening,
    tmp_path: Path,
    *more: str,
    gate: str = 'facts_all = {slice = "answerable", min = 1}',
) -> int:
    monkeypatch.setattr(runner, "_Opening", opening)
    (tmp_path / "gate.toml").write_text(f"[gate]\n{gate}\n", encoding="utf-8")
    return runner.main(
        [
            "--gold",
            str(tmp_path / "gold"),
            "--corpus",
            str(tmp_path / "corpus"),
            "--thresholds",
            str(tmp_path / "gate.toml"),
            *more,
        ]
    )


@pytest.mark.usefixtures("gold", "corpus")
def test_the_command_measures_with_and_without_anticipated_questions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opening = FakeOpening()
    assert _main(monkeypatch, opening, tmp_path, "--report", str(tmp_path / "out")) == 0
    assert opening.opened == [(), ("questions",)]
    captured = capsys.readouterr()
    assert "LlamaIndex starter" in captured.out
    assert "without questions" in captured.out
    assert captured.out.splitlines()[-1].startswith("PASSED: 1 of 1 bounds reached, 0 errors")
    assert (tmp_path / "out" / "index.html").is_file()


@pytest.mark.usefixtures("gold", "corpus")
def test_the_command_fails_below_a_threshold_and_on_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = FakeOpening(lambda a: replace(a, text=a.text.replace("11", "12")))
    assert _main(monkeypatch, wrong, tmp_path, "--quick") == 1
    assert "BELOW facts_all" in capsys.readouterr().out
    mute = FakeOpening(lambda a: replace(a, text=""))
    assert _main(monkeypatch, mute, tmp_path, "--without", "dense") == 1
    assert "ERROR without dense" in capsys.readouterr().out
    assert mute.opened == [("dense",)]


@pytest.mark.usefixtures("gold", "corpus")
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("regression", "BELOW facts_all: facts_all [answerable] is 0.6667; expected at least 1"),
        ("copy", "COPY a-1 [zh] '签了几个项目？' nearly copies '签了几个项目？' (planted)"),
    ],
)
def test_a_fault_can_be_planted_to_show_that_the_run_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str, said: str
) -> None:
    assert _main(monkeypatch, FakeOpening(), tmp_path, "--quick", "--plant", fault) == 1
    told = capsys.readouterr().out
    assert said in told
    assert f"FAILED: {int(fault == 'copy')} of 1 bounds reached" in told
    assert f"; with a planted {fault}" in told


@pytest.mark.usefixtures("gold", "corpus")
def test_compare_leaves_out_each_part_in_turn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opening = FakeOpening()
    assert _main(monkeypatch, opening, tmp_path, "--compare", "--quick") == 0
    assert opening.opened == [(), *((part,) for part in runner.PARTS)]


@pytest.mark.usefixtures("gold")
def test_a_copied_question_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wording = {"question": "Платит кто", "answer": "Никто."}
    (corpus / "signing" / "questions.jsonl").write_text(
        json.dumps({"paragraph": 1, "ru": wording}, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    assert _main(monkeypatch, FakeOpening(), tmp_path, "--quick") == 1
    assert "COPY u-1 [ru] 'Кто платит?' nearly copies 'Платит кто'" in capsys.readouterr().out


@pytest.mark.usefixtures("gold")
def test_a_copied_gap_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus / "signing" / "gaps.jsonl").write_text('{"en": "Who pays?"}\n', encoding="utf-8")
    assert _main(monkeypatch, FakeOpening(), tmp_path, "--quick") == 1
    assert "COPY u-1 [en] 'Who pays?' nearly copies 'Who pays?' (signing, gap 1)" in capsys.readouterr().out


@pytest.mark.usefixtures("gold", "corpus")
def test_a_release_that_passes_is_recorded_and_its_bounds_hold_from_then_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = ("--record-history", "--no-baseline")
    wrong = FakeOpening(lambda a: replace(a, text=a.text.replace("11", "12")))
    assert _main(monkeypatch, wrong, tmp_path, *whole) == 1
    assert history.read(tmp_path / "history.csv") == ()
    assert _main(monkeypatch, FakeOpening(), tmp_path, *whole) == 0
    (release,) = history.read(tmp_path / "history.csv")
    assert (release["facts_all [answerable]"], release["≥ facts_all [answerable]"]) == ("1.0000", "1")
    lowered = 'facts_all = {slice = "answerable", min = 0.5}'
    assert _main(monkeypatch, FakeOpening(), tmp_path, "--quick", gate=lowered) == 1
    assert "LOOSENED ≥ facts_all [answerable]: 1 in the release" in capsys.readouterr().out


@pytest.mark.usefixtures("gold", "corpus")
def test_thresholds_are_tightened_on_request(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (
        _main(
            monkeypatch,
            FakeOpening(),
            tmp_path,
            "--set-thresholds",
            "--no-baseline",
            gate='facts_all = {slice = "answerable", min = 0.4}',
        )
        == 0
    )
    (bound,) = figures.read_bounds(tmp_path / "gate.toml")
    assert bound.minimum == 0.994  # 1 less the margin


@pytest.mark.parametrize(
    "argv",
    [
        ["--nonsense"],
        ["--without", "everything"],
        ["--record", "replies"],
        ["--set-thresholds", "--quick"],
        ["--record-history", "--replay", "replies"],
        ["--record-history", "--plant", "copy"],
        ["--compare", "--without", "dense"],
    ],
)
def test_wrong_usage_is_2(argv: list[str]) -> None:
    assert runner.main(argv) == 2


def test_a_missing_gold_folder_is_told_on_stderr(
    tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main(["--gold", str(tmp_path / "none"), "--corpus", str(corpus)]) == 1
    captured = capsys.readouterr()
    assert "There is no gold" in captured.err
    assert captured.out == ""


def test_the_plans_of_the_command() -> None:
    options = runner._parser().parse_args(["--quick"])
    assert runner._plans(options) == (Plan("assistant", DIAGONAL),)
    assert [len(plan.pairs) for plan in runner._plans(runner._parser().parse_args([]))] == [9, 3]


def test_the_commit_is_read_from_the_checkout(tmp_path: Path) -> None:
    assert runner._commit(tmp_path) == ""
    folder = tmp_path / ".git"
    (folder / "refs" / "heads").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (folder / "packed-refs").write_text(f"# pack-refs\n{'b' * 40} refs/heads/main\n", encoding="utf-8")
    assert runner._commit(tmp_path) == "b" * 12
    (folder / "refs" / "heads" / "main").write_text("a" * 40 + "\n", encoding="utf-8")
    assert runner._commit(tmp_path) == "a" * 12
    (folder / "HEAD").write_text("c" * 40, encoding="utf-8")
    assert runner._commit(tmp_path) == "c" * 12


def test_the_cost_is_tokens_at_the_prices_per_million() -> None:
    priced = Settings(price_prompt=2.0, price_completion=10.0)
    assert runner._cost(Usage(500_000, 100_000), priced) == pytest.approx(1.0 + 1.0)
    assert runner._cost(Usage(1, 1), Settings()) is None
