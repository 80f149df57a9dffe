"""The plain pages beside the chat: articles in two columns, the glossary, sign-in. They need no script and print well."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from assistant.phrases import long_date
from assistant.records import LANGUAGES, GlossaryEntry, Language
from ui.library import Heading, Served, ServedArticle, ServedBlock, entry_text, matching_entries
from ui.texts import ICONS, LOCALES, NAMES, TEXTS, tell


def esc(text: str) -> str:
    return html.escape(text, quote=True)


def head_links(root: str) -> str:
    """The page's own files, for the head of every HTML page. boot.js comes first: it settles language and theme."""
    return (
        f'<script src="{esc(root)}/static-page/boot.js"></script><link rel="stylesheet" href="{esc(root)}/static-page/app.css">'
        f'<link rel="icon" href="{esc(root)}/static-page/icon.svg" type="image/svg+xml">'
    )


def chat_head(root: str, longest: int) -> str:
    """For the chat's head, with the texts that its script shows. `longest`: characters of a question that is read."""
    shown = ("title", "copied", "copy_failed", "close", "source_n", "details", "theme", "chat")
    texts: dict[str, object] = {language: {key: TEXTS[language][key] for key in shown} for language in LANGUAGES}
    data = json.dumps({**texts, "icons": ICONS, "most": longest}, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'{head_links(root)}<script type="application/json" id="page-texts">{data}</script>'
        f'<script src="{esc(root)}/static-page/app.js" defer></script><script src="{esc(root)}/static-page/pages.js" defer></script>'
    )


def document(title: str, body: str, language: Language, root: str, address: str) -> bytes:
    """A whole HTML page. `address`: its own, below the root and without the language, for the language links."""
    switch = " ".join(
        f'<a href="{esc(_with(address, {"lang": other}))}" lang="{LOCALES[other]}" hreflang="{LOCALES[other]}"'
        + (' aria-current="true"' if other == language else "")
        + f">{NAMES[other]}</a>"
        for other in LANGUAGES
    )
    nav = (
        f'<nav><a href="./?lang={language}">{esc(tell("to_chat", language))}</a> '
        f'<a href="articles?lang={language}">{esc(tell("articles", language))}</a> '
        f'<a href="glossary?lang={language}">{esc(tell("glossary", language))}</a></nav>'
    )
    return (
        f'<!doctype html><html lang="{LOCALES[language]}"><!--head--><head><meta charset="utf-8"><base href="{esc(root)}/">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{esc(title)}</title>{head_links(root)}'
        f'<script src="{esc(root)}/static-page/pages.js" defer></script></head>'
        f'<body class="plain"><header>{nav}<div class="switch">{switch}</div></header><main id="content">{body}</main></body></html>'
    ).encode()


