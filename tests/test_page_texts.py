"""The strings of the page: the same keys, the same variables and the right script in every language."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from assistant.records import LANGUAGES, Language
from assistant.settings import PROJECT_ROOT
from ui.texts import BUILTIN, ICONS, LOCALES, NAMES, TEXTS, articles_counted, language_of, preferred, quoted, tell

UI = PROJECT_ROOT / "ui"


def variables(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_keys_and_variables() -> None:
    for table in (TEXTS, ICONS):
        assert set(table) == set(LANGUAGES)
        for key in table["en"]:
            assert {language: variables(table[language][key]) for language in LANGUAGES} == {
                language: variables(table["en"][key]) for language in LANGUAGES
            }
        assert set(table["ru"]) == set(table["zh"]) == set(table["en"])
    assert set(NAMES) == set(LOCALES) == set(BUILTIN) == set(LANGUAGES)


def test_every_string_is_in_its_language() -> None:
    script = {"zh": r"[\u4e00-\u9fff]", "ru": r"[а-яё]", "en": r"[a-z]"}
    for language in LANGUAGES:
        for key, text in TEXTS[language].items():
            assert re.search(script[language], text, re.IGNORECASE), (language, key, text)
    for key, text in TEXTS["en"].items():
        assert not re.search(r"[\u4e00-\u9fffа-яё]", text), key


def test_every_key_is_used_and_every_used_key_exists() -> None:
    source = "\n".join(
        file.read_text("utf-8") for file in [*UI.glob("*.py"), *(UI / "static").glob("*.js")] if file.name != "texts.py"
    )
    used = set(re.findall(r'(?:tell|say|\bt)\(\s*"(\w+)"', source))
    assert used - set(TEXTS["en"]) - {"title_heading", "sources_heading"} == set()
    named = set(re.findall(r"[\"'](\w+)[\"']", source)) | {
        key for key in TEXTS["en"] if key.startswith(("kind_", "articles_"))
    }
    assert set(TEXTS["en"]) - named == set()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-Hans-SG,zh;q=0.9", "zh"), ("ru-KZ;q=0.8, kk", "ru"), ("de, ru;q=0.5, en;q=0.4", "ru"), ("fr", "en"), ("", "en"), ("en;q=0.1,zh-HK;q=0.9", "zh"),
        ("ru;q=x, zh;q=0", "en"), ("*" * 9999, "en"),
    ],
)  # fmt: skip
def test_the_browsers_language_is_taken_where_the_page_has_it(header: str, language: Language) -> None:
    assert preferred(header) == language


def test_anything_else_than_a_language_falls_back() -> None:
    assert [language_of(value, "ru") for value in ("zh", None, 7, "../x", ["zh"])] == ["zh", "ru", "ru", "ru", "ru"]


def test_articles_are_counted_in_the_form_that_the_sentence_needs() -> None:
    assert [articles_counted(n, "ru") for n in (1, 4, 5, 11, 21)] == [
        "1 китайской статье", "4 китайским статьям", "5 китайским статьям", "11 китайским статьям", "21 китайской статье",
    ]  # fmt: skip
    assert [articles_counted(n, "en") for n in (1, 2)] == ["1 Chinese article", "2 Chinese articles"]
    assert articles_counted(4, "zh") == "4篇中文报道"
    assert tell("subtitle", "ru", articles=articles_counted(4, "ru")).startswith("Ответы по 4 китайским статьям;")


def test_quotation_marks_are_the_languages_own() -> None:
    assert [quoted("x", language) for language in LANGUAGES] == ["“x”", "«x»", "“x”"]


def test_no_file_of_the_page_names_another_host() -> None:
    allowed = {"www.w3.org"}  # the name of SVG's namespace, which nothing is loaded from
    for file in [*UI.rglob("*.py"), *(UI / "static").iterdir()]:
        hosts = set(re.findall(r"(?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", Path(file).read_text("utf-8")))
        assert hosts <= allowed, (file.name, hosts)
