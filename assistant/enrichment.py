"""Translations and anticipated questions for articles that lack them, written by the configured model, for review.

Each block is translated and checked by itself: numbers both ways, names by the glossary, language, one block for one. What fails
is asked for again with what failed, and in the end reported. Finished blocks are kept beside the article, so an interrupted run
goes on where it stopped; the files themselves appear only when they are whole, marked `reviewed: false`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import regex

from assistant import prompts
from assistant.articles import markdown, read_corpus
from assistant.errors import CorpusError, ModelError, SettingsError
from assistant.language import fold, is_in, sentences, terms, word_terms, words
from assistant.models import ModelService, chat_service, reason_of
from assistant.names import Concept, NameTable
from assistant.quantities import find_quantities, unsupported
from assistant.records import LANGUAGES, Article, Language, Usage, Wording
from assistant.settings import Settings
from assistant.tokens import count_tokens

Say = Callable[[str], object]

_ATTEMPTS = 3
_PAIR_TOKENS = 320  # of one anticipated question with its answer and wordings
_MARKS: Mapping[str, str] = {"heading": "## ", "caption": "> ", "paragraph": ""}
_LENGTHS: Mapping[Language, tuple[float, float]] = {
    "zh": (0.2, 3.0),
    "ru": (1.3, 8.5),
    "en": (1.3, 8.5),
}  # characters for one of Chinese
_LEAST_SHARED = 0.5  # of the words of an anticipated answer in Chinese, with its paragraph
_ENDS_THE_RUN = frozenset(("key", "model", "request", "rate", "down", "resting"))
_NAME_KINDS = frozenset(("place", "country", "person", "body", "event", "programme", "project", "document"))


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    usage: Usage = field(default_factory=Usage)
    written: list[Path] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def enrich_corpus(settings: Settings, articles: Sequence[str], say: Say) -> int:
    """Write what `articles` (all of the corpus where none is named) lack; 1 where something could not be done, else 0.

    say: gets lines on progress and cost. Raises SettingsError without a model, CorpusError for an unknown article, ModelError where
    the service is down or refuses; what was done until then is kept.
    """
    service = chat_service(settings)
    if service is None:
        raise SettingsError(
            "assistant enrich needs a chat model, and none is set. Set OPENAI_API_KEY (or OPENAI_BASE_URL) and ASSISTANT_CHAT_MODEL."
        )
    corpus = read_corpus(settings.corpus)
    known = {article.id: article for article in corpus.articles}
    for name in articles:
        if name not in known:
            raise CorpusError(
                f"There is no article {name!r} in {settings.corpus}. Expected one of: {', '.join(known)}."
            )
    run = _Run(settings, service, NameTable(corpus.glossary), say)
    try:
        for article in known.values():
            if not articles or article.id in articles:
                run.enrich(article, folder_of(settings.corpus, article.id))
    finally:
        service.close()
        run.report()
    return int(bool(run.tally.failed))


def folder_of(corpus: Path, article_id: str) -> Path:
    """The folder of an article, which need not have its id for a name."""
    if (corpus / article_id / "zh.md").is_file():
        return corpus / article_id
    for path in sorted(corpus.glob("*/zh.md")):
        found = regex.search(
            r"^id:\s*['\"]?([^'\"\n]+?)['\"]?\s*$", path.read_text("utf-8", "replace")[:2000], regex.MULTILINE
        )
        if found and found[1] == article_id:
            return path.parent
    raise CorpusError(f"The folder of the article {article_id!r} was not found in {corpus}.")


class _Run:
    def __init__(self, settings: Settings, service: ModelService, names: NameTable, say: Say) -> None:
        self._settings, self._service, self._names, self._say = settings, service, names, say
        self.tally = Tally()

    def enrich(self, article: Article, folder: Path) -> None:
        for language in LANGUAGES[1:]:
            if language in article.translations:
                continue
            if (folder / f"{language}.md").exists():
                self._fail(f"{article.id}: {language}.md is there but breaks the form; mend or remove it first")
                continue
            self._translate(article, language, folder)
        if not article.questions:
            if (folder / "questions.jsonl").exists():
                self._fail(f"{article.id}: questions.jsonl is there but holds no sound line; mend or remove it first")
            else:
                self._anticipate(article, folder)

    def report(self) -> None:
        for line in self.tally.failed:
            self._say(f"not done: {line}\n")
        for path in self.tally.written:
            self._say(f"written for review: {path}\n")
        self._say(f"{self._cost()}\n")

    def _cost(self) -> str:
        usage, settings = self.tally.usage, self._settings
        text = f"{usage.prompt_tokens:,} prompt and {usage.completion_tokens:,} completion tokens"
        if settings.price_prompt or settings.price_completion:
            price = (
                usage.prompt_tokens * settings.price_prompt + usage.completion_tokens * settings.price_completion
            ) / 1e6
            text += f", cost {price:.4f}"
        return text

    def _fail(self, line: str) -> None:
        self.tally.failed.append(line)

    # --- translating ---

    def _translate(self, article: Article, language: Language, folder: Path) -> None:
        units: dict[str, str] = {
            name: text for name in ("title", "subtitle", "kicker") if (text := getattr(article, name))
        }
        units |= {str(block.paragraph): block.text for block in article.blocks}
        kept = _Kept(folder / f".enrich.{language}.jsonl")
        done: dict[str, str] = {}
        for number, (key, source) in enumerate(units.items(), start=1):
            text = kept.get(key, source)
            if text is None:
                text, problems = self._translated(source, article, language)
                if text is None:
                    self._fail(
                        f"{article.id} {language}, {'block ' if key.isdigit() else ''}{key}: {'; '.join(problems)}"
                    )
                    continue
                kept.put(key, source, text)
            done[key] = text
            self._say(f"{article.id} {language} {number}/{len(units)}  {self._cost()}\n")
        if done.keys() != units.keys():
            return
        front: dict[str, str | bool] = {
            "id": article.id, "language": language, **{name: done[name] for name in ("title", "subtitle", "kicker") if name in done},
            "source": article.source, "author": article.author, "date": article.date,
            "translator": f"machine translation ({self._service.model})", "reviewed": False,
        }  # fmt: skip
        blocks = [_MARKS[block.kind] + done[str(block.paragraph)] for block in article.blocks]
        self._finish(folder / f"{language}.md", markdown(front, blocks), kept)

    def _translated(self, source: str, article: Article, language: Language) -> tuple[str | None, list[str]]:
        problems: list[str] = []
        for _ in range(_ATTEMPTS):
            messages = prompts.load(self._settings.prompts, "translate", language).fill(
                fence=prompts.fence(source, "\n".join(problems)),
                title=article.title,
                terms=self._terms(source, language),
                problems=said(problems, language),
                block=prompts.quoted(None, source),
            )
            reply, problems = self._reply(messages, max_tokens=200 + 4 * count_tokens(source))
            if reply is None:
                continue
            text = regex.sub(r"^>\s*", "", reply)
            problems = translation_problems(source, text, language, self._names, article.date)
            if not problems:
                return text, []
        return None, problems

    def _terms(self, source: str, language: Language) -> str:
        found: dict[str, str] = {}
        for mention in self._names.mentions(source):
            form = self._names.preferred(mention.concept.id, language)
            if form:
                found.setdefault(mention.form, form)
        return "\n".join(f"{zh} = {form}" for zh, form in found.items()) or "-"

    # --- anticipating ---

    def _anticipate(self, article: Article, folder: Path) -> None:
        kept = _Kept(folder / ".enrich.questions.jsonl")
        rows: list[dict[str, Any]] = []
        blocks = [block for block in article.blocks if block.kind == "paragraph"]
        for number, block in enumerate(blocks, start=1):
            packed = kept.get(str(block.paragraph), block.text)
            if packed is None:
                found, problems = self._questions(block.text, article)
                if not found:
                    self._fail(
                        f"{article.id} questions, block {block.paragraph}: {'; '.join(problems) or 'none that can be verified'}"
                    )
                    continue
                packed = json.dumps(found, ensure_ascii=False)
                kept.put(str(block.paragraph), block.text, packed)
            rows.extend({"paragraph": block.paragraph, **row, "reviewed": False} for row in json.loads(packed))
            self._say(f"{article.id} questions {number}/{len(blocks)}  {self._cost()}\n")
        if rows:
            complete = len({row["paragraph"] for row in rows}) == len(blocks)
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            if complete:
                self._finish(folder / "questions.jsonl", text, kept)

    def _questions(self, block: str, article: Article) -> tuple[list[dict[str, dict[str, Any]]], list[str]]:
        """Rows of {language: {"question", "answer", "wordings"?}} that the block bears out, and what was wrong with the last reply."""
        count = min(6, max(2, len(sentences(block, "zh")) + 1))
        chinese, problems = self._pairs(block, article, "zh", count, [])
        rows = [{"zh": row_of(pair)} for pair in chinese if pair is not None]
        if rows:
            for language in LANGUAGES[1:]:
                pairs, _ = self._pairs(block, article, language, len(rows), [row["zh"] for row in rows])
                for row, pair in zip(rows, pairs, strict=False):
                    if pair is not None:
                        row[language] = row_of(pair)
        return rows, problems

    def _pairs(
        self, block: str, article: Article, language: Language, count: int, given: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Wording | None], list[str]]:
        """Pairs in `language`, None for one that is not borne out; with `given`, these and in their order, else none at all."""
        best: list[Wording | None] = []
        problems: list[str] = []
        for _ in range(_ATTEMPTS):
            messages = prompts.load(self._settings.prompts, "anticipate", language).fill(
                fence=prompts.fence(block, "\n".join(problems)),
                terms=self._terms(block, language),
                problems=said(problems, language),
                block=prompts.quoted(None, block),
                count=str(count),
                pairs=json.dumps(list(given), ensure_ascii=False) if given else "-",
            )
            reply, problems = self._reply(messages, max_tokens=_PAIR_TOKENS * count + 200)
            if reply is None:
                continue
            pairs = pairs_in(reply)
            if not pairs or (given and len(pairs) != len(given)):
                problems = ["not a JSON array of the pairs" if not pairs else "not as many pairs as were given"]
                continue
            found = [answer_problems(pair, block, language, self._names, article) for pair in pairs]
            sound = [
                with_sound_wordings(pair, block, language, self._names, article) if not wrong else None
                for pair, wrong in zip(pairs, found, strict=True)
            ]
            if sum(pair is not None for pair in sound) > sum(pair is not None for pair in best):
                best = sound
            problems = list(dict.fromkeys(problem for wrong in found for problem in wrong))
            if not problems:
                break
        return best, problems

    # --- asking and keeping ---

    def _reply(self, messages: list[tuple[str, str]], max_tokens: int) -> tuple[str | None, list[str]]:
        pieces: list[str] = []
        try:
            for item in self._service.stream(messages, max_tokens=max_tokens):
                if isinstance(item, str):
                    pieces.append(item)
                    continue
                now = item.usage if item.usage.prompt_tokens or item.usage.completion_tokens else Usage(
                    sum(count_tokens(text) + 4 for _, text in messages), count_tokens("".join(pieces))
                )  # fmt: skip
                total = self.tally.usage
                self.tally.usage = Usage(
                    total.prompt_tokens + now.prompt_tokens, total.completion_tokens + now.completion_tokens
                )
                if item.finish == "length":
                    return None, ["cut off"]
        except ModelError as error:
            if reason_of(error) in _ENDS_THE_RUN:
                raise
            return None, [f"no reply ({reason_of(error)})"]
        text = regex.sub(r"<think(?:ing)?>.*?</think(?:ing)?>", "", "".join(pieces), flags=regex.DOTALL).strip()
        return (text, []) if text else (None, ["no reply (empty)"])

    def _finish(self, path: Path, text: str, kept: _Kept) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            raise CorpusError(
                f"Cannot write {path} ({error.strerror}). Expected a corpus folder that can be written."
            ) from error
        kept.remove()
        self.tally.written.append(path)


class _Kept:
    """Finished parts of a file that is not whole yet, a JSON line each; parts whose Chinese has changed since are left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: dict[tuple[str, str], str] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    row = json.loads(line)
                    self._parts[row["key"], row["source"]] = row["text"]
                except (ValueError, KeyError, TypeError):
                    continue  # the line at which an interrupted run stopped

    def get(self, key: str, source: str) -> str | None:
        return self._parts.get((key, _digest(source)))

    def put(self, key: str, source: str, text: str) -> None:
        row = {"key": key, "source": _digest(source), "text": text}
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write("\n" + json.dumps(row, ensure_ascii=False))
        except OSError as error:
            raise CorpusError(
                f"Cannot write {self._path} ({error.strerror}). Expected a corpus folder that can be written."
            ) from error

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --- checking --------------------------------------------------------------------------------------------------------


