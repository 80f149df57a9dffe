"""An article as passages with aligned sentences, and passages as LlamaIndex nodes: one passage, several views.

Views of a passage: its Chinese text, each translation, and each anticipated question in each language. Ids are stable
(`article#3/ru`), the quote's offsets are exact, and what was prepared once (alignment, index terms) travels in the node.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import regex
from llama_index.core.schema import MetadataMode, TextNode

from assistant.language import sentences, terms
from assistant.names import NameTable, name_term
from assistant.records import (
    LANGUAGES,
    AnticipatedQuestion,
    Article,
    Block,
    Gap,
    Language,
    Passage,
    PreparedAnswer,
    Sentence,
    Wording,
)
from assistant.thesaurus import thesaurus
from assistant.tokens import count_tokens

FORMAT = 3  # raised when the form of the nodes, or the cutting of text into terms, changes: older stores are rebuilt
PASSAGE_MAX_TOKENS = 700  # a block above this is split at sentence ends; newspaper paragraphs stay whole

_EXPANSION_VARIANCE = 6.8  # Source: Gale and Church 1993, section 3.2 (variance per character of the length ratio)


@dataclass(frozen=True, slots=True)
class View:
    """What a node says of itself. `target`: the passage or question that it is a view of; `terms`: its lexical terms."""

    article: str
    kind: str  # "article" | "passage" | "question" | "gap"
    language: Language
    target: str
    terms: str
    payload: str
    more: tuple[str, ...] = ()  # the terms of the further wordings of a question or gap


@dataclass(frozen=True, slots=True)
class Library:
    """What a store holds, in memory: passages and prepared answers by id, and the views, by node id."""

    passages: dict[str, Passage]
    answers: dict[str, PreparedAnswer]
    gaps: dict[str, Gap]
    views: dict[str, View]
    sentence_terms: dict[tuple[str, int, Language], frozenset[str]]  # (passage id, sentence from 0, language)


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
    """All nodes of `article`: one for the article itself, then each view of each passage, then its questions and gaps."""
    found = passages_of(article)
    nodes = []
    for passage in found:
        payload = json.dumps([asdict(passage), _sentence_terms(passage, names)], ensure_ascii=False)
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
    parts: dict[int, list[Passage]] = {}
    for passage in found:
        parts.setdefault(passage.paragraph, []).append(passage)
    for question in article.questions:
        own = [question.paragraph, *(paragraph for other, paragraph in question.also if other == article.id)]
        targets, support = [], []
        for paragraph in own:
            best, numbers = _best_part(parts.get(paragraph, []), question, names)
            if best is not None:
                targets.append(best.id)
                support.append([best.id, numbers])
        targets.extend(f"{other}#{paragraph}" for other, paragraph in question.also if other != article.id)
        wordings = {language: [w.question, w.answer, w.others] for language, w in sorted(question.wordings.items())}
        packed = json.dumps([targets, wordings, support], ensure_ascii=False)
        question_id = f"{article.id}/q/{hashlib.sha256(packed.encode()).hexdigest()[:16]}"
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
                    packed if language == min(question.wordings) else "",
                    wording.others,
                )
            )
    for gap in article.gaps:
        packed = json.dumps(gap, ensure_ascii=False, sort_keys=True)
        gap_id = f"{article.id}/g/{hashlib.sha256(packed.encode()).hexdigest()[:16]}"
        for language, (text, *others) in gap.items():
            payload = packed if language == min(gap) else ""
            nodes.append(
                _node(f"{gap_id}/{language}", text, article.id, "gap", language, gap_id, names, payload, others)
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


def _sentence_terms(passage: Passage, names: NameTable) -> dict[Language, list[str]]:
    """The terms of each sentence in each language, "" where it has no rendering."""
    texts: dict[Language, list[str]] = {"zh": [sentence.text for sentence in passage.sentences]}
    for language in LANGUAGES[1:]:
        found = [sentence.renderings.get(language, "") for sentence in passage.sentences]
        if any(found):
            texts[language] = found
    return {language: [" ".join(index_terms(text, names)) for text in lines] for language, lines in texts.items()}


def _best_part(
    parts: Sequence[Passage], question: AnticipatedQuestion, names: NameTable
) -> tuple[Passage | None, list[int]]:
    """Of the passages of one paragraph the one that holds an answer best, with the sentences (from 0) that the answer rests on."""
    language: Language = "zh" if "zh" in question.wordings else min(question.wordings)
    wanted = frozenset(index_terms(question.wordings[language].answer, names))
    found: tuple[float, Passage | None, list[int]] = (-1.0, None, [])
    for passage in parts:
        texts = [
            sentence.renderings.get(language, "") if language != "zh" else sentence.text
            for sentence in passage.sentences
        ]
        weight, numbers = supporting_sentences([frozenset(index_terms(text, names)) for text in texts], wanted)
        if weight > found[0]:
            found = (weight, passage, numbers)
    return found[1], found[2]


def supporting_sentences(
    held: Sequence[frozenset[str]], wanted: frozenset[str], most: int = 3
) -> tuple[float, list[int]]:
    """(weight covered, the fewest sentences that hold what is wanted): greedy, numbers and names first; at least one.

    held: the terms of each sentence. A further sentence is taken only if it adds a number, a name or a sixth of what all of them hold.
    """
    weights = {term: _support_weight(term) for term in wanted}
    goal = math.fsum(weights[term] for term in frozenset().union(*held) & wanted)
    covered: set[str] = set()
    chosen: list[int] = []
    while len(chosen) < min(most, len(held)):
        gain, negative = max(
            (math.fsum(weights[term] for term in (terms & wanted) - covered), -index)
            for index, terms in enumerate(held)
            if index not in chosen
        )
        if chosen and (not gain or (gain < goal / 6 and not _holds_number_or_name(held[-negative] & wanted - covered))):
            break
        chosen.append(-negative)
        covered |= held[-negative]
    return math.fsum(weights[term] for term in covered & wanted), sorted(chosen)


def _holds_number_or_name(terms: frozenset[str] | set[str]) -> bool:
    return any(term.isdigit() or term.startswith("§") for term in terms)


def _support_weight(term: str) -> float:
    if term.isdigit():
        return 4.0
    if term.startswith("§"):
        return 3.0
    return 0.3 if len(term) == 1 or term.startswith("~") else 1.0


def _node(
    node_id: str,
    text: str,
    article_id: str,
    kind: str,
    language: Language,
    target: str,
    names: NameTable,
    payload: str,
    others: Sequence[str] = (),
) -> TextNode:
    """A node whose metadata is one JSON string and its digest: Chroma stores a row for every key of every record."""
    found = "" if kind == "article" else " ".join(index_terms(text, names))
    more = tuple(" ".join(index_terms(other, names)) for other in others)
    view = View(article_id, kind, language, target, found, payload, more)
    packed = json.dumps(asdict(view), ensure_ascii=False)
    metadata = {"view": packed, "digest": hashlib.sha256(f"{text}\n{packed}".encode()).hexdigest()[:16]}
    return TextNode(
        id_=node_id,
        text=text,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=list(metadata),
    )


def index_terms(text: str, names: NameTable) -> list[str]:
    """The lexical terms of `text` with one term for each name that it mentions, the same in every language."""
    return terms(text) + [name_term(name) for name in sorted(names.concept_ids(text))] + sorted(thesaurus().terms(text))


def node_text(node: TextNode) -> str:
    return node.get_content(metadata_mode=MetadataMode.NONE)


# --- nodes → passages ------------------------------------------------------------------------------------------------


def library_of(records: Iterable[tuple[str, Mapping[str, Any]]]) -> Library:
    """Read back what `nodes_of` wrote, from (node id, metadata) pairs. Of each article exactly the members that its own node names.

    A reader that comes between the two steps of an update (new records in, stale ones not yet out) so sees the new version only.
    """
    by_id = {node_id: (View(**json.loads(metadata["view"])), metadata["digest"]) for node_id, metadata in records}
    kept: dict[str, View] = {}
    for view, _ in by_id.values():
        if view.kind == "article":
            members = json.loads(view.payload)["members"]
            kept.update(
                (member, by_id[member][0])
                for member, digest in members.items()
                if member in by_id and by_id[member][1] == digest
            )
    passages: dict[str, Passage] = {}
    sentence_terms: dict[tuple[str, int, Language], frozenset[str]] = {}
    for view in kept.values():
        if view.kind == "passage" and view.payload:
            row, terms_by_language = json.loads(view.payload)
            passages[view.target] = _passage(row)
            for language, packed in terms_by_language.items():
                for number, line in enumerate(packed):
                    sentence_terms[view.target, number, language] = frozenset(line.split(" ")) if line else frozenset()
    answers: dict[str, PreparedAnswer] = {}
    for view in kept.values():
        if view.kind == "question" and view.payload:
            targets, wordings, support = json.loads(view.payload)
            if targets[0] in passages:
                answers[view.target] = PreparedAnswer(
                    id=view.target,
                    passages=tuple(target for target in targets if target in passages),
                    support={passage: tuple(numbers) for passage, numbers in support},
                    wordings={
                        language: Wording(question, answer, tuple(others))
                        for language, (question, answer, others) in wordings.items()
                    },
                )
    gaps: dict[str, Gap] = {
        view.target: {language: tuple(questions) for language, questions in json.loads(view.payload).items()}
        for view in kept.values()
        if view.kind == "gap" and view.payload
    }
    known = passages.keys() | answers.keys() | gaps.keys()
    views = {node_id: view for node_id, view in kept.items() if view.target in known}
    return Library(passages, answers, gaps, views, sentence_terms)


def _passage(row: dict[str, Any]) -> Passage:
    row["sentences"] = tuple(Sentence(**sentence) for sentence in row["sentences"])
    row["machine"] = tuple(row["machine"])
    return Passage(**row)
