"""The frozen records that cross module borders; no behaviour beyond what a field already says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Language = Literal["zh", "ru", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
BlockKind = Literal["paragraph", "heading", "caption"]
Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article's body; `text` is without the Markdown mark, `paragraph` counts from 1."""

    paragraph: int
    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Translation:
    """An article in another language, block by block: `blocks[i]` renders block `i + 1`."""

    language: Language
    title: str
    subtitle: str
    kicker: str
    blocks: tuple[str, ...]
    translator: str
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """`others`: the same question as other people put it."""

    question: str
    answer: str
    others: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[str, ...]:
        return (self.question, *self.others)


@dataclass(frozen=True, slots=True)
class AnticipatedQuestion:
    """A question that a block answers; `also` names further (article id, paragraph) pairs that the answer rests on."""

    paragraph: int
    wordings: Mapping[Language, Wording]
    also: tuple[tuple[str, int], ...] = ()


Gap = Mapping[Language, tuple[str, ...]]  # a question near an article that it does not answer, as people put it


@dataclass(frozen=True, slots=True)
class Article:
    """A source text with all that was prepared for it. `digest` changes when any of its files does."""

    id: str
    title: str
    subtitle: str
    kicker: str
    source: str
    author: str
    date: str  # ISO 8601, the day of publication
    url: str
    blocks: tuple[Block, ...]
    translations: Mapping[Language, Translation]
    questions: tuple[AnticipatedQuestion, ...]
    gaps: tuple[Gap, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """One name or term; the first form of each language is the preferred one."""

    zh: tuple[str, ...]
    ru: tuple[str, ...]
    en: tuple[str, ...]
    kind: str
    note: str = ""

    def forms(self, language: Language) -> tuple[str, ...]:
        return {"zh": self.zh, "ru": self.ru, "en": self.en}[language]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A Chinese sentence (or aligned group of them) of a passage and its renderings.

    `start`, `end`: code points into the Chinese block. `renderings` lacks a language where nothing is aligned.
    """

    start: int
    end: int
    text: str
    renderings: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved and cited: a block, or a part of a long one, with its aligned sentences."""

    id: str
    article_id: str
    paragraph: int
    kind: BlockKind
    block_text: str
    start: int
    end: int
    sentences: tuple[Sentence, ...]
    title: str
    titles: Mapping[Language, str]
    source: str
    author: str
    date: str
    machine: tuple[Language, ...] = ()  # renderings that no person has reviewed

    @property
    def text(self) -> str:
        return self.block_text[self.start : self.end]

    def rendering(self, language: Language) -> str | None:
        """The whole passage in `language`, None where it has no translation."""
        if language == "zh":
            return self.text
        parts = [s.renderings[language] for s in self.sentences if language in s.renderings]
        return " ".join(parts) if parts else None


@dataclass(frozen=True, slots=True)
class PreparedAnswer:
    """An anticipated question as it is searched: its passages, and its wording in every language."""

    id: str
    passages: tuple[str, ...]  # passage ids, the one that it belongs to first
    support: Mapping[
        str, tuple[int, ...]
    ]  # passage id -> sentences (from 0) it rests on; lacks other articles' passages
    wordings: Mapping[Language, Wording]


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A retrieved passage. `score`: share of the query that the passage meets, 0 to 1. `rank` counts from 1."""

    passage: Passage
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """A retrieved anticipated question in the language that matched; `score`, joined from `lexical` and `dense`, from 0 to 1."""

    prepared: PreparedAnswer
    language: Language
    score: float
    lexical: float = 0.0
    dense: float = 0.0


@dataclass(frozen=True, slots=True)
class ScoredGap:
    """A retrieved question that the articles are known not to answer; `score` from 0 to 1."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What retrieval gives back: passages, anticipated questions and known gaps, each best first."""

    passages: tuple[ScoredPassage, ...]
    questions: tuple[ScoredQuestion, ...]
    gaps: tuple[ScoredGap, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A checked link from a marker of the answer to a verbatim slice of a Chinese block."""

    number: int
    article_id: str
    title: str
    source: str
    author: str
    date: str
    paragraph: int
    quote: str
    quote_start: int
    quote_end: int
    translation: str | None
    reviewed: bool = True  # False: the translation was made by a machine and no person has checked it


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A line of `Answer.passages`."""

    article_id: str
    paragraph: int
    text: str
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Checks:
    """What was verified on the final text; `failed` says in plain words what was not in order."""

    numbers_supported: bool
    names_supported: bool
    citations_valid: bool
    language_ok: bool
    failed: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failed


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply. `query` is the stand-alone question that was searched (it differs from `question` after a follow-up)."""

    question: str
    language: Language
    text: str
    refused: bool
    citations: tuple[Citation, ...]
    passages: tuple[RetrievedPassage, ...]
    checks: Checks
    answerer: str
    usage: Usage
    timings_ms: Mapping[str, float]
    query: str = ""
    suggestions: tuple[str, ...] = ()
    notice: str = ""  # one line for the reader, such as why the model's answer was not used
    prompt_fingerprint: str = ""  # of the prompt files that a model's answer was made with


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of an answer's text while it is being written."""

    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one file of the corpus; the rest is served. `line` is 0 where the whole file is meant."""

    path: str
    line: int
    message: str
    article_id: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did to the store, as sorted article ids, with the records written and deleted."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # broken in the corpus, still served as last indexed
    written: int = 0
    deleted: int = 0
    problems: tuple[Problem, ...] = field(default=())
