"""The parts of the page, each alone: rendering, evidence, export, feedback, limits, conversations."""

from __future__ import annotations

import datetime
import io
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from page_support import HOSTILE, plain_answer

from assistant.errors import StoreError
from assistant.phrases import long_date
from assistant.records import Answer, Checks, Citation, Passage, Sentence
from ui.conversations import Conversation, Conversations, Exchange
from ui.evidence import card_of, starting_questions
from ui.export import docx, exported, markdown
from ui.feedback import Feedback
from ui.limits import Limit
from ui.rendering import chat_text, evidence, export_links, messages, thumbs, understood, worth_asking

BLOCK = "甲一。乙二，签约11个项目。丙三。"
PASSAGE = Passage(
    id="a#3", article_id="a", paragraph=3, kind="paragraph", block_text=BLOCK, start=0, end=len(BLOCK), title="标题", titles={"ru": "Заглавие"}, source="某报",
    author="某人", date="2026-06-30", machine=("ru",),
    sentences=(
        Sentence(0, 3, "甲一。", {"ru": "Раз.", "en": "One."}), Sentence(3, 14, "乙二，签约11个项目。", {"ru": "Подписано 11 проектов.", "en": "11 projects."}),
        Sentence(14, 17, "丙三。", {"ru": "Три."}),
    ),
)  # fmt: skip
CITATION = Citation(
    1, "a", "标题", "某报", "某人", "2026-06-30", 3, BLOCK[3:14], 3, 14, "Подписано 11 проектов.", reviewed=False
)


def answer(text: str = "Подписали 11 проектов [1].", **more: Any) -> Answer:
    base = plain_answer("Сколько?", text)
    fields = {name: getattr(base, name) for name in Answer.__dataclass_fields__}
    return Answer(**{**fields, "language": "ru", "citations": (CITATION,), **more})


def conversation(*answers: Answer) -> Conversation:
    found = Conversation()
    for item in answers:
        found.exchanges.append(
            Exchange(item.question, id=f"x{len(found.exchanges)}", state="done", text=item.text, answer=item)
        )
    return found


def blocks(article_id: str, paragraph: int) -> list[Passage]:
    return [PASSAGE] if (article_id, paragraph) == ("a", 3) else []


# --- rendering ---


def test_markers_become_chips_that_do_not_start_a_line() -> None:
    assert chat_text("签约11个[1][2]。", "x", 2) == "签约11个\u2060[1](#src-x-1)\u2060[2](#src-x-2)。"
    assert chat_text("eleven [1], as said.", "x", 1) == "eleven\u2060[1](#src-x-1), as said."


def test_a_marker_without_a_citation_is_no_chip() -> None:
    assert chat_text("so [7].", "x", 1) == "so."


def test_hostile_text_stays_text() -> None:
    shown = chat_text(HOSTILE, "x", 0)
    assert "<" not in shown
    assert not re.search(r"(?<!\\)[\]\[!`]", shown)


def test_a_half_written_marker_is_held_back() -> None:
    held = Conversation(exchanges=[Exchange("q", id="x", text="eleven [1")])
    shown = messages(held, "en")[1]["content"]
    assert shown.splitlines()[0] == "eleven"
    assert "[" not in shown


def test_votes_are_told_for_each_reply() -> None:
    talk = conversation(answer(), answer(), answer())
    talk.exchanges[0].vote, talk.exchanges[2].vote = "up", "down"
    assert thumbs(talk) == ["Like", None, "Dislike"]
    assert len(thumbs(talk)) == sum(message["role"] == "assistant" for message in messages(talk, "ru"))


def test_only_sentences_that_were_not_asked_yet_are_suggested() -> None:
    prepared = (
        "center results statistics",
        "国内枢纽名单",
        "Сколько?",
        "Кто открыл форум?",
        "Name the six fields.",
        "什么时候开幕？",
    )
    assert worth_asking(prepared, conversation(answer())) == prepared[3:]


def test_the_question_that_was_searched_is_shown_only_where_it_differs() -> None:
    same = conversation(answer(query=" сколько "))
    other = conversation(answer(query="Сколько проектов подписано?"))
    assert not understood(same.exchanges[0])
    assert "Вопрос понят так: «Сколько проектов подписано?»" in messages(other, "ru")[1]["content"]


