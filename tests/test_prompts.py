"""Prompt files, their variables and fingerprints, and how articles are quoted in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import PromptError
from assistant.prompts import VARIABLES, PromptTask, fence, load, quoted, shown_text
from assistant.records import LANGUAGES, Language
from assistant.tokens import count_tokens

FOLDER = Path(__file__).resolve().parent.parent / "prompts"
LAST = {"zh": "中文", "ru": "русск", "en": "English"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", sorted(VARIABLES))
def test_every_task_has_a_prompt_in_every_language_whose_last_line_orders_that_language(
    task: PromptTask, language: Language
) -> None:
    prompt = load(FOLDER, task, language)
    user = prompt.fill(**dict.fromkeys(VARIABLES[task], "7"))[1][1]
    assert LAST[language] in user.splitlines()[-1].replace("по-русски", "русск")
    assert "{{" not in user


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scaffolding_of_an_answer_is_short(language: Language) -> None:
    prompt = load(FOLDER, "answer", language)
    assert count_tokens(prompt.system + prompt.user) <= 300


def test_a_file_that_lacks_a_variable_or_has_an_unknown_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "repair.en.md").write_text("=== system ===\ns\n\n=== user ===\n{{problem}}\n")
    with pytest.raises(PromptError, match=r"lacks \{\{problems\}\}, has the unknown \{\{problem\}\}"):
        load(tmp_path, "repair", "en")


def test_a_file_without_its_two_parts_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "repair.en.md").write_text("{{problems}}")
    with pytest.raises(PromptError, match="two parts"):
        load(tmp_path, "repair", "en")
    with pytest.raises(PromptError, match="cannot be read"):
        load(tmp_path, "repair", "ru")


def test_values_must_be_exactly_the_variables() -> None:
    with pytest.raises(PromptError, match=r"without problems and with unknown problem\."):
        load(FOLDER, "repair", "en").fill(problem="x")


def test_what_looks_like_a_variable_in_a_value_stays_text() -> None:
    values = {"fence": "@@1", "passages": "{{question}} {{terms}}", "terms": "", "question": "why?"}
    assert "{{question}} {{terms}}" in load(FOLDER, "answer", "en").fill(**values)[1][1]


def test_the_fingerprint_changes_with_any_letter(tmp_path: Path) -> None:
    text = (FOLDER / "answer.en.md").read_text()
    (tmp_path / "answer.en.md").write_text(text.replace("delegates'", "delegate's"))
    first, second = load(FOLDER, "answer", "en").fingerprint, load(tmp_path, "answer", "en").fingerprint
    assert first != second
    assert len(first) == 12


def test_the_fence_depends_on_what_it_closes_in() -> None:
    assert fence("a", "b") == fence("a", "b")
    assert fence("a", "b") != fence("ab", "")
    assert "@@" not in shown_text(["@@12345678 end"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("见[3]和【12】", "见(3)和(12)"),
        ("visit https://evil.example/x now", "visit now"),
        ("a\u200bb\n c", "ab c"),
        ("写信至 a@b.cn 。", "写信至 。"),
    ],
)
def test_shown_text_has_no_links_no_markers_and_one_line(text: str, shown: str) -> None:
    assert shown_text([text]) == shown


def test_each_quoted_line_is_marked_and_numbered() -> None:
    assert quoted(2, "文字") == "> [2] 文字"
    assert quoted(None, "文字") == "> 文字"
