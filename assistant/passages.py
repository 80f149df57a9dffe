"""An article as passages with aligned sentences, and passages as LlamaIndex nodes: one passage, several views.

Views of a passage: its Chinese text, each translation, and each anticipated question in each language. Ids are stable
(`article#3/ru`), the quote's offsets are exact, and what was prepared once (alignment, index terms) travels in the node.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import regex
from llama_index.core.schema import MetadataMode, TextNode

from assistant.language import sentences, terms
from assistant.names import NameTable, name_term
from assistant.records import LANGUAGES, Article, Block, Language, Passage, PreparedAnswer, Sentence, Wording
from assistant.tokens import count_tokens

FORMAT = 1  # raised when the form of the nodes, or the cutting of text into terms, changes: older stores are rebuilt
PASSAGE_MAX_TOKENS = 700  # a block above this is split at sentence ends; newspaper paragraphs stay whole

_EXPANSION_VARIANCE = 6.8  # Source: Gale and Church 1993, section 3.2 (variance per character of the length ratio)


@dataclass(frozen=True, slots=True)
class View:
    """What a node says of itself. `target`: the passage or question that it is a view of; `terms`: its lexical terms."""

    article: str
    kind: str  # "article" | "passage" | "question"
    language: Language
    target: str
    terms: str
    payload: str


@dataclass(frozen=True, slots=True)
class Library:
    """What a store holds, in memory: passages and prepared answers by id, and the views, by node id."""

    passages: dict[str, Passage]
    answers: dict[str, PreparedAnswer]
    views: dict[str, View]


# --- article → passages ----------------------------------------------------------------------------------------------


def passages_of(article: Article) -> list[Passage]:
    """The passages of `article` in reading order; headings and captions are passages too."""
    return [passage for block in article.blocks for passage in _passages_of_block(article, block)]


def _passages_of_block(article: Article, block: Block) -> list[Passage]:
    aligned = _aligned_sentences(article, block)
    groups = _within_budget(aligned)
    return [
        Passage(
            id=f"{article.id}#{block.paragraph}" + (f".{part}" if len(groups) > 1 else ""),
            article_id=article.id,
            paragraph=block.paragraph,
            kind=block.kind,
            block_text=block.text,
            start=group[0].start if part > 1 else 0,
            end=group[-1].end if part < len(groups) else len(block.text),
            sentences=tuple(group),
            title=article.title,
            titles={language: found.title for language, found in article.translations.items() if found.title},
            source=article.source,
            author=article.author,
            date=article.date,
            machine=tuple(language for language, found in article.translations.items() if not found.reviewed),
        )
        for part, group in enumerate(groups, start=1)
    ]


def _within_budget(aligned: list[Sentence]) -> list[list[Sentence]]:
    groups: list[list[Sentence]] = [[]]
    used = 0
    for sentence in aligned:
        size = count_tokens(sentence.text)
        if groups[-1] and used + size > PASSAGE_MAX_TOKENS:
            groups.append([])
            used = 0
        groups[-1].append(sentence)
        used += size
    return groups


def _aligned_sentences(article: Article, block: Block) -> list[Sentence]:
    """The Chinese sentences of a block, merged only as far as a translation needs, each with its renderings."""
    source = sentences(block.text, "zh")
    links: dict[Language, list[tuple[range, range]]] = {}
    rendered: dict[Language, tuple[str, list[tuple[int, int]]]] = {}
    for language, translation in article.translations.items():
        text = translation.blocks[block.paragraph - 1]
        spans = sentences(text, language)
        if spans:
            rendered[language] = (text, spans)
            links[language] = align([block.text[a:b] for a, b in source], [text[a:b] for a, b in spans])
    # A Chinese sentence that any translation renders together with its neighbour stays together with it in all of them.
    breaks = set(range(1, len(source)))
    for beads in links.values():
        breaks &= {bead[0].start for bead in beads}
    starts = [0, *sorted(breaks)]
    result = []
    for first, last in zip(starts, [*starts[1:], len(source)], strict=True):
        start, end = source[first][0], source[last - 1][1]
        renderings: dict[Language, str] = {}
        for language, beads in links.items():
            text, spans = rendered[language]
            inside = [bead[1] for bead in beads if first <= bead[0].start < last]
            if inside:
                renderings[language] = text[spans[inside[0].start][0] : spans[inside[-1].stop - 1][1]]
        result.append(Sentence(start, end, block.text[start:end], renderings))
    return result


def align(source: Sequence[str], target: Sequence[str]) -> list[tuple[range, range]]:
    """Pairs of sentence ranges that render each other, in order, covering both sides.

    Lengths decide, shared numbers and Latin names help. Both sides must be non-empty.
    Source: Gale and Church 1993, "A program for aligning sentences in bilingual corpora", with 1-1, 1-2, 2-1, 1-3, 3-1 and 2-2 beads.
    """
    if len(source) == 1 or len(target) == 1:
        return [(range(len(source)), range(len(target)))]
    ratio = sum(map(len, target)) / max(1, sum(map(len, source)))
    anchors = [_anchors(text) for text in source], [_anchors(text) for text in target]
    prior = {(1, 1): 0.0, (1, 2): 2.3, (2, 1): 2.3, (2, 2): 4.6, (1, 3): 5.0, (3, 1): 5.0}
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(source) + 1):
        for j in range(len(target) + 1):
            for (di, dj), penalty in prior.items():
                before = best.get((i - di, j - dj))
                if before is None:
                    continue
                cost = before[0] + penalty + _length_cost(source[i - di : i], target[j - dj : j], ratio)
                left = set().union(*anchors[0][i - di : i])
                right = set().union(*anchors[1][j - dj : j])
                cost += 1.5 * len(left ^ right) - 1.5 * len(left & right)
                if (i, j) not in best or cost < best[i, j][0]:
                    best[i, j] = (cost, (di, dj))
    if (len(source), len(target)) not in best:  # more than three sentences to one, somewhere: keep the block whole
        return [(range(len(source)), range(len(target)))]
    beads = []
    i, j = len(source), len(target)
    while i or j:
        di, dj = best[i, j][1]
        beads.append((range(i - di, i), range(j - dj, j)))
        i, j = i - di, j - dj
    return beads[::-1]


def _length_cost(source: Sequence[str], target: Sequence[str], ratio: float) -> float:
    length, found = sum(map(len, source)), sum(map(len, target))
    delta = (found - length * ratio) / math.sqrt(max(1.0, length * ratio * _EXPANSION_VARIANCE))
    return -math.log(max(1e-12, math.erfc(abs(delta) / math.sqrt(2))))


def _anchors(text: str) -> set[str]:
    """Digits and Latin words, which a Chinese sentence and its rendering often share."""
    return (
        set(regex.findall(r"\d+|[A-Za-z]{3,}", text))
        if regex.search(r"\p{Han}|\p{Cyrillic}", text)
        else set(regex.findall(r"\d+", text))
    )


# --- passages → nodes ------------------------------------------------------------------------------------------------


def nodes_of(article: Article, names: NameTable) -> list[TextNode]:
    """All nodes of `article`: one for the article itself, then each view of each passage, then its questions."""
    found = passages_of(article)
    nodes = []
    for passage in found:
        payload = json.dumps(asdict(passage), ensure_ascii=False)
        for language in LANGUAGES:
            text = passage.rendering(language)
            if text:
                nodes.append(
                    _node(
                        f"{passage.id}/{language}",
                        text,
                        article.id,
                        "passage",
                        language,
                        passage.id,
                        names,
                        payload if language == "zh" else "",
                    )
                )
    first = {passage.paragraph: passage.id for passage in reversed(found)}
    for question in article.questions:
        target = json.dumps(
            [first[question.paragraph], *(f"{other}#{paragraph}" for other, paragraph in question.also)]
        )
        wordings = json.dumps(
            {language: [w.question, w.answer] for language, w in sorted(question.wordings.items())}, ensure_ascii=False
        )
        question_id = f"{article.id}/q/{hashlib.sha256((target + wordings).encode()).hexdigest()[:16]}"
        for language, wording in question.wordings.items():
            nodes.append(
                _node(
                    f"{question_id}/{language}",
                    wording.question,
                    article.id,
                    "question",
                    language,
                    question_id,
                    names,
                    json.dumps([target, wordings]) if language == min(question.wordings) else "",
                )
            )
    unique = {node.node_id: node for node in nodes}  # the same triple twice in a file is one question
    members = {node_id: node.metadata["digest"] for node_id, node in unique.items()}
    head = _node(
        article.id,
        article.title,
        article.id,
        "article",
        "zh",
        article.id,
        names,
        json.dumps({"digest": article.digest, "members": members}),
    )
    return [head, *unique.values()]


def _node(
    node_id: str, text: str, article_id: str, kind: str, language: Language, target: str, names: NameTable, payload: str
) -> TextNode:
    """A node whose metadata is one JSON string and its digest: Chroma stores a row for every key of every record."""
    view = View(
        article_id, kind, language, target, "" if kind == "article" else " ".join(index_terms(text, names)), payload
    )
    packed = json.dumps(asdict(view), ensure_ascii=False)
    metadata = {"view": packed, "digest": hashlib.sha256(f"{text}\n{packed}".encode()).hexdigest()[:16]}
    return TextNode(
        id_=node_id,
        text=text,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=list(metadata),
    )


def view_of(node: TextNode) -> View:
    return View(**json.loads(node.metadata["view"]))


def index_terms(text: str, names: NameTable) -> list[str]:
    """The lexical terms of `text` with one term for each name that it mentions, the same in every language."""
    return terms(text) + [name_term(mention.concept.id) for mention in names.mentions(text)]


def node_text(node: TextNode) -> str:
    return node.get_content(metadata_mode=MetadataMode.NONE)


# --- nodes → passages ------------------------------------------------------------------------------------------------


def library_of(nodes: Iterable[TextNode]) -> Library:
    """Read back what `nodes_of` wrote. Of each article exactly the members that its own node names are taken.

    A reader that comes between the two steps of an update (new records in, stale ones not yet out) so sees the new version only.
    """
    by_id = {node.node_id: (view_of(node), node.metadata["digest"]) for node in nodes}
    kept: dict[str, View] = {}
    for view, _ in by_id.values():
        if view.kind == "article":
            members = json.loads(view.payload)["members"]
            kept.update(
                (member, by_id[member][0])
                for member, digest in members.items()
                if member in by_id and by_id[member][1] == digest
            )
    passages = {
        view.target: _passage(json.loads(view.payload))
        for view in kept.values()
        if view.kind == "passage" and view.payload
    }
    answers: dict[str, PreparedAnswer] = {}
    for view in kept.values():
        if view.kind == "question" and view.payload:
            target, wordings = map(json.loads, json.loads(view.payload))
            if target[0] in passages:
                found = {language: Wording(*pair) for language, pair in wordings.items()}
                answers[view.target] = PreparedAnswer(
                    view.target, tuple(name for name in target if name in passages), found
                )
    return Library(
        passages,
        answers,
        {node_id: view for node_id, view in kept.items() if view.target in passages or view.target in answers},
    )


def _passage(row: dict[str, Any]) -> Passage:
    row["sentences"] = tuple(Sentence(**sentence) for sentence in row["sentences"])
    row["machine"] = tuple(row["machine"])
    return Passage(**row)
