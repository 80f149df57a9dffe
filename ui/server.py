"""The page as one ASGI application: the chat, the plain pages beside it, health, the API, and the layers in front of them."""

from __future__ import annotations

import contextlib
import datetime
import gc
import ipaddress
import logging
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import uvicorn
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles

from assistant import Assistant, __version__
from assistant.errors import AssistantError, QuestionError, SettingsError
from assistant.records import Language
from assistant.settings import Settings
from ui import pages
from ui.desk import Desk
from ui.export import TYPES, Ending, exported
from ui.security import App, Doors, Headers, Login, Scope, address, cookie, header
from ui.texts import language_of, preferred, tell
from ui.tools import Tools

_STATIC = Path(__file__).resolve().parent / "static"
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Turn(BaseModel):
    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)


class Question(BaseModel):
    question: str = Field(description="a question in Chinese, Russian or English")
    language: Literal["auto", "zh", "ru", "en"] = Field("auto", description="of the reply; auto: the question's own")
    history: list[Turn] = Field(default=[], max_length=40, description="earlier turns, oldest first")


class Health(BaseModel):
    status: str
    version: str = __version__


def page_language(request: Request, lang: str = "") -> Language:
    """What the address says, else what the reader chose before, else what the browser prefers."""
    accepted = preferred(request.headers.get("accept-language", ""))
    return language_of(lang, language_of(request.cookies.get("lang"), accepted))


