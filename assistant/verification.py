"""Numbers, dates, names, markers, quotes and language of a finished answer, checked against the Chinese that it cites.

It looks at the finished text only, whoever wrote it, sentence by sentence; it needs no model. What a sentence may say comes from
the Chinese sentences that its markers refer to. The paragraph around them adds who is meant (该中心, 双方, 届时) and the words of
the translation, in which the same facts stand in the reply language; it never adds a number.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from assistant import citations as markers
from assistant.language import fold, is_in, normalise, placed_units, sentences, word_terms
from assistant.names import Mention, city_names, is_proper_noun
from assistant.phrases import PHRASES, say
from assistant.quantities import Quantity, find_quantities, supports, unsupported
from assistant.records import Checks, Citation, Language, Passage
from assistant.retrieval import PassageRetriever
from assistant.thesaurus import thesaurus

_NAME_KINDS = frozenset(("place", "country", "person", "body", "event", "programme", "project", "document"))
_MARK = regex.compile(r"\[\d+\]")
_QUOTED = regex.compile(r"«([^«»]*)»|“([^“”]*)”|\"([^\"]*)\"|「([^「」]*)」|„([^„“]*)“")
_HAN = regex.compile(r"\p{Han}")

# The least share of a sentence's content, by weight, that the words of the cited paragraph must meet, in any wording of theirs.
# Set on the prepared answers with their own citation and with another one: less than 1 % of the one, 95 % of the other fall below.
_LEAST_SAID = {"zh": 0.35, "ru": 0.32, "en": 0.35}


def verify(text: str, cited: Sequence[Citation], reply: Language, retriever: PassageRetriever) -> Checks:
    """The checks of `text`, whose markers refer to `cited`. `failed` names each thing that is not in order, with the words of the text."""
    broken = markers.problems(text, cited, _blocks(cited, retriever))
    numbers: list[str] = []
    names: list[str] = []
    lead, body = _without_correction(text, reply)
    for sentence, used in cited_sentences(body, cited, reply):
        bare = _MARK.sub("", sentence).strip()
        if not used:
            if fold(bare) not in _BARE_REPLIES[reply]:
                broken.append(f"no citation for: {bare[:80]}")
            continue
        ground = _Ground.of(used, reply, retriever)
        bare, strange = _without_originals(bare, ground)
        broken.extend(f"quotation not verbatim in the source: {words}" for words in strange)
        numbers.extend(f"number not in the source: {words}" for words in unsupported_numbers(bare, ground))
        names.extend(f"name not in the source: {words}" for words in unsupported_names(bare, ground))
        names.extend(f"the source says this of something else: {words}" for words in misplaced(bare, ground))
        if not _is_said(bare, ground):
            broken.append(f"not said in the passage: {bare[:80]}")
        if lead:
            broken.extend(_false_corrections(lead, ground))
            lead = ""
    if lead:
        broken.append(f"no citation for: {lead[:80]}")
    language_ok = is_in(_MARK.sub("", text), reply) and all(
        is_in(words, reply) for words in _quotations(text) if len(words.split()) > 3 and not _HAN.search(words)
    )
    failed = [*numbers, *names, *broken, *([] if language_ok else [f"not in the reply language ({reply})"])]
    return Checks(not numbers, not names, not broken, language_ok, tuple(dict.fromkeys(failed)))


def _blocks(cited: Sequence[Citation], retriever: PassageRetriever) -> dict[tuple[str, int], str]:
    keys = {(item.article_id, item.paragraph) for item in cited}
    return {key: retriever.by_block[key][0].block_text for key in keys if key in retriever.by_block}


# --- sentences and what they rest on ---------------------------------------------------------------------------------

_AFTER_STOP = regex.compile(r"([.!?。！？…][»”’\"'）)]*)((?:[^\S\n]*\[\d+\])+)")
_LOWER_START = regex.compile(r"(?<=\](?:[.!?]|\s[.!?]))\s+(?=\p{Ll})")
_BARE_REPLIES = {
    language: frozenset(fold(PHRASES[phrase][language]) for phrase in ("yes", "no")) for language in ("zh", "ru", "en")
}


def cited_sentences(text: str, cited: Sequence[Citation], reply: Language) -> list[tuple[str, list[Citation]]]:
    """Each sentence of `text` with the citations whose markers it carries; a marker after the full stop belongs to the sentence before."""
    by_number = {item.number: item for item in cited}
    found = []
    for line in text.split("\n"):
        for piece in _LOWER_START.split(_AFTER_STOP.sub(r"\2\1", line)):
            for start, end in sentences(piece, reply):
                sentence = piece[start:end]
                if not regex.search(r"[\p{L}\p{N}]", _MARK.sub("", sentence)):
                    continue
                used = [
                    by_number[number]
                    for number in map(int, regex.findall(r"\[(\d+)\]", sentence))
                    if number in by_number
                ]
                found.append((sentence, used))
    return found


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a sentence rests on. `quotes` and `around`: the cited Chinese sentences and their paragraphs; `said`: the translation."""

    used: tuple[Citation, ...]
    reply: Language
    retriever: PassageRetriever
    passages: tuple[Passage, ...]
    quotes: str
    around: str
    said: str

    @classmethod
    def of(cls, used: Sequence[Citation], reply: Language, retriever: PassageRetriever) -> _Ground:
        keys = dict.fromkeys((item.article_id, item.paragraph) for item in used)
        passages = [passage for key in keys for passage in retriever.by_block.get(key, ())]
        around = dict.fromkeys(passage.block_text for passage in passages)
        titles = dict.fromkeys(f"{passage.title} {passage.source} {passage.author}" for passage in passages)
        said = [text for passage in passages for text in (passage.rendering(reply), passage.titles.get(reply)) if text]
        return cls(
            tuple(used), reply, retriever, tuple(passages), " ".join(item.quote for item in used), " ".join((*around, *titles)),
            " ".join(said),
        )  # fmt: skip

    @property
    def translated(self) -> bool:
        return self.reply == "zh" or all(self.reply in s.renderings for p in self.passages for s in p.sentences)

    def words(self) -> frozenset[str]:
        """The terms of the paragraphs in Chinese and in the reply language, names and senses included."""
        return self.retriever.terms_of(self.around) | self.retriever.terms_of(self.said)

    def renderings(self) -> list[str]:
        """The cited sentences in the reply language."""
        if self.reply == "zh":
            return [item.quote for item in self.used]
        return [
            sentence.renderings[self.reply]
            for item in self.used
            for passage in self.retriever.by_block.get((item.article_id, item.paragraph), ())
            for sentence in passage.sentences
            if sentence.start < item.quote_end and item.quote_start < sentence.end and self.reply in sentence.renderings
        ]


