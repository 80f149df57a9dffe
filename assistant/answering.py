"""The one path from a question to an Answer: for the page, the command line, Python, the evaluation and the benchmark."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import regex

from assistant import citations, generative
from assistant.citations import Draft
from assistant.deciding import Decision, decide
from assistant.errors import ModelError, QuestionError
from assistant.evidence import Evidence, rank_sentences
from assistant.extractive import Answerer, ExtractiveAnswerer, Task, composed_draft, pieces_of, quoting_draft
from assistant.followup import stand_alone, wished_language
from assistant.generative import GenerativeAnswerer, Written
from assistant.language import detect, normalise
from assistant.matching import Match, judge
from assistant.phrases import Phrase, long_date, quoted_list, say, say_with
from assistant.quantities import find_quantities
from assistant.questions import QuestionForm
from assistant.records import Answer, Checks, Citation, Language, Retrieved, RetrievedPassage, TextDelta, Usage
from assistant.retrieval import PassageRetriever
from assistant.smalltalk import ReplyKind, reply_kind
from assistant.verification import verify

_ON_TOPIC = 0.45  # a request that sounds off topic is a question after all if a passage meets this share of it
_PASSED = Checks(numbers_supported=True, names_supported=True, citations_valid=True, language_ok=True)


class Clock:
    """Milliseconds of each stage, in the order of the stages."""

    def __init__(self) -> None:
        self._last = self._start = time.perf_counter()
        self.stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self.stages[name] = round(self.stages.get(name, 0.0) + (now - self._last) * 1e3, 3)
        self._last = now

    def done(self) -> Mapping[str, float]:
        return {**self.stages, "total": round((time.perf_counter() - self._start) * 1e3, 3)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came: normalised, with the language it is in (None where that is none of the three) and the reply's.

    `query`: the stand-alone question that is searched; `spent`: what a model took to make it.
    """

    original: str
    text: str
    language: Language | None
    reply: Language
    query: str
    spent: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was found for a question, and what is to be done with it."""

    form: QuestionForm
    retrieved: Retrieved
    matches: Sequence[Match]
    evidence: Sequence[Evidence]
    decision: Decision


def read_question(question: str, language: Language | None, max_chars: int) -> Asked:
    """Raises QuestionError where there is nothing that could be asked."""
    if not isinstance(question, str):
        raise QuestionError(f"The question is a {type(question).__name__}; expected a string.")
    if len(question) > max_chars:
        raise QuestionError(
            f"The question has {len(question)} characters; at most {max_chars} are read. Ask it in a sentence or two."
        )
    try:
        question.encode()
    except UnicodeEncodeError as error:
        raise QuestionError("The question is not text (it holds half a character); expected UTF-8.") from error
    control = sum(
        1 for character in question if (character < " " and character not in "\n\r\t") or character == "\ufffd"
    )
    if control and control * 10 >= len(question):
        raise QuestionError(
            "The question is not text (control characters); expected a question in Chinese, Russian or English."
        )
    text = normalise(question)
    if not text:
        raise QuestionError("The question is empty; expected a question in Chinese, Russian or English.")
    found = detect(text)
    fallback: Language = "ru" if regex.search(r"\p{Cyrillic}", text) else "en"
    return Asked(question, text, found, language or found or fallback, text)


class Pipeline:
    """Answers questions from one retriever with one answerer. Threads may share it."""

    def __init__(
        self, retriever: PassageRetriever, answerer: Answerer | None = None, *, max_question_chars: int = 2000
    ) -> None:
        self._retriever = retriever
        self._answerer = answerer or ExtractiveAnswerer()
        self._offline = ExtractiveAnswerer()
        self._condenser = answerer if isinstance(answerer, GenerativeAnswerer) else None
        self._max_chars = max_question_chars

    def stream(
        self, question: str, language: Language | None = None, history: Sequence[tuple[str, str]] = ()
    ) -> Iterator[TextDelta | Answer]:
        """Pieces of the text as they are written, then exactly one Answer. Raises QuestionError before the first piece."""
        clock = Clock()
        asked = read_question(question, language, self._max_chars)
        if asked.language is None:
            phrase: Phrase = "unsupported_language" if regex.search(r"\p{L}", asked.text) else "no_question"
            yield from self._plain(asked, say(phrase, asked.reply), clock, refused=True)
            return
        kind = reply_kind(asked.text, asked.language)
        if kind is not None and kind != "off_topic":
            yield from self._small_talk(asked, kind, clock)
            return
        if history:
            asked = self._in_context(asked, language, history)
        found = self._look_up(asked, clock)
        if history and kind is None and found.decision.outcome == "refuse":
            asked, found = self._condensed(asked, history, found, clock)
        form, retrieved, matches, evidence, decision = (
            found.form,
            found.retrieved,
            found.matches,
            found.evidence,
            found.decision,
        )
        shown = _shown(retrieved, decision, matches)
        if kind == "off_topic" and not (evidence and evidence[0].met_around >= _ON_TOPIC):
            yield from self._small_talk(asked, kind, clock, shown)
            return
        if decision.outcome == "refuse":
            text, suggestions = self._refusal(asked, decision, matches)
            yield from self._plain(asked, text, clock, refused=True, passages=shown, suggestions=suggestions)
            return
        task = Task(
            form,
            asked.reply,
            decision.evidence,
            retrieved.passages,
            decision.match,
            self._retriever,
            tuple(history),
            decision.also,
        )
        if self._answerer.name != self._offline.name and decision.outcome == "answer":
            yield from self._stream_model(asked, task, decision, matches, clock, shown)
            return
        yield from self._stream_offline(asked, task, decision, matches, clock, shown)

    def _look_up(self, asked: Asked, clock: Clock) -> LookedUp:
        form = self._retriever.analyse(asked.query, detect(asked.query) or asked.language or asked.reply)
        clock.stage("analyse")
        retrieved = self._retriever.retrieve_form(form)
        clock.stage("retrieve")
        judgement = judge(form, retrieved, self._retriever)
        clock.stage("match")
        evidence = rank_sentences(form, retrieved.passages, judgement.matches, self._retriever)
        decision = decide(form, judgement, evidence, self._retriever)
        clock.stage("decide")
        return LookedUp(form, retrieved, judgement.matches, evidence, decision)

    def _condensed(
        self, asked: Asked, history: Sequence[tuple[str, str]], found: LookedUp, clock: Clock
    ) -> tuple[Asked, LookedUp]:
        """A follow-up that nothing answers, made whole by the model where there is one; as it was where that gives nothing better.

        The rules come first: they cost no time, and where what they made of the question is answered, it was whole.
        """
        if self._condenser is None:
            return asked, found
        whole = self._condenser.condense(asked.text, history, asked.language or asked.reply, self._retriever.names)
        asked = replace(asked, spent=whole.usage)
        clock.stage("condense")
        if not whole.text or whole.text == asked.query:
            return asked, found
        again = replace(asked, query=whole.text)
        other = self._look_up(again, clock)
        return (asked, found) if other.decision.outcome == "refuse" else (again, other)

    def _in_context(self, asked: Asked, language: Language | None, history: Sequence[tuple[str, str]]) -> Asked:
        """A question made whole from its history, and answered in the language that it wishes for.

        `query` may be in the language of an earlier turn. Typing errors hide the signs of a follow-up, so they are mended first; not in
        Chinese, where a fragment (设它) is too short to tell a mistake from a word.
        """
        spoken = asked.language or asked.reply

        def mended(text: str) -> str:
            language = detect(text) or spoken
            return text if language == "zh" else self._retriever.mend(text, language)

        turns = [(role, mended(text) if role == "user" else text) for role, text in history]
        query = stand_alone(mended(asked.text), spoken, turns, self._retriever.names)
        return replace(asked, query=query, reply=language or wished_language(asked.text, spoken) or asked.reply)

    def _stream_offline(
        self,
        asked: Asked,
        task: Task,
        decision: Decision,
        matches: Sequence[Match],
        clock: Clock,
        shown: tuple[RetrievedPassage, ...],
    ) -> Iterator[TextDelta | Answer]:
        """The first of the offline drafts that passes the checks; its text is streamed only then."""
        lead = (
            say("premise_number", task.reply, asked=self._words(decision, task.reply))
            if decision.outcome == "correct"
            else ""
        )
        checks = _PASSED
        for draft in self._offline_drafts(task):
            text, cited = citations.resolve(draft, asked.reply)
            clock.stage("write")
            checks = self._verify(text, cited, asked.reply)
            clock.stage("verify")
            if checks.ok:
                break
        else:
            answer = self._withdrawn(asked, decision, matches, checks, clock, shown)
            yield TextDelta(answer.text)
            yield answer
            return
        text = lead + text + as_of(asked.query, text, cited, asked.reply)
        for piece in pieces_of(text, asked.reply):
            yield TextDelta(piece)
        yield Answer(
            question=asked.original, language=asked.reply, text=text, refused=False, citations=cited, passages=shown, checks=checks, answerer=self._offline.name,
            usage=asked.spent, timings_ms=clock.done(), query=asked.query, suggestions=self._suggestions(matches, asked.reply, decision.match),
        )  # fmt: skip

    def _offline_drafts(self, task: Task) -> Iterator[Draft]:
        """Best first: the prepared answer, sentences of the translation, the Chinese itself."""
        if task.match is not None:
            yield self._offline.draft(task)
            if task.also is not None:
                yield self._offline.draft(replace(task, also=None))
        elif task.evidence:
            yield composed_draft(task)
            if task.reply != "zh":
                yield quoting_draft(task)

    def _stream_model(
        self,
        asked: Asked,
        task: Task,
        decision: Decision,
        matches: Sequence[Match],
        clock: Clock,
        shown: tuple[RetrievedPassage, ...],
    ) -> Iterator[TextDelta | Answer]:
        """The model's answer as it comes, checked when it is whole; the offline answer where the model gave none."""
        draft: Draft | None = None
        notice, spent, said = "", Usage(), False
        try:
            for piece in self._answerer.write(task):
                if isinstance(piece, Draft):
                    draft = piece
                else:
                    said = True
                    yield TextDelta(piece)
        except ModelError as error:
            notice, spent = generative.notice(error, asked.reply), generative.spent(error)
            draft = self._instead_of_a_model(task)
            if draft is not None and not said:
                yield TextDelta(draft.text)
        author, fingerprint = self._offline.name, ""
        if isinstance(draft, Written):
            author, spent, fingerprint = self._answerer.name, draft.usage, draft.fingerprint
        spent = generative.added(asked.spent, spent)
        clock.stage("write")
        if draft is None or (isinstance(draft, Written) and draft.refused):
            text, suggestions = self._refusal(asked, replace(decision, against=()), matches)
            if not said:
                yield TextDelta(text)
            yield Answer(
                question=asked.original, language=asked.reply, text=text, refused=True, citations=(), passages=shown, checks=_PASSED, answerer=author,
                usage=spent, timings_ms=clock.done(), query=asked.query, suggestions=suggestions, notice=notice, prompt_fingerprint=fingerprint,
            )  # fmt: skip
            return
        text, cited = citations.resolve(draft, asked.reply)
        checks = self._verify(text, cited, asked.reply)
        clock.stage("verify")
        if not checks.ok:
            yield self._withdrawn(asked, decision, matches, checks, clock, shown)
            return
        yield Answer(
            question=asked.original, language=asked.reply, text=text, refused=False, citations=cited, passages=shown, checks=checks,
            answerer=author, usage=spent, timings_ms=clock.done(), query=asked.query, suggestions=self._suggestions(matches, asked.reply, decision.match),
            notice=notice, prompt_fingerprint=fingerprint,
        )  # fmt: skip

    def _instead_of_a_model(self, task: Task) -> Draft | None:
        """The offline answer where a model gave none; None where all that it could quote speaks to a model."""
        clean = generative.clean_task(task)
        if task.match is None and (not clean.evidence or clean.evidence[0] is not task.evidence[0]):
            return None
        return self._offline.draft(clean)

    def _verify(self, text: str, cited: Sequence[Citation], reply: Language) -> Checks:
        return verify(text, cited, reply, self._retriever)

    def _refusal(self, asked: Asked, decision: Decision, matches: Sequence[Match]) -> tuple[str, tuple[str, ...]]:
        suggestions = self._suggestions(matches, asked.reply, None)
        about = self._words(decision, asked.reply)
        text = say("refusal_about", asked.reply, what=about) if about else say("refusal", asked.reply)
        if suggestions:
            text += ("" if asked.reply == "zh" else " ") + say(
                "nearest", asked.reply, questions=quoted_list(list(suggestions), asked.reply)
            )
        return text, suggestions

    def _words(self, decision: Decision, reply: Language) -> str:
        """The name or number that the articles do not meet, in the reply language where it is known there."""
        for objection in decision.against:
            if objection.concept:
                return self._retriever.names.preferred(objection.concept, reply) or objection.words
            if objection.kind in ("name", "number"):
                return objection.words
        return ""

    def _suggestions(
        self, matches: Sequence[Match], reply: Language, used: Match | None, most: int = 3
    ) -> tuple[str, ...]:
        """Anticipated questions near the one asked, each with another answer than those before it."""
        seen: set[str] = set()
        if used and reply in used.question.prepared.wordings:
            seen.add(used.question.prepared.wordings[reply].answer)
        found: list[str] = []
        for match in sorted(matches, key=lambda match: -match.score):
            wording = match.question.prepared.wordings.get(reply)
            if wording and wording.answer not in seen and is_whole(wording.question) and len(found) < most:
                seen.add(wording.answer)
                found.append(wording.question)
        return tuple(found)

    def _small_talk(
        self, asked: Asked, kind: ReplyKind, clock: Clock, passages: tuple[RetrievedPassage, ...] = ()
    ) -> Iterator[TextDelta | Answer]:
        starters = self.starters(asked.reply)
        text = say_with(kind, asked.reply, list(starters))
        yield from self._plain(asked, text, clock, refused=kind == "off_topic", passages=passages, suggestions=starters)

    def starters(self, reply: Language, most: int = 3) -> tuple[str, ...]:
        """Questions to begin with: of each article in turn the one whose answer is the shortest of its first paragraph."""
        first: dict[str, list[tuple[int, str]]] = {}
        for prepared in self._retriever.library.answers.values():
            passage = self._retriever.library.passages[prepared.passages[0]]
            wording = prepared.wordings.get(reply)
            if wording and len(prepared.passages) == 1 and is_whole(wording.question):
                first.setdefault(passage.article_id, []).append(
                    (passage.paragraph * 1000 + len(wording.answer), wording.question)
                )
        return tuple(min(found)[1] for found in first.values())[:most]

    def _withdrawn(
        self,
        asked: Asked,
        decision: Decision,
        matches: Sequence[Match],
        checks: Checks,
        clock: Clock,
        shown: tuple[RetrievedPassage, ...],
    ) -> Answer:
        text, suggestions = self._refusal(asked, replace(decision, against=()), matches)
        return Answer(
            question=asked.original, language=asked.reply, text=text, refused=True, citations=(), passages=shown, checks=checks, answerer=self._offline.name,
            usage=asked.spent, timings_ms=clock.done(), query=asked.query, suggestions=suggestions, notice=say("withdrawn", asked.reply),
        )  # fmt: skip

    def _plain(
        self,
        asked: Asked,
        text: str,
        clock: Clock,
        *,
        refused: bool,
        passages: tuple[RetrievedPassage, ...] = (),
        suggestions: tuple[str, ...] = (),
    ) -> Iterator[TextDelta | Answer]:
        """A reply that states no fact of the articles and so needs no citation."""
        yield TextDelta(text)
        yield Answer(
            question=asked.original, language=asked.reply, text=text, refused=refused, citations=(), passages=passages, checks=_PASSED, answerer=self._offline.name,
            usage=asked.spent, timings_ms=clock.done(), query=asked.query, suggestions=suggestions,
        )  # fmt: skip


