"""What is served, read through the assistant: articles block by block, their aligned sentences, the glossary, starting questions."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant import Assistant
from assistant.articles import read_corpus
from assistant.language import fold
from assistant.records import LANGUAGES, Article, BlockKind, GlossaryEntry, Language, Passage, Sentence
from ui.evidence import starting_questions

_STARTING = 4
_LONGEST = 70  # characters of a question on a button
_TRIED = 16  # questions asked to find the starting ones


@dataclass(frozen=True, slots=True)
class ServedBlock:
    paragraph: int
    kind: BlockKind
    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The lines over an article in one language; empty where it has none."""

    kicker: str
    title: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class ServedArticle:
    id: str
    headings: dict[Language, Heading]  # Chinese, and each translation
    source: str
    author: str
    date: str
    blocks: tuple[ServedBlock, ...]
    languages: tuple[Language, ...]  # of its translations
    machine: tuple[Language, ...]

    @property
    def title(self) -> str:
        return self.headings["zh"].title


@dataclass(frozen=True, slots=True)
class Served:
    """A view of one state of the store."""

    articles: tuple[ServedArticle, ...]
    glossary: tuple[GlossaryEntry, ...]
    starting: dict[Language, tuple[str, ...]]

    def article(self, article_id: str) -> ServedArticle | None:
        return next((article for article in self.articles if article.id == article_id), None)


class ServedLibrary:
    """Reads the assistant's library anew when the store has changed. Threads may share it."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self._turn = threading.Lock()
        self._seen: Any = None
        self._served = Served((), (), {})

    def now(self) -> Served:
        """Raises AssistantError where the store cannot be opened."""
        retriever = self.assistant.retriever
        with self._turn:
            if self._seen is not retriever:
                self._served = self._read(retriever.library.passages.values())
                self._seen = retriever
            return self._served

    def blocks(self, article_id: str, paragraph: int) -> Sequence[Passage]:
        return self.assistant.retriever.by_block.get((article_id, paragraph), ())

    def _read(self, passages: Any) -> Served:
        by_article: dict[str, list[Passage]] = {}
        for passage in passages:
            by_article.setdefault(passage.article_id, []).append(passage)
        sources = self._sources()
        articles = tuple(_article(found, sources.get(name)) for name, found in sorted(by_article.items()))
        return Served(articles, self.assistant.glossary(), self._starting())

    def _sources(self) -> dict[str, Article]:
        """The articles of the corpus folder by id; none where the store is served without it."""
        folder = self.assistant.settings.corpus
        return {article.id: article for article in read_corpus(folder).articles} if folder.is_dir() else {}

    def _starting(self) -> dict[Language, tuple[str, ...]]:
        """Anticipated questions for each language of a reader that are really answered, each with another answer."""
        answers = self.assistant.retriever.library.answers.values()
        found: dict[Language, tuple[str, ...]] = {}
        for language in LANGUAGES:
            rows = [
                (prepared.passages[0], wording.question, wording.answer)
                for prepared in answers
                if (wording := prepared.wordings.get(language))
            ]
            # A question that names something can be understood before anything else was asked.
            natural = [row for row in rows if len(row[1]) <= _LONGEST and row[1].endswith(("?", "？"))]
            rows = [row for row in natural if self.assistant.retriever.names.concept_ids(row[1])] or natural
            good: list[str] = []
            told: set[tuple[str, int]] = set()
            for question in starting_questions(rows, _TRIED):
                answer = self.assistant.ask(question, language)
                places = {(item.article_id, item.paragraph) for item in answer.citations}
                if places and not answer.refused and answer.checks.ok and not places & told:
                    told |= places
                    good.append(question)
                if len(good) == _STARTING:
                    break
            found[language] = tuple(good)
        return found


def _article(passages: Sequence[Passage], source: Article | None) -> ServedArticle:
    by_paragraph: dict[int, list[Passage]] = {}
    for passage in passages:
        by_paragraph.setdefault(passage.paragraph, []).append(passage)
    blocks = []
    for paragraph, parts in sorted(by_paragraph.items()):
        ordered = sorted(parts, key=lambda part: part.start)
        sentences = tuple(sentence for part in ordered for sentence in part.sentences)
        blocks.append(ServedBlock(paragraph, ordered[0].kind, ordered[0].block_text, sentences))
    first = passages[0]
    languages = tuple(
        language
        for language in LANGUAGES
        if language != "zh" and any(language in sentence.renderings for block in blocks for sentence in block.sentences)
    )
    return ServedArticle(
        first.article_id, _headings(first, source), first.source, first.author, first.date, tuple(blocks), languages, first.machine
    )  # fmt: skip


def _headings(first: Passage, source: Article | None) -> dict[Language, Heading]:
    """The titles are the store's, what stands above and below them the corpus folder's: the store does not keep it."""
    found: dict[Language, Heading] = {}
    for language, title in {"zh": first.title, **first.titles}.items():
        lines = source if language == "zh" else source.translations.get(language) if source else None
        found[language] = Heading(lines.kicker if lines else "", title, lines.subtitle if lines else "")
    return found


def matching_entries(entries: Sequence[GlossaryEntry], query: str) -> list[GlossaryEntry]:
    """The entries that hold `query` in any form of any language or in the note, in their order; all for an empty query."""
    wanted = fold(query).strip()
    return [entry for entry in entries if wanted in entry_text(entry)]


def entry_text(entry: GlossaryEntry) -> str:
    """What a search in the glossary looks through."""
    return fold(" | ".join([*entry.zh, *entry.ru, *entry.en, entry.note]))
