"""One asked question as a row: what came back, and every measure of it. A row ends scored, refused or error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from assistant.records import Answer, Citation, Language, RetrievedPassage, Usage
from eval import measures
from eval.gold import Blocks, Group, Place

Status = Literal["scored", "refused", "error"]
NO_USAGE = Usage()
RETRIEVED = 10  # passages of an answer that are judged


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of one row; None where a measure does not apply. Truths are 0.0 or 1.0."""

    hit_at_1: float | None = None
    hit_at_3: float | None = None
    hit_at_5: float | None = None
    reciprocal_rank: float | None = None
    ndcg_at_10: float | None = None
    evidence_recall_at_10: float | None = None
    facts_all: float | None = None  # a refusal holds no facts
    facts_share: float | None = None
    facts_all_answered: float | None = None  # None for a refusal
    handled: float | None = None  # false premise: not refused, and all facts said
    handled_or_refused: float | None = None
    premise_refused: float | None = None
    hallucination_rate: float | None = None  # unanswerable: answered
    error_rate: float | None = None  # answerable or follow-up: refused
    talk_plain: float | None = None  # small talk: answered without citing an article
    citation_precision: float | None = None
    citation_recall: float | None = None
    quotes_verbatim: float | None = None
    markers_resolve: float | None = None
    numbers_supported: float | None = None  # as the assistant checked it, as the next two
    names_supported: float | None = None
    language_ok_checked: float | None = None
    language_ok: float | None = None  # as checked here, on the text and on the language that the answer names
    answer_chars: float | None = None
    latency_ms: float | None = None
    passage_chars: float | None = None  # of the first passage


SCORE_NAMES: tuple[str, ...] = tuple(field.name for field in fields(Scores))


@dataclass(frozen=True, slots=True)
class ShownPassage:
    article_id: str
    paragraph: int
    text: str
    score: float
    relevant: bool


