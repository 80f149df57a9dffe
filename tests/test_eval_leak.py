"""Copies are found, independent wordings are not, and the shipped gold has none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.records import LANGUAGES, Language
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


def _plant(folder: Path, name: str, row: dict[str, object]) -> Path:
    article = folder / "signing"
    article.mkdir()
    (article / "zh.md").write_text(
        "---\nid: signing\nlanguage: zh\ntitle: 签约\nsource: 日报\nauthor: 李\ndate: 2026-06-30\n---\n\n会上签约11个项目。\n",
        encoding="utf-8",
    )
    (article / name).write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "row", "place"),
    [
        (
            "questions.jsonl",
            {
                "paragraph": 1,
                "en": {"question": "Any projects?", "answer": "11.", "wordings": ["And?", "Who pays the bill?"]},
            },
            "signing, paragraph 1",
        ),
        ("gaps.jsonl", {"en": "Who pays the bill?"}, "signing, gap 1"),
        ("gaps.jsonl", {"en": ["Who is the sponsor?", "Who pays the bill?"]}, "signing, gap 1"),
    ],
)
def test_a_copy_of_a_further_wording_or_of_a_known_gap_is_found(
    tmp_path: Path, name: str, row: dict[str, object], place: str
) -> None:
    question = Wording("So who pays the bill?")
    group = Group("u-1", "unanswerable", "plain", {"zh": question, "ru": question, "en": question}, (), ())
    (copy,) = near_copies([group], anticipated_questions(_plant(tmp_path, name, row)))
    assert (copy.language, copy.anticipated.question, copy.anticipated.place) == ("en", "Who pays the bill?", place)


def test_the_index_misses_no_copy_that_comparing_all_pairs_finds() -> None:
    """Each anticipated question as gold, its copies sought both ways; those of one article are near each other."""
    known = [one for one in anticipated_questions(ROOT / "corpus") if one.place.startswith("agri-alliance")]
    missed = []
    for one in known[::31]:
        mute = {language: Wording("—") for language in LANGUAGES}
        group = Group("g", "unanswerable", "plain", {**mute, one.language: Wording(one.question)}, (), ())
        others = [other for other in known if other.question != one.question and other.language == one.language]
        by_pairs = any(is_near_copy(one.question, other.question, one.language) for other in others)
        if by_pairs != bool(near_copies([group], others)):
            missed.append(one.question)
    assert missed == []
