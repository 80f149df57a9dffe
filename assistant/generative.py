"""The model's answerer: whole passages packed into a token budget, a streamed reply cleaned and checked while it comes, one repair.

Nothing that a model writes is taken on trust. Its text is cleaned of markup, each marker becomes verbatim Chinese sentences that
support what it marks, and a sentence whose words do not come from the passages is held back until it has passed the checks.
"""

from __future__ import annotations

import bisect
import datetime
import functools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from assistant import prompts
from assistant.citations import MARKER, Draft, Source, resolve
from assistant.errors import ModelError
from assistant.extractive import Task
from assistant.language import fold, is_in, sentences, terms, word_terms, words
from assistant.models import Chat, Reason, ServiceUnavailable, reason_of
from assistant.names import NameTable
from assistant.quantities import Quantity, find_quantities, supports, unsupported
from assistant.records import LANGUAGES, Language, Passage, Sentence, Usage
from assistant.retrieval import PassageRetriever
from assistant.tokens import count_tokens
from assistant.verification import verify

if TYPE_CHECKING:
    from assistant.settings import Settings

NOT_SAID = "[0]"  # what the prompts ask for where the passages do not answer

_MOST_PASSAGES = 8
_LEAST_OF_BEST = 0.5  # a passage that scores less than this share of the best one is not worth its tokens
_LEAST_SUPPORT: Mapping[Language, float] = {
    "zh": 0.58,
    "ru": 0.58,
    "en": 0.58,
}  # 99.5 % of the prepared answers have more
_LONGEST_UNKNOWN: Mapping[Language, int] = {"zh": 6, "ru": 4, "en": 3}
# The least relevance of a sentence of an answer, and the least share of that of the best sentence shown. Where no question is matched,
# 96 (zh, en) to 97 % (ru) of the prepared answers have more of both.
_LEAST_MET, _LEAST_OF_BEST_MET = 0.25, 0.4
_LEAST_OF_PREPARED = (
    0.35  # the same where one is; 98 % of the translations of what the prepared answers rest on have more
)
# A follow-up that a model makes whole: what of the conversation it is shown, in characters, what it may take, and the least shares of
# the words of its question that the conversation has, and of the words of the follow-up that its question keeps.
_LAST_TURNS, _LONGEST_TURN, _LONGEST_CONDENSED = 6, 400, 400
_CONDENSE_TIMEOUT_S, _CONDENSED_TOKENS = 5.0, 120
_LEAST_BORNE_OUT, _LEAST_KEPT = 0.8, 0.5
_MOST_QUOTES = 3
_LEAST_GAIN = 0.18  # a further quote must add this share of what it is to support
_NUMBER_WEIGHT = 12.0
_NAME_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class Written(Draft):
    """A model's draft that has passed the checks, with what it took. `refused`: the model says that the passages do not say it."""

    refused: bool = False
    usage: Usage = field(default_factory=Usage)
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as it stands in a prompt: `numbers` of the sentences that are shown, in `language`."""

    passage: Passage
    numbers: tuple[int, ...]
    language: Language
    text: str


# --- what is shown ---------------------------------------------------------------------------------------------------


def show(passage: Passage, reply: Language) -> Shown | None:
    """`passage` in the reply language where it is translated, without what in it speaks to a model; None where nothing is left."""
    clean = [number for number, sentence in enumerate(passage.sentences) if reports(sentence)]
    if not clean:
        return None
    translated = reply != "zh" and all(reply in passage.sentences[number].renderings for number in clean)
    language: Language = reply if translated else "zh"
    parts = [
        passage.sentences[number].renderings[reply] if translated else passage.sentences[number].text
        for number in clean
    ]
    return Shown(passage, tuple(clean), language, prompts.shown_text(parts))


def reports(sentence: Sentence) -> bool:
    """Whether a sentence of an article tells of the world: none of its texts speaks to a model or is in another language than its own."""
    texts = {"zh": sentence.text, **sentence.renderings}
    return not any(prompts.speaks_to_a_model(text) or not is_in(text, language) for language, text in texts.items())


def candidates(task: Task) -> list[Passage]:
    """The passages that may hold the answer, likeliest first: those of the matched question, of the best sentences, then as retrieved."""
    library = task.retriever.library.passages
    found: dict[str, Passage] = {}
    for match in (task.match, task.also):
        for passage_id in match.question.prepared.passages if match is not None else ():
            found[passage_id] = library[passage_id]
    best = max((item.score for item in task.evidence), default=0.0)
    for item in task.evidence[:12]:
        if item.score >= _LEAST_OF_BEST * best:
            found.setdefault(item.passage.id, item.passage)
    top = max((item.score for item in task.passages), default=0.0)
    for scored in task.passages:
        if scored.score >= _LEAST_OF_BEST * top:
            found.setdefault(scored.passage.id, scored.passage)
    return list(found.values())[:_MOST_PASSAGES]


def passage_lines(shown: Sequence[Shown], reply: Language) -> str:
    """The passages as quoted lines, numbered from 1, the title and date of an article above its first one in a row."""
    lines: list[str] = []
    article = ""
    for number, item in enumerate(shown, start=1):
        if item.passage.article_id != article:
            article = item.passage.article_id
            title = item.passage.titles.get(reply, item.passage.title) if item.language == reply else item.passage.title
            if not prompts.speaks_to_a_model(title):
                lines.append(prompts.quoted(None, f"{prompts.shown_text([title])} ({item.passage.date})"))
        lines.append(prompts.quoted(number, item.text))
    return "\n".join(lines)


_TERMS: Mapping[Language, str] = {"zh": "译名：", "ru": "Принятые соответствия:", "en": "Renderings to use:"}


def term_lines(shown: Sequence[Shown], reply: Language, retriever: PassageRetriever) -> str:
    """How to render the names of passages that are shown in Chinese to a reader of another language; "" where none is."""
    if reply == "zh":
        return ""
    seen: dict[str, str] = {}
    for item in shown:
        if item.language == "zh":
            for mention in retriever.names.mentions(item.text):
                form = retriever.names.preferred(mention.concept.id, reply)
                if form:
                    seen.setdefault(mention.form, form)
    return f"{_TERMS[reply]} " + "; ".join(f"{zh} = {form}" for zh, form in list(seen.items())[:12]) if seen else ""


# --- what is written -------------------------------------------------------------------------------------------------

_TAIL = regex.compile(
    r"\s*(?:<[^<>]{0,400}|!?\[[^\[\]]{0,200}|!?\[[^\[\]]{0,200}\](?:\([^()]{0,400})?|!|[［【][^\]］】]{0,20}|"
    r"(?<![\p{L}\p{N}])(?<!\]\()(?:https?:[^\s)\]）»”]*|www\.[^\s)\]）»”]*|h(?:t(?:t(?:ps?)?)?)?|ww?)|\S+@\S*|[*_`~#|]+|\s+|(?:^|\n)\s*(?:[-*+>#•]+|\d+[.)])?\s*)$"
)
_MARKUP = (
    (
        regex.compile(
            r"<(script|style|think|thinking|svg|iframe|object)\b[^>]*>.*?</\1\s*>", regex.DOTALL | regex.IGNORECASE
        ),
        "",
    ),
    (regex.compile(r"<[/!?]?\p{L}[^<>]*>"), ""),
    (regex.compile(r"!\[([^\[\]]*)\]\([^()]*\)"), ""),
    (regex.compile(r"(?<!\!)\[([^\[\]]*\D[^\[\]]*)\]\([^()]*\)"), r"\1"),
    (regex.compile(r"(\[\d+\])\([^()]*\)"), r"\1"),
    (regex.compile(r"(?:https?://|www\.)[^\s\]）)»”]*|[\w.+-]+@[\w-]+\.[\w.]+"), ""),
    (regex.compile(r"(?<=\n)[ \t]*(?:[-*+>•]+|#{1,6}|\d{1,2}[.)](?=\s))[ \t]*"), ""),
    (regex.compile(r"\*+|_{2,}|`+|~{2,}|(?<!\p{L})_(?=\p{L})|(?<=\p{L})_(?!\p{L})|^#+|[|<>]"), ""),
    (regex.compile(r"[\p{Cc}\p{Cf}\p{Co}\p{Cn}--\n]", regex.V1), ""),
)
_HIDDEN_OPEN = regex.compile(
    r"<(script|style|think|thinking|svg|iframe|object)\b(?!.*</\1\s*>)", regex.DOTALL | regex.IGNORECASE
)
_LINKS = regex.compile(
    r"!?\[[^\[\]]*\]\([^()]+\)|https?://|www\.|<(?:script|img|iframe|a|svg|object|embed|form|input|style|link|meta)\b",
    regex.IGNORECASE,
)

_REFUSING = regex.compile(
    r"(?:文章|段落|资料|报道|文中|原文|引文|材料)(?:\p{Han}{0,4})?(?:没有|未|并未|没|不曾)(?:\p{Han}{0,4})?(?:提到|提及|说明|说到|涉及|给出|说|包含|透露)|无法(?:从\p{Han}{0,8})?(?:得知|回答|确定)|"
    r"(?:в|из) (?:\p{L}+ )?(?:отрывк|стать|текст|материал|источник)\p{L}* (?:\p{L}+ ){0,4}(?:не (?:сказано|говорится|указан\p{L}*|упомина\p{L}+|упомянут\p{L}*|содерж\p{L}+|сообща\p{L}+|назван\p{L}*|привод\p{L}+)|нет )|(?:отрывк|стать|текст)\p{L}* не (?:содерж|сообща|упомина|говор|указыва|отвеча)\p{L}+|"
    r"(?:passages?|articles?|texts?|sources?|excerpts?) (?:provided |above |given )?(?:do(?:es)? not|don['’]t|doesn['’]t|did not|never|makes? no|gives? no|contains? no|provides? no|offers? no) |(?:not|n['’]t) (?:mentioned|stated|specified|given|provided|said|disclosed|indicated) (?:in|by) the|no (?:information|mention) (?:on|about|of|in)",
    regex.IGNORECASE,
)
_FUNCTION: Mapping[Language, frozenset[str]] = {
    "en": frozenset(
        "the in at of and to is are was were has have had it its they their this that these there by for with from on as a an no yes not more over than which who while also been be between among about under into".split()
    ),
    "ru": frozenset(
        "в во на и с со по о об из за для от до к ко у при что это как не был была было были его ее их более также а но или он она они оно чтобы которые который которая которое этот эта эти тем же уже среди между через".split()
    ),
    "zh": frozenset(
        "的了在和与及为是有不也将等由于对从中上下个这那其并以到年月日家名项位次已被把向就都而或还该共计达分别包括"
    ),
}
_WORD = regex.compile(r"\p{Han}|[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*|\d+(?:[.,\u00a0]\d+)*")


_HAN = regex.compile(r"\p{Han}")


@functools.lru_cache(maxsize=4096)
def _read(text: str) -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    """The words of other scripts than Chinese in `text`, their terms, and the pairs and single characters of its Chinese."""
    own: set[str] = set()
    pairs: set[str] = set()
    characters: set[str] = set()
    for word in words(text):
        if _HAN.match(word):
            characters.update(word)
            pairs.update(word[i : i + 2] for i in range(len(word) - 1))
        else:
            own.add(word)
    terms = frozenset(term for word in own for term in word_terms(word))
    return frozenset(own), terms, frozenset(pairs), frozenset(characters)


class Vocabulary:
    """The words that a reply may use without being held back: those of the single sentences shown that answer, of titles and question."""

    def __init__(self, shown: Sequence[Shown], task: Task, least_met: float) -> None:
        texts = [task.form.text]
        for item in shown:
            texts += [item.passage.titles.get(task.reply, ""), item.passage.title]
            for number in item.numbers:
                for single, asked in _singles(item.passage.sentences[number], task):
                    if relevance(_terms(single, task.retriever), _terms(asked, task.retriever), task) >= least_met:
                        texts.append(single)
        texts.append(term_lines(shown, task.reply, task.retriever))
        self._words: set[str] = set(_FUNCTION[task.reply]) if task.reply != "zh" else set()
        self._terms: set[str] = set()
        self._pairs: set[str] = set()
        self._characters: set[str] = set()
        for text in texts:
            own, terms, pairs, characters = _read(text)
            self._words |= own
            self._terms |= terms
            self._pairs |= pairs
            self._characters |= characters
        self._sorted = sorted(self._words)

    def knows(self, word: str, before: str, whole: bool) -> bool:
        """Whether `word`, or what has come of it so far, is one of these; `before`: the character before it."""
        if _HAN.match(word):
            function = _FUNCTION["zh"]
            if word in function:
                return True
            return (
                before + word in self._pairs
                if _HAN.match(before) and before not in function
                else word in self._characters
            )
        folded = fold(word)
        if whole:
            return all(part in self._words or self._is_form(part) for part in words(folded))
        known = len(folded) if len(folded) <= 4 else max(4, len(folded) - 4)
        if folded[:1].isdigit():
            known = len(folded)
        start = folded[:known]
        at = bisect.bisect_left(self._sorted, start)
        return at < len(self._sorted) and self._sorted[at].startswith(start)

    def _is_form(self, word: str) -> bool:
        found = word_terms(word)
        return not word[:1].isdigit() and (not found or any(term in self._terms for term in found))


_tokens = functools.lru_cache(maxsize=4096)(count_tokens)


class Composer:
    """A model's reply as it comes, piece by piece: clean text with final markers, and how much of it may be shown."""

    def __init__(self, task: Task, shown: Sequence[Shown]) -> None:
        self._task, self._shown = task, shown
        self._reply: Language = task.reply
        self._least_met = least_relevance(shown, task)
        self._vocabulary = Vocabulary(shown, task, self._least_met)
        self.raw = ""
        self._pending = ""
        self._text = ""  # all clean text with its markers
        self._begin = 0  # where the sentence begins that is being written
        self._since_marker = 0
        self._judged = 0  # up to here the words of that sentence are known
        self._given = 0
        self._holding = False
        self._sources: list[Source] = []  # the marker [n] means the n-th
        self._not_said = self._marked = False
        self._bad: list[str] = []
        self.problems: list[str] = []

    def feed(self, piece: str) -> str:
        """What may be shown now."""
        self.raw += piece
        self._pending += piece
        if _HIDDEN_OPEN.search(self._pending):
            return ""
        tail = _TAIL.search(self._pending)
        cut = tail.start() if tail else len(self._pending)
        ready, self._pending = self._pending[:cut], self._pending[cut:]
        if ready:
            self._take(ready)
        return self._releasable()

    def finish(self, truncated: bool = False) -> str:
        """The rest; `truncated`: the reply was ended by its length, so a sentence without an end is left out."""
        hidden = _HIDDEN_OPEN.search(self._pending)
        rest = self._pending[: hidden.start()] if hidden else self._pending
        self._pending = ""
        self._take(rest)
        last = self._text[self._begin :]
        if truncated and self._begin and not regex.search(r"[.!?。！？…][”»\"')）]*\s*(?:\[\d+\]\s*)*$", last):
            self._text = self._text[: self._begin]
        self._close(len(self._text))
        self._text = self._text.rstrip()
        return self._releasable()

    @property
    def refuses(self) -> bool:
        """Whether the reply, finished, says that the passages do not say what is asked."""
        if self._not_said and not self._marked:
            return True
        bare = MARKER.sub("", self._text)
        said = [bare[start:end] for start, end in sentences(bare, self._reply)]
        return bool(said) and all(_REFUSING.search(sentence) for sentence in said)

    def draft(self) -> Draft:
        return Draft(self._text, tuple(self._sources))

    # --- taking in ---

    def _take(self, ready: str) -> None:
        if _LINKS.search(ready):
            self.problems.append("markup or a link")
        if not self._text:
            ready = "\n" + ready
        for pattern, into in _MARKUP:
            ready = pattern.sub(into, ready)
        ready = regex.sub(r"\s+", " ", ready)
        at = 0
        for match in MARKER.finditer(ready):
            self._add(ready[at : match.start()])
            self._mark(match[0])
            at = match.end()
        self._add(ready[at:])

    def _add(self, text: str) -> None:
        if not self._text:
            text = text.lstrip()
        if self._text.endswith(" "):
            text = text.lstrip()
        if not text:
            return
        if regex.match(r"\s*[.,;:!?。，；：！？]", text):
            self._text = self._text.rstrip()
            text = text.lstrip()
        self._text += text
        while True:
            open_text = self._text[self._begin :]
            spans = sentences(open_text, self._reply) if regex.search(r"[.!?。！？…]", open_text) else []
            if len(spans) < 2:
                break
            self._close(self._begin + spans[1][0])
        self._judge()

    def _mark(self, marker: str) -> None:
        numbers = [int(value) for value in regex.findall(r"\d+", marker)]
        if len(numbers) == 2 and regex.search(r"[–-]", marker):
            numbers = list(range(numbers[0], min(numbers[1], numbers[0] + 9) + 1))
        self._not_said = self._not_said or 0 in numbers
        known = [number for number in numbers if 1 <= number <= len(self._shown)]
        if not known:
            return
        self._marked = True
        marked = self._text[self._since_marker :] if self._since_marker > self._begin else self._text[self._begin :]
        if not regex.search(r"[\p{L}\p{N}]", MARKER.sub("", marked)):
            marked = self._text[self._begin :]
        sources = supporting(MARKER.sub("", marked), [self._shown[number - 1] for number in known], self._task)
        self._put_markers(sources, len(self._text))
        self._since_marker = len(self._text)
        self._judge()

    def _put_markers(self, sources: Sequence[Source], at: int) -> None:
        placed = sorted({self._number(source) for source in sources})
        before = self._text[:at].rstrip()
        last = regex.search(r"(?:\[\d+\])+$", before)
        there = set(map(int, regex.findall(r"\d+", last[0]))) if last else set()
        marks = "".join(f"[{number}]" for number in placed if number not in there)
        if marks:
            space = "" if self._reply == "zh" or before.endswith("]") else " "
            self._text = before + space + marks + self._text[at:]

    def _number(self, source: Source) -> int:
        key = (source.passage.id, source.first, source.last)
        for number, known in enumerate(self._sources, start=1):
            if (known.passage.id, known.first, known.last) == key:
                return number
        self._sources.append(source)
        return len(self._sources)

    def _judge(self) -> None:
        """Hold the open sentence back from its first word on that the passages do not know."""
        if self._holding:
            return
        start = max(self._begin, self._judged)
        while start > self._begin and regex.match(r"[\p{L}\p{N}'’-]", self._text[start - 1]):
            start -= 1
        for match in _WORD.finditer(self._text, start):
            if match.start() and self._text[match.start() - 1] == "[":
                continue
            whole = match.end() < len(self._text)
            if not self._vocabulary.knows(match[0], self._text[match.start() - 1 : match.start()], whole):
                self._holding, self._judged = True, match.start()
                return
        self._judged = len(self._text)

    def _close(self, end: int) -> None:
        """The open sentence ends at `end`: it is checked, and either given out or, with all that follows, kept back."""
        length = len(self._text) - end
        if regex.search(r"[\p{L}\p{N}]", MARKER.sub("", self._text[self._begin : end])):
            if not MARKER.search(self._text[self._begin : end]):
                self._attribute(end)
                end = len(self._text) - length
            sentence = self._text[self._begin : end].strip()
            self._bad += sentence_problems(sentence, tuple(self._sources), self._task, self._shown, self._least_met)
        self._begin = self._since_marker = end
        if not self._bad:
            self._holding, self._judged = False, max(self._judged, end)

    def _attribute(self, end: int) -> None:
        """A sentence without a marker gets the passage that says it, where one plainly does."""
        sentence = self._text[self._begin : end].rstrip()
        terms = content_terms(sentence, self._task)
        best = max(self._shown, key=lambda item: share_known(terms, [item], self._task), default=None)
        if best is None or share_known(terms, [best], self._task) < 0.7:
            return
        self._put_markers(supporting(sentence, [best], self._task), self._begin + len(sentence))

    def _releasable(self) -> str:
        stop = self._given if self._bad or self.problems else self._judged if self._holding else len(self._text)
        ready = self._text[self._given : stop]
        self._given = max(self._given, stop)
        return ready

    @property
    def given(self) -> bool:
        return self._given > 0

    @property
    def failed(self) -> tuple[str, ...]:
        """What is wrong with the finished reply; empty where nothing is."""
        return tuple(dict.fromkeys((*self.problems, *self._bad)))


