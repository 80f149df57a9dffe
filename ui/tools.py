"""What programs may call, over Gradio's API, as MCP tools and as plain HTTP: `ask`, `search_articles`, `glossary`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

from assistant import Answer, Assistant
from assistant.errors import QuestionError
from assistant.language import detect
from assistant.records import Language
from ui.library import ServedLibrary, matching_entries

ReplyLanguage = Literal["auto", "zh", "ru", "en"]
MAX_HITS = 20


class Tools:
    """The functions behind the API. Each gives JSON-able data; a wrong argument raises QuestionError."""

    def __init__(self, assistant: Assistant, library: ServedLibrary) -> None:
        self._assistant, self._library = assistant, library

    def ask(self, question: str, language: str = "auto", history: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
        fixed = _language(language)
        return answer_row(self._assistant.ask(question, fixed, history))

    def search_articles(self, query: str, limit: int = 5) -> list[dict[str, Any]]:
        limit = max(1, min(int(limit), MAX_HITS))
        longest = self._assistant.settings.max_question_chars
        if not query.strip() or len(query) > longest:
            raise QuestionError(f"The query has {len(query)} characters; expected 1 to {longest}.")
        retriever = self._assistant.retriever
        form = retriever.analyse(query, detect(query) or "en")
        rows = []
        for hit in retriever.retrieve_form(form).passages[:limit]:
            passage = hit.passage
            rows.append(
                {
                    "article_id": passage.article_id, "title": passage.title, "source": passage.source, "date": passage.date, "paragraph": passage.paragraph,
                    "text": passage.text, "ru": passage.rendering("ru"), "en": passage.rendering("en"), "score": hit.score, "rank": hit.rank,
                }
            )  # fmt: skip
        return rows

    def glossary(self, term: str = "", limit: int = 20) -> list[dict[str, Any]]:
        found = matching_entries(self._library.now().glossary, term[:200])
        return [asdict(entry) for entry in found[: max(1, min(int(limit), 1000))]]


def answer_row(answer: Answer) -> dict[str, Any]:
    return {**asdict(answer), "timings_ms": dict(answer.timings_ms)}


def as_text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _language(value: str) -> Language | None:
    if value not in ("auto", "zh", "ru", "en"):
        raise QuestionError(f"The reply language is {value!r}; expected auto, zh, ru or en.")
    return None if value == "auto" else value  # type: ignore[return-value,unused-ignore]
