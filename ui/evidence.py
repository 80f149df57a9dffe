"""A citation as the page shows it: its whole Chinese block and the aligned translation, each with the cited part marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.records import Answer, Citation, Language, Passage, Sentence


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `marked` where it belongs to what is cited."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Card:
    """`language` is the translation's; `translation` is empty where the block has none."""

    citation: Citation
    title: str
    chinese: tuple[Piece, ...]
    language: Language | None
    translation: tuple[Piece, ...]
    reviewed: bool

    def marked_translation(self) -> str:
        return " ".join(piece.text.strip() for piece in self.translation if piece.marked)


def card_of(citation: Citation, answer: Answer, page: Language, blocks: Sequence[Passage]) -> Card:
    """The card of `citation`. `blocks`: the passages of its block, empty where the article is no longer indexed.

    The translation is the reply's; a Chinese reply gets that of the page, so that a reader of two languages can compare.
    """
    language = next((wanted for wanted in (answer.language, page) if wanted != "zh"), None)
    if not blocks:
        translation = (Piece(citation.translation, True),) if citation.translation else ()
        return Card(citation, "", (Piece(citation.quote, True),), language, translation, citation.reviewed)
    first = blocks[0]
    text, start, end = first.block_text, citation.quote_start, citation.quote_end
    chinese = tuple(
        piece
        for piece in (Piece(text[:start], False), Piece(text[start:end], True), Piece(text[end:], False))
        if piece.text
    )
    sentences = sorted((sentence for passage in blocks for sentence in passage.sentences), key=lambda item: item.start)
    rendered = _rendered(sentences, language, start, end) if language else ()
    if not rendered and citation.translation and answer.language == language:
        rendered = (Piece(citation.translation, True),)
    reviewed = language is None or language not in first.machine
    title = first.titles.get(language, "") if language else ""
    return Card(citation, title, chinese, language, rendered, reviewed)


def _rendered(sentences: Sequence[Sentence], language: Language, start: int, end: int) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for sentence in sentences:
        text = sentence.renderings.get(language)
        if text:
            pieces.append(Piece(text, sentence.start < end and start < sentence.end))
    return tuple(pieces)


def starting_questions(answers: Sequence[tuple[str, str, str]], most: int) -> tuple[str, ...]:
    """Up to `most` questions from (passage id, question, answer): articles in turn, their passages in turn, no answer twice."""
    seen: set[str] = set()
    turns: dict[str, int] = {}
    ranked: list[tuple[int, int, str]] = []
    of_article: dict[str, int] = {}
    for passage_id, question, answer in answers:
        if answer in seen:
            continue
        seen.add(answer)
        turn = turns[passage_id] = turns.get(passage_id, 0) + 1
        article_id = passage_id.partition("#")[0]
        place = of_article[article_id] = of_article.get(article_id, 0) + (turn == 1)
        ranked.append((turn, place, question))
    return tuple(question for _, _, question in sorted(ranked, key=lambda item: item[:2])[:most])