# --- what supports it ------------------------------------------------------------------------------------------------


def content_terms(text: str, task: Task) -> frozenset[str]:
    """The index terms of a sentence; in Chinese the pairs of characters, which tell more than the characters."""
    found = task.retriever.terms_of(MARKER.sub("", text))
    if task.reply == "zh":
        return frozenset(term for term in found if len(term) > 1 or not _HAN.match(term))
    return found


def share_known(terms: frozenset[str], shown: Iterable[Shown], task: Task) -> float:
    """The share of `terms` that the passages, their titles or the question have."""
    if not terms:
        return 1.0
    return len(terms & _known_terms(shown, task)) / len(terms)


def _known_terms(shown: Iterable[Shown], task: Task) -> set[str]:
    known: set[str] = set(task.retriever.terms_of(task.form.text)) if task.form.language == task.reply else set()
    for item in shown:
        for text in (item.text, item.passage.title, item.passage.titles.get(task.reply, ""), _clean_chinese(item)):
            known |= task.retriever.terms_of(text)
    return known


def longest_unknown_run(sentence: str, shown: Sequence[Shown], task: Task) -> int:
    """How many words in a row (in Chinese, characters) neither the passages nor the question have; names and function words aside."""
    known = _known_terms(shown, task)
    names = task.retriever.names
    longest = run = 0
    for word in words(names.without_names(sentence, names.mentions(sentence))):
        if _HAN.match(word):
            for index, character in enumerate(word):
                around = {word[max(0, index - 1) : index + 1], word[index : index + 2]} - {character} or {character}
                run = 0 if around & known else run + 1
                longest = max(longest, run)
            continue
        found = word_terms(word)
        if found:
            run = 0 if any(term in known for term in found) else run + 1
            longest = max(longest, run)
    return longest