_NOW = regex.compile(
    r"目前|现在|如今|至今|当前|\b(?:сейчас|ныне|на сегодня\w*|на данный момент|now|currently|today|at present|so far|to date)\b",
    regex.IGNORECASE,
)
_CURRENT = regex.compile(r"目前|现有|截至|至今|迄今|今年|去年|昨天|昨日")


def is_whole(question: str) -> bool:
    """Whether a question is one that can be shown to a reader: a sentence, not a row of keywords."""
    return question.endswith(("?", "？"))


def as_of(query: str, text: str, cited: Sequence[Citation], reply: Language) -> str:
    """What tells the reader how old an answer is that is about now, or about last year: the day of the oldest article cited.

    "" where neither the question nor a quote speaks of such a time, or where the answer has a date.
    """
    current = _NOW.search(query) or any(_CURRENT.search(citation.quote) for citation in cited)
    if (
        not current
        or not cited
        or any(quantity.kind == "date" and _YEAR.search(quantity.text) for quantity in find_quantities(text, reply))
    ):
        return ""
    return say("as_of", reply, date=long_date(min(citation.date for citation in cited), reply))


_YEAR = regex.compile(r"\d{4}")


def _shown(retrieved: Retrieved, decision: Decision, matches: Sequence[Match]) -> tuple[RetrievedPassage, ...]:
    """The passages as the reader is shown them: the one that answers, or is likeliest to, first, then as retrieved."""
    likeliest = decision.match or (matches[0] if matches and decision.outcome == "refuse" else None)
    lead = (
        likeliest.question.prepared.passages[0]
        if likeliest
        else decision.evidence[0].passage.id
        if decision.evidence
        else ""
    )
    ordered = sorted(retrieved.passages, key=lambda item: (item.passage.id != lead, item.rank))
    return tuple(
        RetrievedPassage(item.passage.article_id, item.passage.paragraph, item.passage.text, item.score, rank)
        for rank, item in enumerate(ordered, start=1)
    )