def translation_problems(source: str, text: str, language: Language, names: NameTable, date: str) -> list[str]:
    """What is not in order with `text` as the translation of the Chinese `source`; numbers, names, language, form."""
    found: list[str] = []
    if "\n" in text:
        found.append("more than one paragraph")
    if regex.search(r"</?\p{L}[^<>]*>|\]\(|https?://|\*\*|^#", text) and not regex.search(r"https?://", source):
        found.append("formatting or a link")
    if not is_in(text, language) or (language != "zh" and regex.search(r"\p{Han}", text)):
        found.append("not in the language asked for")
    low, high = _LENGTHS[language]
    if len(source) >= 12 and not low <= len(text) / len(source) <= high:
        found.append("too short" if len(text) < low * len(source) else "too long")
    published = _day(date)
    said_zh, said_here = find_quantities(source, "zh"), find_quantities(text, language)
    found += [f"number not in the source: {q.text}" for q in unsupported(said_here, said_zh, published=published)]
    found += [f"number left out: {q.text}" for q in unsupported(said_zh, said_here, published=published)]
    here = names.concept_ids(text)
    for mention in names.mentions(source):
        concept = mention.concept
        if (
            concept.kind in _NAME_KINDS
            and concept.forms[language]
            and concept.id not in here
            and not _is_rendered(concept, text, language)
        ):
            found.append(f"name not as agreed: {mention.form} = {concept.forms[language][0]}")
    return list(dict.fromkeys(found))