# --- what is not a claim ---------------------------------------------------------------------------------------------


@functools.cache
def _corrections(reply: Language) -> regex.Pattern[str]:
    """The lead-in of a correction, as `phrases` has it, with the reader's own words in its quotation marks."""
    found = []
    for name, wordings in PHRASES.items():
        before, slot, after = wordings[reply].partition("{asked}")
        if name.startswith("premise_") and slot:
            found.append(rf"{regex.escape(before)}(?P<asked>[^«»“”\"\[\]]{{1,60}}?){regex.escape(after.rstrip())}\s*")
    return regex.compile("|".join(found) or r"(?!)(?P<asked>)")


def _without_correction(text: str, reply: Language) -> tuple[str, str]:
    """(the reader's words that a correction rejects, the text after it); ("", text) where it does not begin with one."""
    match = _corrections(reply).match(text)
    return (match["asked"], text[match.end() :]) if match else ("", text)


def _false_corrections(asked: str, ground: _Ground) -> list[str]:
    """A correction must be true: what it rejects is a number or a name, and the sentence cited behind it does not say it."""
    claims = find_quantities(asked, ground.reply)
    if claims:
        wrong = len(_unsupported(claims, ground)) == len(claims)
    else:
        mentions = ground.retriever.names.mentions(asked)
        wrong = not {mention.concept.id for mention in mentions} & _concepts(ground.quotes, ground.retriever)
        wrong = (
            wrong
            and bool(mentions or regex.search(r"\p{Lu}|\p{Han}{2}", asked))
            and fold(asked) not in fold(ground.quotes)
        )
    return [] if wrong else [f"correction of what the source says: {asked}"]


