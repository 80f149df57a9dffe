"""The chat as Gradio blocks. No `gr.HTML` and no `js=` on events: both need eval, which the page's policy forbids."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

# Before the import: at start Gradio would otherwise call two hosts. Source: research on Gradio 6.31, audit of its connections.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"

import gradio as gr
from gradio.events import api as publish

from assistant.errors import AssistantError
from assistant.records import LANGUAGES, Language
from ui import rendering
from ui.conversations import Conversation, Exchange
from ui.desk import Desk
from ui.feedback import Vote
from ui.texts import BUILTIN, LOCALES, NAMES, TEXTS, articles_counted, language_of, preferred, tell
from ui.tools import Tools, as_text

FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans", "sans-serif"]  # fmt: skip
_CHIPS = 3  # suggested after a reply
_STREAMS = 300  # replies that are written at the same time; more wait in the queue

Update = dict[Any, Any]
Panels = tuple[Any, str, str, str]  # conversation, evidence, export links, suggested questions


def strings() -> Any:
    """The page's strings for Gradio, which picks the browser's language; boot.js says which that is."""
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        texts = TEXTS[language]
        headings = {"title_heading": f"# {texts['title']}", "sources_heading": f"## {texts['sources']}"}
        found[LOCALES[language]] = {**texts, **headings, **BUILTIN[language]}
    return gr.I18n(**found)


def theme() -> Any:
    mono = ["ui-monospace", "Noto Sans Mono CJK SC", "monospace"]
    return gr.themes.Base(primary_hue="teal", neutral_hue="slate", radius_size="lg", font=FONTS, font_mono=mono)


def build(desk: Desk, tools: Tools) -> Any:
    """The blocks, with their queue."""
    t = strings()
    with gr.Blocks(title=" · ".join(tell("title", language) for language in LANGUAGES), fill_width=True) as demo:
        conversation_id, voted = gr.State(""), gr.State("")
        with gr.Row(elem_id="top"):
            with gr.Column(elem_id="names", min_width=200, scale=3):
                gr.Markdown(t("title_heading"), elem_id="title", padding=False)
                subtitle = gr.Markdown(" ", elem_id="subtitle", padding=False)
            with gr.Row(elem_id="tools", scale=2):
                for name in ("articles", "glossary"):
                    gr.Button(
                        t(name), link=name, elem_id=f"go-{name}", elem_classes="go", size="sm", min_width=0, scale=0
                    )
                gr.Button("◐", elem_id="theme", size="sm", min_width=0, scale=0)
                page = gr.Radio(
                    [(NAMES[language], language) for language in LANGUAGES], value="en", label=t("interface_language"), elem_id="langs", elem_classes="segments",
                    show_label=False, container=False, min_width=200, scale=0,
                )  # fmt: skip
        with gr.Row(elem_id="middle"):
            with gr.Column(elem_id="talk", min_width=300, scale=3):
                chat = gr.Chatbot(
                    elem_id="chat", label=t("chat"), show_label=False, placeholder=t("welcome"), height="100%", layout="bubble", buttons=["copy"], editable="user",
                    latex_delimiters=[], allow_tags=False, feedback_options=["Like", "Dislike"], avatar_images=None, autoscroll=True,
                )  # fmt: skip
                with gr.Row(elem_id="comment", visible=False) as comment_row:
                    comment = gr.Textbox(
                        label=t("feedback_thanks"), placeholder=t("feedback_placeholder"), lines=1, max_lines=4, max_length=2000, elem_id="comment-box", scale=5,
                    )  # fmt: skip
                    keep_comment = gr.Button(
                        t("feedback_save"), elem_id="comment-save", size="sm", min_width=90, scale=0
                    )
                    skip_comment = gr.Button(
                        t("feedback_skip"), elem_id="comment-skip", size="sm", min_width=90, scale=0
                    )
                chips = gr.Markdown("", elem_id="chips", padding=False)
                with gr.Row(elem_id="ask"):
                    gr.Textbox(
                        label=t("box"), placeholder=t("placeholder"), show_label=False, container=False, lines=1, max_lines=5, elem_id="box", scale=5, autofocus=True,
                        max_length=20_000,
                    )  # fmt: skip
                    gr.Button(t("send"), variant="primary", elem_id="send", min_width=80, scale=0)
                    # CSS shows it while a reply is being written: a component that Gradio hides and shows no longer follows the language.
                    stop = gr.Button(t("stop"), variant="stop", elem_id="stop", min_width=80, scale=0)
                with gr.Row(elem_id="below"):
                    reply = gr.Radio(
                        [(t("reply_auto"), "auto"), *((NAMES[language], language) for language in LANGUAGES)], value="auto", label=t("reply_language"), elem_id="reply",
                        elem_classes="segments", container=False, min_width=260, scale=0,
                    )  # fmt: skip
                    clear = gr.Button(t("clear"), elem_id="clear", size="sm", min_width=0, scale=0)
                    exports = gr.Markdown("", elem_id="exports", padding=False)
            with gr.Column(elem_id="side", min_width=300, scale=2):
                gr.Markdown(t("sources_heading"), elem_id="sources-title", padding=False)
                sources = gr.Markdown(" ", elem_id="sources", padding=False)
        # What app.js sends: a question that was typed or clicked, a conversation to take up again. It empties the box itself, at
        # once: an event of the server's for that would come back late, over what the reader types next.
        bridge = gr.Textbox(label="bridge", elem_id="bridge", visible="hidden")
        choose = gr.Button("choose", elem_id="choose", visible="hidden")
        resume = gr.Button("resume", elem_id="resume", visible="hidden")

        # --- what is shown ---
        #
        # Handlers give plain values for all their outputs: for an output that is left out or updated by property, Gradio builds the
        # component and its JSON schema anew, which cost more than the answer itself (measured with 200 readers).

        async def in_thread(work: Callable[[], Any]) -> Any:
            return await asyncio.get_running_loop().run_in_executor(desk.showing, work)

        def offered(conversation: Conversation, language: Language) -> tuple[str, ...]:
            starting = desk.library.now().starting.get(language, ())
            if not conversation.exchanges:
                return starting
            last = conversation.exchanges[-1].answer
            suggested = rendering.worth_asking(last.suggestions if last else (), conversation)
            return (suggested or rendering.worth_asking(starting, conversation))[:_CHIPS]

        def talk(conversation: Conversation, language: Language) -> Any:
            shown = rendering.messages(conversation, language)
            # Gradio forgets the thumbs at every update of the chat unless it is told them.
            return (
                gr.update(value=shown, feedback_value=rendering.thumbs(conversation)) if conversation.voted else shown
            )

        def panels(conversation: Conversation, language: Language) -> Panels:
            """The conversation with all around it: what changes when a reply is finished."""
            try:
                questions = offered(conversation, language)
                cards = rendering.evidence(conversation, language, desk.library.blocks)
            except AssistantError as error:
                questions, cards = (), rendering.notice(desk.explain(error, language))
            kept = conversation.id if conversation.exchanges else ""
            conversation.shown = cards
            links = rendering.export_links(kept, language)
            return talk(conversation, language), cards, links, rendering.chips(questions)

        def meanwhile(conversation: Conversation, language: Language) -> Panels:
            """The conversation while a reply is written."""
            cards = conversation.shown or rendering.notice(tell("no_sources_yet", language))
            links = rendering.export_links(conversation.id, language)
            return talk(conversation, language), cards, links, ""

        def heading_line(language: Language) -> str:
            try:
                count = len(desk.library.now().articles)
            except AssistantError:
                return " "
            return tell("subtitle", language, articles=articles_counted(count, language))

        def everything(conversation: Conversation, language: Language) -> tuple[Any, ...]:
            return (heading_line(language), *panels(conversation, language))

        # --- what happens ---

        async def write(
            question: str, conversation: Conversation, chosen: str, language: Language, request: gr.Request
        ) -> AsyncIterator[tuple[Any, ...]]:
            fixed = next((known for known in LANGUAGES if known == chosen), None)
            reader, address = str(request.session_hash), str(request.client.host if request.client else "")
            exchange: Exchange | None = None
            if question.strip():
                async for exchange in desk.ask(conversation, question, fixed, language, reader, address):
                    if exchange.state == "writing":
                        yield (conversation.id, *meanwhile(conversation, language))
            yield (conversation.id, *await in_thread(lambda: panels(conversation, language)))

        async def asked(
            question: str, kept: str, chosen: str, language: str, request: gr.Request
        ) -> AsyncIterator[tuple[Any, ...]]:
            conversation = desk.conversations.get_or_new(kept)
            async for update in write(str(question or ""), conversation, chosen, language_of(language), request):
                yield update

        async def retried(
            kept: str, chosen: str, language: str, event: gr.RetryData, request: gr.Request
        ) -> AsyncIterator[tuple[Any, ...]]:
            conversation = desk.conversations.get_or_new(kept)
            index = _exchange_index(event.index)
            question = ""
            if 0 <= index < len(conversation.exchanges):
                question = conversation.exchanges[index].whole or conversation.exchanges[index].question
                conversation.cut(index)
            async for update in write(question, conversation, chosen, language_of(language), request):
                yield update

        async def edited(
            kept: str, chosen: str, language: str, event: gr.EditData, request: gr.Request
        ) -> AsyncIterator[tuple[Any, ...]]:
            conversation = desk.conversations.get_or_new(kept)
            question = event.value if isinstance(event.value, str) else ""
            if question.strip():
                conversation.cut(_exchange_index(event.index))
            async for update in write(question, conversation, chosen, language_of(language), request):
                yield update

        async def stopped(kept: str, language: str) -> Panels:
            conversation = desk.conversations.get_or_new(kept)
            conversation.stop()
            found: Panels = await in_thread(lambda: panels(conversation, language_of(language)))
            return found

        async def cleared(kept: str, language: str) -> tuple[Any, ...]:
            desk.conversations.drop(kept)
            return ("", *await in_thread(lambda: panels(Conversation(voted=True), language_of(language))))

        async def liked(kept: str, language: str, event: gr.LikeData) -> Update:
            conversation = desk.conversations.get_or_new(kept)
            vote: Vote | None = {True: "up", "Like": "up", False: "down", "Dislike": "down"}.get(event.liked)  # type: ignore[assignment]
            try:
                exchange = desk.vote(conversation, _exchange_index(event.index), vote)
            except AssistantError as error:
                desk.explain(error, language_of(language))
                exchange = None
            wanted = exchange.id if exchange is not None and vote is not None else ""
            return {comment_row: gr.update(visible=bool(wanted)), comment: "", voted: wanted}

        async def commented(text: str, exchange_id: str, language: str) -> Update:
            if exchange_id and text.strip():
                try:
                    desk.feedback.comment(exchange_id, text)
                    gr.Info(tell("feedback_saved", language_of(language)), title="", duration=4)
                except AssistantError as error:
                    desk.explain(error, language_of(language))
            return {comment_row: gr.update(visible=False), comment: "", voted: ""}

        async def switched(kept: str, language: str) -> tuple[Any, ...]:
            conversation, page_language = desk.conversations.get(kept) or Conversation(), language_of(language)
            return tuple(await in_thread(lambda: everything(conversation, page_language)))

        async def opened(request: gr.Request) -> tuple[Any, ...]:
            language = language_of(request.cookies.get("lang"), preferred(request.headers.get("accept-language", "")))
            return (language, *await in_thread(lambda: everything(Conversation(), language)))

        async def resumed(kept: str, language: str) -> tuple[Any, ...]:
            conversation, page_language = desk.conversations.get(str(kept)[:64]), language_of(language)
            update = await in_thread(lambda: everything(conversation or Conversation(), page_language))
            return (conversation.id if conversation else "", *update)

        shown = [chat, sources, exports, chips]
        writing = [conversation_id, *shown]
        quiet: dict[str, Any] = {"concurrency_limit": None, "api_visibility": "private", "show_progress": "hidden"}
        here = [conversation_id, reply, page]
        running: Any = [
            choose.click(asked, [bridge, *here], writing, **quiet),
            chat.retry(retried, here, writing, **quiet),
            chat.edit(edited, here, writing, **quiet),
        ]
        stop.click(stopped, [conversation_id, page], shown, cancels=running, **quiet)
        gr.on([clear.click, chat.clear], cleared, [conversation_id, page], writing, cancels=running, **quiet)
        after_vote = [comment_row, comment, voted]
        chat.like(liked, [conversation_id, page], after_vote, **quiet)
        gr.on([keep_comment.click, comment.submit], commented, [comment, voted, page], after_vote, **quiet)
        gr.on(
            [skip_comment.click, clear.click, page.input],
            lambda: {comment_row: gr.update(visible=False), comment: "", voted: ""},
            None,
            after_vote,
            **quiet,
        )
        page.input(switched, [conversation_id, page], [subtitle, *shown], **quiet)
        resume.click(resumed, [bridge, page], [conversation_id, subtitle, *shown], **quiet)
        demo.load(opened, None, [page, subtitle, *shown], **quiet)
        _publish(desk, tools)
    demo.max_threads = _STREAMS  # a second, hidden cap of Gradio's, 40 unless it is set before the queue
    demo.queue(max_size=2 * _STREAMS, api_open=False, default_concurrency_limit=None)
    return demo


def _exchange_index(index: Any) -> int:
    """The exchange of a message: each has two."""
    number = index[0] if isinstance(index, (list, tuple)) and index else index
    return int(number) // 2 if isinstance(number, (int, float)) else -1


def _publish(desk: Desk, tools: Tools) -> None:
    """The functions for gradio_client, curl and MCP."""

    async def called(work: Callable[[], Any], request: gr.Request | None) -> str:
        client = getattr(request, "client", None)
        wait = desk.by_address.wait_s(str(getattr(client, "host", "")))
        if wait:
            raise gr.Error(f"Too many requests; try again in {int(wait) + 1} s.")
        try:
            return as_text(await asyncio.get_running_loop().run_in_executor(desk.executor, work))
        except AssistantError as error:
            raise gr.Error(desk.explain_to_program(error)) from error

    async def ask(question: str, request: gr.Request, language: Literal["auto", "zh", "ru", "en"] = "auto") -> str:
        """
        Answer a question from the Chinese articles, with the Chinese sentences that prove it.

        Args:
            question: A question in Chinese, Russian or English.
            language: The language of the reply; auto is the question's own.

        Returns:
            A JSON object: text with markers such as [1], refused, citations with verbatim Chinese quote and translation, checks.
        """
        return await called(lambda: tools.ask(question, language), request)

    async def search_articles(query: str, request: gr.Request, limit: int = 5) -> str:
        """
        Find the passages of the Chinese articles that bear on a query.

        Args:
            query: Words or a question in Chinese, Russian or English.
            limit: How many passages at most, 1 to 20.

        Returns:
            A JSON list of passages, best first: article, paragraph, Chinese text, Russian and English translation, score.
        """
        return await called(lambda: tools.search_articles(query, limit), request)

    async def glossary(request: gr.Request, term: str = "", limit: int = 20) -> str:
        """
        Look up how names and terms are rendered in Chinese, Russian and English.

        Args:
            term: A part of a name or term in any of the three languages; empty for all.
            limit: How many entries at most.

        Returns:
            A JSON list of entries: zh, ru, en (the first form of each is the preferred one), kind, note.
        """
        return await called(lambda: tools.glossary(term, limit), request)

    for function in (ask, search_articles, glossary):
        publish(function, api_name=function.__name__, concurrency_limit=None)
