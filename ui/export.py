"""A conversation as a file to take along: numbered bilingual quotes with title, outlet and date; Markdown and DOCX."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from typing import Any, Literal

from assistant import __version__
from assistant.phrases import long_date
from assistant.records import Language
from ui.conversations import Conversation, Exchange
from ui.evidence import Card, card_of
from ui.rendering import Blocks, unchecked, understood
from ui.texts import quoted, tell

Ending = Literal["md", "docx"]
TYPES: dict[str, str] = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def exported(conversation: Conversation, ending: Ending, page: Language, blocks: Blocks, day: datetime.date) -> bytes:
    """The finished exchanges of `conversation` as the bytes of a file."""
    if ending == "md":
        return markdown(conversation, page, blocks, day).encode()
    return docx(conversation, page, blocks, day)


def _finished(conversation: Conversation) -> Iterator[Exchange]:
    yield from (exchange for exchange in conversation.exchanges if exchange.answer is not None)


def _cards(exchange: Exchange, page: Language, blocks: Blocks) -> list[Card]:
    answer = exchange.answer
    if answer is None:
        return []
    return [card_of(item, answer, page, blocks(item.article_id, item.paragraph)) for item in answer.citations]


def _made(page: Language, day: datetime.date) -> str:
    return tell("export_made", page, date=long_date(day.isoformat(), page), version=__version__)


def _place(card: Card, page: Language) -> str:
    item = card.citation
    facts = [item.source, item.author, long_date(item.date, page), tell("paragraph", page, n=item.paragraph)]
    return ", ".join(fact for fact in facts if fact)


def _asides(exchange: Exchange, page: Language) -> list[str]:
    answer = exchange.answer
    if answer is None:
        return []
    found = [tell("understood", page, query=quoted(answer.query, page))] if understood(exchange) else []
    found += [answer.notice] if answer.notice else []
    return found + ([unchecked(answer, page)] if not answer.checks.ok and not answer.refused else [])


def markdown(conversation: Conversation, page: Language, blocks: Blocks, day: datetime.date) -> str:
    lines = [f"# {tell('export_title', page)}", "", _made(page, day), ""]
    for number, exchange in enumerate(_finished(conversation), start=1):
        if exchange.answer is None:
            continue
        lines += [f"## {number}. {_md(exchange.question)}", ""]
        lines += [line for aside in _asides(exchange, page) for line in (f"*{_md(aside)}*", "")]
        lines += [_md(exchange.answer.text, keep="[]"), ""]
        for card in _cards(exchange, page, blocks):
            item = card.citation
            lines += [
                f"[{item.number}] {_md(item.title)}"
                + (f" / {_md(card.title)}" if card.title else "")
                + f" ({_md(_place(card, page))})"
            ]
            lines += ["", f"> {_md(item.quote)}"]
            if card.translation:
                tag = "" if card.reviewed else f" ({tell('machine', page)})"
                lines += [">", f"> {_md(card.marked_translation())}{tag}"]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _md(text: str, keep: str = "") -> str:
    """Text on one line that Markdown shows as it is."""
    special = "".join(character for character in "\\`*_[]<>#|" if character not in keep)
    return "".join(f"\\{character}" if character in special else character for character in " ".join(text.split()))


def docx(conversation: Conversation, page: Language, blocks: Blocks, day: datetime.date) -> bytes:
    from docx import Document
    from docx.shared import Cm, Pt

    document: Any = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10.5)
    _east_asian(normal, "Microsoft YaHei")
    for level in (1, 2):
        style = document.styles[f"Heading {level}"]
        style.font.name = "Arial"
        _east_asian(style, "Microsoft YaHei")
    document.core_properties.title = tell("export_title", page)
    document.core_properties.author = ""
    document.core_properties.created = datetime.datetime.combine(day, datetime.time())
    document.add_heading(tell("export_title", page), 1)
    document.add_paragraph(_made(page, day))
    for number, exchange in enumerate(_finished(conversation), start=1):
        if exchange.answer is None:
            continue
        document.add_heading(f"{number}. {_xml(exchange.question)}", 2)
        for aside in _asides(exchange, page):
            document.add_paragraph().add_run(_xml(aside)).italic = True
        document.add_paragraph(_xml(exchange.answer.text))
        for card in _cards(exchange, page, blocks):
            item = card.citation
            head = document.add_paragraph()
            head.paragraph_format.left_indent = Cm(0.6)
            head.add_run(f"[{item.number}] {_xml(item.title)}").bold = True
            head.add_run((f" / {_xml(card.title)}" if card.title else "") + f" ({_xml(_place(card, page))})")
            quote = document.add_paragraph(_xml(item.quote))
            quote.paragraph_format.left_indent = Cm(1.2)
            if card.translation:
                translated = document.add_paragraph(_xml(card.marked_translation()))
                translated.paragraph_format.left_indent = Cm(1.2)
                if not card.reviewed:
                    translated.add_run(f" ({tell('machine', page)})").italic = True
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _east_asian(style: Any, font: str) -> None:
    """Word takes the font of Chinese characters from an attribute that python-docx does not set."""
    from docx.oxml.ns import qn

    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _xml(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(character for character in text if character >= " " or character in "\n\t")