def _quotations(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield next((part for part in match.groups() if part is not None), "")


def _without_originals(bare: str, ground: _Ground) -> tuple[str, list[str]]:
    """The sentence without the Chinese that it quotes, and such of it as does not stand in the cited paragraphs as it is given."""
    source = _tight(ground.around)
    if ground.reply == "zh":
        strange = [
            words
            for words in _quotations(bare)
            if len(_HAN.findall(words)) >= 4 and _tight(words) not in source and not _is_rendered_name(words, ground)
        ]
        return bare, strange
    strange = []
    for match in (*_QUOTED.finditer(bare), *regex.finditer(r"\p{Han}[\p{Han}\p{N}，、：；—·“”（）()]*", bare)):
        words = match[0].strip('«»“”"「」„')
        if _HAN.search(words):
            if _tight(words) not in source:
                strange.append(words[:60])
    without = _QUOTED.sub(lambda match: " " if _HAN.search(match[0]) else match[0], bare)
    return regex.sub(r"\p{Han}[\p{Han}\p{N}，、：；—·“”（）()]*", " ", without), list(dict.fromkeys(strange))


def _is_rendered_name(words: str, ground: _Ground) -> bool:
    """Whether a quotation is a name of the glossary that the paragraphs name too, in another of its forms."""
    ids = {mention.concept.id for mention in ground.retriever.names.mentions(words)}
    return bool(ids) and ids <= ground.retriever.names_in(ground.around)


def _tight(text: str) -> str:
    return regex.sub(r"[\s\p{P}]", "", fold(text))


# --- numbers ---------------------------------------------------------------------------------------------------------

_BY_THEN = regex.compile(r"届时|到时|到那时|其时")
_VAGUE = {
    "zh": regex.compile(r"数[十百千万亿]|几[十百千万亿]|上[百千万亿]|成[百千]上[千万]|无数|若干"),
    "ru": regex.compile(
        r"\b(?:сотни|тысячи|десятки|миллионы|миллиарды)(?= (?!юан|долл|рубл)\p{Cyrillic})", regex.IGNORECASE
    ),
    "en": regex.compile(r"\b(?:dozens|hundreds|thousands|millions|billions|scores)\b", regex.IGNORECASE),
}


def unsupported_numbers(bare: str, ground: _Ground) -> list[str]:
    """The quantities of a sentence that neither equal nor follow from one in the Chinese of its citations, as they are written."""
    claims = find_quantities(bare, ground.reply)
    missing = [
        quantity.text for quantity in _unsupported(claims, ground) if not _is_counted(quantity, claims, bare, ground)
    ]
    # What is written with digits and is not a quantity, such as B2B or 1+N, must stand in the source as it is.
    known = _tight(f"{ground.around} {ground.said}")
    for match in regex.finditer(r"[\p{L}+]*\d[\p{L}\d+.,]*(?<![.,])", bare):
        inside = any(item.start < match.end() and match.start() < item.end for item in claims)
        if not inside and _tight(match[0]) not in known:
            missing.append(match[0])
    for match in _VAGUE[ground.reply].finditer(bare):
        if fold(match[0]) not in fold(f"{ground.around} {ground.said}"):
            missing.append(match[0])
    return missing


def _unsupported(claims: Sequence[Quantity], ground: _Ground) -> tuple[Quantity, ...]:
    missing = tuple(claims)
    for item in ground.used:
        if not missing:
            break
        evidence = _quantities(item.quote, "zh")
        if _BY_THEN.search(item.quote):
            before = " ".join(
                passage.block_text[: item.quote_start]
                for passage in ground.retriever.by_block.get((item.article_id, item.paragraph), ())[:1]
            )
            evidence += tuple(quantity for quantity in _quantities(before, "zh") if quantity.kind == "date")[-1:]
        missing = unsupported(missing, evidence, published=_day(item.date))
    return missing


@functools.lru_cache(maxsize=4096)
def _quantities(text: str, language: Language) -> tuple[Quantity, ...]:
    return find_quantities(text, language)


def _day(iso: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(iso)
    except ValueError:
        return None


_REPORTS = regex.compile(r"\s?(?:篇|стат|сообщени|публикаци|articles?|reports?|news items?)", regex.IGNORECASE)


def _is_counted(quantity: Quantity, claims: Sequence[Quantity], bare: str, ground: _Ground) -> bool:
    """Whether a small number only counts what the sentence itself names: two universities: A and B; or the articles that it cites."""
    if quantity.kind != "number" or quantity.bound != "exact" or quantity.unit or quantity.low != quantity.high:
        return False
    if _REPORTS.match(bare, quantity.end):
        return quantity.low == len({item.article_id for item in ground.used})
    here = _concepts(ground.quotes, ground.retriever)
    listed = [
        mention.concept
        for mention in ground.retriever.names.mentions(bare[quantity.end :])
        if mention.concept.kind in _NAME_KINDS and mention.concept.id in here
    ]
    colon = regex.search(r"[:：]", bare[quantity.end :])
    if colon is None or not listed or len(claims) != 1:
        return False
    after = ground.retriever.names.mentions(bare[quantity.end + colon.end() :])
    counted = {
        mention.concept.id
        for mention in after
        if mention.concept.kind == listed[0].kind or mention.concept.kind == "body"
    }
    return quantity.low == len(counted) and counted <= here


# --- names -----------------------------------------------------------------------------------------------------------

# One-character names of states in words such as 中俄, 吉中, 中吉乌; 在青 is in Qingdao, 驻华 in China.
_SHORT_STATES = {"中": "中国", "俄": "俄罗斯", "白": "白俄罗斯", "哈": "哈萨克斯坦", "吉": "吉尔吉斯斯坦", "乌": "乌兹别克斯坦", "蒙": "蒙古",
                 "巴": "巴基斯坦", "印": "印度", "伊": "伊朗", "塔": "塔吉克斯坦"}  # fmt: skip
_STATE_RUN = regex.compile(rf"(?<![\p{{Han}}--[与和及对同“过在了]])?([{''.join(_SHORT_STATES)}]{{2,4}})", regex.V1)
_SHORT_PLACES = (
    (regex.compile(r"[在来赴驻入离]青(?![年少春睐海])"), "青岛"),
    (regex.compile(r"[驻来访对在]华(?![丽为])|国内|国家战略|本土|我国"), "中国"),
)
# What lies in what, for "the Chinese side" and "a Russian university".
_WITHIN = {
    "中国": "青岛 山东 西安 广州 广东 延安 陕北 天津 北京 上海 香港 绍兴 粤港澳大湾区 西藏 新疆 浙江 江苏",
    "乌兹别克斯坦": "塔什干", "俄罗斯": "圣彼得堡 摩尔曼斯克 莫斯科", "哈萨克斯坦": "哈萨克 阿里—法拉比", "吉尔吉斯斯坦": "吉尔吉斯", "山东": "青岛",
    "北极": "北极 极地",
}  # fmt: skip
_IS_NOT = {
    "zh": regex.compile(
        r"(?:不包括|不包含|不含|没有|(?<!可)不是|并非|不在|不只是?|不仅是?|未包括|不涉及|未提到|没有提到|未提及)[^，。；]{0,6}$"
    ),
    "ru": regex.compile(
        r"(?:\bа не|\bне только|\bне|\bнет(?: ни)?|\bбез)(?: (?:в|во|из|с|со|на|для))?(?: \p{Ll}+)?\s?[«“]?$",
        regex.IGNORECASE,
    ),
    "en": regex.compile(
        r"(?:\bnot(?: only| just)?|\bno|\bwithout|\bneither|\bnor)(?: (?:in|from|at|with|for|to|the|a|an|of))*\s?[“\"]?$",
        regex.IGNORECASE,
    ),
}
_IS_NONE = {
    "zh": regex.compile(r"^[^，。；]{0,4}(?:不在其中|不在其列|并不在内|没有)"),
    "ru": regex.compile(
        r"^[^,.;]{0,24}(?:среди них нет|в (?:их|это) числ\w+ нет|не входит|не упомина)", regex.IGNORECASE
    ),
    "en": regex.compile(
        r"^[^,.;]{0,24}(?:(?:is|was|are|were) not (?:among|one of|on|in|mentioned|included|named)|does not)",
        regex.IGNORECASE,
    ),
}


def unsupported_names(bare: str, ground: _Ground) -> list[str]:
    """The names of a sentence that do not occur in the Chinese it cites or in the paragraph around it, as they are written."""
    table = ground.retriever.names
    mentions = [mention for mention in table.mentions(bare) if mention.concept.kind in _NAME_KINDS]
    here = _concepts(ground.quotes, ground.retriever)
    around = here | _concepts(ground.around, ground.retriever)
    folded = fold(bare)
    plain = normalise(bare)
    aligned = plain if len(plain) == len(folded) else folded.upper()
    found = []
    kept: list[Mention] = []
    for mention in mentions:
        surface = aligned[mention.start : mention.end]
        if _is_common_word(surface, mention):
            continue
        kept.append(mention)
        if _is_denied(aligned, mention, ground.reply):
            continue  # "the hub is not in Guangzhou": the name need not be in the source
        if mention.concept.id not in around and not _is_subject(mention, ground):
            found.append(surface)
    if ground.reply == "zh":
        found.extend(_chinese_strangers(bare, ground))
    else:
        found.extend(_strangers(aligned, table.mentions(bare), ground))
    return found


def _is_denied(text: str, mention: Mention, reply: Language) -> bool:
    return bool(_IS_NOT[reply].search(text[: mention.start]) or _IS_NONE[reply].search(text[mention.end :]))


def _is_common_word(surface: str, mention: Mention) -> bool:
    """Whether a mention is an ordinary word: данных (not Дания), в центре внимания, the Conference, 大会."""
    if mention.concept.kind in ("body", "event", "document", "project", "programme"):
        return surface in ("大会", "联盟", "汇编") or regex.fullmatch(r"\p{L}\p{Ll}+", surface) is not None
    if not regex.match(r"\p{Ll}", surface):
        return False
    return mention.concept.kind in ("country", "place", "person") and not regex.search(
        r"ск(?:ий|ая|ое|ие|ого|ой|ому|ую|им|ом|их|ими|и)\b|ц(?:ы|ев|ам|ами|ах)\b", surface
    )


def _is_subject(mention: Mention, ground: _Ground) -> bool:
    """Whether a body or event is what the article is about: a paragraph that says "the center" may be cited with its name."""
    if mention.concept.kind not in ("body", "event"):
        return False
    return any(mention.concept.id in _subjects(passage.article_id, ground.retriever) for passage in ground.passages)


_subject_cache: dict[tuple[int, str], frozenset[str]] = {}


def _subjects(article_id: str, retriever: PassageRetriever) -> frozenset[str]:
    """The bodies and events that a third of the paragraphs of an article name."""
    key = (id(retriever), article_id)
    if key not in _subject_cache:
        if len(_subject_cache) > 5000:
            _subject_cache.clear()
        paragraphs = [found[0] for (article, _), found in retriever.by_block.items() if article == article_id]
        named = [_concepts(passage.block_text, retriever) for passage in paragraphs]
        _subject_cache[key] = frozenset(
            name
            for name in retriever.article_names.get(article_id, ())
            if 3 * sum(name in ids for ids in named) >= len(named)
        )
    return _subject_cache[key]


@functools.lru_cache(maxsize=8192)
def _concepts(text: str, retriever: PassageRetriever) -> frozenset[str]:
    """The concepts that Chinese text names or implies: 中俄 both states, 青岛大学 Qingdao, 西安 China."""
    table = retriever.names
    by_form = {mention.form: mention.concept for mention in table.mentions(text)}
    found = {concept.id for concept in by_form.values()}
    extra: set[str] = set()
    for form, concept in by_form.items():
        if concept.kind not in ("place", "country"):
            inside = retriever.names_in(form.replace("上海合作组织", "").replace("上海精神", ""))
            extra |= inside
    states = {char for match in _STATE_RUN.finditer(text) for char in match[1] if "中" in match[1] or len(match[1]) > 2}
    implied = [_SHORT_STATES[char] for char in states]
    implied += [place for pattern, place in _SHORT_PLACES if pattern.search(text)]
    for place in implied:
        extra |= retriever.names_in(place)
    bare = text.replace("上海合作组织", "").replace("上海精神", "")
    for place, inside_of_it in _WITHIN.items():
        if any(name in bare for name in inside_of_it.split()):
            extra |= retriever.names_in(place)
    return frozenset(found | extra)


_CAPITALISED = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}’'-]*(?<!['’-])")


