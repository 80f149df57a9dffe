"""Markers in a text ↔ citations: verbatim slices of the Chinese, numbered from 1 in the order of their first use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import regex

from assistant.language import sentences
from assistant.records import Citation, Language, Passage

MARKER = regex.compile(r"[\[［【]\s*(\d{1,3}(?:\s*[,，、;–-]\s*\d{1,3})*)\s*[\]］】]")
_SPACED_MARKER = regex.compile(rf"(?<![^\S\n])([^\S\n]*+){MARKER.pattern}")


@dataclass(frozen=True, slots=True)
class Source:
    """Sentences `first` to `last` (from 0, inclusive) of a passage."""

    passage: Passage
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A text whose marker [n] means `sources[n - 1]`."""

    text: str
    sources: tuple[Source, ...]


def mark_sentences(text: str, marker: str, language: Language) -> str:
    """`text` with `marker` behind each of its sentences, so that every statement shows its source."""
    space = "" if language == "zh" else " "
    pieces, last = [], 0
    for _, end in sentences(text, language):
        pieces.append(f"{text[last:end]}{space}{marker}")
        last = end
    return "".join(pieces)


def shifted(text: str, by: int) -> str:
    """`text` with `by` added to the number of each marker."""
    return regex.sub(r"\[(\d+)\]", lambda match: f"[{int(match[1]) + by}]", text)


def citation(number: int, source: Source, reply: Language) -> Citation:
    """The citation of `source`, with its rendering in `reply` where there is one."""
    passage = source.passage
    first, last = passage.sentences[source.first], passage.sentences[source.last]
    renderings = [sentence.renderings.get(reply) for sentence in passage.sentences[source.first : source.last + 1]]
    whole = " ".join(text for text in renderings if text) if all(renderings) else None
    return Citation(
        number=number,
        article_id=passage.article_id,
        title=passage.title,
        source=passage.source,
        author=passage.author,
        date=passage.date,
        paragraph=passage.paragraph,
        quote=passage.block_text[first.start : last.end],
        quote_start=first.start,
        quote_end=last.end,
        translation=None if reply == "zh" else whole,
        reviewed=reply not in passage.machine,
    )


def resolve(draft: Draft, reply: Language) -> tuple[str, tuple[Citation, ...]]:
    """The text with its markers renumbered from 1 in order of use, and their citations.

    A marker that means nothing ([0], [99]) is taken out with the space before it; equal sources become one citation.
    """
    order: dict[tuple[str, int, int], int] = {}
    used: list[Source] = []

    def renumber(match: regex.Match[str]) -> str:
        space, inside = match.groups()
        numbers = []
        for value in _numbers(inside):
            if 1 <= value <= len(draft.sources):
                source = draft.sources[value - 1]
                number = order.setdefault((source.passage.id, source.first, source.last), len(order) + 1)
                if number > len(used):
                    used.append(source)
                if number not in numbers:
                    numbers.append(number)
        return space + "".join(f"[{number}]" for number in sorted(numbers)) if numbers else ""

    text = _SPACED_MARKER.sub(renumber, draft.text)
    text = regex.sub(r"\[\d+\](?:\s*\[\d+\])+", lambda run: _in_order(run[0]), text)
    text = regex.sub(r"\s+([.,;:!?。，])", r"\1", text).strip()
    return text, tuple(citation(number, source, reply) for number, source in enumerate(used, start=1))


def _in_order(markers: str) -> str:
    """[2] [1][2] as [1][2]."""
    return "".join(f"[{number}]" for number in sorted({int(digits) for digits in regex.findall(r"\d+", markers)}))


def _numbers(inside: str) -> list[int]:
    """ "1, 3-5" → [1, 3, 4, 5]."""
    found: list[int] = []
    for part in regex.split(r"\s*[,，、;]\s*", inside):
        bounds = [int(value) for value in regex.findall(r"\d+", part)]
        if len(bounds) == 2 and 0 <= bounds[1] - bounds[0] <= 20:
            found.extend(range(bounds[0], bounds[1] + 1))
        else:
            found.extend(bounds)
    return found


def problems(text: str, citations: Sequence[Citation], blocks: Mapping[tuple[str, int], str]) -> list[str]:
    """What is wrong with the citations of a finished text: markers that resolve to none, quotes that are not verbatim, unused ones.

    blocks: (article id, paragraph) → text of the Chinese block.
    """
    found: list[str] = []
    used = {int(number) for number in regex.findall(r"\[(\d+)\]", text)}
    known = {item.number for item in citations}
    found.extend(f"marker [{number}] has no citation" for number in sorted(used - known))
    found.extend(f"citation {number} is not used in the text" for number in sorted(known - used))
    for item in citations:
        block = blocks.get((item.article_id, item.paragraph))
        if block is None or block[item.quote_start : item.quote_end] != item.quote or not item.quote:
            found.append(
                f"the quote of citation {item.number} is not verbatim in {item.article_id}, paragraph {item.paragraph}"
            )
    return found