def test_checks_are_quiet_where_passed_and_plain_where_not() -> None:
    passed = messages(conversation(answer()), "ru")[1]["content"]
    assert "числа ✓" in passed
    assert "Не подтверждено" not in passed
    failed = answer(checks=Checks(False, True, True, True, ("number not in the source: 12",)), notice="Сообщение.")
    shown = messages(conversation(failed), "ru")[1]["content"]
    assert "Не подтверждено: числа (12)" in shown
    assert "числа ✓" not in shown
    assert "Сообщение." in shown


def test_a_card_marks_the_quote_and_the_same_sentence_of_the_translation() -> None:
    shown = evidence(conversation(answer()), "ru", blocks)
    assert "甲一。<mark>乙二，签约11个项目。</mark>丙三。" in shown
    assert "Раз. <mark>Подписано 11 проектов.</mark> Три." in shown
    assert "машинный перевод" in shown
    assert re.search(r"某报 · 某人 · 30 июня 2026\sг\. · абзац 3", shown)
    assert 'href="articles/a?lang=ru&amp;with=ru&amp;from=3&amp;to=14&amp;p=3#p3"' in shown
    assert "\n" not in shown


def test_a_chinese_reply_gets_the_pages_translation_and_a_chinese_page_none() -> None:
    item = answer(language="zh")
    assert card_of(CITATION, item, "en", [PASSAGE]).marked_translation() == "11 projects."
    assert card_of(CITATION, item, "en", [PASSAGE]).reviewed
    assert card_of(CITATION, item, "zh", [PASSAGE]).language is None


def test_a_card_stands_without_its_article_and_without_a_translation() -> None:
    gone = card_of(CITATION, answer(), "ru", [])
    assert (gone.chinese[0].text, gone.marked_translation()) == (CITATION.quote, "Подписано 11 проектов.")
    bare = conversation(answer(citations=(Citation(1, "b", "题", "", "", "someday", 1, "引文", 0, 2, None),)))
    shown = evidence(bare, "ru", blocks)
    assert "Перевода этого фрагмента пока нет." in shown
    assert "someday · абзац 1" in shown


def test_earlier_evidence_is_folded_below_the_newest() -> None:
    shown = evidence(conversation(answer(), answer(question="<b>Второй?")), "ru", blocks)
    assert shown.index('id="src-x1-1"') < shown.index("<details") < shown.index('id="src-x0-1"')
    assert "<summary>Сколько?</summary>" in shown


def test_export_links_need_a_conversation() -> None:
    assert export_links("", "en") == ""
    assert 'href="export/abc.docx?lang=en"' in export_links("abc", "en")


def test_dates_are_written_as_the_language_does() -> None:
    assert long_date("2026-06-30", "zh") == "2026年6月30日"
    assert long_date("2026-06-30", "en") == "June 30, 2026"
    assert long_date("yesterday", "en") == "yesterday"


def test_starting_questions_take_articles_and_passages_in_turn_and_no_answer_twice() -> None:
    rows = [("a#1", "q1", "A"), ("a#1", "q2", "A"), ("a#1", "q3", "B"), ("a#2", "q4", "C"), ("b#1", "q5", "D")]
    assert starting_questions(rows, 4) == ("q1", "q5", "q4", "q3")
    assert starting_questions(rows, 2) == ("q1", "q5")
    assert starting_questions([], 4) == ()


# --- export ---


def test_markdown_holds_question_answer_and_numbered_bilingual_quotes_with_dates() -> None:
    text = markdown(conversation(answer(query="Что ещё?")), "ru", blocks, datetime.date(2026, 7, 1))
    assert text.startswith("# Вопросы и ответы\n")
    for part in ("## 1. Сколько?", "Подписали 11 проектов [1].", "[1] 标题 / Заглавие (某报, 某人, 30 июня 2026", "> 乙二，签约11个项目。", "> Подписано 11 проектов. (машинный перевод)", "*Вопрос понят так: «Что ещё?»*"):  # fmt: skip
        assert part in text
    assert "версия" in text


