"""The corpus folder as articles: the only reader (and writer) of its format.

A file that breaks the form becomes a `Problem` with path, line and what was expected; all that is whole is served.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import io
import json
import os
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import regex
import yaml

from assistant.errors import CorpusError
from assistant.records import (
    LANGUAGES,
    AnticipatedQuestion,
    Article,
    Block,
    BlockKind,
    Gap,
    GlossaryEntry,
    Language,
    Problem,
    Translation,
    Wording,
)

_ID = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}")
_MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a corpus folder holds. `broken`: ids of article folders whose Chinese text could not be read."""

    articles: tuple[Article, ...]
    glossary: tuple[GlossaryEntry, ...]
    problems: tuple[Problem, ...]
    broken: tuple[str, ...]


class _FormError(Exception):
    """A file does not have the form; becomes a Problem."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read_corpus(folder: Path) -> Corpus:
    """All articles of `folder`, in the order of their folder names.

    Raises CorpusError where there is no such folder. An empty folder is an empty corpus.
    """
    if not folder.is_dir():
        raise CorpusError(
            f"There is no corpus folder at {folder}. Expected a folder with one sub-folder an article, each with a zh.md. "
            "Name another with --corpus DIR, or add an article with: assistant ingest FILE"
        )
    problems: list[Problem] = []
    articles: dict[str, Article] = {}
    broken: list[str] = []
    for path in sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith((".", "_"))):
        if not (path / "zh.md").is_file():
            if any(path.iterdir()):
                problems.append(
                    Problem(
                        str(path), 0, "no zh.md in this article folder; the Chinese source text is required", path.name
                    )
                )
                broken.append(path.name)
            continue
        try:
            article = _read_article(path, problems)
        except _FormError as error:
            problems.append(Problem(str(path / "zh.md"), error.line, str(error), path.name))
            broken.append(path.name)
            continue
        if article.id in articles:
            problems.append(
                Problem(
                    str(path / "zh.md"),
                    2,
                    f"the id {article.id!r} is already used by another article; expected a unique id",
                    path.name,
                )
            )
            continue
        articles[article.id] = article
    glossary = _read_glossary(folder / "glossary.csv", problems)
    return Corpus(tuple(articles.values()), glossary, tuple(problems), tuple(broken))


def read_glossary(folder: Path) -> tuple[GlossaryEntry, ...]:
    """The glossary of a corpus folder; empty where there is none, or none that can be read."""
    return _read_glossary(folder / "glossary.csv", [])


def _read_article(path: Path, problems: list[Problem]) -> Article:
    raw = _read_bytes(path / "zh.md")
    meta, body, body_line = _split_front_matter(_decode(raw))
    article_id = _field(meta, "id", path.name)
    if not _ID.fullmatch(article_id):
        raise _FormError(2, f"id is {article_id!r}; expected letters, digits, '.', '_' or '-', at most 100")
    if _field(meta, "language", "zh") != "zh":
        raise _FormError(2, f"language is {meta['language']!r} in zh.md; expected zh")
    if not _field(meta, "title"):
        raise _FormError(2, "no title in the front matter; expected a line like 'title: …'")
    blocks = _blocks(body)
    if not blocks:
        raise _FormError(
            body_line, "the article has no text; expected paragraphs separated by blank lines below the front matter"
        )
    digest = hashlib.sha256(raw)
    translations: dict[Language, Translation] = {}
    for language in LANGUAGES[1:]:
        file = path / f"{language}.md"
        if not file.is_file():
            continue
        try:
            content = _read_bytes(file)
            translations[language] = _read_translation(_decode(content), language, blocks)
            digest.update(content)
        except _FormError as error:
            problems.append(
                Problem(str(file), error.line, f"{error}; the article is served without this translation", article_id)
            )
    questions: tuple[AnticipatedQuestion, ...] = ()
    if (path / "questions.jsonl").is_file():
        try:
            content = _read_bytes(path / "questions.jsonl")
            questions = _read_questions(_decode(content), path / "questions.jsonl", article_id, len(blocks), problems)
            digest.update(content)
        except _FormError as error:
            problems.append(
                Problem(
                    str(path / "questions.jsonl"),
                    error.line,
                    f"{error}; served without anticipated questions",
                    article_id,
                )
            )
    gaps: tuple[Gap, ...] = ()
    if (path / "gaps.jsonl").is_file():
        try:
            content = _read_bytes(path / "gaps.jsonl")
            gaps = _read_gaps(_decode(content), path / "gaps.jsonl", article_id, problems)
            digest.update(content)
        except _FormError as error:
            problems.append(Problem(str(path / "gaps.jsonl"), error.line, f"{error}; served without gaps", article_id))
    return Article(
        id=article_id,
        title=_field(meta, "title"),
        subtitle=_field(meta, "subtitle"),
        kicker=_field(meta, "kicker"),
        source=_field(meta, "source"),
        author=_field(meta, "author"),
        date=_iso_date(meta),
        url=_field(meta, "url"),
        blocks=blocks,
        translations=translations,
        questions=questions,
        gaps=gaps,
        digest=digest.hexdigest(),
    )


def _read_translation(text: str, language: Language, source: tuple[Block, ...]) -> Translation:
    meta, body, line = _split_front_matter(text)
    if _field(meta, "language", language) != language:
        raise _FormError(2, f"language is {meta['language']!r}; expected {language}")
    blocks = _blocks(body)
    if len(blocks) != len(source):
        raise _FormError(
            line,
            f"{len(blocks)} blocks, but zh.md has {len(source)}; expected the same blocks in the same order, separated by blank lines",
        )
    for block, original in zip(blocks, source, strict=True):
        if block.kind != original.kind:
            raise _FormError(
                line,
                f"block {block.paragraph} is a {block.kind}, but a {original.kind} in zh.md; expected the same kinds in the same order",
            )
    return Translation(
        language=language,
        title=_field(meta, "title"),
        subtitle=_field(meta, "subtitle"),
        kicker=_field(meta, "kicker"),
        blocks=tuple(block.text for block in blocks),
        translator=_field(meta, "translator"),
        reviewed=meta.get("reviewed") is True,
    )


def _read_questions(
    text: str, path: Path, article_id: str, block_count: int, problems: list[Problem]
) -> tuple[AnticipatedQuestion, ...]:
    questions = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            questions.append(_parse_question(json.loads(line), block_count))
        except (ValueError, TypeError, KeyError) as error:
            problems.append(
                Problem(
                    str(path),
                    number,
                    f'{error}; expected {{"paragraph", "zh": {{"question","answer"}}, "ru": …, "en": …}}; line left out',
                    article_id,
                )
            )
    return tuple(questions)


def _read_gaps(text: str, path: Path, article_id: str, problems: list[Problem]) -> tuple[Gap, ...]:
    gaps = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            gaps.append(_parse_gap(json.loads(line)))
        except (ValueError, TypeError, AttributeError) as error:
            problems.append(
                Problem(
                    str(path),
                    number,
                    f'{error}; expected {{"zh": [question, …], "ru": …, "en": …}}; line left out',
                    article_id,
                )
            )
    return tuple(gaps)


def _parse_question(row: Any, block_count: int) -> AnticipatedQuestion:
    paragraph = row["paragraph"]
    if not isinstance(paragraph, int) or not 1 <= paragraph <= block_count:
        raise ValueError(f"paragraph is {paragraph!r}, but the article has blocks 1 to {block_count}")
    wordings: dict[Language, Wording] = {}
    for language in LANGUAGES:
        if language in row:
            question, answer = row[language]["question"], row[language]["answer"]
            if not (isinstance(question, str) and isinstance(answer, str) and question.strip() and answer.strip()):
                raise ValueError(f"question or answer is empty in {language}")
            others = _strings(row[language].get("wordings", []))
            wordings[language] = Wording(question.strip(), answer.strip(), others)
    if not wordings:
        raise ValueError("no question in any language")
    also = tuple((str(item["article"]), int(item["paragraph"])) for item in row.get("also", ()))
    return AnticipatedQuestion(paragraph, wordings, also)


def _parse_gap(row: Any) -> Gap:
    gap = {
        language: _strings([row[language]] if isinstance(row[language], str) else row[language])
        for language in LANGUAGES
        if row.get(language)
    }
    if not gap:
        raise ValueError("no question in any language")
    return gap


def _strings(values: Any) -> tuple[str, ...]:
    if not (isinstance(values, list) and all(isinstance(value, str) and value.strip() for value in values)):
        raise ValueError("expected a list of questions, none of them empty")
    return tuple(value.strip() for value in values)


def _read_glossary(path: Path, problems: list[Problem]) -> tuple[GlossaryEntry, ...]:
    if not path.is_file():
        return ()
    try:
        reader = csv.DictReader(io.StringIO(_decode(_read_bytes(path))))
        missing = {"zh", "ru", "en"} - set(reader.fieldnames or ())
        if missing:
            raise _FormError(
                1, f"no column {', '.join(sorted(missing))}; expected zh,ru,en,kind,note; served without a glossary"
            )
        entries = []
        for row in reader:
            forms = {
                language: tuple(form.strip() for form in (row.get(language) or "").split("|") if form.strip())
                for language in LANGUAGES
            }
            if sum(bool(found) for found in forms.values()) < 2:
                problems.append(Problem(str(path), reader.line_num, "fewer than two languages; line left out", ""))
                continue
            entries.append(
                GlossaryEntry(
                    forms["zh"],
                    forms["ru"],
                    forms["en"],
                    (row.get("kind") or "").strip(),
                    (row.get("note") or "").strip(),
                )
            )
    except (_FormError, csv.Error) as error:
        problems.append(Problem(str(path), getattr(error, "line", 0), str(error), ""))
        return ()
    return tuple(entries)


# --- the form of one file --------------------------------------------------------------------------------------------


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _FormError(0, f"the file has {path.stat().st_size} bytes; expected at most {_MAX_BYTES}")
        return path.read_bytes()
    except OSError as error:
        raise _FormError(0, f"cannot be read ({error.strerror})") from error


def _decode(raw: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 with a byte order mark, UTF-8, else GB18030, as Chinese newsrooms still save."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in raw:
        raise _FormError(0, "is not text (it holds NUL bytes); expected UTF-8 text")
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
        except UnicodeDecodeError:
            continue
    raise _FormError(0, "is not text in UTF-8 or GB18030; expected UTF-8: save it so again")


def _split_front_matter(text: str) -> tuple[dict[str, Any], str, int]:
    """(front matter, body, line on which the body starts)."""
    match = regex.match(r"\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", text, regex.DOTALL)
    if not match:
        raise _FormError(
            1, "no front matter; expected the file to start with '---', lines such as 'title: …', and '---'"
        )
    try:
        meta = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise _FormError(
            line,
            f"the front matter is not valid YAML ({getattr(error, 'problem', None) or 'syntax'}); expected lines of the form 'name: value', quoted where the value has a colon",
        ) from error
    if not isinstance(meta, dict):
        raise _FormError(2, "the front matter is not a list of 'name: value' lines")
    return meta, text[match.end() :], text.count("\n", 0, match.end()) + 1


def _field(meta: Mapping[str, Any], name: str, default: str = "") -> str:
    value = meta.get(name)
    return default if value is None else str(value).strip()


def _iso_date(meta: Mapping[str, Any]) -> str:
    value = _field(meta, "date")[:10]
    if not value:
        return ""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise _FormError(2, f"date is {value!r}; expected YYYY-MM-DD") from error


def _blocks(body: str) -> tuple[Block, ...]:
    blocks = []
    for index, piece in enumerate((part for part in regex.split(r"\n[ \t]*\n", body) if part.strip()), start=1):
        lines = [line.strip() for line in piece.strip().splitlines()]
        kind: BlockKind = "paragraph"
        if regex.match(r"#{1,6}\s", lines[0]):
            kind = "heading"
            lines[0] = lines[0].lstrip("#").strip()
        elif lines[0].startswith(">"):
            kind = "caption"
            lines = [line.removeprefix(">").strip() for line in lines]
        blocks.append(Block(index, kind, _join_lines(lines)))
    return tuple(blocks)


def _join_lines(lines: Iterable[str]) -> str:
    """Lines of one block as one: without a space where Chinese meets Chinese."""
    joined = ""
    for line in lines:
        space = (
            ""
            if not joined
            or regex.match(r"[\p{Han}\p{P}]", line)
            or regex.search(r"[\p{Han}，。、；：？！”」』）》]$", joined)
            else " "
        )
        joined += space + line
    return joined


# --- newspaper pages -------------------------------------------------------------------------------------------------

_CAPTION = regex.compile(r"^[■▲▼◆●△]\s*(.+)$")
_BYLINE = regex.compile(r"^[□○]\s*(?P<source>.*?)\s*(?:记者|通讯员)\s*(?P<author>.+)$")
_PAGE_DATE = regex.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_COMPLETE = regex.compile(r"[。！？…][”’」』）)》]*$|——$")
_UNFINISHED = regex.compile(r"[，、；：,（(“‘《「『]$|“[^”]*$|《[^》]*$|（[^）]*$|\([^)]*$")
_CONTINUES = regex.compile(r"[，。、；：！？”’」』）)》…,%％]")
_HEADING_MAX = 45
_HEAD_LINES = 3
_NARROW = 2 * 50  # in half-width characters: no column of a newspaper is wider


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page, trimmed. `gap`: a blank line stands before it; `indented`: as the first line of a paragraph is."""

    text: str
    gap: bool
    indented: bool


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a page is set, as its lines that surely stand inside paragraphs show it.

    `wrapped`: lines of one paragraph follow each other without a blank line. `column`: the width that they fill, in half-width
    characters; None where they differ. `narrow`: they are columns of a newspaper, not paragraphs that are broken here and there.
    """

    wrapped: bool
    narrow: bool
    column: float | None


@dataclass(slots=True)
class _Draft:
    head: list[str]
    source: str
    author: str
    blocks: list[str]
    captions: list[str]


def read_page(text: str) -> list[_Draft]:
    """The articles of a pasted newspaper page with whole paragraphs.

    Lines broken across columns are joined, captions that stand between or inside paragraphs are moved to the end of their
    article, and a new article starts with the lines above a byline: the last ones before it that end no sentence.
    """
    lines = _lines_of(text)
    bylines = [index for index, line in enumerate(lines) if _BYLINE.match(line.text)]
    if not bylines:
        lines = [
            line for line in lines if not (_PAGE_DATE.search(line.text) and len(line.text) <= _HEADING_MAX)
        ] or lines
        return [_draft([line.text for line in lines[:1]], "", "", lines[1:])]
    drafts = []
    head = [
        line.text for line in lines[: bylines[0]] if not _PAGE_DATE.match(line.text) and not _CAPTION.match(line.text)
    ]
    for start, end in pairwise([*bylines, len(lines)]):
        body = lines[start + 1 : end]
        following = _head_at_end(body) if end < len(lines) else []
        byline = _BYLINE.match(lines[start].text)
        source, author = (byline["source"], byline["author"]) if byline else ("", "")
        drafts.append(_draft(head, source, author, body[: len(body) - len(following)]))
        head = [line.text for line in following]
    return drafts


def _lines_of(text: str) -> list[_Line]:
    lines, gap = [], True
    for raw in text.splitlines():
        line = regex.sub(r"\s+", " ", raw).strip()
        if line:
            lines.append(_Line(line, gap, raw.startswith(("\u3000\u3000", "    ", "\t"))))
        gap = not line
    return lines


def _head_at_end(body: Sequence[_Line]) -> list[_Line]:
    """The last lines of a body that end no sentence: the head of the next article, which a byline follows."""
    count = 0
    while count < min(_HEAD_LINES, len(body) - 1) and _could_be_head(body[-1 - count].text):
        count += 1
    return list(body[len(body) - count :])


def _could_be_head(text: str) -> bool:
    whole = text.endswith("——") or not _COMPLETE.search(text)
    return whole and len(text) <= 2 * _HEADING_MAX and not _CAPTION.match(text)


def _draft(head: list[str], source: str, author: str, body: Sequence[_Line]) -> _Draft:
    captions = [match[1] for line in body if (match := _CAPTION.match(line.text))]
    return _Draft(head, source, author, _paragraphs([line for line in body if not _CAPTION.match(line.text)]), captions)


def _paragraphs(lines: Sequence[_Line]) -> list[str]:
    """Whole paragraphs and headings, in order."""
    setting = _setting_of(lines)
    blocks: list[list[str]] = []
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        if before is None or _begins_block(blocks[-1], before, line, setting):
            blocks.append([line.text])
        else:
            blocks[-1].append(line.text)
    return [functools.reduce(_continued, block) for block in blocks]


def _begins_block(block: Sequence[str], before: _Line, line: _Line, setting: _Setting) -> bool:
    """Whether `line` begins a block of its own behind `block`, whose last line is `before`."""
    if _COMPLETE.search(before.text):
        # A full stop at the very end of a column does not end the paragraph where a blank line or an indent would.
        return line.gap or line.indented or not setting.wrapped or not _fills(before.text, setting)
    return line.indented or _is_heading(block, before, line, setting)


def _is_heading(block: Sequence[str], last: _Line, following: _Line, setting: _Setting) -> bool:
    """Whether a block that ends no sentence is a heading, and not the beginning of a paragraph broken behind it.

    A heading is short and complete in itself. In columns it stands between blank lines, or does not fill its line as the
    lines of a paragraph do; where that cannot be told, words torn apart are worse than a heading lost. Above a paragraph that
    is not set in columns, it is shorter than what follows.
    """
    if not _looks_like_heading("".join(block)) or _CONTINUES.match(following.text):
        return False
    if setting.wrapped:
        return following.gap
    if len(block) > 1 or (setting.narrow and _fills(last.text, setting)):
        return False
    return setting.narrow or len(following.text) > len(last.text) or _looks_like_heading(following.text)


def _looks_like_heading(text: str) -> bool:
    return len(text) <= _HEADING_MAX and not _COMPLETE.search(text) and not _UNFINISHED.search(text)


def _fills(text: str, setting: _Setting) -> bool:
    return setting.column is None or _width(text) >= 0.85 * setting.column


def _setting_of(lines: Sequence[_Line]) -> _Setting:
    """How `lines` are set, from those that neither begin nor end a paragraph: no sentence ends with them or the line before."""
    inside = [
        (line, following)
        for before, line, following in zip(lines, lines[1:], lines[2:], strict=False)
        if not _COMPLETE.search(before.text) and not _COMPLETE.search(line.text)
    ]
    open_ended = [following for line, following in pairwise(lines) if not _COMPLETE.search(line.text)]
    wrapped = sum(not following.gap for following in open_ended) * 2 > len(open_ended)
    if len(inside) < 3:
        return _Setting(wrapped, False, None)
    widths = sorted(_width(line.text) for line, _ in inside)
    middle = statistics.median(widths)
    spread = widths[len(widths) * 9 // 10] - widths[len(widths) // 10]
    return _Setting(wrapped, widths[-1] <= _NARROW, middle if spread <= middle / 4 else None)


def _width(text: str) -> int:
    """In half-width characters: a Chinese one is as wide as two Latin ones."""
    return sum(1 if char < "\u2000" else 2 for char in text)


def _continued(block: str, line: str) -> str:
    """A number or Chinese word that a column has broken is made whole."""
    torn = regex.search(r"\d[.,]?$", block) and line[0].isdigit()
    return block + line if torn else _join_lines((block, line))


def import_file(path: Path, corpus: Path) -> list[Path]:
    """Write the articles of `path` into the corpus folder in its form; gives the zh.md files written.

    `path`: a zh.md with front matter, a folder of an article, or a plain text (also a pasted newspaper page).
    An article that is there already under the same id is replaced, its translations and questions stay.
    Raises CorpusError.
    """
    if path.is_dir():
        files = sorted(path.glob("*.md")) + sorted(path.glob("questions.jsonl"))
        if not (path / "zh.md").is_file():
            raise CorpusError(
                f"{path} has no zh.md. Expected the folder of one article. To take in a whole corpus folder: assistant ingest --corpus {path}"
            )
        target_id = _probe(path / "zh.md")
        for file in files:
            _write(corpus / target_id / file.name, file.read_bytes())
        return [corpus / target_id / "zh.md"]
    if not path.is_file():
        raise CorpusError(
            f"There is no file {path}. Expected a text or Markdown file with one Chinese article, or a pasted newspaper page."
        )
    try:
        text = _decode(_read_bytes(path))
    except _FormError as error:
        raise CorpusError(f"{path}: {error}") from error
    if text.lstrip().startswith("---"):
        target_id = _probe(path)
        _write(corpus / target_id / "zh.md", text.encode())
        return [corpus / target_id / "zh.md"]
    drafts = [draft for draft in read_page(text) if draft.blocks]
    if not drafts or not regex.search(r"\p{Han}", text):
        raise CorpusError(
            f"{path}: found no Chinese article in it. Expected a headline, then paragraphs; or a file with front matter (see README)."
        )
    found = _PAGE_DATE.search(text[:200])
    published = f"{int(found[1]):04}-{int(found[2]):02}-{int(found[3]):02}" if found else ""
    stem = regex.sub(r"[^\p{L}\p{N}._-]+", "-", path.stem).strip("-._") or "article"
    written = []
    for index, draft in enumerate(drafts, start=1):
        target_id = f"{stem}-{index}" if len(drafts) > 1 else stem
        target = corpus / target_id / "zh.md"
        _write(target, _page_markdown(draft, target_id, published).encode())
        written.append(target)
    return written


def _probe(path: Path) -> str:
    """The id of a file with front matter, which must have the form of zh.md. Raises CorpusError."""
    try:
        text = _decode(_read_bytes(path))
        meta, body, line = _split_front_matter(text)
        default = path.parent.name if path.name == "zh.md" else path.name.split(".")[0]
        found = _field(meta, "id", default)
        if not _ID.fullmatch(found) or not _field(meta, "title"):
            raise _FormError(2, "the front matter lacks a sound id or title; expected 'id: my-article' and 'title: …'")
        if not _blocks(body):
            raise _FormError(line, "no text below the front matter")
    except _FormError as error:
        raise CorpusError(f"{path}:{error.line}: {error}") from error
    return found


def _page_markdown(draft: _Draft, article_id: str, published: str) -> str:
    head = draft.head or [draft.blocks[0][:_HEADING_MAX]]
    kicker = head[0] if len(head) > 1 and head[0].endswith("——") else ""
    titles = head[1:] if kicker else head
    fields = {
        "id": article_id,
        "language": "zh",
        "title": titles[0],
        "subtitle": titles[1] if len(titles) > 1 else "",
        "kicker": kicker,
        "source": draft.source,
        "author": draft.author,
        "date": published,
    }
    blocks = [f"## {block}" if _looks_like_heading(block) else block for block in draft.blocks]
    return markdown(fields, [*blocks, *(f"> {caption}" for caption in draft.captions)])


def markdown(fields: Mapping[str, str | bool], blocks: Iterable[str]) -> str:
    """A file of the corpus: front matter with the fields that are not empty, then blocks, headings and captions marked."""
    kept = {name: value for name, value in fields.items() if value != ""}
    front = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{front}---\n\n" + "\n\n".join(blocks) + "\n"


def _write(path: Path, content: bytes) -> None:
    """Write by renaming, so that a reader never sees half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise CorpusError(
            f"Cannot write {path} ({error.strerror}). Expected a corpus folder that can be written; name another with --corpus DIR."
        ) from error