def _strangers(text: str, mentions: Sequence[Mention], ground: _Ground) -> list[str]:
    """The capitalised words of Russian or English text that are no known name and that the cited paragraphs do not have."""
    spans = [(mention.start, mention.end) for mention in mentions]
    quoted = [(match.start(), match.end()) for match in _QUOTED.finditer(text)]
    source = fold(ground.around)
    words = ground.words()
    found = []
    for match in _CAPITALISED.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in spans):
            continue
        word = regex.sub(r"['’]s$", "", match[0])
        if _is_known(word, words, source, ground):
            continue
        opens = not regex.search(r"[\p{L}\p{N}]", text[: match.start()]) or regex.search(
            r"[:.!?«“\"(—–]\s*$", text[: match.start()]
        )
        in_quotes = any(start < match.start() < end for start, end in quoted)
        if (opens or in_quotes) and _is_ordinary(word, ground):
            continue
        found.append(word)
    return found


def _is_known(word: str, words: frozenset[str], source: str, ground: _Ground) -> bool:
    folded = fold(word)
    if (
        folded in source
        and not _HAN.search(folded)
        and regex.search(rf"(?<![a-zа-я]){regex.escape(folded)}(?![a-zа-я])", source)
    ):
        return True
    for part in regex.split(r"[-’']", folded):
        terms = word_terms(part)
        if (
            terms
            and not any(term in words for term in terms)
            and not _same_stem(part, words)
            and not _senses(part) & words
        ):
            return word.isupper() and 2 < len(word) < 7 and _are_initials(folded, ground.said)
    return True


