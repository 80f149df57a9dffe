"""Whether the passages answer a question: decided from evidence, never from a similarity alone.

A passage answers if it says what is asked (enough of the question's words, by weight), about the thing that is asked (every name,
number, superlative and negation that narrows the question), of the kind that is asked (a number for "how many").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import regex

from assistant.evidence import Evidence
from assistant.matching import (
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
# A known gap this like the question, and more like it than any anticipated question, means that the articles do not say. Set on
# anticipated questions and gaps, each asked of the others, never on gold.
LEAST_GAP = 0.3
_NEAR_MISS = 0.62  # an anticipated question this like, but ruled out, means that the question asks for something else


@dataclass(frozen=True, slots=True)
class Decision:
    """`match`: the anticipated question to answer with. `against`: what rules an answer out, or is corrected. `confidence`
    from 0 to 1: the share that was met, for thresholds and curves; the outcome also weighs what rules an answer out."""

    outcome: Outcome
    match: Match | None
    evidence: tuple[Evidence, ...]
    confidence: float
    against: tuple[Objection, ...] = ()


def decide(
    form: QuestionForm, matches: Sequence[Match], evidence: Sequence[Evidence], gap: float, retriever: PassageRetriever
) -> Decision:
    """What to do with a question, given its judged matches and ranked sentences, each best first, and its likeness to a gap."""
    accepted = next((match for match in matches if match.accepted), None)
    likeliest = max(matches, key=lambda match: match.score, default=None)
    confidence = max(accepted.score if accepted else 0.0, evidence[0].met_around if evidence else 0.0)
    sentences = tuple(evidence)
    free = max((match.score for match in matches if not match.against), default=0.0)
    if (
        matches and gap >= LEAST_GAP and gap > free
    ):  # with no anticipated questions there is nothing to weigh a gap against
        return Decision("refuse", None, sentences, confidence, (Objection("gap", f"{gap:.2f}"),))
    if accepted is not None:
        return Decision("answer", accepted, sentences, confidence)
    if not evidence:
        return Decision("refuse", None, (), 0.0)
    wrong_number = _unsupported_number(form, evidence[0], retriever)
    if wrong_number and _is_premise(wrong_number, evidence[0]):
        return Decision("correct", None, sentences, confidence, (Objection("number", wrong_number.text),))
    if likeliest is not None and likeliest.against and likeliest.score >= _NEAR_MISS:
        return Decision("refuse", None, sentences, confidence, likeliest.against)
    against = tuple(_objections(form, evidence, retriever))
    return Decision("refuse" if against else "answer", None, sentences, confidence, against)


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
    found = []
    for match in regex.finditer(r"(?<=\p{L}[\p{L}\p{N},’'-]*\s)[«“\"]?(\p{Lu}[\p{L}’'-]{2,})", form.text):
        word = match[1]
        unit = tuple(retriever.terms_of(word))
        if unit and not retriever.knows(unit, form.language) and not any(part.startswith(("§", "~")) for part in unit):
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
