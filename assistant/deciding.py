"""Whether the passages answer a question: decided from evidence, never from a similarity alone.

A passage answers if it says what is asked (enough of the question's words, by weight), about the thing that is asked (every name,
number, superlative and negation that narrows the question), of the kind that is asked (a number for "how many").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import regex

from assistant.citations import Source, citation
from assistant.claims import unsupported_offices
from assistant.evidence import Evidence
from assistant.ground import Ground
from assistant.language import fold
from assistant.matching import (
    ACCEPT,
    Judgement,
    Match,
    Objection,
    counts_otherwise,
    is_count_of_list,
    restricting_names,
    same_value,
)
from assistant.quantities import Quantity, find_quantities, supports
from assistant.questions import QuestionForm, has_superlative, is_negated
from assistant.retrieval import PassageRetriever

Outcome = Literal["answer", "refuse", "correct"]

# The least share of a question's weight that its best passage must meet; less across languages, where only names, numbers and
# words of the thesaurus can be met. Chosen so that foreign articles without anticipated questions are still answered.
LEAST_MET, LEAST_MET_ACROSS = 0.28, 0.12
_ACCEPT_STRANGERS = 0.8  # of a question with a name that no text has: it may be a slip of the pen, or another person
_AS_LIKELY = 0.6  # a second answer is given too where its odds are this share of the first one's
_LEAST_PREMISE = 0.05  # a wrong name or number is put right where the question is else at least this likely


@dataclass(frozen=True, slots=True)
class Decision:
    """`match`: the anticipated question to answer with; `also`: another one that is nearly as likely. `against`: what rules an
    answer out, or is corrected. `confidence` from 0 to 1, for thresholds and curves: the likelihood that any anticipated
    question is the one asked, or the share of the question that a passage meets; the outcome also weighs what rules an answer out.
    """

    outcome: Outcome
    match: Match | None
    evidence: tuple[Evidence, ...]
    confidence: float
    against: tuple[Objection, ...] = ()
    also: Match | None = None


def decide(
    form: QuestionForm, judgement: Judgement, evidence: Sequence[Evidence], retriever: PassageRetriever
) -> Decision:
    """What to do with a question, given its judged matches and ranked sentences, best first."""
    by_match = _by_match(form, judgement, tuple(evidence), retriever)
    closed = judgement.is_known_gap or (evidence and evidence[0].passage.article_id in retriever.prepared_articles)
    if by_match.outcome == "answer" and (corrected := _other_office(form, by_match, retriever)):
        return corrected
    if by_match.outcome != "refuse" or closed:
        return by_match
    return _by_evidence(form, tuple(evidence), retriever)


def _by_match(
    form: QuestionForm, judgement: Judgement, evidence: tuple[Evidence, ...], retriever: PassageRetriever
) -> Decision:
    """What the anticipated questions say."""
    best, confidence = next(iter(judgement.matches), None), 1 - judgement.silence
    if best is not None and best.against:
        premise = best.score >= _LEAST_PREMISE and all(
            _fills(best, objection, form, retriever) for objection in best.against
        )
        return Decision(
            "correct" if premise else "refuse", best if premise else None, evidence, confidence, best.against
        )
    strangers = unknown_names(form, retriever)
    if best is None or confidence < (_ACCEPT_STRANGERS if strangers else ACCEPT):
        unmet = (
            [objection for objection in _objections(form, evidence, retriever) if objection.kind == "name"]
            if evidence
            else []
        )
        return Decision(
            "refuse", None, evidence, confidence, (*unmet, Objection("silence", f"{judgement.silence:.2f}"))
        )
    said = retriever.terms_of(best.question.prepared.wordings[form.language].answer)
    also = next(
        (
            match
            for match in judgement.matches[1:]
            if not match.against
            and match.odds >= _AS_LIKELY * best.odds
            and _adds(retriever.terms_of(match.question.prepared.wordings[form.language].answer), said)
        ),
        None,
    )
    return Decision("answer", best, evidence, confidence, also=also)


def _other_office(form: QuestionForm, decision: Decision, retriever: PassageRetriever) -> Decision | None:
    """The correction of an office that the question gives somebody and the articles do not: "the minister X" of an adviser."""
    persons = {name for name in form.names if retriever.names.concepts[name].kind == "person"}
    if decision.match is None or not persons:
        return None
    prepared = decision.match.question.prepared
    passages = [retriever.library.passages[passage_id] for passage_id in prepared.passages]
    cited = [citation(1, Source(passage, 0, len(passage.sentences) - 1), form.language) for passage in passages]
    wrong = unsupported_offices(form.text, Ground.of(cited, form.language, retriever))
    said = [
        item for item in decision.evidence if persons & retriever.names_in(item.passage.sentences[item.number].text)
    ]
    if not wrong or not said:
        return None
    return Decision("correct", None, tuple(said[:1]), decision.confidence, (Objection("name", wrong[0]),))


def _adds(terms: frozenset[str], said: frozenset[str]) -> bool:
    """Whether an answer with `terms` says more than one with the terms `said`."""
    return len(terms - said) >= 0.34 * len(terms)


def _fills(match: Match, objection: Objection, form: QuestionForm, retriever: PassageRetriever) -> bool:
    """Whether the anticipated question has something else of the same kind in the place of what it does not meet: another city,
    another number. Then the question takes something wrong for granted; else it asks for something that the articles do not say.
    """
    wording, names = match.question.prepared.wordings[form.language], retriever.names.concepts
    text = f"{wording.question} {wording.answer}"
    if objection.kind == "number":
        asked = {
            quantity.kind
            for quantity in retriever.quantities_in(form.text, form.language)
            if quantity.text == objection.words
        }
        return any(quantity.kind in asked for quantity in retriever.quantities_in(text, form.language))
    if objection.kind != "name" or not objection.concept or names[objection.concept].kind == "country":
        return False  # what is told of one country is not asked of another by mistake
    kind = names[objection.concept].kind
    return any(names[name].kind == kind and name not in form.names for name in retriever.names_in(text))


def _by_evidence(form: QuestionForm, evidence: tuple[Evidence, ...], retriever: PassageRetriever) -> Decision:
    """What the sentences of the passages say, where nothing was anticipated."""
    if not evidence:
        return Decision("refuse", None, (), 0.0)
    confidence = evidence[0].met_around
    wrong_number = _unsupported_number(form, evidence[0], retriever)
    if wrong_number and _is_premise(wrong_number, evidence[0]):
        return Decision("correct", None, evidence, confidence, (Objection("number", wrong_number.text),))
    against = tuple(_objections(form, evidence, retriever))
    return Decision("refuse" if against else "answer", None, evidence, confidence, against)


def _objections(form: QuestionForm, evidence: Sequence[Evidence], retriever: PassageRetriever) -> list[Objection]:
    best = evidence[0]
    language = retriever.view_language(best.passage, form.language)
    source = f"{best.passage.block_text} {best.passage.title}"
    rendering = f"{best.passage.rendering(language) or ''} {best.passage.titles.get(language, '')}"
    here = retriever.names_in(source) | retriever.names_in(rendering)
    names = retriever.names
    found = [
        Objection("name", names.preferred(name, form.language) or name, name)
        for name in sorted(restricting_names(form, retriever) - here)
    ]
    found.extend(Objection("name", word) for word in unknown_names(form, retriever))
    if number := _unsupported_number(form, best, retriever):
        found.append(Objection("number", number.text))
    if form.superlative and not (has_superlative(source, "zh") or has_superlative(rendering, language)):
        found.append(Objection("superlative"))
    if form.negated and not (is_negated(source, "zh") or is_negated(rendering, language)):
        found.append(Objection("negation"))
    if all(item.kind is False for item in evidence[:3]):
        found.append(Objection("kind", ", ".join(sorted(form.expects))))
    if best.met_around < (LEAST_MET if language == form.language else LEAST_MET_ACROSS):
        found.append(Objection("coverage", f"{best.met_around:.2f}"))
    return found


def unknown_names(form: QuestionForm, retriever: PassageRetriever) -> list[str]:
    """Capitalised words inside a Russian or English question that no indexed text has: names that the articles do not know."""
    if form.language == "zh":
        return []
    found, named = [], retriever.names.named_words(form.text)
    for match in regex.finditer(r"(?<=\p{L}[\p{L}\p{N},’'-]*\s)[«“\"]?(\p{Lu}[\p{L}’'-]{2,})", form.text):
        word = match[1]
        unit = tuple(retriever.terms_of(word))
        known = fold(word) in named or retriever.knows(unit, form.language)
        if unit and not known and not any(part.startswith(("§", "~")) for part in unit):
            found.append(word)
    return found


def _unsupported_number(form: QuestionForm, best: Evidence, retriever: PassageRetriever) -> Quantity | None:
    """The first number or date of the question that the best passage does not have."""
    known = [
        *find_quantities(best.passage.block_text, "zh"),
        *find_quantities(best.passage.title, "zh"),
        *find_quantities(best.passage.date, "zh"),
    ]
    language = retriever.view_language(best.passage, form.language)
    known.extend(find_quantities(best.passage.rendering(language) or "", language))
    text = best.passage.rendering(form.language) or best.passage.block_text
    for quantity in retriever.quantities_in(form.text, form.language):
        if any(supports(item, quantity) or same_value(item, quantity) for item in known):
            continue
        if not is_count_of_list(quantity) or counts_otherwise(form.text, quantity, text, retriever, form.language):
            return quantity
    return None


def _is_premise(number: Quantity, best: Evidence) -> bool:
    """Whether the question takes a wrong number for granted of something that the passage counts otherwise."""
    if number.kind not in {"number", "money", "percent"} or best.met_around < 0.6:
        return False
    return any(
        quantity.kind == number.kind for quantity in find_quantities(best.passage.sentences[best.number].text, "zh")
    )
