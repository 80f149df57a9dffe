"""Numbers, dates, names, offices, markers, quotes and language of a finished answer, checked against the Chinese that it cites.

It looks at the finished text only, whoever wrote it, sentence by sentence; it needs no model. What a sentence may say comes from
its `Ground`; here are the parts of the text: its sentences and markers, a correction in front, its quotations, its language.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import regex

from assistant import citations as markers
from assistant.bindings import exchanged
from assistant.claimed_names import QUOTED, unsupported_names
from assistant.claims import (
    reversed_directions,
    unsupported_denials,
    unsupported_numbers,
    unsupported_offices,
    without_evidence,
)
from assistant.ground import Ground, concepts, senses
from assistant.language import fold, is_in, placed_units, sentences
from assistant.phrases import PHRASES
from assistant.quantities import find_quantities
from assistant.records import LANGUAGES, Checks, Citation, Language
from assistant.retrieval import PassageRetriever

_MARK = regex.compile(r"\[\d+\]")
_HAN = regex.compile(r"\p{Han}")
_HAN_RUN = regex.compile(r"\p{Han}[\p{Han}\p{N}，、：；—·“”（）()]*")

# The least share of a sentence's content, by weight, that the cited sentences and their paragraph must meet, in any wording of
# theirs. Set on the prepared answers with their own citation and with another one: one in a thousand of the one falls below.
_LEAST_SAID = {"zh": (0.38, 0.40), "ru": (0.33, 0.36), "en": (0.40, 0.45)}


def verify(text: str, cited: Sequence[Citation], reply: Language, retriever: PassageRetriever) -> Checks:
    """The checks of `text`, whose markers refer to `cited`. `failed` names each thing that is not in order, with the words of the text."""
    broken = markers.problems(text, cited, _blocks(cited, retriever))
    numbers: list[str] = []
    names: list[str] = []
    corrected, body = _without_correction(text, reply)
    for sentence, used in cited_sentences(body, cited, reply):
        bare = _MARK.sub("", sentence).strip()
        if not used:
            if fold(bare) not in _BARE_REPLIES[reply]:
                broken.append(f"no citation for: {bare[:80]}")
            continue
        ground = Ground.of(used, reply, retriever)
        bare, strange = _without_originals(bare, ground)
        broken.extend(f"quotation not verbatim in the source: {words}" for words in strange)
        numbers.extend(f"number not in the source: {words}" for words in unsupported_numbers(bare, ground))
        names.extend(f"name not in the source: {words}" for words in unsupported_names(bare, ground))
        names.extend(f"office not in the source: {words}" for words in unsupported_offices(bare, ground))
        names.extend(f"the source says this of something else: {words}" for words in exchanged(bare, ground))
        broken.extend(f"the source does not deny this: {words}" for words in unsupported_denials(bare, ground))
        broken.extend(f"the source says the opposite: {words}" for words in reversed_directions(bare, ground))
        if _tight(bare) not in _INTRODUCTIONS[reply] and not _is_said(bare, ground):
            broken.append(f"not said in the passage: {bare[:80]}")
        if corrected:
            broken.extend(_false_corrections(corrected, ground))
            corrected = ""
    if corrected:
        broken.append(f"no citation for: {corrected[:80]}")
    language_ok = _is_in(text, reply)
    failed = [*numbers, *names, *broken, *([] if language_ok else [f"not in the reply language ({reply})"])]
    return Checks(not numbers, not names, not broken, language_ok, tuple(dict.fromkeys(failed)))


def _blocks(cited: Sequence[Citation], retriever: PassageRetriever) -> dict[tuple[str, int], str]:
    keys = {(item.article_id, item.paragraph) for item in cited}
    return {key: retriever.by_block[key][0].block_text for key in keys if key in retriever.by_block}


_ENDS = regex.compile(r"(?<=[。！？])|\n|(?<=\[\d+\])(?!\[|\s*[,.;:!?，。；：])")


def _is_in(text: str, reply: Language) -> bool:
    """Whether all of a text is in a language: each sentence, in whatever script it ends, and each longer quotation."""
    quoted = [words for words in _quotations(text) if len(words.split()) > 3 and not _HAN.search(words)]
    pieces = [_MARK.sub("", piece) for piece in _ENDS.split(QUOTED.sub(" ", text))]
    return all(is_in(piece, reply) for piece in (_MARK.sub("", text), *pieces, *quoted))


# --- sentences and what they rest on ---------------------------------------------------------------------------------

_AFTER_STOP = regex.compile(r"([.!?。！？…][»”’\"'）)]*)((?:[^\S\n]*\[\d+\])+)")
_LOWER_START = regex.compile(r"(?<=\](?:[.!?]|\s[.!?]))\s+(?=\p{Ll})")
_BARE_REPLIES = {
    language: frozenset(fold(PHRASES[phrase][language]) for phrase in ("yes", "no")) for language in LANGUAGES
}


# What is left of a sentence that gives the Chinese itself: "The original says:".
_INTRODUCTIONS = {
    language: frozenset(
        regex.sub(r"[\s\p{P}]", "", fold(PHRASES[phrase][language].replace("{quote}", "")))
        for phrase in ("in_chinese", "original_only")
    )
    for language in LANGUAGES
}


def cited_sentences(text: str, cited: Sequence[Citation], reply: Language) -> list[tuple[str, list[Citation]]]:
    """Each sentence of `text` with the citations whose markers it carries; a marker after the full stop belongs to the sentence before."""
    by_number = {item.number: item for item in cited}
    found = []
    for line in text.split("\n"):
        for piece in _LOWER_START.split(_AFTER_STOP.sub(r"\2\1", line)):
            for start, end in sentences(piece, reply):
                sentence = piece[start:end]
                if regex.search(r"[\p{L}\p{N}]", _MARK.sub("", sentence)):
                    numbers = map(int, regex.findall(r"\[(\d+)\]", sentence))
                    found.append((sentence, [by_number[number] for number in numbers if number in by_number]))
    return found


# --- what is not a claim ---------------------------------------------------------------------------------------------


@functools.cache
def _corrections(reply: Language) -> regex.Pattern[str]:
    """The lead-in of a correction, as `phrases` has it, with the reader's own words in its quotation marks."""
    found = []
    for name, wordings in PHRASES.items():
        before, slot, after = wordings[reply].partition("{asked}")
        if name.startswith("premise_") and slot:
            found.append(rf"{regex.escape(before)}([^«»“”\"\[\]]{{1,60}}){regex.escape(after.rstrip())}\s*")
    return regex.compile("|".join(found) or r"(?!)")