@functools.lru_cache(maxsize=8192)
def _terms(text: str, retriever: PassageRetriever) -> frozenset[str]:
    return retriever.terms_of(text)


def _text_in(sentence: Sentence, language: Language) -> tuple[str, Language]:
    """A sentence in `language`, or else in Chinese, and which of them it is."""
    if language in sentence.renderings:
        return sentence.renderings[language], language
    return sentence.text, "zh"


# However the next one begins: what has no capital may be no part of the report.
_SINGLE_END = regex.compile(r"(?<=[.!?…][”»\"')]*)\s+|(?<=[。！？；…][”」』）]*)(?![”」』）])\s*(?=\S)")


def _singles(sentence: Sentence, task: Task) -> list[tuple[str, str]]:
    """The single sentences of an aligned group as (what the reply is compared with, what the question is compared with)."""
    text, _ = _text_in(sentence, task.reply)
    shown = _SINGLE_END.split(text)
    if task.form.language == task.reply:
        return [(single, single) for single in shown]
    text, _ = _text_in(sentence, task.form.language)
    asked = _SINGLE_END.split(text)
    return list(zip(shown, asked if len(asked) == len(shown) else [text] * len(shown), strict=True))


def relevance(shown: Set[str], asked: Set[str], task: Task) -> float:
    """How much of what is to be answered terms meet, 0 to 1: of the prepared answer of the matched question, else of the question.

    shown: terms in the reply language; asked: the same in the language of the question. What a person has reviewed bounds what a
    model may say, so that nothing else in an article can take its place.
    """
    retriever = task.retriever
    prepared = [match.question.prepared.wordings for match in (task.match, task.also) if match is not None]
    answers = [wordings[task.reply].answer for wordings in prepared if task.reply in wordings]
    if answers:
        return max(
            _share(shown, [(retriever.weight(term, task.reply), (term,)) for term in _terms(answer, retriever)])
            for answer in answers
        )
    return _share(asked, [(retriever.unit_weight(unit, task.form.language), unit) for unit in task.form.all_units])


