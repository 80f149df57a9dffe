"""Copies are found, independent wordings are not, and the shipped gold has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.records import Language
from eval.gold import Group, Wording, corpus_blocks, read_gold
from eval.leak import Anticipated, anticipated_questions, is_near_copy, near_copies, similarity

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("language", "question", "copy"),
    [
        ("zh", "大会在哪座城市举行？", "大会在哪座城市举行"),  # punctuation
        ("zh", "百项成果和百项需求是哪天发布的？", "百项成果与百项需求是哪天发布的？"),  # a word changed
        ("zh", "上合组织人口占世界多少？", "上合组织人口占全球多少？"),
        ("zh", "牛海涛是谁？", "谁是牛海涛"),  # order, short
        ("ru", "Какие проекты подписали на конференции?", "Какие проекты заключили на конференции"),
        ("ru", "Кто такой Ню Хайтао?", "Ню Хайтао, кто такой?"),
        ("ru", "Где находится Центр инноваций ШОС?", "Где же находится Центр инноваций ШОС"),
        ("en", "What is the theme of the conference?", "What was the theme of the conference?"),
        ("en", "How many projects were signed at the conference?", "At the conference, how many projects were signed?"),
        ("en", "Where is the alliance's liaison office?", "Where's the alliance's liaison office at?"),
    ],
)
def test_a_planted_copy_is_found(language: Language, question: str, copy: str) -> None:
    assert is_near_copy(question, copy, language)
    assert is_near_copy(copy, question, language)


@pytest.mark.parametrize(
    ("language", "question", "other"),
    [
        ("zh", "牛海涛是谁？", "牛海涛在哪里任职？"),
        ("zh", "大会的主题是什么？", "大会在哪里举行？"),
        ("ru", "Кто такой Ню Хайтао?", "Кто такой Казбек Кочинов?"),
        (
            "ru",
            "Сколько проектов подписали на конференции?",
            "Каково общее число проектов, под которыми поставлены подписи?",
        ),
        ("en", "Who is Niu Haitao?", "Who is Kazbek Kochinov?"),
        ("en", "What is the theme of the conference?", "Under what motto was the event held?"),
    ],
)
def test_another_wording_is_no_copy(language: Language, question: str, other: str) -> None:
    assert not is_near_copy(question, other, language)


def test_similarity_is_the_dice_of_n_grams() -> None:
    # " abc " has the trigrams " ab", "abc", "bc "; " abd " shares the first: 2 * 1 / (3 + 3)
    assert similarity("abc", "ABD", "en") == pytest.approx(1 / 3)
    # " 青岛 " and " 青山 " share the bigram " 青": 2 * 1 / (3 + 3)
    assert similarity("青岛？", "青山", "zh") == pytest.approx(1 / 3)


def test_history_is_compared_too_and_only_within_a_language() -> None:
    wordings: dict[Language, Wording] = {
        "zh": Wording("那广州呢？", ("西安枢纽聚焦哪个产业？",)),
        "ru": Wording("А в Гуанчжоу?", ("Чем занят сианьский хаб?",)),
        "en": Wording("And Guangzhou?", ("What is the hub in Xi'an for?",)),
    }
    group = Group("f-1", "follow-up", "plain", wordings, (), ())
    planted = (
        Anticipated("zh", "西安枢纽聚焦什么产业？", "network, paragraph 9"),
        Anticipated("en", "西安枢纽聚焦什么产业？", "network, paragraph 9"),
    )
    (copy,) = near_copies([group], planted)
    assert (copy.group_id, copy.language, copy.question) == ("f-1", "zh", "西安枢纽聚焦哪个产业？")
    assert "network, paragraph 9" in str(copy)


def test_no_shipped_gold_question_nearly_copies_an_anticipated_one() -> None:
    groups = read_gold(ROOT / "eval" / "gold", corpus_blocks(ROOT / "corpus"))
    assert [str(copy) for copy in near_copies(groups, anticipated_questions(ROOT / "corpus"))] == []