def _same_stem(word: str, words: frozenset[str]) -> bool:
    """Whether a longer Russian word is a form of a word of the text that morphology does not know: Кочинова, Кочинов."""
    if len(word) < 6 or not regex.match(r"\p{Cyrillic}", word):
        return False
    return any(
        len(other) >= 5
        and abs(len(other) - len(word)) <= 3
        and (other[: len(word) - 2] == word[:-2] or word.startswith(other))
        for other in words
    )


def _are_initials(folded: str, said: str) -> bool:
    """МРТ of магнитно-резонансная томография."""
    return folded in "".join(word[0] for word in regex.findall(r"[\p{L}]+", fold(said)))


_ORDINARY = regex.compile(r"(?:ly|ing|ed|tion|sion|ment|ness|ity|ism|ances?|ences?|wards?|ever|thing|body|one|where)$")
_OPENERS = frozenset(
    """yes no however moreover furthermore meanwhile additionally besides overall today nowadays currently then thus hence therefore instead
    later earlier soon once since although though while despite because whether both either neither another other others several many
    few most more less such same similar one two three four five six seven eight nine ten next first second third last finally lastly
    people officials experts participants delegates guests members parties partners researchers scientists companies universities
    within without across after before until upon along around behind beyond like unlike plus minus due thanks together again even""".split()
)


