"""Whether an anticipated question is the question that was asked: a decision with reasons, not a bare score.

Words of the question that the anticipated question, its answer and its passage leave uncovered speak against it, and so does
what it asks beyond the question. Another place, country, person or number, a negation or a superlative rules it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.language import content_units
from assistant.quantities import Quantity, supports
from assistant.questions import QUANTITY_KINDS, Expectation, QuestionForm, credit, has_superlative, is_negated
from assistant.records import Language, Passage, ScoredGap, ScoredQuestion
from assistant.retrieval import PassageRetriever

ACCEPT = 0.55  # above it the prepared answer is given, below it sentences of the passages
RESTRICTING = frozenset(("place", "country", "person", "body", "event", "programme", "project", "document"))

# What speaks for a match: how much of the question the anticipated one covers, how much of the anticipated one was asked, and
# how alike the two are as retrieval sees them. They sum to 1.
_COVERED, _ASKED, _SIMILAR = 0.5, 0.2, 0.3
_OTHER_KIND = (
    0.85  # for a question that asks how many, when or how much where the anticipated one asks for none of these
)
_FURTHER_PASSAGE = 0.03  # an answer that joins two passages is for those who ask for both
_IN_ANSWER, _IN_PASSAGE = (
    0.8,
    0.5,
)  # what a word of the question is worth that stands only in the answer, only in the passage


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against an answer. `words`: the name or number that it does not meet; `concept`: the id of such a name."""

    kind: Literal["name", "number", "negation", "superlative", "kind", "coverage", "gap"]
    words: str = ""
    concept: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}" if self.words else self.kind


@dataclass(frozen=True, slots=True)
class Match:
    """`score` from 0 to 1; `against`: what rules the match out, empty where nothing does."""

    question: ScoredQuestion
    score: float
    covered: float
    asked: float
    against: tuple[Objection, ...]

    @property
    def accepted(self) -> bool:
        return not self.against and self.score >= ACCEPT


def rank_matches(form: QuestionForm, candidates: Iterable[ScoredQuestion], retriever: PassageRetriever) -> list[Match]:
    """The candidates judged, best first: those that nothing rules out before those that something does."""
    found = [_judge(form, candidate, retriever) for candidate in candidates]
    return sorted(found, key=lambda match: (bool(match.against), -match.score))


def _judge(form: QuestionForm, candidate: ScoredQuestion, retriever: PassageRetriever) -> Match:
    language = form.language
    wording = candidate.prepared.wordings[language]
    passages = [retriever.library.passages[passage_id] for passage_id in candidate.prepared.passages]
    asked = retriever.view_terms(candidate.prepared.id, language)
    answered = retriever.terms_of(wording.answer)
    around = frozenset().union(
        *(retriever.view_terms(passage.id, retriever.view_language(passage, language)) for passage in passages)
    )
    total = met = 0.0
    for unit in form.all_units:
        weight = retriever.unit_weight(unit, language)
        total += weight
        met += weight * max(
            credit(unit, asked), _IN_ANSWER * credit(unit, answered), _IN_PASSAGE * credit(unit, around)
        )
    covered = met / total if total else 0.0
    other = retriever.form_of(wording.question, language)
    mine = frozenset(term for unit in form.all_units for term in unit)
    theirs = [(retriever.unit_weight(unit, language), credit(unit, mine)) for unit in other.all_units]
    back = sum(weight * shared for weight, shared in theirs) / (sum(weight for weight, _ in theirs) or 1.0)
    score = _COVERED * covered + _ASKED * back + _SIMILAR * candidate.score
    if form.expects & QUANTITY_KINDS.keys() and not other.expects & QUANTITY_KINDS.keys():
        score *= _OTHER_KIND
    if len(passages) > 1:
        score -= _FURTHER_PASSAGE
    return Match(
        candidate,
        round(score, 6),
        round(covered, 6),
        round(back, 6),
        tuple(_objections(form, other, wording.question, wording.answer, passages, retriever)),
    )


def gap_score(form: QuestionForm, gaps: Iterable[ScoredGap], retriever: PassageRetriever) -> float:
    """How like the question is to the nearest one that the articles are known not to answer, on the scale of `Match.score`."""
    best = 0.0
    for gap in gaps:
        asked = retriever.view_terms(gap.id, form.language)
        weights = [(retriever.unit_weight(unit, form.language), credit(unit, asked)) for unit in form.all_units]
        covered = sum(weight * here for weight, here in weights) / (sum(weight for weight, _ in weights) or 1.0)
        mine = frozenset(term for unit in form.all_units for term in unit)
        other = retriever.form_of(gap.question, form.language)
        theirs = [(retriever.unit_weight(unit, form.language), credit(unit, mine)) for unit in other.all_units]
        back = sum(weight * here for weight, here in theirs) / (sum(weight for weight, _ in theirs) or 1.0)
        best = max(best, _COVERED * covered + _ASKED * back + _SIMILAR * gap.score)
    return round(best, 6)


