"""Which anticipated question is the one that was asked, or whether none is: a decision with reasons, not a bare score.

Each candidate is described by what speaks for and against it (`FEATURES`), and so is silence, the possibility that the articles do
not say (`SILENCE`). The weights are fitted on the wordings of the corpus, each left out in turn (`python -m bench weights`).
Another place, country, person or number, a negation or a superlative rules a candidate out, whatever its score.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from assistant.language import content_units
from assistant.quantities import Quantity, supports
from assistant.questions import (
    QUANTITY_KINDS,
    Expectation,
    QuestionForm,
    credit,
    gives_reason,
    has_superlative,
    is_negated,
    says_yes_or_no,
)
from assistant.records import Language, Passage, Retrieved, ScoredGap, ScoredQuestion
from assistant.retrieval import PassageRetriever

ACCEPT = 0.45  # of the likelihood that some anticipated question is the one asked: above it, it is answered with
RESTRICTING = frozenset(("place", "country", "person", "body", "event", "programme", "project", "document"))

_KNOWN_GAP = 0.6
_OTHER_TENSE = 0.6  # what the likeness to a gap is worth if one asks of what has been and the other of what is to come
_WORDINGS_READ = 2  # of an anticipated question: those that share most with the question
_IN_ANSWER, _IN_PASSAGE = 0.8, 0.5  # what a word of the question is worth that stands only in the answer, the passage

# What describes a candidate, each from 0 to 1 (but `behind`, below 0).
FEATURES = (
    "worded",  # share of the question, by weight, that the nearest wording says
    "covered",  # that the wording, the answer and the passage say
    "asked",  # share of the wording that the question says
    "alike",  # worded and asked, joined (Dice)
    "second",  # what the next best wording says of the question
    "lexical",  # BM25
    "dense",  # cosine of the embeddings
    "passage",  # the score of the passage that holds the answer
    "unmet",  # share of the question that neither a wording nor the answer says
    "same_kinds",  # the kinds of answer that both ask for
    "other_kinds",  # 1 where both ask for something, and for nothing in common
    "no_quantity",  # 1 where only the question asks for a number, a date, an amount
    "same_names",  # 1 where both name the same
    "their_names",  # names that only the wording has, in thirds
    "focus",  # 1 where both name what they ask for, and name the same
    "other_focus",  # 1 where they name something else
    "other_tense",  # 1 where one asks of what has been and the other of what is to come
    "yes_answer",  # 1 where the answer is a yes or no that was not asked for
    "no_yes",  # 1 where a yes or no was asked for and the answer is none
    "no_person",  # 1 where the question asks who, and the answer names nobody new
    "no_place",  # 1 where the question asks where, and the answer names no place that is new
    "no_reason",  # 1 where the question asks why, and the answer gives no reason
    "further_passage",  # 1 where the answer joins passages
    "first",  # 1 for the best by `_plain`
    "behind",  # how far `_plain` is behind that of the best
    "name", "number", "negation", "superlative", "kind",  # 1 for each objection
)  # fmt: skip
# What describes silence: the likeness of the nearest known gap, and what the question has that no text knows.
SILENCE = ("bias", "gap_covered", "gap_asked", "gap_alike", "gap_score", "unknown", "length")


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against an answer. `words`: the name or number that it does not meet; `concept`: the id of such a name."""

    kind: Literal["name", "number", "negation", "superlative", "kind", "coverage", "silence"]
    words: str = ""
    concept: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}" if self.words else self.kind