def _with(address: str, values: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"


# --- articles --------------------------------------------------------------------------------------------------------


def articles_page(served: Served, language: Language, root: str) -> bytes:
    title = tell("articles", language)
    items = "".join(_listed(article, language) for article in served.articles)
    body = f"<h1>{esc(title)}</h1>" + (
        f'<ul class="articles">{items}</ul>' if items else f"<p>{esc(tell('articles_none', language))}</p>"
    )
    return document(title, body, language, root, "articles")


def _listed(article: ServedArticle, language: Language) -> str:
    translated = article.headings.get(language)
    under = (
        f'<div class="title-tr" lang="{language}">{esc(translated.title)}</div>'
        if translated and language != "zh"
        else ""
    )
    return (
        f'<li><a href="articles/{quote(article.id)}?lang={language}" lang="{LOCALES["zh"]}">{esc(article.title)}</a>{under}'
        f'<div class="meta">{esc(_facts(article, language))}</div></li>'
    )


def _facts(article: ServedArticle, language: Language) -> str:
    return " · ".join(fact for fact in (article.source, article.author, long_date(article.date, language)) if fact)


def beside_language(article: ServedArticle, wanted: str, page: Language) -> Language | None:
    """The language of the second column: the wanted one, else the page's, else the first there is; None for none."""
    if wanted == "none":
        return None
    choice = (wanted, page, *article.languages)
    return next((language for code in choice for language in article.languages if language == code), None)


def article_page(
    article: ServedArticle, language: Language, root: str, wanted: str = "", mark: tuple[int, int, int] | None = None
) -> bytes:
    """`mark`: (paragraph, start, end) of the passage to light up."""
    beside = beside_language(article, wanted, language)
    address = f"articles/{quote(article.id)}"
    choices = "".join(
        f'<a href="{esc(_with(address, {"lang": language, "with": code}))}"' + (' aria-current="true"' if code == (beside or "none") else "") + f">{esc(name)}</a> "
        for code, name in [*((code, NAMES[code]) for code in article.languages), ("none", tell("nothing", language))]
    )  # fmt: skip
    picker = f'<p class="beside">{esc(tell("beside", language))} {choices}</p>' if article.languages else ""
    machine = f'<p class="machine">{esc(tell("machine", language))}</p>' if beside and beside in article.machine else ""
    rows = "".join(_row(block, beside, language, mark) for block in article.blocks)
    columns = "two" if beside else "one"
    second = article.headings.get(beside) if beside else None
    heading = _heading(article.headings["zh"], "zh", "h1") + (
        _heading(second, beside, "p") if second and beside else ""
    )
    body = f'{heading}<p class="meta">{esc(_facts(article, language))}</p>{picker}{machine}<div class="article {columns}">{rows}</div>'
    kept = {"with": beside or "none"} if wanted else {}
    return document(article.title, body, language, root, _with(address, kept) if kept else address)


def _heading(lines: Heading, language: Language, tag: str) -> str:
    """Kicker, title and subtitle as they stand over the article."""
    under = ' class="title-tr"' if tag == "p" else ""
    parts = [
        f'<p class="kicker">{esc(lines.kicker)}</p>' if lines.kicker else "",
        f"<{tag}{under}>{esc(lines.title)}</{tag}>",
        f'<p class="subtitle">{esc(lines.subtitle)}</p>' if lines.subtitle else "",
    ]
    return f'<div class="headline" lang="{LOCALES[language]}">{"".join(parts)}</div>'


def _row(block: ServedBlock, beside: Language | None, language: Language, mark: tuple[int, int, int] | None) -> str:
    lit = mark is not None and mark[0] == block.paragraph
    start, end = (mark[1], mark[2]) if mark is not None and lit else (0, 0)
    text = (
        f"{esc(block.text[:start])}<mark>{esc(block.text[start:end])}</mark>{esc(block.text[end:])}"
        if end > start
        else esc(block.text)
    )
    tag = "h2" if block.kind == "heading" else "p"
    translation = ""
    if beside:
        parts = [
            f"<mark>{esc(found)}</mark>" if sentence.start < end and start < sentence.end else esc(found)
            for sentence in block.sentences
            if (found := sentence.renderings.get(beside))
        ]
        translation = f'<{tag} class="tr" lang="{beside}">{" ".join(parts)}</{tag}>'
    label = esc(tell("paragraph", language, n=block.paragraph))
    return (
        f'<div class="row {block.kind}" id="p{block.paragraph}"><span class="number" title="{label}">{block.paragraph}</span>'
        f'<{tag} lang="{LOCALES["zh"]}">{text}</{tag}>{translation}</div>'
    )


# --- glossary --------------------------------------------------------------------------------------------------------


def glossary_page(entries: Sequence[GlossaryEntry], language: Language, root: str, query: str = "") -> bytes:
    title = tell("glossary", language)
    found = matching_entries(entries, query)
    if not entries:
        body = f"<h1>{esc(title)}</h1><p>{esc(tell('glossary_none', language))}</p>"
        return document(title, body, language, root, "glossary")
    label = esc(tell("search_glossary", language))
    form = (
        f'<form class="find" action="glossary" role="search"><input type="hidden" name="lang" value="{language}">'
        f'<input type="search" name="q" value="{esc(query)}" placeholder="{label}" aria-label="{label}" autocomplete="off">'
        f"<button>{esc(tell('search', language))}</button></form>"
    )
    heads = "".join(f'<th scope="col" lang="{LOCALES[code]}">{NAMES[code]}</th>' for code in LANGUAGES)
    rows = "".join(_entry(entry, language) for entry in found)
    table = (
        f'<table class="glossary"><thead><tr>{heads}<th scope="col">{esc(tell("kind", language))}</th><th scope="col">{esc(tell("note", language))}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    count = f'<p class="meta count" role="status" data-template="{esc(TEXTS[language]["entries"])}">{esc(tell("entries", language, n=len(found)))}</p>'
    empty = "" if found else f"<p>{esc(tell('glossary_empty', language))}</p>"
    body = f"<h1>{esc(title)}</h1>{form}{count}{empty}{table}"
    return document(title, body, language, root, _with("glossary", {"q": query}) if query else "glossary")


def _entry(entry: GlossaryEntry, language: Language) -> str:
    cells = []
    for code in LANGUAGES:
        forms = entry.forms(code)
        also = f'<span class="also">{esc(" · ".join(forms[1:]))}</span>' if len(forms) > 1 else ""
        cells.append(f'<td lang="{LOCALES[code]}">{esc(forms[0]) if forms else ""}{also}</td>')
    kind = TEXTS[language].get(f"kind_{entry.kind}", entry.kind)
    return (
        f'<tr data-text="{esc(entry_text(entry))}">{"".join(cells)}<td>{esc(kind)}</td><td>{esc(entry.note)}</td></tr>'
    )


# --- others ----------------------------------------------------------------------------------------------------------


def message_page(text: str, language: Language, root: str) -> bytes:
    return document(text, f"<h1>{esc(text)}</h1>", language, root, "./")


def login_page(language: Language, root: str, problem: str = "") -> bytes:
    title = tell("login", language)
    told = f'<p role="alert" class="warning">{esc(problem)}</p>' if problem else ""
    form = (
        f'<h1>{esc(title)}</h1>{told}<form class="login" method="post" action="login?lang={language}">'
        f'<label>{esc(tell("login_name", language))}<input name="username" autocomplete="username" required autofocus></label>'
        f'<label>{esc(tell("login_password", language))}<input name="password" type="password" autocomplete="current-password" required></label>'
        f"<button>{esc(title)}</button></form>"
    )
    return document(title, form, language, root, "login")
