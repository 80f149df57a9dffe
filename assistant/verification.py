"""Numbers, dates, names, markers, quotes and language of a finished answer, checked against the Chinese that it cites.

It looks at the finished text only, whoever wrote it, sentence by sentence; it needs no model.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

import regex

from assistant import citations as markers
from assistant.language import fold, is_in, sentences, word_terms
from assistant.quantities import Quantity, find_quantities, unsupported
from assistant.records import Checks, Citation, Language, Passage
from assistant.retrieval import PassageRetriever

_NAME_KINDS = frozenset(("place", "country", "person", "body", "event", "programme", "project", "document"))
_MARK = regex.compile(r"\[\d+\]")


def verify(text: str, cited: Sequence[Citation], reply: Language, retriever: PassageRetriever) -> Checks:
    """The checks of `text`, whose markers refer to `cited`. `failed` names each thing that is not in order, with the words of the text."""
    blocks = {
        (passage.article_id, passage.paragraph): passage.block_text for passage in retriever.library.passages.values()
    }
    broken = markers.problems(text, cited, blocks)
    numbers: list[str] = []
    names: list[str] = []
    for sentence, used in cited_sentences(text, cited, reply):
        bare = _MARK.sub("", sentence)
        if not used:
            broken.append(f"no citation for: {bare.strip()[:80]}")
            continue
        numbers.extend(
            f"number not in the source: {quantity.text}" for quantity in unsupported_numbers(bare, used, reply)
        )
        names.extend(f"name not in the source: {name}" for name in unsupported_names(bare, used, reply, retriever))
    language_ok = is_in(_MARK.sub("", text), reply)
    failed = [*numbers, *names, *broken, *([] if language_ok else [f"not in the reply language ({reply})"])]
    return Checks(not numbers, not names, not broken, language_ok, tuple(failed))


def cited_sentences(text: str, cited: Sequence[Citation], reply: Language) -> list[tuple[str, list[Citation]]]:
    """Each sentence of `text` with the citations whose markers it carries; a marker after the full stop belongs to the sentence before."""
    by_number = {item.number: item for item in cited}
    joined = regex.sub(r"([.!?。！？…][»”’\"'）)]*)((?:\s*\[\d+\])+)", r"\2\1", text)
    found = []
    for start, end in sentences(joined, reply):
        sentence = joined[start:end]
        used = [by_number[number] for number in map(int, regex.findall(r"\[(\d+)\]", sentence)) if number in by_number]
        found.append((sentence, used))
    return found


def unsupported_numbers(sentence: str, used: Sequence[Citation], reply: Language) -> tuple[Quantity, ...]:
    """The quantities of `sentence` that neither equal nor follow from one in the Chinese of its citations."""
    claims = find_quantities(sentence, reply)
    if not claims:
        return ()
    missing: tuple[Quantity, ...] = claims
    for item in used:
        evidence = find_quantities(item.quote, "zh")
        missing = unsupported(missing, evidence, published=_date(item.date))
    return missing


def _date(iso: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(iso)
    except ValueError:
        return None


def unsupported_names(
    sentence: str, used: Sequence[Citation], reply: Language, retriever: PassageRetriever
) -> list[str]:
    """The names of `sentence` that do not occur in the cited Chinese or, for a body the paragraph only refers to, in its article."""
    table = retriever.names
    quoted = " ".join(item.quote for item in used)
    here = table.concept_ids(quoted)
    passages = [passage for item in used for passage in _passages_of(item, retriever)]
    around = {concept for passage in passages for concept in table.concept_ids(f"{passage.block_text} {passage.title}")}
    article = {concept for passage in passages for concept in _article_names(passage.article_id, retriever)}
    found = []
    mentions = table.mentions(sentence)
    for mention in mentions:
        if mention.concept.kind not in _NAME_KINDS or mention.concept.id in here or mention.concept.id in around:
            continue
        if mention.concept.kind in {"body", "event"} and mention.concept.id in article:
            continue  # 该中心, "the center": the paragraph refers to a body that its article names
        found.append(mention.form)
    if reply != "zh":
        known = retriever.terms_of(" ".join(_renderings(passages, reply)))
        rest = table.without_names(sentence, mentions)
        found.extend(word for word in _capitalised(sentence) if fold(word) in rest and not _known(word, known, quoted))
    return found


def _capitalised(sentence: str) -> Iterable[str]:
    """Capitalised words that do not start the sentence or a quotation, and whole abbreviations."""
    for match in regex.finditer(r"(?<=[\p{L}\p{N},;:)»”’'-]\s)\p{Lu}[\p{L}’'-]+", sentence):
        yield match[0]


def _known(word: str, known: frozenset[str], quoted: str) -> bool:
    folded = fold(word)
    parts = [part for part in regex.split(r"[-’']", folded) if part]
    return (
        folded in fold(quoted)
        or any(term in known for term in word_terms(folded))
        or all(any(term in known for term in word_terms(part)) or not word_terms(part) for part in parts)
    )


def _renderings(passages: Iterable[Passage], reply: Language) -> list[str]:
    return [text for passage in passages for text in (passage.rendering(reply), passage.titles.get(reply)) if text]


def _passages_of(item: Citation, retriever: PassageRetriever) -> list[Passage]:
    return retriever.by_block.get((item.article_id, item.paragraph), [])


def _article_names(article_id: str, retriever: PassageRetriever) -> frozenset[str]:
    return retriever.article_names.get(article_id, frozenset())