def _share(met: Set[str], weighed: Sequence[tuple[float, Sequence[str]]]) -> float:
    """The share, by weight, of units of which `met` has a term; 1 where there are none. What weighs nothing counts a little."""
    total = sum(max(0.1, weight) for weight, _ in weighed)
    return sum(max(0.1, weight) for weight, unit in weighed if not met.isdisjoint(unit)) / total if total else 1.0


def least_relevance(shown: Sequence[Shown], task: Task) -> float:
    """What a sentence of an answer must meet where these are shown."""
    held = task.retriever.sentence_terms
    best = max(
        (
            relevance(
                held(item.passage.id, number, task.reply), held(item.passage.id, number, task.form.language), task
            )
            for item in shown
            for number in item.numbers
        ),
        default=0.0,
    )
    return max(_LEAST_MET if task.match is None else _LEAST_OF_PREPARED, _LEAST_OF_BEST_MET * best)


def share_met(text: str, sources: Sequence[Source], task: Task) -> float:
    """The `relevance` of a sentence of an answer together with what it was taken from.

    An aligned group may join a report with something foreign to it, so only those of its single sentences count that carry the
    words of `text`.
    """
    retriever = task.retriever
    said = _terms(MARKER.sub("", text), retriever)
    weights = {term: max(0.1, retriever.weight(term, task.reply)) for term in said}
    singles = [
        (_terms(shown, retriever), _terms(asked, retriever))
        for source in sources
        for number in range(source.first, source.last + 1)
        for shown, asked in _singles(source.passage.sentences[number], task)
    ]
    covered: set[str] = set()
    met_shown, met_asked = set(said), set(said)
    for _ in range(_MOST_QUOTES):
        gain, best = max(
            (
                (sum(weights[term] for term in (shown & said) - covered), index)
                for index, (shown, _) in enumerate(singles)
            ),
            default=(0.0, 0),
        )
        if not gain or (covered and gain < _LEAST_GAIN * sum(weights.values())):
            break
        shown, asked = singles[best]
        covered |= shown & said
        met_shown |= shown
        met_asked |= asked
    return relevance(met_shown, met_asked, task)