def _is_rendered(concept: Concept, text: str, language: Language) -> bool:
    """Whether `text` has a name in another word form: the minister for the ministry, the adjective of a town."""
    here = set(terms(text))
    for form in concept.forms[language]:
        own = [found for word in words(form) if (found := word_terms(word))]
        if len(own) == 1 and regex.search(rf"(?<!\p{{L}}){regex.escape(fold(form)[:5].rstrip('ьйяаиеы'))}", fold(text)):
            return True
        if len(own) > 1 and sum(not here.isdisjoint(found) for found in own) >= 0.6 * len(own):
            return True
    return False


def with_sound_wordings(pair: Wording, block: str, language: Language, names: NameTable, article: Article) -> Wording:
    """`pair` with those of its further wordings that are sound questions, once each; one that is not is no loss."""
    kept = [
        wording
        for wording in dict.fromkeys(pair.others)
        if fold(wording) != fold(pair.question) and not answer_problems(Wording(wording, pair.answer), block, language, names, article)
        and names.concept_ids(wording) <= names.concept_ids(f"{pair.question} {pair.answer} {article.title}")
        and not unsupported(
            find_quantities(wording, language),
            (*find_quantities(pair.question, language), *find_quantities(pair.answer, language), *find_quantities(block, "zh")),
            published=_day(article.date),
        )
    ]  # fmt: skip
    return Wording(pair.question, pair.answer, tuple(kept))


