"""Whether an anticipated question is the question that was asked: a decision with reasons, not a bare score.

Words of the question that the anticipated question, its answer and its passage leave uncovered speak against it, and so does
what it asks beyond the question. Another place, country, person or number, a negation or a superlative rules it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.names import NameTable
from assistant.quantities import find_quantities, supports
from assistant.questions import Expectation, QuestionForm, has_superlative, is_negated
from assistant.records import Passage, ScoredQuestion
from assistant.retrieval import PassageRetriever

ACCEPT = 0.52  # how it was set and what it trades: docs/matching.md
RESTRICTING = frozenset(("place", "country", "person", "body", "event", "programme", "project", "document"))

_COVERED, _ASKED, _SIMILAR = 0.5, 0.3, 0.2
_IN_ANSWER, _IN_PASSAGE = (
    0.8,
    0.5,
)  # what a word of the question is worth that stands only in the answer, only in the passage


@dataclass(frozen=True, slots=True)
class Match:
    """`score` from 0 to 1; `against`: what rules the match out, empty where nothing does."""

    question: ScoredQuestion
    score: float
    covered: float
    asked: float
    against: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        return not self.against and self.score >= ACCEPT


def rank_matches(form: QuestionForm, candidates: Iterable[ScoredQuestion], retriever: PassageRetriever) -> list[Match]:
    """The candidates judged, best first: accepted ones before those that something rules out."""
    found = [_judge(form, candidate, retriever) for candidate in candidates]
    return sorted(found, key=lambda match: (bool(match.against), -match.score))


def _judge(form: QuestionForm, candidate: ScoredQuestion, retriever: PassageRetriever) -> Match:
    language = form.language
    wording = candidate.prepared.wordings[language]
    passages = [retriever.library.passages[passage_id] for passage_id in candidate.prepared.passages]
    asked = retriever.terms_of(wording.question)
    answered = retriever.terms_of(wording.answer)
    around = frozenset().union(
        *(retriever.terms_of(passage.rendering(language) or passage.text) for passage in passages)
    )
    total = met = 0.0
    for unit in form.all_units:
        weight = max((retriever.weight(term, language) for term in unit), default=0.0)
        total += weight
        met += weight * (
            1.0
            if not asked.isdisjoint(unit)
            else _IN_ANSWER
            if not answered.isdisjoint(unit)
            else _IN_PASSAGE
            if not around.isdisjoint(unit)
            else 0.0
        )
    covered = met / total if total else 0.0
    other = retriever.form_of(wording.question, language)
    mine = {term for unit in form.all_units for term in unit}
    theirs = [
        (max((retriever.weight(term, language) for term in unit), default=0.0), not mine.isdisjoint(unit))
        for unit in other.all_units
    ]
    back = sum(weight for weight, shared in theirs if shared) / (sum(weight for weight, _ in theirs) or 1.0)
    score = _COVERED * covered + _ASKED * back + _SIMILAR * candidate.score
    return Match(
        candidate,
        round(score, 6),
        round(covered, 6),
        round(back, 6),
        tuple(_objections(form, other, wording.question, wording.answer, passages, retriever)),
    )


def _objections(
    form: QuestionForm,
    other: QuestionForm,
    question: str,
    answer: str,
    passages: list[Passage],
    retriever: PassageRetriever,
) -> Iterable[str]:
    language = form.language
    names = retriever.names
    said = {mention.concept.id for mention in names.mentions(f"{question} {answer}")}
    for name in sorted(restricting_names(form, retriever)):
        if name not in said and not _elsewhere_in(name, passages, names, said):
            yield f"asks about {names.preferred(name, language) or name}"
    mine = {name for name in form.names if names.concepts[name].kind in RESTRICTING}
    theirs = {name for name in other.names if names.concepts[name].kind in RESTRICTING}
    for name in sorted(mine - said):
        rivals = [rival for rival in theirs - mine if names.concepts[rival].kind == names.concepts[name].kind]
        if rivals:
            yield f"is about {names.preferred(rivals[0], language)}, not {names.preferred(name, language)}"
    evidence = [
        *find_quantities(question, language),
        *find_quantities(answer, language),
        *(q for passage in passages for q in find_quantities(passage.text, "zh")),
    ]
    for quantity in find_quantities(form.text, language):
        if not any(supports(known, quantity) or loosely_equal(known, quantity) for known in evidence):
            yield f"says {quantity.text}"
    if form.negated != other.negated and not is_negated(answer, language):
        yield "negation"
    if form.superlative and not other.superlative and not has_superlative(answer, language):
        yield "superlative"
    if not compatible(form.expects, other.expects):
        yield f"asks for {', '.join(sorted(form.expects)) or 'something else'}, not {', '.join(sorted(other.expects)) or 'that'}"


def _elsewhere_in(name: str, passages: list[Passage], names: NameTable, said: set[str]) -> bool:
    """A name that only the passage has counts as met where the anticipated question names no rival of its kind."""
    kind = names.concepts[name].kind
    return any(name in names.concept_ids(passage.text) for passage in passages) and not any(
        names.concepts[other].kind == kind for other in said
    )


def loosely_equal(known: object, asked: object) -> bool:
    """Equal values whatever the hedge: a question says "500 projects" where the text says "over 500"."""
    return (getattr(known, "kind", 0), getattr(known, "low", 0), getattr(known, "high", 0)) == (
        getattr(asked, "kind", 1),
        getattr(asked, "low", 1),
        getattr(asked, "high", 1),
    ) and getattr(known, "kind", "") != "date"


def restricting_names(form: QuestionForm, retriever: PassageRetriever) -> set[str]:
    """The names of a question that narrow it: not those that most passages share (the organisation, the host city)."""
    return {
        name
        for name in form.names
        if retriever.names.concepts[name].kind in RESTRICTING and retriever.spread(name) < 0.2
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