def _objections(
    form: QuestionForm,
    other: QuestionForm,
    question: str,
    answer: str,
    passages: list[Passage],
    retriever: PassageRetriever,
) -> Iterable[Objection]:
    language = form.language
    kinds = {name: retriever.names.concepts[name].kind for name in form.names | other.names}
    said = retriever.names_in(question) | retriever.names_in(answer)
    said_kinds = {retriever.names.concepts[name].kind for name in said}
    for name in sorted(restricting_names(form, retriever) - said):
        # A name that only the passage has is met where the anticipated question and its answer name no other of its kind.
        in_passage = any(name in retriever.names_in(passage.text) for passage in passages)
        if not in_passage or kinds[name] in said_kinds:
            yield Objection("name", retriever.names.preferred(name, language) or name, name)
    evidence = [
        *retriever.quantities_in(question, language),
        *retriever.quantities_in(answer, language),
        *(quantity for passage in passages for quantity in retriever.quantities_in(passage.text, "zh")),
    ]
    texts = [question, answer, *(passage.rendering(language) or "" for passage in passages)]
    for quantity in retriever.quantities_in(form.text, language):
        if any(supports(known, quantity) or same_value(known, quantity) for known in evidence):
            continue
        if not is_count_of_list(quantity) or any(
            counts_otherwise(form.text, quantity, text, retriever, language) for text in texts
        ):
            yield Objection("number", quantity.text)
    if form.negated != other.negated and not is_negated(answer, language):
        yield Objection("negation")
    if form.superlative and not other.superlative and not has_superlative(answer, language):
        yield Objection("superlative")
    wanted = form.expects & set(QUANTITY_KINDS)
    held = {quantity.kind for quantity in retriever.quantities_in(answer, language)}
    if wanted and not any(held & QUANTITY_KINDS[kind] for kind in wanted):
        yield Objection("kind", ", ".join(sorted(wanted)))
    elif not compatible(form.expects, other.expects):
        yield Objection("kind", ", ".join(sorted(form.expects)))


def same_value(known: Quantity, asked: Quantity) -> bool:
    """Equal values whatever the hedge: a question says "500 projects" where the text says "over 500"."""
    return known.kind == asked.kind != "date" and (known.low, known.high) == (asked.low, asked.high)


def is_count_of_list(quantity: Quantity) -> bool:
    """Whether a number may just count what a text lists ("which two universities"): it need not stand there as a number."""
    return quantity.kind in {"number", "ordinal"} and quantity.high is not None and quantity.high <= 10


def counts_otherwise(
    asked: str, quantity: Quantity, text: str, retriever: PassageRetriever, language: Language
) -> bool:
    """Whether `text` counts the thing that `quantity` counts in the question, and finds another number of it."""
    noun = _counted(asked, quantity, language)
    if not noun:
        return False
    for other in retriever.quantities_in(text, language):
        if (
            other.kind == quantity.kind
            and (other.low, other.high) != (quantity.low, quantity.high)
            and noun & _counted(text, other, language)
        ):
            return True
    return False


def _counted(text: str, quantity: Quantity, language: Language) -> frozenset[str]:
    """The terms of the words that follow a number: what it counts."""
    after = text[quantity.end : quantity.end + (8 if language == "zh" else 40)]
    units = content_units(after)
    return frozenset(term for unit in units[: 4 if language == "zh" else 2] for term in unit)


def restricting_names(form: QuestionForm, retriever: PassageRetriever) -> set[str]:
    """The names of a question that narrow it: not those that most passages share (the organisation, the host city)."""
    return {
        name
        for name in form.names
        if retriever.names.concepts[name].kind in RESTRICTING and not retriever.is_background(name)
    }


_ASKS: tuple[frozenset[Expectation], ...] = (
    frozenset(("number", "money", "duration")),
    frozenset(("date", "duration")),
    frozenset(("person",)),
    frozenset(("place",)),
    frozenset(("reason",)),
)


def compatible(mine: frozenset[Expectation], theirs: frozenset[Expectation]) -> bool:
    """Whether two questions may ask for the same kind of thing. A question that shows no kind may ask for any."""
    hard_mine = mine & {"number", "money", "date", "duration"}
    hard_theirs = theirs & {"number", "money", "date", "duration"}
    if hard_mine and hard_theirs:
        return any(mine & group and theirs & group for group in _ASKS)
    if hard_mine and theirs & {"person", "place", "reason", "yes_no"} and not theirs & {"list", "definition"}:
        return False
    return not (hard_theirs and mine & {"person", "place", "reason"} and not mine & {"list", "definition"})