@dataclass(frozen=True, slots=True)
class ShownCitation:
    number: int
    article_id: str
    paragraph: int
    quote: str
    supports: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question in one language, answered in one. `faults`: in plain words, what is not in order; empty means none."""

    run: str
    group: Group
    asked: Language
    reply: Language
    status: Status
    scores: Scores
    text: str = ""
    query: str = ""
    answerer: str = ""
    confidence: float | None = None
    passages: tuple[ShownPassage, ...] = ()
    citations: tuple[ShownCitation, ...] = ()
    faults: tuple[str, ...] = ()
    error: str = ""
    usage: Usage = NO_USAGE

    @property
    def refused(self) -> bool:
        return self.status == "refused"


def error_row(run: str, group: Group, asked: Language, reply: Language, error: str) -> Row:
    """A row that could not be asked; it has no scores and fails the run."""
    return Row(run, group, asked, reply, "error", Scores(), faults=(f"error: {error}",), error=error)


def judge(
    run: str, group: Group, asked: Language, reply: Language, answer: Answer, latency_ms: float, blocks: Blocks
) -> Row:
    """The row of one answer; an answer without text is an error."""
    if not answer.text.strip():
        return error_row(run, group, asked, reply, "the answer has no text")
    passages = answer.passages[:RETRIEVED]
    found = [held_places(group, passage) for passage in passages]
    supports = [_supports(group, citation) for citation in answer.citations]
    held = measures.facts_held(answer.text, [fact.patterns[reply] for fact in group.facts])
    scores = _scores(group, reply, answer, found, supports, held, latency_ms, blocks)
    confidence = getattr(answer, "confidence", None)
    return Row(
        run=run,
        group=group,
        asked=asked,
        reply=reply,
        status="refused" if answer.refused else "scored",
        scores=scores,
        text=answer.text,
        query=answer.query,
        answerer=answer.answerer,
        confidence=float(confidence) if isinstance(confidence, int | float) else passages[0].score if passages else 0.0,
        passages=tuple(
            ShownPassage(p.article_id, p.paragraph, p.text, p.score, bool(h))
            for p, h in zip(passages, found, strict=True)
        ),
        citations=tuple(
            ShownCitation(c.number, c.article_id, c.paragraph, c.quote, s)
            for c, s in zip(answer.citations, supports, strict=True)
        ),
        faults=_faults(group, reply, answer, scores, held),
        usage=answer.usage,
    )


def held_places(group: Group, passage: RetrievedPassage) -> frozenset[Place]:
    """The gold blocks whose evidence the passage holds: it has a quote whole, or is itself a part of one."""
    place = (passage.article_id, passage.paragraph)
    text = passage.text.strip()
    return frozenset(
        place
        for evidence in group.evidence
        if place in evidence.places and text and (evidence.quote in passage.text or text in evidence.quote)
    )


def _supports(group: Group, citation: Citation) -> bool:
    quote = measures.fold(citation.quote)
    if any(fact.patterns["zh"].search(quote) for fact in group.facts):
        return True
    return any(
        evidence.article == citation.article_id
        and paragraph == citation.paragraph
        and max(start, citation.quote_start) < min(start + len(evidence.quote), citation.quote_end)
        for evidence in group.evidence
        for paragraph, start in evidence.starts
    )


def _scores(
    group: Group,
    reply: Language,
    answer: Answer,
    found: Sequence[frozenset[Place]],
    supports: Sequence[bool],
    held: Sequence[bool],
    latency_ms: float,
    blocks: Blocks,
) -> Scores:
    answered = not answer.refused
    talk = group.kind == "small-talk"
    proven = bool(group.evidence)
    said = bool(held) and all(held) and answered
    stated = [fact.patterns["zh"] for fact in group.facts if not fact.inferred]
    numbers = [citation.number for citation in answer.citations]
    resolved = measures.markers_resolve(answer.text, numbers, must_cite=answered and not talk) and not (
        answer.refused and numbers
    )
    claims = answered and not talk
    return Scores(
        **(retrieval_scores(group, found) if proven else {}),
        facts_all=float(said) if proven else None,
        facts_share=sum(held) / len(held) * answered if proven else None,
        facts_all_answered=float(said) if proven and answered else None,
        handled=float(said) if group.kind == "false-premise" else None,
        handled_or_refused=float(said or answer.refused) if group.kind == "false-premise" else None,
        premise_refused=float(answer.refused) if group.kind == "false-premise" else None,
        hallucination_rate=float(answered) if group.kind == "unanswerable" else None,
        error_rate=float(answer.refused) if proven and group.kind != "false-premise" else None,
        talk_plain=float(not numbers) if talk else None,
        citation_precision=measures.citation_precision(supports) if proven and answered else None,
        citation_recall=measures.citation_recall([citation.quote for citation in answer.citations], stated)
        if proven and answered
        else None,
        quotes_verbatim=float(all(_verbatim(citation, blocks) for citation in answer.citations))
        if answer.citations
        else None,
        markers_resolve=float(resolved),
        numbers_supported=float(answer.checks.numbers_supported) if claims else None,
        names_supported=float(answer.checks.names_supported) if claims else None,
        language_ok_checked=float(answer.checks.language_ok),
        language_ok=float(answer.language == reply and measures.language_ok(answer.text, reply)),
        answer_chars=float(len(answer.text)) if claims else None,
        latency_ms=latency_ms,
        passage_chars=float(len(answer.passages[0].text)) if answer.passages else None,
    )


def retrieval_scores(group: Group, found: Sequence[frozenset[Place]]) -> dict[str, float]:
    """The retrieval fields of `Scores`, from the gold blocks that each retrieved passage holds, best first."""
    return {
        "hit_at_1": measures.hit_at(found, 1),
        "hit_at_3": measures.hit_at(found, 3),
        "hit_at_5": measures.hit_at(found, 5),
        "reciprocal_rank": measures.reciprocal_rank(found),
        "ndcg_at_10": measures.ndcg_at(found, len(group.places), RETRIEVED),
        "evidence_recall_at_10": measures.evidence_recall_at(
            found, [frozenset(e.places) for e in group.evidence], group.needs_all, RETRIEVED
        ),
    }


def _verbatim(citation: Citation, blocks: Blocks) -> bool:
    texts = blocks.get(citation.article_id, ())
    block = texts[citation.paragraph - 1] if 1 <= citation.paragraph <= len(texts) else None
    return measures.quote_is_verbatim(citation.quote, citation.quote_start, citation.quote_end, block)


def _faults(group: Group, reply: Language, answer: Answer, scores: Scores, held: Sequence[bool]) -> tuple[str, ...]:
    faults: list[str] = []
    missing = [fact.patterns[reply].pattern for fact, is_held in zip(group.facts, held, strict=True) if not is_held]
    if group.kind == "unanswerable" and not answer.refused:
        faults.append("answered, though the articles do not say")
    elif group.facts and answer.refused:
        faults.append("refused, though the articles say it")
    elif missing:
        faults.append("not said: " + "  ·  ".join(missing))
    if scores.hit_at_5 == 0.0:
        faults.append("no evidence among the first five passages")
    if not answer.refused and scores.citation_recall == 0.0:
        faults.append("no citation holds a fact")
    for name, words in _ORDER:
        if getattr(scores, name) == 0.0:
            faults.append(words)
    if answer.language != reply:
        faults.append(f"the answer names {answer.language} as its language; expected {reply}")
    faults.extend(f"own check: {failed}" for failed in answer.checks.failed)
    return tuple(faults)


_ORDER = (
    ("talk_plain", "small talk answered from an article"),
    ("quotes_verbatim", "a quote is not verbatim"),
    ("markers_resolve", "markers and citations do not fit together"),
    ("numbers_supported", "a number is not supported"),
    ("names_supported", "a name is not supported"),
    ("language_ok", "not in the language of the reply"),
)