def row_of(pair: Wording) -> dict[str, Any]:
    """As `questions.jsonl` has it."""
    row: dict[str, Any] = {"question": pair.question, "answer": pair.answer}
    return {**row, "wordings": list(pair.others)} if pair.others else row


def answer_problems(pair: Wording, block: str, language: Language, names: NameTable, article: Article) -> list[str]:
    """What in an anticipated question or its answer the Chinese block does not bear out."""
    question, answer = pair.question, pair.answer
    found = []
    if not is_in(answer, language) or not is_in(question, language):
        found.append("not in the language asked for")
    if regex.search(r"</?\p{L}[^<>]*>|\]\(|https?://|\*\*|\n", question + answer):
        found.append("formatting or a link")
    evidence = (*find_quantities(block, "zh"), *find_quantities(article.title, "zh"))
    missing = unsupported(find_quantities(answer, language), evidence, published=_day(article.date))
    found += [f"number not in the source: {quantity.text}" for quantity in missing]
    around = names.concept_ids(" ".join([article.title, *(item.text for item in article.blocks)]))
    for mention in names.mentions(answer):
        if mention.concept.kind in _NAME_KINDS and mention.concept.id not in around:
            found.append(f"name not in the source: {mention.form}")
    if language == "zh":
        own = {term for term in terms(answer) if len(term) > 1}
        if own and len(own & set(terms(f"{block}{article.title}{question}"))) < _LEAST_SHARED * len(own):
            found.append("not said in the paragraph")
    return found