_STRANGE = regex.compile(
    r"[\p{L}\p{N}_]*(?:\p{L}\p{N}|\p{N}\p{L}|_)[\p{L}\p{N}_]*|\b\p{Lu}{3,}\b|\p{Script=Latin}{2,}|\p{Script=Cyrillic}{2,}"
)


def strange_words(sentence: str, shown: Sequence[Shown], task: Task) -> list[str]:
    """Codes, abbreviations and words in another script than the reply's that the passages, their names and the question lack."""
    seen = fold(
        " ".join(
            [
                task.form.text,
                *(
                    f"{item.text} {item.passage.title} {item.passage.titles.get(task.reply, '')} {_clean_chinese(item)}"
                    for item in shown
                ),
            ]
        )
    )
    names = task.retriever.names
    allowed = {mention.concept.id for mention in names.mentions(seen)}
    own = {"zh": r"\p{Script=Han}", "ru": r"\p{Script=Cyrillic}", "en": r"\p{Script=Latin}"}[task.reply]
    found = []
    for match in _STRANGE.finditer(sentence):
        word = match[0]
        if regex.fullmatch(rf"{own}+", word) and not regex.fullmatch(r"\p{Lu}{3,}", word):
            continue
        if fold(word) in seen or any(mention.concept.id in allowed for mention in names.mentions(word)):
            continue
        if regex.search(r"\p{N}", word) and find_quantities(word, task.reply):
            continue  # a number with its unit; the numbers are checked
        found.append(word)
    return found


