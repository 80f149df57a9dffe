"""Which sentences of the retrieved passages answer a question, and how well they meet what it asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import regex

from assistant.names import NameTable
from assistant.quantities import find_quantities
from assistant.questions import Expectation, QuestionForm, Unit
from assistant.records import Language, Passage, ScoredPassage
from assistant.retrieval import PassageRetriever

_CONTEXT = 0.5  # what a word is worth that stands in the passage or its title, not in the sentence itself
_PASSAGE = 0.6  # weight of the passage's own score beside what the sentence meets
_KIND_BONUS = 0.14  # for a sentence that holds something of the kind that is asked for
_DEPTH = 6  # passages whose sentences are looked at

_QUANTITY_KINDS: dict[Expectation, frozenset[str]] = {
    "number": frozenset(("number", "percent", "money", "ordinal", "duration")),
    "money": frozenset(("money",)),
    "date": frozenset(("date",)),
    "duration": frozenset(("duration", "date")),
}
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
    form: QuestionForm, passages: Iterable[ScoredPassage], retriever: PassageRetriever
) -> list[Evidence]:
    """The sentences of the best passages, best first."""
    units = form.all_units
    found: list[Evidence] = []
    for scored in list(passages)[:_DEPTH]:
        passage = scored.passage
        language = retriever.view_language(passage, form.language)
        weights = [max((retriever.weight(term, language) for term in unit), default=0.0) for unit in units]
        total = sum(weights) or 1.0
        around = retriever.terms_of(passage.rendering(language) or passage.text) | retriever.terms_of(
            passage.titles.get(language, passage.title)
        )
        in_passage = [not around.isdisjoint(unit) for unit in units]
        for number in range(len(passage.sentences)):
            own = retriever.sentence_terms(passage.id, number, language)
            in_sentence = [not own.isdisjoint(unit) for unit in units]
            met = sum(w for w, here in zip(weights, in_sentence, strict=True) if here) / total
            met_around = (
                sum(w for w, here, near in zip(weights, in_sentence, in_passage, strict=True) if here or near) / total
            )
            kind = holds_kind(form.expects, passage, number, retriever.names)
            score = met + _CONTEXT * (met_around - met) + _PASSAGE * scored.score + _KIND_BONUS * (kind is True)
            missing = tuple(
                unit for unit, here, near in zip(units, in_sentence, in_passage, strict=True) if not (here or near)
            )
            found.append(Evidence(passage, number, score, met, met_around, kind, missing))
    return sorted(found, key=lambda item: -item.score)


def holds_kind(expects: frozenset[Expectation], passage: Passage, number: int, names: NameTable) -> bool | None:
    """Whether the sentence holds a number, date, person or place as asked; None where the question asks for none of these."""
    asked = expects & {"number", "money", "date", "duration", "person", "place"}
    if not asked:
        return None
    text = passage.sentences[number].text
    quantities = {quantity.kind for quantity in find_quantities(text, "zh")}
    for expectation in asked:
        if expectation in _QUANTITY_KINDS:
            if quantities & _QUANTITY_KINDS[expectation]:
                return True
        elif expectation == "person":
            if (
                _PERSON_WORDS.search(text)
                or any(mention.concept.kind in {"person", "body"} for mention in names.mentions(text))
                or _has_latin_name(passage, number)
            ):
                return True
        elif any(mention.concept.kind in {"place", "country"} for mention in names.mentions(text)) or regex.search(
            r"[省市县州区岛国河山湖城]|大学|中心", text
        ):
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
