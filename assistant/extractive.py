"""The offline answerer: the prepared answer of an anticipated question, or sentences of the passages, as they stand.

Answerers share one protocol, so that a model's answer and an offline one take the same path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import regex

from assistant.citations import Draft, Source, mark_sentences, shifted
from assistant.evidence import Evidence, language_of
from assistant.matching import Match
from assistant.phrases import say
from assistant.questions import QuestionForm
from assistant.records import Language, PreparedAnswer, ScoredPassage
from assistant.retrieval import PassageRetriever

_MAX_SENTENCES = 3
_AS_GOOD = 0.88  # a second sentence that may as well be the one asked for
_ALSO_ANSWERS = 0.82  # a further sentence is added where it scores this share of the best one


@dataclass(frozen=True, slots=True)
class Task:
    """What an answerer is given. `evidence` and `passages` best first; `match`: an accepted anticipated question; `also`: another
    that is nearly as likely."""

    form: QuestionForm
    reply: Language
    evidence: Sequence[Evidence]
    passages: Sequence[ScoredPassage]
    match: Match | None
    retriever: PassageRetriever
    history: Sequence[tuple[str, str]] = field(default=())
    also: Match | None = None


class Answerer(Protocol):
    """Writes an answer: pieces of its text as they come, then exactly one Draft with all of it."""

    @property
    def name(self) -> str: ...

    def write(self, task: Task) -> Iterator[str | Draft]: ...


class ExtractiveAnswerer:
    name = "extractive"

    def write(self, task: Task) -> Iterator[str | Draft]:
        draft = self.draft(task)
        yield from pieces_of(draft.text, task.reply)
        yield draft

    def draft(self, task: Task) -> Draft:
        chosen = [match.question.prepared for match in (task.match, task.also) if match is not None]
        drafts = [prepared_draft(one, task.reply, task.retriever) for one in chosen if task.reply in one.wordings]
        return joined(drafts, task.reply) if drafts else composed_draft(task)


def pieces_of(text: str, language: Language) -> list[str]:
    """`text` in the pieces that it is streamed in: words, in Chinese a few characters; joined they are the text."""
    return regex.findall(r"\S+\s*|\s+" if language != "zh" else r".{1,6}", text, regex.DOTALL)


def prepared_draft(prepared: PreparedAnswer, reply: Language, retriever: PassageRetriever) -> Draft:
    """A prepared answer with the Chinese sentences that it rests on."""
    sources: list[Source] = []
    for passage_id in prepared.passages:
        passage = retriever.library.passages[passage_id]
        sources.extend(Source(passage, number, number) for number in retriever.support(prepared, passage_id))
    answer = prepared.wordings[reply].answer
    return Draft(
        mark_sentences(answer, "".join(f"[{number}]" for number in range(1, len(sources) + 1)), reply), tuple(sources)
    )


def joined(drafts: Sequence[Draft], reply: Language) -> Draft:
    """One draft of several, their markers counted on; a source that several share is one citation once resolved."""
    texts: list[str] = []
    sources: list[Source] = []
    for draft in drafts:
        texts.append(shifted(draft.text, len(sources)))
        sources.extend(draft.sources)
    return Draft(("" if reply == "zh" else " ").join(texts), tuple(sources))


def composed_draft(task: Task) -> Draft:
    """The sentences that answer the question, in the reply language, each with its marker."""
    chosen = choose(task.form, task.evidence)
    parts, sources = [], []
    for number, item in enumerate(chosen, start=1):
        sentence = item.passage.sentences[item.number]
        sources.append(Source(item.passage, item.number, item.number))
        if language_of(item, task.reply) == task.reply:
            text = sentence.text if task.reply == "zh" else sentence.renderings[task.reply]
            parts.append(mark_sentences(_whole(text, task.reply), f"[{number}]", task.reply))
        else:
            parts.append(
                mark_sentences(say("original_only", task.reply, quote=sentence.text), f"[{number}]", task.reply)
            )
    return Draft(("" if task.reply == "zh" else " ").join(parts), tuple(sources))


def quoting_draft(task: Task) -> Draft:
    """The Chinese sentences themselves, introduced in the reply language: where a translation does not pass the checks."""
    chosen = choose(task.form, task.evidence)[:1]
    sources = tuple(Source(item.passage, item.number, item.number) for item in chosen)
    quotes = [item.passage.sentences[item.number].text for item in chosen]
    return Draft(" ".join(f"{say('in_chinese', task.reply, quote=quote)} [1]" for quote in quotes), sources)


def choose(form: QuestionForm, evidence: Sequence[Evidence]) -> list[Evidence]:
    """As many sentences as the question needs: one for a number, a date, a name; more for a list, a reason, a description."""
    if not evidence:
        return []
    best = evidence[0]
    single = form.expects & {
        "number",
        "money",
        "date",
        "duration",
        "person",
        "place",
        "yes_no",
    } and not form.expects & {"list", "reason"}
    if single:
        return [best, *(item for item in evidence[1:2] if item.score >= _AS_GOOD * best.score)]
    also = [
        item
        for item in evidence[1:12]
        if item.passage.id == best.passage.id and item.score >= _ALSO_ANSWERS * best.score
    ]
    return sorted([best, *also[: _MAX_SENTENCES - 1]], key=lambda item: item.number)


def _whole(text: str, language: Language) -> str:
    """A heading or caption as a sentence."""
    return text if regex.search(r"[.!?。！？…][”’»\"')）]*$", text) else text + ("。" if language == "zh" else ".")