class Page:
    """The application with what it holds open. `when_warm` is called once all that stays is in memory."""

    def __init__(
        self, settings: Settings, assistant: Assistant | None = None, when_warm: Callable[[], object] = lambda: None
    ) -> None:
        self.settings, self._when_warm = settings, when_warm
        self._accounts = _accounts(settings)
        self.assistant = assistant or Assistant(settings)
        with_model = settings.answerer != "extractive" and bool(settings.openai_api_key or settings.openai_base_url)
        # Without a model answering is computing: more threads than cores only get into each other's way.
        self.executor = ThreadPoolExecutor(64 if with_model else 2, thread_name_prefix="answer")
        self.showing = ThreadPoolExecutor(1, thread_name_prefix="show")
        self.desk = Desk(self.assistant, self.executor, self.showing)
        self.tools = Tools(self.assistant, self.desk.library)
        self.problem = ""
        self.ready = False
        self.app = self._layers(self._application())

    def warm(self) -> None:
        """Open the store and find the starting questions, so that the first reader does not wait for it."""
        try:
            self.desk.library.now()
            self._when_warm()
            self.ready, self.problem = True, ""
        except AssistantError as error:
            self.problem = str(error)
            _log.error("not ready: %s", error)
        except Exception as error:  # noqa: BLE001 - readiness says so; the page is served all the same
            self.problem = type(error).__name__
            _log.error("not ready", exc_info=error)

    def close(self) -> None:
        for executor in (self.executor, self.showing):
            executor.shutdown(wait=False, cancel_futures=True)
        self.assistant.close()

    def _layers(self, inner: App) -> App:
        root = self.settings.root_path.rstrip("/")
        inside = Login(inner, self._accounts, self._login_form) if self._accounts else inner
        app = Doors(inside, _origins(self.settings), hosts_of(self.settings))
        head = pages.chat_head(root, self.settings.max_question_chars).encode()
        return _rooted(Headers(app, head), root)

    def _login_form(self, scope: Scope, problem: str) -> bytes:
        lang = dict(part.partition("=")[::2] for part in scope.get("query_string", b"").decode("latin-1").split("&"))
        accepted = preferred(header(scope, "accept-language"))
        language = language_of(lang.get("lang"), language_of(cookie(scope, "lang"), accepted))
        return pages.login_page(language, self.settings.root_path.rstrip("/"), problem)

    def _application(self) -> App:
        import gradio as gr

        from ui import view

        @contextlib.asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            threading.Thread(target=self.warm, name="warm", daemon=True).start()
            yield

        app = FastAPI(
            title="Ask the articles", version=__version__, description="Cited answers in Chinese, Russian and English from Chinese articles.",
            docs_url=None, redoc_url=None, openapi_url="/openapi.json", lifespan=lifespan,
        )  # fmt: skip
        # With a CORS policy of ours Gradio does not add its own, which reflects every origin.
        app.add_middleware(
            CORSMiddleware, allow_origins=_origins(self.settings), allow_methods=["GET", "POST"], allow_headers=["content-type", "authorization"]
        )  # fmt: skip
        app.mount("/static-page", StaticFiles(directory=_STATIC))
        self._health(app)
        self._api(app)
        self._pages(app)
        blocks = view.build(self.desk, self.tools)
        return gr.mount_gradio_app(  # type: ignore[no-any-return,unused-ignore]
            app, blocks, path="/", show_error=False, run_history=False, footer_links=[], i18n=view.strings(), theme=view.theme(), mcp_server=True,
            max_file_size="1kb", allowed_paths=[], enable_monitoring=False, ssr_mode=False, pwa=False, root_path=self.settings.root_path.rstrip("/") or None,
        )  # fmt: skip

    def _health(self, app: FastAPI) -> None:
        @app.head("/healthz", include_in_schema=False)
        @app.get("/healthz", summary="Whether the process is alive")
        async def healthz() -> Health:
            return Health(status="ok")

        @app.get("/readyz", summary="Whether questions can be answered", responses={503: {"model": Health}})
        def readyz() -> Response:
            if not self.ready and self.problem:
                self.warm()
            if self.ready:
                return JSONResponse(Health(status="ready").model_dump())
            status = "the store cannot be read" if self.problem else "starting"
            return JSONResponse(Health(status=status).model_dump(), 503, {"retry-after": "5"})

    def _api(self, app: FastAPI) -> None:
        def called(request: Request, work: Callable[[], T]) -> T:
            wait = self.desk.by_address.wait_s(address(request.scope))
            if wait:
                raise HTTPException(429, "too many requests", {"retry-after": str(int(wait) + 1)})
            try:
                return work()
            except QuestionError as error:
                raise HTTPException(422, str(error)) from error
            except AssistantError as error:
                _log.error("%s", error)
                raise HTTPException(503, "the articles cannot be read now") from error

        @app.post("/api/ask", summary="One answer with its Chinese sources")
        def ask(question: Question, request: Request) -> dict[str, Any]:
            history = [(turn.role, turn.content) for turn in question.history]
            return called(request, lambda: self.tools.ask(question.question, question.language, history))

        @app.get("/api/search", summary="The passages that bear on a query, best first")
        def search(request: Request, q: str, limit: Annotated[int, Query(ge=1, le=20)] = 5) -> list[dict[str, Any]]:
            return called(request, lambda: self.tools.search_articles(q, limit))

        @app.get("/api/glossary", summary="How names and terms are rendered in the three languages")
        def glossary(
            request: Request, q: str = "", limit: Annotated[int, Query(ge=1, le=1000)] = 20
        ) -> list[dict[str, Any]]:
            return called(request, lambda: self.tools.glossary(q, limit))

    def _pages(self, app: FastAPI) -> None:
        root = self.settings.root_path.rstrip("/")

        def shown(language: Language, make: Callable[[], tuple[int, bytes]]) -> HTMLResponse:
            try:
                status, body = make()
            except AssistantError as error:
                _log.error("%s", error)
                status, body = 503, pages.message_page(tell("error_busy", language), language, root)
            return HTMLResponse(body, status)

        @app.get("/articles", response_class=HTMLResponse, summary="The list of the articles")
        def articles(request: Request, lang: str = "") -> HTMLResponse:
            language = page_language(request, lang)
            return shown(language, lambda: (200, pages.articles_page(self.desk.library.now(), language, root)))

        @app.get(
            "/articles/{article_id}", response_class=HTMLResponse, summary="An article, Chinese beside a translation"
        )
        def article(
            request: Request,
            article_id: str,
            lang: str = "",
            beside: Annotated[str, Query(alias="with")] = "",
            p: int = 0,
            start: Annotated[int, Query(alias="from")] = 0,
            end: Annotated[int, Query(alias="to")] = 0,
        ) -> HTMLResponse:
            language = page_language(request, lang)

            def make() -> tuple[int, bytes]:
                found = self.desk.library.now().article(article_id)
                if found is None:
                    return 404, pages.message_page(tell("article_missing", language), language, root)
                mark = (p, max(0, start), max(0, end)) if p else None
                return 200, pages.article_page(found, language, root, beside, mark)

            return shown(language, make)

        @app.get("/glossary", response_class=HTMLResponse, summary="The glossary, with a search")
        def glossary(request: Request, lang: str = "", q: str = "") -> HTMLResponse:
            language = page_language(request, lang)
            return shown(
                language,
                lambda: (200, pages.glossary_page(self.desk.library.now().glossary, language, root, q[:200])),
            )

        @app.get("/export/{name}", summary="A conversation of this reader as Markdown or DOCX")
        def export(request: Request, name: str, lang: str = "") -> Response:
            language = page_language(request, lang)
            conversation_id, _, ending = name.rpartition(".")
            kind: Ending | None = "md" if ending == "md" else "docx" if ending == "docx" else None
            if kind is None:
                return HTMLResponse(pages.message_page(tell("not_found", language), language, root), 404)
            conversation = self.desk.conversations.get(conversation_id)
            if conversation is None or not conversation.exchanges:
                return HTMLResponse(pages.message_page(tell("export_gone", language), language, root), 404)
            day = datetime.datetime.now().astimezone().date()
            body = exported(conversation, kind, language, self.desk.library.blocks, day)
            disposition = f'attachment; filename="answers-{day.isoformat()}.{ending}"'
            return Response(
                body,
                media_type=TYPES[ending],
                headers={"content-disposition": disposition, "cache-control": "no-store"},
            )


