"""Which sentences of the retrieved passages answer a question, and how well they meet what it asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import regex

from assistant.matching import Match
from assistant.questions import QUANTITY_KINDS, Expectation, QuestionForm, Unit, credit
from assistant.records import Language, Passage, ScoredPassage
from assistant.retrieval import PassageRetriever

_CONTEXT = 0.7  # what a word is worth that stands in the passage or its title, not in the sentence itself
_PASSAGE = 0.5  # weight of the passage's own score beside what the sentence meets
_ANTICIPATED = 0.7  # weight of the best anticipated question whose answer rests on the sentence
_KIND_BONUS = 0.14  # for a sentence that holds something of the kind that is asked for
_DEPTH = 6  # passages whose sentences are looked at

_PERSON_WORDS = regex.compile(r"·|先生|女士|教授|主席|总统|部长|大使|校长|院长|记者|国王|皇帝|总理|主任")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentence `number` (from 0) of a passage as an answer. `met`: share of the question, by weight, that the sentence meets;
    `met_around`: that it meets together with its passage; `kind`: whether it holds what is asked for, None where any will do."""

    passage: Passage
    number: int
    score: float
    met: float
    met_around: float
    kind: bool | None
    missing: tuple[Unit, ...]


def rank_sentences(
    form: QuestionForm, passages: Iterable[ScoredPassage], matches: Iterable[Match], retriever: PassageRetriever
) -> list[Evidence]:
    """The sentences of the best passages, best first."""
    units = form.all_units
    anticipated = _anticipated(matches, retriever)
    found: list[Evidence] = []
    for scored in list(passages)[:_DEPTH]:
        passage = scored.passage
        language = retriever.view_language(passage, form.language)
        weights = [retriever.unit_weight(unit, language) for unit in units]
        total = sum(weights) or 1.0
        around = retriever.view_terms(passage.id, language) | retriever.terms_of(
            passage.titles.get(language, passage.title)
        )
        in_passage = [credit(unit, around) for unit in units]
        for number in range(len(passage.sentences)):
            own = retriever.sentence_terms(passage.id, number, language)
            in_sentence = [credit(unit, own) for unit in units]
            both = [max(here, near) for here, near in zip(in_sentence, in_passage, strict=True)]
            met = sum(w * here for w, here in zip(weights, in_sentence, strict=True)) / total
            met_around = sum(w * here for w, here in zip(weights, both, strict=True)) / total
            kind = holds_kind(form.expects, passage, number, retriever)
            score = met + _CONTEXT * (met_around - met) + _PASSAGE * scored.score + _KIND_BONUS * (kind is True)
            score += _ANTICIPATED * anticipated.get((passage.id, number), 0.0)
            missing = tuple(unit for unit, here in zip(units, both, strict=True) if not here)
            found.append(Evidence(passage, number, score, met, met_around, kind, missing))
    return sorted(found, key=lambda item: -item.score)


def _anticipated(matches: Iterable[Match], retriever: PassageRetriever) -> dict[tuple[str, int], float]:
    """(passage id, sentence) → the score of the best match that nothing rules out and whose answer rests on it."""
    found: dict[tuple[str, int], float] = {}
    for match in matches:
        if match.against:
            continue
        prepared = match.question.prepared
        for passage_id in prepared.passages:
            for number in retriever.support(prepared, passage_id):
                found[passage_id, number] = max(found.get((passage_id, number), 0.0), match.score)
    return found


def holds_kind(
    expects: frozenset[Expectation], passage: Passage, number: int, retriever: PassageRetriever
) -> bool | None:
    """Whether the sentence holds a number, date, person or place as asked; None where the question asks for none of these."""
    asked = expects & {"number", "money", "date", "duration", "person", "place"}
    if not asked:
        return None
    text = passage.sentences[number].text
    quantities = {quantity.kind for quantity in retriever.quantities_in(text, "zh")}
    for expectation in asked:
        if expectation in QUANTITY_KINDS:
            if quantities & QUANTITY_KINDS[expectation]:
                return True
        elif expectation == "person":
            if (
                _PERSON_WORDS.search(text)
                or any(retriever.names.concepts[name].kind in {"person", "body"} for name in retriever.names_in(text))
                or _has_latin_name(passage, number)
            ):
                return True
        elif any(
            retriever.names.concepts[name].kind in {"place", "country"} for name in retriever.names_in(text)
        ) or regex.search(r"[省市县州区岛国河山湖城]|大学|中心", text):
            return True
    return False


def _has_latin_name(passage: Passage, number: int) -> bool:
    """Two capitalised words in a row, in the English rendering if there is one: how foreign persons are written."""
    text = passage.sentences[number].renderings.get("en", passage.sentences[number].text)
    return bool(
        regex.search(r"(?<!^)(?<![.!?]\s)\b\p{Lu}\p{Ll}+(?:\s+(?:\p{Lu}\.|de|von|van|al-))*\s+\p{Lu}\p{Ll}+", text)
    )


def language_of(evidence: Evidence, reply: Language) -> Language:
    """The language in which the sentence can be shown to a reader of `reply`: that one, or else Chinese."""
    return reply if reply == "zh" or reply in evidence.passage.sentences[evidence.number].renderings else "zh"