def _clean_chinese(item: Shown) -> str:
    return "".join(item.passage.sentences[number].text for number in item.numbers)


def supporting(sentence: str, shown: Sequence[Shown], task: Task) -> list[Source]:
    """The fewest shown sentences of these passages that hold the numbers, names and words of `sentence`; at least one a passage group.

    Numbers and names first; words are compared in the reply language where the sentence is translated.
    """
    retriever, reply = task.retriever, task.reply
    claims = find_quantities(sentence, reply)
    wanted = retriever.terms_of(sentence)
    rows: list[tuple[Source, frozenset[str]]] = []
    weights: dict[str, float] = {}
    for term in wanted:
        weights[term] = _NAME_WEIGHT if term.startswith("§") else max(0.1, retriever.weight(term, reply))
    for item in shown:
        for number in item.numbers:
            own = retriever.sentence_terms(item.passage.id, number, reply) | frozenset(
                term for term in retriever.sentence_terms(item.passage.id, number, "zh") if term.startswith("§")
            )
            if not own:
                own = retriever.sentence_terms(item.passage.id, number, "zh")
            said = find_quantities(item.passage.sentences[number].text, "zh")
            held = set(own & wanted)
            for index, claim in enumerate(claims):
                if _carried(claim, said, item.passage.date):
                    held.add(f"#{index}")
                    weights[f"#{index}"] = _NUMBER_WEIGHT
            rows.append((Source(item.passage, number, number), frozenset(held)))
    goal = sum(weights[term] for term in frozenset().union(*(held for _, held in rows)))
    covered: set[str] = set()
    chosen: list[int] = []
    while len(chosen) < _MOST_QUOTES:
        gains = [
            (sum(weights[term] for term in held - covered), -index)
            for index, (_, held) in enumerate(rows)
            if index not in chosen
        ]
        best = max(gains, default=None)
        if best is None or (chosen and best[0] < _LEAST_GAIN * goal):
            break
        chosen.append(-best[1])
        covered |= rows[chosen[-1]][1]
    return [rows[index][0] for index in sorted(chosen)]


def _carried(claim: Quantity, said: Sequence[Quantity], published: str) -> bool:
    try:
        day = datetime.date.fromisoformat(published)
    except ValueError:
        day = None
    return any(supports(item, claim, published=day) for item in said)


def sentence_problems(
    sentence: str, sources: tuple[Source, ...], task: Task, shown: Sequence[Shown], least_met: float = _LEAST_MET
) -> list[str]:
    """What is not in order with one sentence, whose markers refer to `sources`. least_met: see `share_met`."""
    text, cited = resolve(Draft(sentence, sources), task.reply)
    found = list(verify(text, cited, task.reply, task.retriever).failed)
    used = {(item.article_id, item.paragraph) for item in cited}
    passages = [item for item in shown if (item.passage.article_id, item.passage.paragraph) in used]
    bare = MARKER.sub("", sentence).strip()
    if cited and (
        share_known(content_terms(sentence, task), passages, task) < _LEAST_SUPPORT[task.reply]
        or longest_unknown_run(bare, passages, task) > _LONGEST_UNKNOWN[task.reply]
    ):
        found.append(f"not said in the passage: {bare[:80]}")
    if cited:
        found += [f"name not in the source: {word}" for word in strange_words(bare, passages, task)]
        used_sources = [sources[int(number) - 1] for number in dict.fromkeys(regex.findall(r"\[(\d+)\]", sentence))]
        if share_met(sentence, used_sources, task) < least_met:
            found.append(f"not an answer to the question: {bare[:80]}")
    return found


# --- the answerer ----------------------------------------------------------------------------------------------------

_PROBLEM_WORDS: Mapping[str, Mapping[Language, str]] = {
    "number not in the source": {
        "zh": "段落中没有这个数字",
        "ru": "в отрывке нет такого числа",
        "en": "number not in the passage",
    },
    "name not in the source": {
        "zh": "段落中没有这个名称",
        "ru": "в отрывке нет такого названия",
        "en": "name not in the passage",
    },
    "no citation for": {"zh": "这句没有段落编号", "ru": "нет номера отрывка", "en": "no passage number"},
    "not in the reply language": {"zh": "没有使用中文", "ru": "ответ не на русском языке", "en": "not in English"},
    "not said in the passage": {
        "zh": "段落没有这样说",
        "ru": "в отрывке этого нет",
        "en": "the passage does not say this",
    },
    "not an answer": {
        "zh": "没有回答所问的问题",
        "ru": "это не ответ на вопрос",
        "en": "not an answer to the question",
    },
    "markup or a link": {"zh": "含有格式符号或链接", "ru": "разметка или ссылка", "en": "markup or a link"},
}


def problem_lines(failed: Sequence[str], reply: Language) -> str:
    """What failed, in the reply language: labels in another one would pull the reply into it."""
    lines = []
    for problem in failed[:8]:
        kind, _, detail = problem.partition(": ")
        name = next((table[reply] for start, table in _PROBLEM_WORDS.items() if kind.startswith(start)), "")
        if name:
            lines.append(f"- {name}" + (f": {detail}" if detail else ""))
    return "\n".join(dict.fromkeys(lines)) or f"- {_PROBLEM_WORDS['no citation for'][reply]}"