def pairs_in(reply: str) -> list[Wording]:
    """The question and answer pairs of a reply that should be one JSON array; empty where it is not."""
    start, end = reply.find("["), reply.rfind("]")
    try:
        rows = json.loads(reply[start : end + 1])
    except ValueError:
        return []
    if not isinstance(rows, list):
        return []
    found = []
    for row in rows:
        if isinstance(row, dict) and _is_text(row.get("question")) and _is_text(row.get("answer")):
            others = row.get("wordings")
            wordings = [other for other in others if _is_text(other)] if isinstance(others, list) else []
            question, answer, *rest = (" ".join(text.split()) for text in (row["question"], row["answer"], *wordings))
            found.append(Wording(question, answer, tuple(rest)))
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _day(iso: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(iso)
    except ValueError:
        return None


_SAID: Mapping[str, Mapping[Language, str]] = {
    "number not in the source": {
        "zh": "原文没有这个数字",
        "ru": "этого числа нет в оригинале",
        "en": "number that the Chinese does not have",
    },
    "number left out": {"zh": "漏掉了数字", "ru": "пропущено число", "en": "number left out"},
    "name not as agreed": {
        "zh": "名称不符合译名",
        "ru": "название передано не так, как принято",
        "en": "name not as agreed",
    },
    "name not in the source": {
        "zh": "原文没有这个名称",
        "ru": "этого названия нет в оригинале",
        "en": "name that the article does not have",
    },
    "not in the language": {"zh": "没有使用中文", "ru": "текст не на русском языке", "en": "not in English"},
    "more than one": {"zh": "多于一段", "ru": "больше одного абзаца", "en": "more than one paragraph"},
    "too short": {
        "zh": "太短，有遗漏",
        "ru": "слишком коротко, что-то пропущено",
        "en": "too short, something is left out",
    },
    "too long": {"zh": "太长，有增加", "ru": "слишком длинно, что-то добавлено", "en": "too long, something is added"},
    "formatting": {"zh": "含有格式符号或链接", "ru": "разметка или ссылка", "en": "formatting or a link"},
    "not a JSON": {"zh": "不是 JSON 数组", "ru": "это не массив JSON", "en": "not a JSON array"},
    "not as many": {"zh": "问答数量不符", "ru": "другое число пар", "en": "another number of pairs"},
    "not said": {"zh": "段落没有这样说", "ru": "в абзаце этого нет", "en": "the paragraph does not say this"},
}
_AGAIN: Mapping[Language, str] = {
    "zh": "上一次没有通过核对：",
    "ru": "Прошлая попытка не прошла проверку:",
    "en": "The last attempt did not pass the check:",
}


def said(problems: Sequence[str], language: Language) -> str:
    """What failed the last time, in the language of the prompt; "" where nothing did."""
    return "\n".join([_AGAIN[language], *_lines(problems, language)]) if problems else ""


def _lines(problems: Sequence[str], language: Language) -> Iterator[str]:
    for problem in problems[:8]:
        kind, _, detail = problem.partition(": ")
        name = next((table[language] for start, table in _SAID.items() if kind.startswith(start)), "")
        if name:
            yield f"- {name}" + (f": {detail}" if detail else "")
