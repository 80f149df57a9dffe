"""Exchanges as Gradio shows them: chat messages with chips for markers, and the evidence cards beside them.

Everything that comes from a reader, an article or a model is escaped here; Gradio's sanitiser and the page's
Content-Security-Policy stand behind that.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote

from assistant.phrases import long_date
from assistant.records import Answer, Citation, Language, Passage
from ui.conversations import Conversation, Exchange
from ui.evidence import Card, Piece, card_of
from ui.texts import LOCALES, quoted, tell

Blocks = Callable[[str, int], Sequence[Passage]]  # (article id, paragraph) -> the passages of that block

_MARKER = re.compile(r"\[(\d{1,3})\]")
_UNFINISHED_MARKER = re.compile(r"\s*\[\d*$")
_MARKDOWN = re.compile(r"([\\`_\[\]#~|$!])")
_JOINER = "\u2060"  # keeps a chip on the line of the word before it


def escaped(text: str) -> str:
    """Text for HTML, on one line: a blank line would end an HTML block of Markdown."""
    return " ".join(html.escape(text, quote=True).split("\n"))


def chat_text(text: str, exchange_id: str, known: int | None = None) -> str:
    """An answer as Markdown: markers become chips, no other link or HTML comes through. `known`: how many citations there are."""
    parts = []
    last = 0
    for match in _MARKER.finditer(text):
        parts.append(_plain(text[last : match.start()]).rstrip(" "))
        number = int(match[1])
        if known is None or 1 <= number <= known:
            parts.append(f"{_JOINER}[{number}](#src-{exchange_id}-{number})")
        last = match.end()
    return "".join([*parts, _plain(text[last:])])


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", html.escape(text, quote=False))


def messages(conversation: Conversation, page: Language) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for exchange in conversation.exchanges:
        found.append({"role": "user", "content": exchange.question})
        found.append({"role": "assistant", "content": reply_text(exchange, page)})
    return found


def thumbs(conversation: Conversation) -> list[str | None]:
    """The votes as Gradio names them, one for each reply."""
    names = {"up": "Like", "down": "Dislike"}
    return [names[exchange.vote] if exchange.vote else None for exchange in conversation.exchanges]


def reply_text(exchange: Exchange, page: Language) -> str:
    # By the classes failed, stopped and writing the page's style and script tell a reply that is no answer.
    if exchange.state == "failed":
        return f'<span class="failed">{escaped(exchange.failure)}</span>'
    if exchange.state == "writing" or exchange.answer is None:
        body = chat_text(_UNFINISHED_MARKER.sub("", exchange.text), exchange.id)
        if exchange.state == "stopped":
            return f"{body}\n\n{_note(tell('stopped', page), 'stopped')}".strip()
        return f"{body}\n\n{_note('…' if body else tell('looking', page), 'writing')}".strip()
    answer = exchange.answer
    parts = []
    if understood(exchange):
        parts.append(_note(tell("understood", page, query=quoted(answer.query, page)), "query"))
    parts.append(chat_text(answer.text, exchange.id, len(answer.citations)))
    if answer.notice:
        parts.append(_note(answer.notice, "notice"))
    if not answer.checks.ok and not answer.refused:
        parts.append(_note(unchecked(answer, page), "warning"))
    if answer.citations:
        count = tell("sources_n", page, n=len(answer.citations))
        parts.append(
            f'<small class="foot"><a href="#src-{exchange.id}-1">{escaped(count)}</a> {_checked(answer, page)}</small>'
        )
    return "\n\n".join(parts)


def understood(exchange: Exchange) -> bool:
    """Whether the question that was searched says something else than the one that was asked."""
    answer = exchange.answer
    if answer is None or not answer.query:
        return False
    return _bare(answer.query) != _bare(exchange.question)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold().replace("ё", "е")


def _note(text: str, kind: str = "aside") -> str:
    return f'<small class="{kind}">{escaped(text)}</small>'


def _checked(answer: Answer, page: Language) -> str:
    checks = answer.checks
    parts = [
        (checks.numbers_supported, "check_numbers"),
        (checks.names_supported, "check_names"),
        (checks.citations_valid, "check_quotes"),
    ]
    shown = [f'<span class="ok">{escaped(tell(key, page))} ✓</span>' for passed, key in parts if passed]
    return " ".join([f'<span class="ok">{escaped(tell("checked", page))}</span>', *shown]) if shown else ""


def unchecked(answer: Answer, page: Language) -> str:
    checks = answer.checks
    parts = [
        (checks.numbers_supported, "check_numbers"),
        (checks.names_supported, "check_names"),
        (checks.citations_valid, "check_quotes"),
        (checks.language_ok, "check_language"),
    ]
    failed = [tell(key, page) for passed, key in parts if not passed]
    details = [item.partition(": ")[2] for item in checks.failed if ": " in item]
    what = ", ".join(failed) + (f" ({'; '.join(details)})" if details else "")
    return tell("unchecked", page, what=what)


def worth_asking(questions: Sequence[str], conversation: Conversation) -> tuple[str, ...]:
    """Those that are sentences, and were not asked yet: some prepared questions are for matching only ("center results statistics")."""
    asked = {_bare(exchange.question) for exchange in conversation.exchanges}
    return tuple(
        question
        for question in questions
        if question.rstrip().endswith(("?", "？", ".", "。")) and _bare(question) not in asked
    )


def chips(questions: Sequence[str]) -> str:
    """Suggested questions as buttons; empty where there are none."""
    return "".join(f'<button class="chip">{escaped(question)}</button>' for question in questions)


# --- evidence --------------------------------------------------------------------------------------------------------


def evidence(conversation: Conversation, page: Language, blocks: Blocks) -> str:
    """The cards of all exchanges, the newest first; the earlier ones are folded."""
    answered = [exchange for exchange in conversation.exchanges if exchange.answer is not None]
    if not answered:
        return notice(tell("no_sources_yet", page))
    parts = [_turn(answered[-1], page, blocks)]
    for exchange in reversed(answered[:-1]):
        if exchange.answer and exchange.answer.citations:
            parts.append(
                f'<details class="turn"><summary>{escaped(exchange.question)}</summary>{_turn(exchange, page, blocks)}</details>'
            )
    return "".join(parts)


def notice(text: str) -> str:
    """A line in the place of the evidence."""
    return f'<p class="empty">{escaped(text)}</p>'


def _turn(exchange: Exchange, page: Language, blocks: Blocks) -> str:
    answer = exchange.answer
    if answer is None or not answer.citations:
        return notice(tell("no_sources", page))
    cards = [
        _card(card_of(item, answer, page, blocks(item.article_id, item.paragraph)), exchange.id, page)
        for item in answer.citations
    ]
    return "".join(cards)


def _card(card: Card, exchange_id: str, page: Language) -> str:
    item = card.citation
    facts = [item.source, item.author, long_date(item.date, page), tell("paragraph", page, n=item.paragraph)]
    meta = " · ".join(escaped(fact) for fact in facts if fact)
    translated = f'<div class="title-tr" lang="{card.language}">{escaped(card.title)}</div>' if card.title else ""
    if card.language is None:
        translation = ""
    elif card.translation:
        machine = "" if card.reviewed else f'<div class="machine">{escaped(tell("machine", page))}</div>'
        translation = f'<div class="tr" lang="{card.language}">{pieces(card.translation, " ")}</div>{machine}'
    else:
        translation = f'<div class="machine">{escaped(tell("no_translation", page))}</div>'
    return (
        f'<section class="card" id="src-{exchange_id}-{item.number}">'
        f'<div class="head"><span class="n">{item.number}</span><div><div class="title" lang="{LOCALES["zh"]}">{escaped(item.title)}</div>{translated}'
        f'<div class="meta">{meta}</div></div></div>'
        f'<div class="zh" lang="{LOCALES["zh"]}">{pieces(card.chinese)}</div>{translation}'
        f'<div class="acts"><button class="copy">{escaped(tell("copy_quote", page))}</button> '
        f'<a class="read" href="{escaped(article_link(item, page, card.language))}">{escaped(tell("whole_article", page))}</a> '
        f'<button class="back">{escaped(tell("back", page))}</button></div></section>'
    )


def pieces(parts: Sequence[Piece], between: str = "") -> str:
    return between.join(
        f"<mark>{escaped(piece.text)}</mark>" if piece.marked else escaped(piece.text) for piece in parts
    )


def article_link(item: Citation, page: Language, beside: Language | None) -> str:
    """The address of the cited passage in the article's own page, relative to the chat."""
    query = f"lang={page}&with={beside or 'none'}&from={item.quote_start}&to={item.quote_end}&p={item.paragraph}"
    return f"articles/{quote(item.article_id)}?{query}#p{item.paragraph}"


def export_links(conversation_id: str, page: Language) -> str:
    """Links under the chat; empty before the first exchange."""
    if not conversation_id:
        return ""
    links = " ".join(
        f'<a class="export" href="export/{quote(conversation_id)}.{ending}?lang={page}">↓ {name}</a>'
        for ending, name in (("docx", "Word"), ("md", "Markdown"))
    )
    return f'<span class="exports" id="conversation-{escaped(conversation_id)}"><span class="label">{escaped(tell("export", page))}</span> {links}</span>'