_TASKS: tuple[prompts.PromptTask, ...] = ("answer", "repair")


class GenerativeAnswerer:
    """Answers with a chat model. Raises ModelError where no reply passed the checks; the caller then answers offline."""

    def __init__(
        self,
        service: Chat,
        folder: Path,
        *,
        budget_tokens: int = 1400,
        context_tokens: int = 8192,
        max_tokens: int = 500,
    ) -> None:
        self.service = service
        self._folder = folder
        self._budget = min(budget_tokens, context_tokens - max_tokens)
        self._context, self._max_tokens = context_tokens, max_tokens

    @property
    def name(self) -> str:
        return self.service.model

    def fingerprint(self, reply: Language) -> str:
        """Of the prompts that an answer in `reply` is made with."""
        return "+".join(prompts.load(self._folder, task, reply).fingerprint for task in _TASKS)

    def compose(self, task: Task) -> tuple[list[tuple[str, str]], list[Shown]]:
        """The prompt of a task, as many whole passages as the budget holds, and these passages in the order of their numbers."""
        shown: list[Shown] = []
        used = self._cost(self._messages(task, []))
        for passage in candidates(task):
            item = show(passage, task.reply)
            if item is not None:
                cost = (
                    _tokens(passage_lines([item], task.reply))
                    + _tokens(term_lines([item], task.reply, task.retriever))
                    + 4
                )
                if used + cost <= self._budget:
                    used += cost
                    shown.append(item)
        messages = self._messages(task, shown)
        while shown and self._cost(messages) > self._budget:
            messages = self._messages(task, shown[:-1])
            shown.pop()
        return messages, shown

    @staticmethod
    def _cost(messages: Sequence[tuple[str, str]]) -> int:
        return sum(_tokens(text) + 4 for _, text in messages)

    def _messages(self, task: Task, shown: Sequence[Shown]) -> list[tuple[str, str]]:
        lines = passage_lines(shown, task.reply)
        question = " ".join(task.form.text.split())
        return prompts.load(self._folder, "answer", task.reply).fill(
            fence=prompts.fence(lines, question),
            passages=lines,
            terms=term_lines(shown, task.reply, task.retriever),
            question=question,
        )

    def write(self, task: Task) -> Iterator[str | Draft]:
        deadline = time.monotonic() + self.service.limits.timeout_s
        fingerprint = self.fingerprint(task.reply)
        messages, shown = self.compose(task)
        if not shown:
            raise ServiceUnavailable("checks", "No passage fits the prompt. Raise ASSISTANT_PROMPT_BUDGET_TOKENS.")
        usage = Usage()
        quiet = repaired = False
        retries = self.service.limits.max_retries
        while True:
            stream = self.service.stream(messages, max_tokens=self._max_tokens, deadline=deadline)
            composer = Composer(task, shown)
            ended = False
            try:
                for item in stream:
                    if isinstance(item, str):
                        ready = composer.feed(item)
                    else:
                        ended = True
                        usage = added(usage, _counted(item.usage, messages, composer.raw))
                        ready = composer.finish(truncated=item.finish == "length")
                        if composer.refuses or composer.failed:
                            ready = ""
                    if ready and not quiet:
                        yield ready
            except ModelError as error:
                # A reply that broke off is asked for again; what the reader has seen of it stays until the answer replaces it.
                if (
                    composer.raw
                    and not ended
                    and retries
                    and reason_of(error) != "timeout"
                    and time.monotonic() < deadline
                ):
                    retries -= 1
                    quiet = quiet or composer.given
                    continue
                error.usage = usage  # type: ignore[attr-defined]
                raise
            if composer.refuses:
                yield Written("", (), refused=True, usage=usage, fingerprint=fingerprint)
                return
            failed = composer.failed or self._failed_as_a_whole(composer, task)
            if not failed:
                draft = composer.draft()
                yield Written(draft.text, draft.sources, usage=usage, fingerprint=fingerprint)
                return
            repair = prompts.load(self._folder, "repair", task.reply).fill(problems=problem_lines(failed, task.reply))
            again = [*messages, ("assistant", composer.raw.strip()[:4000] or "…"), repair[1]]
            if repaired or sum(count_tokens(text) + 4 for _, text in again) > self._context - self._max_tokens:
                fault = ServiceUnavailable(
                    "checks", f"The reply of {self.name!r} did not pass the checks twice: {'; '.join(failed)[:300]}"
                )
                fault.usage = usage  # type: ignore[attr-defined]
                raise fault
            messages, repaired = again, True
            quiet = quiet or composer.given

    def _failed_as_a_whole(self, composer: Composer, task: Task) -> tuple[str, ...]:
        draft = composer.draft()
        text, cited = resolve(draft, task.reply)
        if not text:
            return ("no citation for: …",)
        return verify(text, cited, task.reply, task.retriever).failed

    def condense(
        self, question: str, history: Sequence[tuple[str, str]], language: Language, names: NameTable
    ) -> Condensed:
        """The stand-alone question that a follow-up stands for; "" where the model gives none, or one that the conversation does not bear out."""
        turns = [(role, " ".join(text.split())[:_LONGEST_TURN]) for role, text in history[-_LAST_TURNS:]]
        lines = "\n".join(prompts.quoted(None, f"{'?' if role == 'user' else '='} {text}") for role, text in turns)
        messages = prompts.load(self._folder, "condense", language).fill(
            fence=prompts.fence(lines, question), history=lines, question=" ".join(question.split())
        )
        deadline = time.monotonic() + min(_CONDENSE_TIMEOUT_S, self.service.limits.timeout_s)
        reply, usage = "", Usage()
        try:
            for item in self.service.stream(messages, max_tokens=_CONDENSED_TOKENS, deadline=deadline):
                if isinstance(item, str):
                    reply += item
                else:
                    usage = _counted(item.usage, messages, reply)
        except ModelError:
            return Condensed("", usage)
        found = regex.sub(r"^[\"“«]|[\"”»]$", "", reply.strip())
        said = " ".join([question, *(text for _, text in turns)])
        return Condensed(found if is_borne_out(found, question, said, language, names) else "", usage)


