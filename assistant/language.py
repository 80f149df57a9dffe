"""Which of Chinese, Russian and English a text is in; folding it; its sentences, words and n-grams.

Nothing here asks for a language where the script tells it: a Russian question that names an English body is cut into Russian
and English words alike.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import regex

from assistant.records import Language

if TYPE_CHECKING:
    import opencc
    import pymorphy3
    import Stemmer

_HAN = r"\p{Script=Han}"
_WORD = regex.compile(
    rf"{_HAN}+|\p{{Script=Cyrillic}}+|\p{{Script=Latin}}[\p{{Script=Latin}}\p{{M}}]*(?:['’]\p{{Script=Latin}}+)*|\d+(?:[.,]\d+)*"
)
_IS_HAN = regex.compile(_HAN)
_IS_CYRILLIC = regex.compile(r"\p{Script=Cyrillic}")
_IS_LATIN = regex.compile(r"\p{Script=Latin}")
_POSSESSIVE = regex.compile(r"['’]s$")
_APOSTROPHE = regex.compile(r"['’]")
_GROUPED = regex.compile(r"\d{1,3}(?:[,.]\d{3})+")
_INVISIBLE = regex.compile(r"[\p{Cc}\p{Cf}\p{Co}\p{Cn}--\n\t]", regex.V1)
_SPACE = regex.compile(r"\s+")

# Letters that Russian does not have: Kazakh, Kyrgyz, Tajik, Mongolian, Tatar, Ukrainian, Belarusian, Serbian.
_FOREIGN_CYRILLIC = regex.compile(r"[әғқңөұүһіҷӣӯҳҵҽӡєїґўјљњћђџ]")
_FOREIGN_LATIN = regex.compile(r"[àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßšžčćđęąłńśźżőűğışțăŏʻ]")
# Function words that no English sentence needs: French, German, Spanish, Italian, Portuguese, Turkish, Uzbek, Kazakh in
# Latin letters.
_FOREIGN_WORDS = frozenset(
    """le les des du une est sont dans pour avec qui que quel quelle quels quelles combien où pourquoi quand sur ont été ce
    cette aux et ou der das und ist sind wie viele welche welcher wer wo wann warum mit für von dem den ein eine nicht wurde
    wurden el los las del una es son cuantos cuántos cuál cual quién quien dónde donde cuándo cuando qué por con fue fueron
    para y il gli della dei delle quanti quale chi dove perché perche nel sono che os uma foi foram quantos quais qual onde
    quando em nao não nedir kim kaç hangi nerede için ile bir ve mı mi ne zaman nima qancha qaysi qayerda qachon uchun bilan
    va necha nechta bo'ldi loyiha qansha qandai nemese zhane jane""".split()
)
# Words that no Russian sentence needs, and that may be all that tells a text without special letters from one: Kyrgyz, Uzbek,
# Tajik, Mongolian, Ukrainian, Bulgarian.
_FOREIGN_CYRILLIC_WORDS = frozenset(
    """канча канчалык кандай кайсы кайсыл кайда качан эмне эмнеге жана менен болду болгон жерде катышты
    нечта неча кайси каерда качон нима нимага билан учун ва эди имзоланди булди
    чанд кучо барои буд шуд аст хэд хэдэн юу хаана хэзээ гэж болон байна вэ
    хто який яка яке чому було були колко къде кога какво защо беше са""".split()
)
# Words that carry no content in a question: function words, courtesies, and what one only asks with.
_ENGLISH_WORDS = frozenset(
    """a an the of in on at to for from by with about as is are was were be been being am do does did done have has had will
    would can could should shall may might must and or but if than then so no not nor this that these those it its i you he
    she we they me him her us them my your our their his there here what which who whom whose when where why how many much
    any some all each also just only very please tell give let say said into over under up out off between among during per
    via s t re ll d m ve exactly precisely roughly approximately actually really basically kindly thanks thank hello hi dear
    excuse sorry explain clarify specify inform describe know want wanted like need wonder wondering interested ask asking
    question according article articles newspaper mention mentions mentioned text called kind sort type involving involved
    involve concerning regarding together ever even still get got make made take took one ones thing things""".split()
)
_RUSSIAN_WORDS = frozenset(
    """быть мочь стать являться сколько именно примерно приблизительно вообще собственно конкретно пожалуйста спасибо
    подсказать сказать объяснить пояснить уточнить сообщить рассказать перечислить назвать называть называться здравствуйте
    здравствуй привет добрый извинить простить любезный просить хотеть хотеться узнать знать понять понимать интересовать
    интересно согласно статья газета упомянуть упомянутый упоминать текст иметь получиться оказаться также тоже еще уже весь
    все много самый любой""".split()
)
_RUSSIAN_FUNCTION = frozenset(("PREP", "CONJ", "PRCL", "NPRO", "INTJ"))