def _is_ordinary(word: str, ground: _Ground) -> bool:
    """Whether a word that stands where any word has a capital letter is an ordinary one, to the best of our knowledge."""
    folded = fold(word)
    if ground.reply == "ru":
        return not is_proper_noun(folded) or ground.retriever.knows(word_terms(folded), "ru")
    unit = word_terms(folded)
    return (
        not unit
        or folded in _OPENERS
        or ground.retriever.knows(unit, "en")
        or bool(_ORDINARY.search(folded))
        or bool(_senses(folded))
    )


_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊"
    "金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧阳司马上官诸葛"
)
_PERSON = regex.compile(
    rf"(?:长|师|授|员|使|者|记|任|家|士|人|官|表|问|席|理|裁|摄影|：|，|^)([{_SURNAMES}]\p{{Han}}{{1,2}}?)"
    r"(?:说|表示|指出|介绍|认为|告诉|称|摄|先生|女士|主持|出席|强调|透露|宣布|致辞|代表|负责|担任|是|在|、|，|。|$)"
)
_TRANSLITERATED = regex.compile(
    r"[阿埃艾安奥巴贝比彼别波伯布达德丹迪蒂杜多恩尔法菲费弗夫福盖戈格古哈海赫亨胡基吉加杰金卡凯康科克库夸拉莱兰朗勒雷里利列林卢鲁罗洛马迈曼梅蒙米"
    r"莫穆姆内纳尼涅努诺帕佩彭皮普奇恰乔切萨塞桑沙什圣施史斯苏索塔泰坦唐特提图托瓦维韦沃乌西希谢辛雅亚扬耶叶伊依尤约泽扎詹兹朱佐奈娜娃莎·]{3,}"
)
_CHINESE_PLACE = regex.compile(
    r"(?<stem>[\p{Han}--[的所个家座两三一二四在由与和及等各多国区该此本的校类]]{2})(?:省|市|县|自治区|自治州|大学|学院|研究院|研究所|科学院|公司|集团|机场|银行|基金会)",
    regex.V1,
)
_CHINESE_CITIES = frozenset(
    """重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 河南 湖北 湖南 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆
    石家庄 太原 沈阳 大连 长春 哈尔滨 南京 苏州 无锡 杭州 宁波 温州 合肥 福州 厦门 南昌 济南 烟台 潍坊 威海 郑州 洛阳 武汉 长沙 深圳 珠海 东莞 佛山
    南宁 桂林 海口 三亚 成都 贵阳 昆明 拉萨 兰州 西宁 银川 乌鲁木齐 喀什 呼和浩特 澳门 台北 撒马尔罕 布哈拉 阿斯塔纳 喀山 索契 孟买 新德里 伊斯兰堡
    拉合尔 马什哈德 努尔苏丹 格罗德诺 奥什 胡占德""".split()
)