@dataclass(frozen=True, slots=True)
class Condensed:
    """A follow-up made whole by a model, and what that took."""

    text: str
    usage: Usage


def is_borne_out(found: str, question: str, said: str, language: Language, names: NameTable) -> bool:
    """Whether a condensed question is one line in `language`, says what `question` says, and nothing that the conversation does not.

    said: the question and the turns before it.
    """
    if (
        not found
        or "\n" in found
        or len(found) > _LONGEST_CONDENSED
        or _LINKS.search(found)
        or not is_in(found, language)
    ):
        return False
    known, own, asked = set(terms(said)), set(terms(found)), set(terms(question))
    if not names.concept_ids(question) <= names.concept_ids(found) <= names.concept_ids(said):
        return False
    numbers = {name: find_quantities(text, language) for name, text in (("found", found), ("asked", question))}
    given = (*numbers["asked"], *(quantity for spoken in LANGUAGES for quantity in find_quantities(said, spoken)))
    if unsupported(numbers["found"], given) or unsupported(numbers["asked"], numbers["found"]):
        return False
    return len(own & known) >= _LEAST_BORNE_OUT * len(own) and len(asked & own) >= _LEAST_KEPT * len(asked)


def _counted(usage: Usage, messages: Sequence[tuple[str, str]], reply: str) -> Usage:
    """What the service counted; our own count where it counts nothing."""
    if usage.prompt_tokens or usage.completion_tokens:
        return usage
    return Usage(sum(count_tokens(text) + 4 for _, text in messages), count_tokens(reply))


def added(one: Usage, other: Usage) -> Usage:
    return Usage(one.prompt_tokens + other.prompt_tokens, one.completion_tokens + other.completion_tokens)


_NOTICES: Mapping[str, Mapping[Language, str]] = {
    "checks": {"zh": "语言模型的回答未能通过核对，以下回答直接取自文章。", "ru": "Ответ языковой модели не прошёл проверку; ответ взят прямо из статей.", "en": "The language model's answer did not pass the checks; this answer is taken straight from the articles."},
    "key": {"zh": "密钥被语言模型服务拒绝，以下回答直接取自文章。", "ru": "Служба языковой модели отклонила ключ; ответ взят прямо из статей.", "en": "The language model service refused the key; this answer is taken straight from the articles."},
    "model": {"zh": "服务中没有所设的语言模型，以下回答直接取自文章。", "ru": "Служба не знает указанной языковой модели; ответ взят прямо из статей.", "en": "The service does not know the configured language model; this answer is taken straight from the articles."},
    "request": {"zh": "语言模型服务拒绝了请求，以下回答直接取自文章。", "ru": "Служба языковой модели отклонила запрос; ответ взят прямо из статей.", "en": "The language model service refused the request; this answer is taken straight from the articles."},
    "rate": {"zh": "语言模型服务暂不接受更多请求，以下回答直接取自文章。", "ru": "Служба языковой модели сейчас не принимает новых запросов; ответ взят прямо из статей.", "en": "The language model service accepts no more requests now; this answer is taken straight from the articles."},
    "timeout": {"zh": "语言模型未能及时回答，以下回答直接取自文章。", "ru": "Языковая модель не ответила вовремя; ответ взят прямо из статей.", "en": "The language model did not answer in time; this answer is taken straight from the articles."},
    "reply": {"zh": "语言模型的回答不完整，以下回答直接取自文章。", "ru": "Ответ языковой модели пришёл неполным; ответ взят прямо из статей.", "en": "The language model's reply was incomplete; this answer is taken straight from the articles."},
    "down": {"zh": "语言模型暂不可用，以下回答直接取自文章。", "ru": "Языковая модель сейчас недоступна, ответ взят прямо из статей.", "en": "The language model is not available now; this answer is taken straight from the articles."},
}  # fmt: skip
_NOTICE_OF: Mapping[Reason, str] = {
    "busy": "rate", "cut": "reply", "malformed": "reply", "empty": "reply", "filtered": "reply", "server": "down", "resting": "down",
}  # fmt: skip


def notice(error: ModelError, reply: Language) -> str:
    """One line for the reader: why the model's answer is not the one that is shown."""
    reason = reason_of(error)
    return _NOTICES[_NOTICE_OF.get(reason, reason)][reply]


def spent(error: ModelError) -> Usage:
    """The tokens that a failed answer took."""
    usage: Usage = getattr(error, "usage", Usage())
    return usage


def clean_task(task: Task) -> Task:
    """`task` without evidence that does not report, or is beside the question; for the offline answer in place of a model's."""
    clean = [item for item in task.evidence if reports(item.passage.sentences[item.number])]
    return replace(task, evidence=tuple(item for item in clean if item is clean[0] or item.met >= _LEAST_MET))


def answerer_for(settings: Settings, service: Chat) -> GenerativeAnswerer:
    return GenerativeAnswerer(
        service,
        settings.prompts,
        budget_tokens=settings.prompt_budget_tokens,
        context_tokens=settings.chat_context_tokens,
        max_tokens=settings.answer_max_tokens,
    )