# What a Chinese question asks with, and particles that carry no content; longest first. A bigram never spans one of them.
_CHINESE_FUNCTION = regex.compile(
    r"您好|你好|谢谢|麻烦您?|请问一下|请问|请|据报道|根据报道|根据文章|报道中?|文章中?|文中|提到|所说的?|大概|大约|到底|究竟|具体|所有|全部|一共|总共|"
    r"哪所|哪类|哪方面|哪种|请介绍一下|介绍一下|请告诉我|告诉我|能不能|是不是|有没有|有多少|什么时候|什么时间|为什么|怎么样|怎样|如何|多少|几个|几家|几项|几名|什么|哪些|哪个|哪家|哪位|哪里|哪儿|哪年|哪国|哪|"
    r"何时|何地|何处|何人|为何|是否|谁|吗|呢|吧|啊|呀|么|的|了|着|过|是|在|和|与|及|以及|并|将|被|把|由|从|向|对|于|为|有|这个|那个|这|那|其|该|个|一下|我想知道|想知道|我想问"
)

_STEMMERS: dict[str, Stemmer.Stemmer] = {}


def normalise(text: str) -> str:
    """`text` in NFKC, without invisible and control characters, white space folded to single spaces, trimmed."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()


def fold(text: str) -> str:
    """`text` for comparing: normalised, lower case, ё as е, traditional characters simplified. Offsets do not survive."""
    folded = normalise(text).casefold().replace("ё", "е")
    return _simplifier().convert(folded) if _IS_HAN.search(folded) else folded


@functools.cache
def _simplifier() -> opencc.OpenCC:
    import opencc

    return opencc.OpenCC("t2s")


@functools.cache
def _morphology() -> pymorphy3.MorphAnalyzer:
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


def is_dictionary_word(word: str) -> bool:
    """Whether a folded Russian word is in the dictionary; False for other scripts, for which there is none here."""
    return bool(_IS_CYRILLIC.match(word)) and _morphology().word_is_known(word)


@functools.lru_cache(maxsize=65536)
def verb_tense(word: str) -> Literal["past", "future"] | None:
    """The tense of a folded Russian verb; None for the present and for all that is no verb."""
    return {"past": "past", "futr": "future"}.get(str(_morphology().parse(word)[0].tag.tense))  # type: ignore[return-value]


def _stem(word: str, algorithm: str) -> str:
    if algorithm not in _STEMMERS:
        import Stemmer

        _STEMMERS[algorithm] = Stemmer.Stemmer(algorithm)
    return str(_STEMMERS[algorithm].stemWord(word))


def detect(text: str) -> Language | None:
    """The language of `text`; None where it is none of the three (Kazakh, French, Arabic, no letters at all).

    Decided by letters, then by words: a Chinese question may name "SCO", an English one may quote 上合组织.
    """
    folded = normalise(text).casefold()
    han = len(regex.findall(_HAN, folded))
    cyrillic = len(regex.findall(r"\p{Script=Cyrillic}", folded))
    latin_words = regex.findall(r"\p{Script=Latin}+(?:['’]\p{Script=Latin}+)*", folded)
    other = len(regex.findall(r"\p{L}", folded)) - han - cyrillic - sum(len(word) for word in latin_words)
    if regex.search(
        r"[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]", folded
    ) or other > han + cyrillic + len(latin_words):
        return None
    if cyrillic and cyrillic >= 2 * han and cyrillic >= sum(len(w) for w in latin_words) / 2:
        if len(_FOREIGN_CYRILLIC.findall(folded)) * 25 >= cyrillic:
            return None
        found = regex.findall(r"\p{Script=Cyrillic}+", folded)
        strange = sum(word in _FOREIGN_CYRILLIC_WORDS for word in found)
        return None if strange and strange > sum(not word_terms(word.replace("ё", "е")) for word in found) else "ru"
    english = sum(word in _ENGLISH_WORDS for word in latin_words)
    # An English sentence that quotes a Chinese name has English function words; a Chinese one that quotes "AI" has none.
    if han and not (english >= 2 and han <= 4 * len(latin_words)):
        return "zh"
    if not latin_words:
        return None
    foreign = sum(word in _FOREIGN_WORDS for word in latin_words) + 0.5 * len(_FOREIGN_LATIN.findall(folded))
    return None if foreign > max(english, 0.9) else "en"


def words(text: str) -> list[str]:
    """The runs of Han, the Cyrillic and Latin words and the numbers of folded `text`, in order."""
    return [_plain_number(word) if word[0].isdigit() else word for word in _WORD.findall(fold(text))]


def _plain_number(digits: str) -> str:
    """1,000 and 1000 are one term; a decimal comma is a point."""
    if _GROUPED.fullmatch(digits):
        return regex.sub(r"[,.]", "", digits)
    return digits.replace(",", ".")


@functools.lru_cache(maxsize=65536)
def word_terms(word: str) -> tuple[str, ...]:
    """The index terms of one folded word: lemma and stem in Russian, stem in English; none for a function word."""
    if _IS_CYRILLIC.match(word):
        parse = _morphology().parse(word)[0]
        if parse.tag.POS in _RUSSIAN_FUNCTION or "Apro" in parse.tag or parse.normal_form in _RUSSIAN_WORDS:
            return ()
        lemma = parse.normal_form.replace("ё", "е")
        return tuple(dict.fromkeys((lemma, _stem(word, "russian"))))
    if _IS_LATIN.match(word):
        plain = _POSSESSIVE.sub("", word)
        return () if plain in _ENGLISH_WORDS else (_stem(_american(_APOSTROPHE.sub("", plain)), "english"),)
    return (word,)


_BRITISH = (
    (regex.compile(r"(?<=\w{3})is(e[drs]?|ers|ing|ations?)$"), r"iz\1"),
    (regex.compile(r"(?<=\w{3})our(s|ed|ing)?$"), r"or\1"),
    (regex.compile(r"(?<=\w{3})tre(s?)$"), r"ter\1"),
    (regex.compile(r"(?<=\w{4})gramme(s?)$"), r"gram\1"),
)


def _american(word: str) -> str:
    """British spellings as American ones; both sides of a comparison go through it, so a wrong change does no harm."""
    for pattern, replacement in _BRITISH:
        word = pattern.sub(replacement, word)
    return word


def light_key(word: str) -> str:
    """The stem of a folded word, "" for a function word: cheaper than `word_terms` and one of its terms, if the word has any."""
    if _IS_CYRILLIC.match(word):
        return _stem(word, "russian")
    if _IS_LATIN.match(word):
        found = word_terms(word)
        return found[0] if found else ""
    return word


def _han_terms(run: str) -> Iterator[str]:
    yield from run
    for index in range(len(run) - 1):
        yield run[index : index + 2]


def terms(text: str) -> list[str]:
    """The index terms of `text`, with repetitions: characters and their pairs in Chinese, lemma and stem elsewhere."""
    found: list[str] = []
    for word in words(text):
        found.extend(_han_terms(word) if _IS_HAN.match(word) else word_terms(word))
    return found


def query_terms(text: str) -> list[str]:
    """`terms` of a question, without what it only asks with (哪些, 多少, "how many")."""
    return terms(_CHINESE_FUNCTION.sub(" ", fold(text)))


@dataclass(frozen=True, slots=True)
class PlacedUnit:
    """A unit of a question and where it stands, in code points of the text given."""

    terms: tuple[str, ...]
    start: int
    end: int


def placed_units(folded: str) -> list[PlacedUnit]:
    """What folded text is about, in order: each word with its terms; in Chinese each pair of characters that no question word splits."""
    blanked = _CHINESE_FUNCTION.sub(lambda match: " " * len(match[0]), folded)
    units: list[PlacedUnit] = []
    for match in _WORD.finditer(blanked):
        word, start = match[0], match.start()
        if not _IS_HAN.match(word):
            plain = _plain_number(word) if word[0].isdigit() else word
            if found := word_terms(plain):
                units.append(PlacedUnit(found, start, match.end()))
        elif len(word) == 1:
            units.append(PlacedUnit((word,), start, start + 1))
        else:
            units.extend(PlacedUnit((word[i : i + 2],), start + i, start + i + 2) for i in range(len(word) - 1))
    return units


def content_units(text: str) -> list[tuple[str, ...]]:
    """The distinct units of `text`, in order."""
    return list(dict.fromkeys(unit.terms for unit in placed_units(fold(text))))


# --- sentences -------------------------------------------------------------------------------------------------------

_CHINESE_END = regex.compile(r"[。！？!?]+[”’」』）)》\"]*|…{2,}(?=[^\p{L}])")
# A run of stops is tried once, as a whole: a text of nothing but stops would otherwise cost its length squared.
_ALPHABETIC_END = regex.compile(r"(?<![.!?…])[.!?…]++[»”\"’)\]]*+(?=\s+[«“\"„‘(\[]*[\p{Lu}\p{N}])")
_ABBREVIATION = regex.compile(
    r"(?:^|[\s(«“\"])(?:mr|mrs|ms|dr|prof|st|vs|etc|inc|ltd|co|corp|no|vol|gen|col|sen|rep|gov|jr|sr|u\.s|u\.k|e\.g|i\.e|a\.m|p\.m|"
    r"г|гг|им|проф|акад|доц|ул|др|пр|т\.д|т\.п|т\.е|н\.э|см|стр|рис|ред|тыс|млн|млрд|трлн|руб|долл|обл|р|д|с|св|\p{L})\.$",
    regex.IGNORECASE,
)


def sentences(text: str, language: Language) -> list[tuple[int, int]]:
    """(start, end) of each sentence of `text` in code points, white space around them left out, order kept."""
    end_mark = _CHINESE_END if language == "zh" else _ALPHABETIC_END
    bounds, start = [], 0
    for match in end_mark.finditer(text):
        if (
            language != "zh"
            and text[match.start()] == "."
            and _ABBREVIATION.search(text[max(start, match.start() - 12) : match.start() + 1])
        ):
            continue
        bounds.append((start, match.end()))
        start = match.end()
    bounds.append((start, len(text)))
    trimmed = []
    for begin, end in bounds:
        piece = text[begin:end]
        left = len(piece) - len(piece.lstrip())
        if piece.strip():
            trimmed.append((begin + left, begin + len(piece.rstrip())))
    return trimmed


# --- the language of a finished text ---------------------------------------------------------------------------------

_QUOTED = regex.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|《[^》]*》|「[^」]*」|‘[^’]*’|\([^)]*\)|（[^）]*）|\[\d+\]")


def is_in(text: str, language: Language) -> bool:
    """Whether each sentence of `text` is in `language`, quotations, brackets and markers aside; True for a text without letters."""
    return all(_sentence_is_in(text[start:end], language) for start, end in sentences(text, language))


def _sentence_is_in(sentence: str, language: Language) -> bool:
    bare = _QUOTED.sub(" ", sentence)
    if not regex.search(r"\p{L}", bare):
        bare = sentence
    counts = {
        "zh": 2 * len(regex.findall(_HAN, bare)),
        "ru": len(regex.findall(r"\p{Script=Cyrillic}", bare)),
        "en": len(regex.findall(r"\p{Script=Latin}", bare)),
    }
    total = sum(counts.values())
    if not total:
        return True
    if counts[language] < 0.6 * total:
        return False
    return language == "zh" or detect(bare) in (language, None if len(bare) < 25 else language)
