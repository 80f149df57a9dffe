"""One concept for a name in three languages, in any inflection, and no concept where there is only a like word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.articles import Corpus
from assistant.language import fold
from assistant.names import Concept, NameTable, is_named_thing, name_term
from assistant.records import GlossaryEntry

ENTRIES = (
    GlossaryEntry(("海湾港",), ("порт Хайвань", "Хайвань"), ("Haiwan Port", "Port of Haiwan"), "place"),
    GlossaryEntry(("三号码头",), ("третий причал", "причал № 3"), ("third pier", "Pier 3"), "project"),
    GlossaryEntry(("林峰",), ("Линь Фэн",), ("Lin Feng",), "person"),
    GlossaryEntry(("上海合作组织", "上合组织"), ("ШОС",), ("SCO",), "body"),
    GlossaryEntry(("上海",), ("Шанхай",), ("Shanghai",), "place"),
    GlossaryEntry(("科技部",), ("Минтех",), ("MOST",), "body"),
    GlossaryEntry(("哈萨克斯坦",), ("Казахстан", "РК"), ("Kazakhstan",), "place"),
)
NAMES = NameTable(ENTRIES)


def found(text: str) -> list[tuple[str, int, int]]:
    return [(mention.concept.id, mention.start, mention.end) for mention in NAMES.mentions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("порта Хайвань и Казахстана", [("g:海湾港", 0, 13), ("c:KZ", 16, 26)]),
        ("Haiwan Port’s third pier", [("g:海湾港", 0, 13), ("g:三号码头", 14, 24)]),
        ("海湾港三号码头", [("g:海湾港", 0, 3), ("g:三号码头", 3, 7)]),
        ("海灣港三號碼頭", [("g:海湾港", 0, 3), ("g:三号码头", 3, 7)]),
        ("ＳＣＯ в Узбекистане", [("g:上海合作组织", 0, 3), ("c:UZ", 6, 17)]),
        ("Линя Фэна", [("g:林峰", 0, 9)]),
        ("SCO成员国蒙古", [("g:上海合作组织", 0, 3), ("c:MN", 6, 8)]),
        ("", []),
        ("🙂 \ufeff …", []),
        ("nothing here, ничего, 没有", []),
    ],
)
def test_a_name_is_found_in_every_language_and_inflection(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("индийский", "c:IN"),
        ("российскими", "c:RU"),
        ("китайцы", "c:CN"),
        ("монгольская", "c:MN"),
        ("монголы", "c:MN"),
        ("россиян", "c:RU"),
        ("афганцев", "c:AF"),
        ("Afghans", "c:AF"),
        ("казахстанские", "c:KZ"),
        ("Indian", "c:IN"),
        ("German", "c:DE"),
        ("Indians", "c:IN"),
        ("Chinese", "c:CN"),
        ("Russian", "c:RU"),
        ("印度", "c:IN"),
    ],
)
def test_the_adjective_of_a_country_is_the_country(text: str, country: str) -> None:
    assert [concept for concept, _, _ in found(text)] == [country]


@pytest.mark.parametrize("text", ["таджикский", "таджикскими", "Tajik", "Tajiks", "таджики", "таджиков"])
def test_the_adjectives_of_the_member_states_are_found_in_the_shipped_glossary(
    shipped_names: NameTable, text: str
) -> None:
    assert shipped_names.concept_ids(text) == {"c:TJ"}


@pytest.mark.parametrize("text", ["узбекский", "казахский", "киргизский", "Uzbek", "Kazakh", "Kyrgyz", "белорусский"])
def test_adjectives_that_the_shipped_glossary_lists_are_found(shipped_names: NameTable, text: str) -> None:
    assert {concept[:2] for concept in shipped_names.concept_ids(text)} == {"c:"}


@pytest.mark.parametrize("text", ["связь с малой задержкой", "обмен данных", "дар", "most", "индекс", "stan"])
def test_an_ordinary_word_is_not_a_country(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(("text", "country"), [("в Мали", "c:ML"), ("в Дании", "c:DK"), ("на Кубе", "c:CU"), ("в Перу", "c:PE")])  # fmt: skip
def test_a_country_with_the_stem_of_an_ordinary_word_is_found(text: str, country: str) -> None:
    assert NAMES.concept_ids(text) == {country}


def test_of_overlapping_names_the_longest_is_mentioned_and_both_are_concepts() -> None:
    assert found("上海合作组织") == [("g:上海合作组织", 0, 6)]
    assert NAMES.concept_ids("上海合作组织") == {"g:上海合作组织", "g:上海"}


def test_an_abbreviation_that_is_a_word_counts_in_capitals_only() -> None:
    assert found("most of the projects") == []
    assert found("MOST and others") == [("g:科技部", 0, 4)]


def test_a_country_of_the_glossary_joins_the_country_of_the_world() -> None:
    concept = NAMES.concepts["c:KZ"]
    assert concept.kind == "country"
    assert concept.forms["ru"] == ("Казахстан", "РК")
    assert "g:哈萨克斯坦" not in NAMES.concepts


def test_the_first_form_is_the_preferred_one() -> None:
    assert [NAMES.preferred("g:海湾港", language) for language in ("zh", "ru", "en")] == [
        "海湾港",
        "порт Хайвань",
        "Haiwan Port",
    ]
    assert NameTable((GlossaryEntry(("甲",), ("Альфа",), (), "body"),)).preferred("g:甲", "en") is None


def test_names_are_cut_out_without_moving_the_rest() -> None:
    text = "Порт Хайвань и Казахстан!"
    cut = NAMES.without_names(text, NAMES.mentions(text))
    assert cut == "||||||||||||" + " и " + "|||||||||" + "!"


def test_the_words_of_names_are_known_one_by_one() -> None:
    assert NAMES.named_words("Is Haiwan Port larger than Newport?") == {"haiwan", "port"}
    assert NAMES.named_words("Линя Фэна видели в порту") == {"линя", "фэна"}
    assert NAMES.named_words("") == frozenset()


def test_a_term_is_not_a_named_thing() -> None:
    assert is_named_thing(NAMES.concepts["g:海湾港"])
    assert not is_named_thing(Concept("g:枢纽", "term", {"zh": ("枢纽",), "ru": (), "en": ()}))


def test_without_countries_only_the_glossary_is_known() -> None:
    table = NameTable(ENTRIES[:1], countries=False)
    assert list(table.concepts) == ["g:海湾港"]
    assert table.mentions("Индия и порт Хайвань")[0].concept.id == "g:海湾港"


def test_an_empty_table_finds_nothing() -> None:
    table = NameTable((), countries=False)
    assert table.mentions("青岛 Циндао Qingdao") == []
    assert table.concept_ids("青岛 Циндао Qingdao") == set()


def test_a_name_has_one_index_term_without_spaces() -> None:
    assert name_term("g:a b") == "§g:a_b"


def test_every_preferred_form_of_the_shipped_glossary_is_found_as_its_concept(
    shipped_corpus: Corpus, shipped_names: NameTable
) -> None:
    missed = []
    for entry in shipped_corpus.glossary:
        for form in (entry.zh[:1], entry.ru[:1], entry.en[:1]):
            mentioned = [shipped_names.concepts[c] for text in form for c in shipped_names.concept_ids(text)]
            if form and not any(form[0] in forms for concept in mentioned for forms in concept.forms.values()):
                missed.append(form[0])
    assert set(missed) <= {"му"}  # the unit of land: the dictionary takes the word for an interjection


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("上海合作组织港林峰 ШОСпортХайвань SCOHaiwnPort-’'ё🙂\ufeff"), st.characters()
        ),
        max_size=80,
    )
)
def test_mentions_lie_inside_the_folded_text_in_order_without_overlap(text: str) -> None:
    length, position = len(fold(text)), 0
    for mention in NAMES.mentions(text):
        assert position <= mention.start < mention.end <= length
        position = mention.end
    assert len(NAMES.without_names(text, NAMES.mentions(text))) == length
    assert {mention.concept.id for mention in NAMES.mentions(text)} <= NAMES.concept_ids(text)


@pytest.mark.parametrize("text", ["青" * 100_000, "ё" * 100_000, "SCO " * 25_000, "上合组织" * 25_000])
def test_a_very_long_text_is_searched(text: str) -> None:
    assert NAMES.mentions(text) or text[0] in "青ё"