def _accounts(settings: Settings) -> str:
    accounts = settings.login.get_secret_value().strip() if settings.login else ""
    if accounts and not all(all(pair.strip().partition(":")[::2]) for pair in accounts.split(",")):
        raise SettingsError("ASSISTANT_LOGIN is not of the form name:password (several with commas between).")
    return accounts


def _origins(settings: Settings) -> list[str]:
    return [origin.strip().rstrip("/") for origin in settings.origins.split(",") if origin.strip()]


def hosts_of(settings: Settings) -> list[str] | None:
    """The names that the page is served under; None (any) where it listens to other machines and no name was given."""
    names = [name.strip().lower() for name in settings.hosts.split(",") if name.strip()]
    if names:
        return names
    try:
        local = settings.host == "localhost" or ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        local = False
    return [] if local else None


def _rooted(app: App, root: str) -> App:
    """`app`, told the folder that it is published under; a proxy may strip that folder or leave it."""
    if not root:
        return app

    async def rooted(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket"):
            path = str(scope["path"])
            scope = {**scope, "root_path": root, "path": path if path.startswith(root + "/") else root + path}
        await app(scope, receive, send)

    return rooted


def serve(settings: Settings) -> None:
    """Serve the page until interrupted. Raises SettingsError where the address cannot be listened on."""
    # What the page keeps for good is not looked through at every collection: with 200 readers that took a fifth of the time.
    page = Page(settings, when_warm=gc.freeze)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"The page cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
                "Choose another with --host and --port, or end the program that listens there."
            ) from error
        listening.listen(1024)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        sys.stderr.write(
            f"The page is at http://{host}:{listening.getsockname()[1]}{settings.root_path.rstrip('/')}/\n"
        )
        sys.stderr.flush()
        config = uvicorn.Config(
            page.app,
            log_level="warning",
            access_log=False,
            server_header=False,
            backlog=1024,
            timeout_graceful_shutdown=3,
            timeout_keep_alive=75,  # longer than proxies and browsers keep theirs, so that none sends into a closing connection
        )
        try:
            uvicorn.Server(config).run(sockets=[listening])
        finally:
            page.close()
