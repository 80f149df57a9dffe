"""The gold as records: what is asked, which facts an answer must hold, and the Chinese quotes that prove them.

One JSON object a line; a group is one question in three languages. Gold points at article and verbatim quote, never at
passage ids, so it outlives every way of cutting passages. All that is wrong in the files is reported at once, as file:line.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from assistant.articles import read_corpus
from assistant.errors import AssistantError
from assistant.records import LANGUAGES, Language
from eval.measures import fold

Kind = Literal[
    "number", "date", "person", "place", "body", "list", "definition", "goal", "project", "reason", "relation", "comparison", "cross",
    "follow-up", "false-premise", "unanswerable", "small-talk",
]  # fmt: skip
Style = Literal["plain", "colloquial", "keyword", "polite", "abbrev", "typo"]
KINDS: tuple[Kind, ...] = get_args(Kind)
STYLES: tuple[Style, ...] = get_args(Style)
WITHOUT_FACTS: frozenset[Kind] = frozenset(("unanswerable", "small-talk"))

Blocks = Mapping[str, tuple[str, ...]]  # article id → the text of its blocks; block n is at n - 1
Place = tuple[str, int]  # article id, paragraph


class GoldError(AssistantError):
    """The gold files do not have the form or do not fit the corpus."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A question in one language; `history`: the user's earlier questions, oldest first."""

    question: str
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """What an answer must say. `inferred`: it follows from the evidence, but no quote says it in words."""

    patterns: Mapping[Language, re.Pattern[str]]
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim Chinese quote. `starts`: (paragraph, offset into the block) of each place where the article has it."""

    article: str
    quote: str
    starts: tuple[tuple[int, int], ...]

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(dict.fromkeys((self.article, paragraph) for paragraph, _ in self.starts))


@dataclass(frozen=True, slots=True)
class Group:
    """One question in three languages. `needs_all`: the answer rests on all of the evidence, else on any of it."""

    id: str
    kind: Kind
    style: Style
    wordings: Mapping[Language, Wording]
    facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]
    needs_all: bool = False
    near: str = ""  # unanswerable: what the articles do say nearby

    @property
    def places(self) -> tuple[Place, ...]:
        """The blocks that hold evidence, each once."""
        return tuple(dict.fromkeys(place for evidence in self.evidence for place in evidence.places))


def corpus_blocks(corpus: Path) -> Blocks:
    """The Chinese blocks of each article. Raises CorpusError where there is no such folder."""
    return {article.id: tuple(block.text for block in article.blocks) for article in read_corpus(corpus).articles}


def read_gold(folder: Path, blocks: Blocks) -> tuple[Group, ...]:
    """All groups of `folder/*.jsonl`, in the order of file names and lines.

    Raises GoldError, one line a fault, each as file:line.
    """
    files = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
    if not files:
        raise GoldError(
            f"There is no gold in {folder}: expected *.jsonl files, one JSON object a line. Name another folder with --gold DIR."
        )
    faults: list[str] = []
    groups: dict[str, Group] = {}
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
            if not line.strip():
                continue
            found = list(_faults_of(line, blocks))
            row = None if found else json.loads(line)
            if row is not None and row["id"] in groups:
                found = [f"the id {row['id']!r} is used twice; expected unique ids over all files"]
            faults.extend(f"{path}:{number}: {fault}" for fault in found)
            if row is not None and not found:
                groups[row["id"]] = _group(row, blocks)
    if faults:
        raise GoldError("The gold has faults; mend these lines:\n" + "\n".join(faults))
    return tuple(groups.values())


def _group(row: Mapping[str, Any], blocks: Blocks) -> Group:
    return Group(
        id=row["id"],
        kind=cast(Kind, row["kind"]),
        style=cast(Style, row["style"]),
        wordings={
            language: Wording(row[language]["question"], tuple(row[language].get("history", ())))
            for language in LANGUAGES
        },
        facts=tuple(
            Fact(
                {language: re.compile(fact[language], re.IGNORECASE) for language in LANGUAGES},
                bool(fact.get("inferred", False)),
            )
            for fact in row["facts"]
        ),
        evidence=tuple(
            Evidence(item["article"], item["quote"], _starts(item["quote"], blocks[item["article"]]))
            for item in row["evidence"]
        ),
        needs_all=bool(row.get("all", False)),
        near=row.get("near", ""),
    )


def _starts(quote: str, texts: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (paragraph, match.start())
        for paragraph, text in enumerate(texts, start=1)
        for match in re.finditer(re.escape(quote), text)
    )


def _faults_of(line: str, blocks: Blocks) -> Iterable[str]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        yield f"not JSON: {error}"
        return
    if not isinstance(row, dict):
        yield f"the line is {type(row).__name__}; expected a JSON object"
        return
    known = {"id", "kind", "style", "zh", "ru", "en", "facts", "evidence", "all", "near"}
    if unknown := sorted(row.keys() - known):
        yield f"unknown fields {', '.join(unknown)}; known: {', '.join(sorted(known))}"
    if missing := sorted(known - {"all", "near"} - row.keys()):
        yield f"the fields {', '.join(missing)} are missing"
        return
    if not isinstance(row["id"], str) or not row["id"]:
        yield f"id is {row['id']!r}; expected a text"
    if row["kind"] not in KINDS:
        yield f"kind is {row['kind']!r}; expected one of {', '.join(KINDS)}"
    if row["style"] not in STYLES:
        yield f"style is {row['style']!r}; expected one of {', '.join(STYLES)}"
    yield from _wording_faults(row)
    if not isinstance(row["facts"], list) or not isinstance(row["evidence"], list):
        yield "facts and evidence must be lists"
        return
    if row["kind"] in WITHOUT_FACTS and (row["facts"] or row["evidence"]):
        yield f"a group of the kind {row['kind']} has facts or evidence; expected none"
    if row["kind"] not in WITHOUT_FACTS and not (row["facts"] and row["evidence"]):
        yield f"a group of the kind {row['kind']} lacks facts or evidence; expected both"
    yield from _evidence_faults(row["evidence"], blocks)
    yield from _fact_faults(row["facts"], row["evidence"])


def _wording_faults(row: Mapping[str, Any]) -> Iterable[str]:
    for language in LANGUAGES:
        wording = row[language]
        question = wording.get("question") if isinstance(wording, dict) else None
        if not isinstance(question, str) or not question.strip():
            yield f'{language} is {wording!r}; expected {{"question": "…", "history"?: ["…"]}}'
            continue
        history = wording.get("history", [])
        if not isinstance(history, list) or not all(isinstance(turn, str) and turn.strip() for turn in history):
            yield f"{language}.history is {history!r}; expected a list of the user's earlier questions"
        elif (row["kind"] == "follow-up") != bool(history):
            yield f"{language} has {'no' if not history else 'a'} history, but the kind is {row['kind']}; follow-ups have one, others none"


def _evidence_faults(evidence: list[Any], blocks: Blocks) -> Iterable[str]:
    for item in evidence:
        if not isinstance(item, dict) or not isinstance(item.get("quote"), str) or not item["quote"].strip():
            yield f'evidence is {item!r}; expected {{"article": "…", "quote": "…"}}'
        elif item.get("article") not in blocks:
            yield f"evidence names the article {item.get('article')!r}; the corpus has {', '.join(sorted(blocks))}"
        elif not any(item["quote"] in text for text in blocks[item["article"]]):
            yield f"no block of {item['article']} holds the quote {item['quote']!r} verbatim"


def _fact_faults(facts: list[Any], evidence: list[Any]) -> Iterable[str]:
    quotes = [fold(item["quote"]) for item in evidence if isinstance(item, dict) and isinstance(item.get("quote"), str)]
    for fact in facts:
        if not isinstance(fact, dict) or not all(isinstance(fact.get(language), str) for language in LANGUAGES):
            yield f"fact is {fact!r}; expected a pattern for each of zh, ru, en"
            continue
        whole = True
        for language in LANGUAGES:
            pattern = fact[language]
            try:
                compiled = re.compile(pattern, re.IGNORECASE)
            except re.error as error:
                yield f"the {language} pattern {pattern!r} is not a regular expression: {error}"
                whole = False
                continue
            if compiled.search(""):
                yield f"the {language} pattern {pattern!r} matches an empty answer"
            if unicodedata.normalize("NFKC", pattern) != pattern or "ё" in pattern.casefold():
                yield f"the {language} pattern {pattern!r} can never match a folded answer: write it in NFKC, with е for ё"
        if (
            whole
            and not fact.get("inferred")
            and not any(re.search(fact["zh"], quote, re.IGNORECASE) for quote in quotes)
        ):
            yield f'no evidence holds the fact {fact["zh"]!r}; expected a quote that does, or "inferred": true'