def test_docx_holds_the_same() -> None:
    from docx import Document

    body = docx(conversation(answer(), answer("Плохой \x0b знак [1].")), "ru", blocks, datetime.date(2026, 7, 1))
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(body)).paragraphs)
    for part in ("1. Сколько?", "Подписали 11 проектов [1].", "标题 / Заглавие (某报, 某人, 30 июня 2026", "乙二，签约11个项目。", "Подписано 11 проектов. (машинный перевод)"):  # fmt: skip
        assert part in text
    assert exported(conversation(), "docx", "zh", blocks, datetime.date(2026, 7, 1))[:2] == b"PK"


# --- feedback ---


def test_one_row_an_answer_without_name_or_address(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "deep" / "feedback.db")
    assert feedback.rows() == []
    assert not feedback.file.exists()
    feedback.vote("x", "up", answer())
    feedback.vote("x", "down", answer())
    feedback.comment("x", " wrong number ")
    feedback.comment("unknown", "nobody voted")
    (row,) = feedback.rows()
    assert (row.vote, row.comment, row.question, row.answer) == (
        "down",
        "wrong number",
        "Сколько?",
        "Подписали 11 проектов [1].",
    )
    assert row.citations == ({"number": 1, "article_id": "a", "paragraph": 3, "quote": CITATION.quote},)
    assert row.version
    assert "address" not in json.loads(row.as_json())
    feedback.vote("x", None, answer())
    assert feedback.rows() == []


def test_a_file_that_is_no_feedback_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "f.db").write_text("not a database at all, but long enough to look like a file of one", "utf-8")
    with pytest.raises(StoreError, match="ASSISTANT_FEEDBACK"):
        Feedback(tmp_path / "f.db").rows()
    sqlite3.connect(tmp_path / "empty.db").close()
    assert Feedback(tmp_path / "empty.db").rows() == []


def test_the_command_lists_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from assistant.cli import main

    file = tmp_path / "feedback.db"
    Feedback(file).vote("x", "up", answer())
    Feedback(file).comment("x", "good")
    monkeypatch.setenv("ASSISTANT_FEEDBACK", str(file))
    assert main(["feedback"]) == 0
    shown = capsys.readouterr().out
    assert "Сколько?" in shown
    assert "» good" in shown
    assert main(["feedback", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["vote"] == "up"


# --- limits and conversations ---


def test_a_limit_refills_evenly() -> None:
    now = [0.0]
    limit = Limit(6, clock=lambda: now[0])
    assert [limit.wait_s("a") for _ in range(6)] == [0.0] * 6
    assert limit.wait_s("a") == 10.0  # one of six a minute
    assert limit.wait_s("b") == 0.0
    now[0] = 10.0
    assert limit.wait_s("a") == 0.0
    assert Limit(0).wait_s("a", cost=1e9) == 0.0


def test_a_limit_forgets_those_who_went_away() -> None:
    now = [0.0]
    limit = Limit(6, clock=lambda: now[0], most_keys=10)
    for number in range(50):
        now[0] += 60.0
        limit.wait_s(str(number))
    assert len(limit._buckets) <= 12


def test_conversations_are_forgotten_after_their_time_and_when_there_are_too_many() -> None:
    now = [0.0]
    kept = Conversations(most=2, keep_s=100, clock=lambda: now[0])
    first = kept.get_or_new("forged")
    assert first.id != "forged"
    assert kept.get_or_new(first.id) is first
    second, third = kept.get_or_new(""), kept.get_or_new("")
    assert kept.get(first.id) is None
    assert kept.get(second.id) is second
    now[0] = 101.0
    assert kept.get(third.id) is None
    assert len(kept) == 0


def test_a_new_question_stops_the_one_before_and_history_holds_finished_ones_only() -> None:
    talk = conversation(answer(), answer())
    running = talk.begin("третий")
    talk.begin("четвёртый")
    assert running.state == "stopped"
    assert talk.history() == [("user", "Сколько?"), ("assistant", "Подписали 11 проектов [1].")] * 2
    talk.cut(1)
    assert len(talk.exchanges) == 1