def _without_correction(text: str, reply: Language) -> tuple[str, str]:
    """(the reader's words that a correction rejects, the text after it); ("", text) where it does not begin with one."""
    match = _corrections(reply).match(text)
    return (next(filter(None, match.groups())), text[match.end() :]) if match else ("", text)


def _false_corrections(asked: str, ground: Ground) -> list[str]:
    """A correction must be true: what it rejects is a number or a name, and the sentence cited behind it does not say it."""
    claims = find_quantities(asked, ground.reply)
    named = {mention.concept.id for mention in ground.retriever.names.mentions(asked)}
    if claims:
        wrong = len(without_evidence(claims, ground)) == len(claims)
    elif named:
        wrong = not named & concepts(ground.quotes, ground.retriever)
    else:
        wrong = bool(regex.match(r"\p{Lu}|\p{Han}{2}", asked)) and fold(asked) not in fold(
            f"{ground.around} {ground.said}"
        )
    return [] if wrong else [f"correction of what the source says: {asked}"]


def _quotations(text: str) -> Iterator[str]:
    for match in QUOTED.finditer(text):
        yield next((part for part in match.groups() if part is not None), "")


def _without_originals(bare: str, ground: Ground) -> tuple[str, list[str]]:
    """The sentence without the Chinese that it quotes, and such of it as does not stand in the cited paragraphs as it is given."""
    source = _tight(ground.around)
    if ground.reply == "zh":
        quoted = [words for words in _quotations(bare) if len(_HAN.findall(words)) >= 4]
        return bare, [words for words in quoted if _tight(words) not in source and not _is_named(words, ground)]
    found = [words for match in QUOTED.finditer(bare) if _HAN.search(words := match[0])]
    without = QUOTED.sub(lambda match: " " if _HAN.search(match[0]) else match[0], bare)
    found += _HAN_RUN.findall(without)
    return _HAN_RUN.sub(" ", without), [words[:60] for words in dict.fromkeys(found) if _tight(words) not in source]


def _is_named(words: str, ground: Ground) -> bool:
    """Whether a quotation is a name of the glossary that the paragraphs name too, in another of its forms."""
    ids = {mention.concept.id for mention in ground.retriever.names.mentions(words)}
    return bool(ids) and ids <= ground.retriever.names_in(ground.around)


def _tight(text: str) -> str:
    return regex.sub(r"[\s\p{P}]", "", fold(text))


# --- whether it is said ----------------------------------------------------------------------------------------------


def _is_said(bare: str, ground: Ground) -> bool:
    """Whether enough of what a sentence says is said in the cited sentences and paragraphs, in their wording or another of the same sense."""
    if not ground.translated:
        return True  # words of two languages meet too seldom
    least = _LEAST_SAID[ground.reply]
    return all(share >= floor for share, floor in zip(said_shares(bare, ground), least, strict=True))


def said_shares(bare: str, ground: Ground) -> tuple[float, float]:
    """The share of a sentence's content, by weight, that the cited sentences meet, and their paragraphs; 1 for one without content."""
    retriever, reply = ground.retriever, ground.reply
    near, wide = ground.sentence_words(), ground.words()
    folded = fold(bare)
    claims = [
        (frozenset(unit.terms), senses(folded[unit.start : unit.end]), retriever.unit_weight(unit.terms, reply))
        for unit in placed_units(folded)
    ]
    names = [term for term in retriever.terms_of(bare) if term.startswith("§")]
    claims += [(frozenset((term,)), frozenset(), retriever.unit_weight((term,), reply)) for term in names]
    total = sum(weight for _, _, weight in claims)
    if not total:
        return 1.0, 1.0
    met = [sum(weight for terms, senses, weight in claims if terms & words or senses & words) for words in (near, wide)]
    return met[0] / total, met[1] / total