def _chinese_strangers(bare: str, ground: _Ground) -> list[str]:
    """What looks like a person's, a place's or a body's name in Chinese text and does not stand in the cited paragraphs."""
    source = regex.sub(r"[\s“”]", "", fold(f"{ground.around}"))
    folded = fold(bare)
    spans = [(mention.start, mention.end) for mention in ground.retriever.names.mentions(bare)]
    rest = ground.retriever.names.without_names(bare, ground.retriever.names.mentions(bare))
    found = [name for name in sorted(_CHINESE_CITIES | city_names()) if name in rest and name not in source]
    for pattern, group in ((_PERSON, 1), (_TRANSLITERATED, 0), (_CHINESE_PLACE, 0)):
        for match in pattern.finditer(folded, overlapped=group == 1):
            start, end = match.span(group)
            name = match[group]
            if any(first < end and start < last for first, last in spans) or name in source:
                continue
            if pattern is _CHINESE_PLACE:
                if match["stem"] in source or ground.retriever.knows((match["stem"],), "zh"):
                    continue
            elif any(name[k : k + 2] in source for k in range(len(name) - 1)):
                continue
            if pattern is _PERSON and any(
                ground.retriever.knows((name[k : k + 2],), "zh") for k in range(len(name) - 1)
            ):
                continue
            found.append(name)
    return list(dict.fromkeys(found))


# --- of what it is said ----------------------------------------------------------------------------------------------


def misplaced(bare: str, ground: _Ground) -> list[str]:
    """Numbers and names that the cited sentences have, but in the place of which they have another one."""
    del bare, ground
    return []


def _is_said(bare: str, ground: _Ground) -> bool:
    """Whether enough of what a sentence says is said in the cited paragraphs, in their wording or another of the same sense."""
    if not ground.translated:
        return True
    share, total = said_share(bare, ground)
    return not total or share >= _LEAST_SAID[ground.reply]


def said_share(bare: str, ground: _Ground) -> tuple[float, float]:
    """(share of the sentence's content by weight that the cited paragraphs meet, all of its weight)."""
    retriever, reply = ground.retriever, ground.reply
    words = ground.words()
    total = met = 0.0
    folded = fold(bare)
    for unit in dict.fromkeys(placed_units(folded)):
        weight = retriever.unit_weight(unit.terms, reply)
        total += weight
        if any(term in words for term in unit.terms) or _senses(folded[unit.start : unit.end]) & words:
            met += weight
    for term in retriever.terms_of(bare):
        if term.startswith("§"):
            weight = retriever.unit_weight((term,), reply)
            total += weight
            met += weight * (term in words)
    return (met / total if total else 1.0), total


@functools.lru_cache(maxsize=65536)
def _senses(word: str) -> frozenset[str]:
    return frozenset(thesaurus().terms(word))
