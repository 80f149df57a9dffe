"""`assistant enrich` against the stub: what is written, checked, retried, kept and reported."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from openai_stub import Request, Script, Stub

from assistant.articles import read_corpus
from assistant.enrichment import enrich_corpus, pairs_in, translation_problems
from assistant.errors import CorpusError, ModelRejected, SettingsError
from assistant.names import NameTable
from assistant.records import Wording
from assistant.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
CORPUS = read_corpus(ROOT / "corpus")
ARTICLE = next(article for article in CORPUS.articles if article.id == "hundred-lists")
NAMES = NameTable(CORPUS.glossary)


def known_translations() -> dict[tuple[str, str], str]:
    rows: dict[tuple[str, str], str] = {}
    for language, found in ARTICLE.translations.items():
        rows |= {(language, block.text): text for block, text in zip(ARTICLE.blocks, found.blocks, strict=True)}
        rows |= {(language, ARTICLE.title): found.title, (language, ARTICLE.subtitle): found.subtitle}
    return rows


TRANSLATIONS = known_translations()
# The first of each is sound; the others are in another language, bring in a name or a number, or say the question again.
WORDINGS = {
    "zh": ["讲了什么内容？", "What is it about?", "乌兹别克斯坦说了什么？", "段落说了什么？"],
    "ru": ["О чём речь?", "讲了什么？", "Что сказали 777 делегатов?", "что сказано?"],
    "en": ["What does it say?", "О чём речь?", "What did Uzbekistan say?", "What is said?"],
}


def language_asked(request: Request) -> str:
    return (
        "ru"
        if "по-русски" in request.prompt[-60:] or "русском" in request.prompt[-60:]
        else "en"
        if "English" in request.prompt[-60:]
        else "zh"
    )


def translator(request: Request) -> Script:
    """The reviewed translation of the block that is asked for; pairs from its first sentence for questions."""
    language = language_asked(request)
    block = re.findall(r"^> (.*)$", request.prompt, re.MULTILINE)[-1]
    if "JSON" in request.prompt:
        first = {
            "zh": block.split("。")[0] + "。",
            "ru": "В сборнике собраны разработки и запросы.",
            "en": "The compendium gathers achievements and needs.",
        }
        return Script(
            (
                json.dumps(
                    [
                        {
                            "question": {"zh": "段落说了什么？", "ru": "Что сказано?", "en": "What is said?"}[language],
                            "answer": first[language],
                            "wordings": WORDINGS[language],
                        }
                    ],
                    ensure_ascii=False,
                ),
            )
        )
    return Script((TRANSLATIONS[language, block],))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "hundred-lists").mkdir()
    shutil.copy(ROOT / "corpus" / "hundred-lists" / "zh.md", tmp_path / "hundred-lists" / "zh.md")
    shutil.copy(ROOT / "corpus" / "glossary.csv", tmp_path / "glossary.csv")
    return tmp_path


def settings(stub: Stub, corpus: Path) -> Settings:
    return Settings(
        openai_base_url=stub.base_url, openai_api_key="sk-canary", chat_model="m", corpus=corpus, prompts=ROOT / "prompts",
        price_prompt=1.0, price_completion=2.0, max_retries=0, timeout_s=5,
    )  # fmt: skip


def test_an_article_gets_translations_and_questions_marked_for_review(corpus: Path) -> None:
    lines: list[str] = []
    with Stub(translator) as stub:
        assert enrich_corpus(settings(stub, corpus), [], lines.append) == 0
        before = len(stub.requests)
        assert enrich_corpus(settings(stub, corpus), ["hundred-lists"], lines.append) == 0
        assert len(stub.requests) == before  # nothing lacks any more
    found = read_corpus(corpus)
    assert found.problems == ()
    article = found.articles[0]
    for language, translation in ARTICLE.translations.items():
        made = article.translations[language]
        assert made.blocks == translation.blocks
        assert not made.reviewed
        assert "machine translation (m)" in made.translator
    assert {question.paragraph for question in article.questions} == {1, 2, 3, 4}
    rows = (corpus / "hundred-lists" / "questions.jsonl").read_text().splitlines()
    assert all(json.loads(row)["reviewed"] is False for row in rows)
    assert {language: json.loads(rows[0])[language]["wordings"] for language in WORDINGS} == {
        language: wordings[:1] for language, wordings in WORDINGS.items()
    }
    assert article.questions[0].wordings["ru"].others == ("О чём речь?",)
    assert any("ru 7/7" in line and "cost 0.0" in line for line in lines)
    assert not list((corpus / "hundred-lists").glob(".enrich*"))


def test_a_block_that_fails_is_retried_with_what_failed_and_then_reported(corpus: Path) -> None:
    def wrong(request: Request) -> Script:
        script = translator(request)
        if "JSON" not in request.prompt and "100项" in request.prompt and language_asked(request) == "ru":
            return Script((script.pieces[0].replace("100", "130"),))
        return script

    lines: list[str] = []
    with Stub(wrong) as stub:
        assert enrich_corpus(settings(stub, corpus), [], lines.append) == 1
        asked = [
            r.prompt
            for r in stub.requests
            if "100项" in r.prompt and language_asked(r) == "ru" and "JSON" not in r.prompt
        ]
    assert len(asked) == 3
    assert "Прошлая попытка не прошла проверку" in asked[1]
    assert "этого числа нет в оригинале: 130" in asked[1]
    assert any("not done: hundred-lists ru, block 3: number not in the source" in line for line in lines)
    assert not (corpus / "hundred-lists" / "ru.md").exists()
    assert (corpus / "hundred-lists" / "en.md").exists()
    # Only the block that failed is asked for again.
    with Stub(translator) as stub:
        assert enrich_corpus(settings(stub, corpus), [], lines.append) == 0
        assert len([r for r in stub.requests if "JSON" not in r.prompt]) == 1
    assert read_corpus(corpus).articles[0].translations["ru"].blocks == ARTICLE.translations["ru"].blocks


def test_a_run_that_the_service_ends_goes_on_where_it_stopped(corpus: Path) -> None:
    with Stub(lambda request: translator(request) if request.number < 4 else Script(status=401)) as stub:
        with pytest.raises(ModelRejected) as caught:
            enrich_corpus(settings(stub, corpus), [], lambda _: None)
        assert "canary" not in str(caught.value)
    with Stub(translator) as stub:
        assert enrich_corpus(settings(stub, corpus), [], lambda _: None) == 0
        assert len([r for r in stub.requests if "JSON" not in r.prompt]) == 2 * 7 - 4


def test_without_a_model_or_with_an_unknown_article_it_says_what_is_expected(corpus: Path) -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_CHAT_MODEL"):
        enrich_corpus(Settings(corpus=corpus, openai_base_url=None), [], lambda _: None)
    with Stub(translator) as stub, pytest.raises(CorpusError, match="Expected one of: hundred-lists"):
        enrich_corpus(settings(stub, corpus), ["nothing"], lambda _: None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Собрано 100 разработок.\n\nИ ещё.", "more than one paragraph"),
        ("Собрано 130 разработок по шести областям.", "number not in the source: 130"),
        ("Собраны разработки по шести областям.", "number left out: 100项"),
        ("100 achievements were gathered in six fields.", "not in the language asked for"),
        ("Собрано 100项 разработок по шести областям.", "not in the language asked for"),
        ("Собрано <b>100</b> разработок по шести областям.", "formatting or a link"),
        ("100.", "too short"),
    ],
)
def test_what_is_wrong_with_a_translation_is_named(text: str, problem: str) -> None:
    found = translation_problems("技术成果类汇集100项，细分为六大领域。", text, "ru", NAMES, "2026-06-30")
    assert any(item.startswith(problem.split("项")[0]) for item in found), found


def test_pairs_are_read_from_a_reply_with_talk_around_them() -> None:
    assert pairs_in('Here:\n```json\n[{"question": "a ", "answer": "b"}, {"question": ""}, 3]\n```') == [
        Wording("a", "b")
    ]
    assert pairs_in('[{"question": "a", "answer": "b", "wordings": [" c  d", "", 3]}]') == [Wording("a", "b", ("c d",))]
    assert pairs_in('[{"question": "a", "answer": "b", "wordings": "c"}]') == [Wording("a", "b")]
    assert pairs_in("no array") == []
    assert pairs_in('{"question": "a"}') == []