@dataclass(frozen=True, slots=True)
class Match:
    """`score`: how likely the candidate is rather than silence, 0 to 1; `against`: what rules it out, empty where nothing does."""

    question: ScoredQuestion
    score: float
    features: tuple[float, ...]
    against: tuple[Objection, ...]

    @property
    def odds(self) -> float:
        """Of the candidate against silence."""
        return self.score / max(1e-9, 1 - self.score)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`matches`: the likeliest first; `silence`: how likely none of them is the question asked, 0 to 1, 1 without any."""

    matches: tuple[Match, ...]
    silence: float
    silent: tuple[float, ...] = ()  # the features of silence

    @property
    def is_known_gap(self) -> bool:
        """Whether the question is one that the articles are known not to answer, in nearly these words."""
        return bool(self.silent) and self.silent[SILENCE.index("gap_alike")] >= _KNOWN_GAP


@functools.cache
def weights() -> tuple[Mapping[str, float], Mapping[str, float]]:
    """The fitted weights of FEATURES and of SILENCE."""
    found = json.loads(files("assistant").joinpath("data", "match_weights.json").read_text(encoding="utf-8"))
    return found["features"], found["silence"]


def judge(form: QuestionForm, retrieved: Retrieved, retriever: PassageRetriever) -> Judgement:
    """The anticipated questions that were retrieved for a question, judged.

    Source: conditional logit (McFadden 1974), with silence as the outside option.
    """
    if not retrieved.questions:
        return Judgement((), 1.0)
    described, reasons = describe(form, retrieved, retriever)
    silent = describe_silence(form, retrieved.gaps, retriever)
    of_match, of_silence = weights()
    fits = [sum(of_match[name] * value for name, value in zip(FEATURES, row, strict=True)) for row in described]
    quiet = sum(of_silence[name] * value for name, value in zip(SILENCE, silent, strict=True))
    top = max(quiet, *fits)
    odds, quiet_odds = [math.exp(fit - top) for fit in fits], math.exp(quiet - top)
    matches = [
        Match(candidate, round(odd / (odd + quiet_odds), 6), tuple(row), reason)
        for candidate, odd, row, reason in zip(retrieved.questions, odds, described, reasons, strict=True)
    ]
    order = sorted(range(len(matches)), key=lambda number: -fits[number])
    return Judgement(
        tuple(matches[number] for number in order), round(quiet_odds / (quiet_odds + sum(odds)), 6), silent
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """A question as its candidates are compared with it. `weights`: of each of its units, `total` their sum; `terms`: of all units."""

    form: QuestionForm
    weights: tuple[float, ...]
    total: float
    terms: frozenset[str]

    @classmethod
    def of(cls, form: QuestionForm, retriever: PassageRetriever) -> _Question:
        weights = tuple(retriever.unit_weight(unit, form.language) for unit in form.all_units)
        return cls(form, weights, sum(weights) or 1.0, frozenset(term for unit in form.all_units for term in unit))

    def met_by(self, terms: frozenset[str]) -> list[float]:
        """What a text with `terms` meets of each unit."""
        return [credit(unit, terms) for unit in self.form.all_units]

    def share(self, met: Sequence[float]) -> float:
        """The share of the question, by weight, that is met."""
        return sum(weight * here for weight, here in zip(self.weights, met, strict=True)) / self.total


def describe(
    form: QuestionForm, retrieved: Retrieved, retriever: PassageRetriever
) -> tuple[list[list[float]], list[tuple[Objection, ...]]]:
    """(features, objections) of each anticipated question that was retrieved."""
    question = _Question.of(form, retriever)
    scores = {scored.passage.id: scored.score for scored in retrieved.passages}
    rows, reasons, plain = [], [], []
    for candidate in retrieved.questions:
        near = _nearest_wording(question, candidate, retriever)
        against = tuple(_objections(form, near, retriever))
        kinds = {objection.kind for objection in against}
        other = near.form
        shared, either = form.expects & other.expects, form.expects | other.expects
        named = {name for name in other.names if not retriever.is_background(name)}
        wants = bool(form.expects & QUANTITY_KINDS.keys()) and not other.expects & QUANTITY_KINDS.keys()
        rows.append([
            near.worded, near.covered, near.asked, 2 * near.worded * near.asked / ((near.worded + near.asked) or 1.0), near.second,
            candidate.lexical, candidate.dense, max(scores.get(passage.id, 0.0) for passage in near.passages), near.unmet,
            len(shared) / len(either) if either else 1.0, float(bool(form.expects and other.expects) and not shared), float(wants),
            float(bool(form.names) and form.names == other.names), len(named - form.names) / 3,
            *_of_answer(form, near, retriever), float(len(near.passages) > 1), 0.0, 0.0,
            *(float(kind in kinds) for kind in FEATURES[-5:]),
        ])  # fmt: skip
        reasons.append(against)
        plain.append(_plain(near.covered, near.asked, candidate.score))
    best = max(plain)
    first, behind = FEATURES.index("first"), FEATURES.index("behind")
    for row, value in zip(rows, plain, strict=True):
        row[first], row[behind] = float(value == best), value - best
    return rows, reasons


def _of_answer(form: QuestionForm, near: _Near, retriever: PassageRetriever) -> tuple[float, ...]:
    """The features from `focus` to `no_reason`."""
    language, other = form.language, near.form
    both = bool(form.focus and other.focus)
    same = bool(form.focus & other.focus)
    says_yes = says_yes_or_no(near.answer, language)
    asks_yes = "yes_no" in form.expects
    told = retriever.names_in(near.answer) - form.names  # what the question does not say already
    kinds = {retriever.names.concepts[name].kind for name in told}
    return (
        float(same), float(both and not same), _other_tense(form, other), float(says_yes and not asks_yes), float(asks_yes and not says_yes),
        float("person" in form.expects and not kinds & {"person", "body"}),
        float("place" in form.expects and not kinds & {"place", "country"}),
        float("reason" in form.expects and not gives_reason(near.answer, language)),
    )  # fmt: skip


def _other_tense(form: QuestionForm, other: QuestionForm) -> float:
    return float(bool(form.tense and other.tense) and form.tense != other.tense)


def describe_silence(form: QuestionForm, gaps: Sequence[ScoredGap], retriever: PassageRetriever) -> tuple[float, ...]:
    """The features of silence, in the order of SILENCE."""
    question = _Question.of(form, retriever)
    best, covered, asked = 0.0, 0.0, 0.0
    for gap in gaps:
        said = [question.met_by(terms) for terms in retriever.wording_terms(gap.id, form.language)]
        wordings = retriever.library.gaps[gap.id][form.language]
        here, back, nearest = _likeness(question, wordings, said, [0.0] * len(form.all_units), retriever)
        if _other_tense(form, nearest):  # what has been done so far is no gap of what is planned
            here, back = _OTHER_TENSE * here, _OTHER_TENSE * back
        score = _plain(here, back, gap.score)
        if score > best:
            best, covered, asked = score, here, back
    weighed = zip(question.weights, form.all_units, strict=True)
    unknown = sum(weight for weight, unit in weighed if not retriever.knows(unit, form.language))
    alike = max((gap.score for gap in gaps), default=0.0)
    return (
        1.0, covered, asked, covered * asked, alike, unknown / question.total, min(len(form.all_units), 12) / 12,
    )  # fmt: skip


def _plain(covered: float, asked: float, score: float = 0.0) -> float:
    """A plain mixture, for what must be ordered before the fitted weights are there."""
    return 0.5 * covered + 0.2 * asked + 0.3 * score


@dataclass(frozen=True, slots=True)
class _Near:
    """An anticipated question beside the question that was asked; shares are of the weight of all words, 0 to 1."""

    form: QuestionForm  # of the wording that is nearest
    answer: str
    passages: tuple[Passage, ...]
    worded: float
    covered: float
    asked: float
    second: float
    unmet: float


def _nearest_wording(question: _Question, candidate: ScoredQuestion, retriever: PassageRetriever) -> _Near:
    language = question.form.language
    wording = candidate.prepared.wordings[language]
    passages = tuple(retriever.library.passages[passage_id] for passage_id in candidate.prepared.passages)
    around = frozenset().union(
        *(retriever.view_terms(passage.id, retriever.view_language(passage, language)) for passage in passages)
    )
    in_answer = [_IN_ANSWER * here for here in question.met_by(retriever.terms_of(wording.answer))]
    in_passage = [_IN_PASSAGE * here for here in question.met_by(around)]
    said = [question.met_by(terms) for terms in retriever.wording_terms(candidate.prepared.id, language)]
    shares = sorted(map(question.share, said), reverse=True)
    anywhere = [max(column) for column in zip(*said, in_answer, strict=True)]
    beside = [max(pair) for pair in zip(in_answer, in_passage, strict=True)]
    covered, asked, nearest = _likeness(question, wording.questions, said, beside, retriever)
    return _Near(
        form=nearest,
        answer=wording.answer,
        passages=passages,
        worded=shares[0],
        covered=covered,
        asked=asked,
        second=shares[1] if len(shares) > 1 else 0.0,
        unmet=question.share([float(here < 0.5) for here in anywhere]),
    )


def _likeness(
    question: _Question,
    wordings: Sequence[str],
    said: Sequence[Sequence[float]],
    beside: Sequence[float],
    retriever: PassageRetriever,
) -> tuple[float, float, QuestionForm]:
    """(share of the question that the nearest wording covers, share of it that was asked, the wording's form).

    said: what each wording meets of each unit of the question; beside: what else meets it.
    """
    language = question.form.language
    order = sorted(range(len(said)), key=lambda number: -question.share(said[number]))[:_WORDINGS_READ]
    found = []
    for number in order:
        other = retriever.form_of(wordings[number], language)
        theirs = [(retriever.unit_weight(unit, language), credit(unit, question.terms)) for unit in other.all_units]
        asked = sum(weight * shared for weight, shared in theirs) / (sum(weight for weight, _ in theirs) or 1.0)
        covered = question.share([max(pair) for pair in zip(said[number], beside, strict=True)])
        found.append((covered, asked, other))
    return max(found, key=lambda item: _plain(item[0], item[1]))


def _objections(form: QuestionForm, near: _Near, retriever: PassageRetriever) -> Iterable[Objection]:
    language, other, passages = form.language, near.form, near.passages
    question, answer = other.text, near.answer
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
