"""What stands in front of the page, as one ASGI layer each: headers with a nonce, closed doors, other sites, sign-in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ui.limits import Limit
from ui.texts import language_of, preferred, tell

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 256_000
_SESSION_S = 12 * 3600

# Only what the chat, its clients and MCP use. Upload, file, proxy, stream and the other doors of Gradio stay shut.
_GRADIO_OPEN = (
    "queue/join",
    "queue/data",
    "call/",
    "cancel",
    "reset",
    "heartbeat/",
    "app_id",
    "startup-events",
    "info",
    "mcp",
)
_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]*))(?::\d*)?")
_GRADIO = re.compile(r"^/(?:gradio_api)/(?P<rest>.*)$")
_GRADIO_CLOSED = (
    "/login/",
    "/logout",
    "/oauth",
    "/monitoring",
    "/run/",
    "/api/predict",
    "/queue",
    "/file",
    "/upload",
    "/proxy",
    "/dev",
    "/svelte",
    "/pwa_icon",
    "/token",
    "/custom_component",
    "/component_server",
    "/stream",
    "/deep_link",
    "/vibe",
)
_OPEN_WITHOUT_LOGIN = ("/healthz", "/readyz", "/login", "/static-page/", "/robots.txt", "/favicon.ico")


def policy(nonce: str) -> str:
    """The Content-Security-Policy: nothing from elsewhere, no inline script without the nonce, no eval."""
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "media-src 'self'; font-src 'self' data:; connect-src 'self'; worker-src 'self'; frame-src 'none'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def header(scope: Scope, name: str) -> str:
    wanted = name.encode()
    return next((value.decode("latin-1") for key, value in scope.get("headers", ()) if key == wanted), "")


def cookie(scope: Scope, name: str) -> str:
    try:
        found = SimpleCookie(header(scope, "cookie")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def path_of(scope: Scope) -> str:
    """The path below the folder that a proxy may publish the page under."""
    path, root = str(scope.get("path", "")), str(scope.get("root_path", "")).rstrip("/")
    return path[len(root) :] or "/" if root and path.startswith(root + "/") else path


async def reply(
    send: Send,
    status: int,
    body: bytes,
    kind: str = "text/plain; charset=utf-8",
    extra: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Headers:
    """Security headers on every reply; in HTML, the nonce on every script and the page's own files in the head."""

    def __init__(self, app: App, head: bytes) -> None:
        self._app, self._head = app, head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        extra = [
            (b"content-security-policy", policy(nonce).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"x-frame-options", b"DENY"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
        ]
        start: Message | None = None
        page: list[bytes] = []

        async def guarded(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                names = {name for name, _ in extra}
                headers = [(key, value) for key, value in message["headers"] if key.lower() not in names]
                message = {**message, "headers": [*headers, *extra]}
                kind = next((value for key, value in headers if key.lower() == b"content-type"), b"")
                if kind.startswith(b"text/html"):
                    start = message
                    return
            elif start is not None:
                page.append(message.get("body", b""))
                if message.get("more_body"):
                    return
                body = self._page(b"".join(page), nonce)
                headers = [(key, value) for key, value in start["headers"] if key.lower() != b"content-length"]
                headers += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
                await send({**start, "headers": headers})
                await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
                return
            await send(message)

        await self._app(scope, receive, guarded)

    def _page(self, body: bytes, nonce: str) -> bytes:
        body = (
            body.replace(b"<!--head-->", b"", 1)
            if b"<!--head-->" in body
            else body.replace(b"<head>", b"<head>" + self._head, 1)
        )
        return re.sub(rb"<script(?=[\s>])", b'<script nonce="' + nonce.encode() + b'"', body)


class Doors:
    """Turns away what no reader needs: closed addresses of Gradio, bodies too long, requests that another site makes or names.

    `hosts`: the names, besides addresses and localhost, that the page is served under; None: any. A site whose name was made to
    lead to this machine (DNS rebinding) is of one origin with the page; only the Host header gives it away.
    """

    def __init__(self, app: App, origins: Sequence[str] = (), hosts: Sequence[str] | None = None) -> None:
        self._app, self._hosts = app, hosts
        self._origins = frozenset(origin.rstrip("/") for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._hosts is not None and not is_own_name(header(scope, "host"), self._hosts):
            language = preferred(header(scope, "accept-language"))
            await reply(send, 421, tell("wrong_host", language).encode())
            return
        path = path_of(scope)
        if is_closed(path):
            await reply(send, 404, b"Not found")
            return
        if self._from_elsewhere(scope):
            language = preferred(header(scope, "accept-language"))
            await reply(send, 403, tell("forbidden", language).encode())
            return
        length = header(scope, "content-length")
        if length.isdigit() and int(length) > MAX_BODY_BYTES:
            await reply(send, 413, b"The request is too long")
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > MAX_BODY_BYTES else message

        await self._app(scope, counted, send)

    def _from_elsewhere(self, scope: Scope) -> bool:
        """Whether a browser says that another site's page makes this request. Clients that are no browsers send neither header."""
        origin = header(scope, "origin").rstrip("/")
        if scope["method"] == "OPTIONS" or (origin and origin in self._origins):
            return False
        site = header(scope, "sec-fetch-site")
        if site == "cross-site" or (site == "same-site" and scope["method"] != "GET"):
            return not (scope["method"] == "GET" and header(scope, "sec-fetch-mode") == "navigate")
        if site or not origin or scope["method"] in ("GET", "HEAD"):
            return False
        hosts = {header(scope, "host"), header(scope, "x-forwarded-host")}
        return urlsplit(origin).netloc not in hosts


def is_own_name(host: str, names: Sequence[str]) -> bool:
    """Whether a Host header holds one of `names`, an address, localhost or nothing; no name of another's leads to those."""
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = (match["address"] or match["name"]).lower().rstrip(".")
    if name in ("", "localhost", *names):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_closed(path: str) -> bool:
    match = _GRADIO.match(path)
    if match:
        return not match["rest"].startswith(_GRADIO_OPEN)
    return path.startswith(_GRADIO_CLOSED)


class Login:
    """Sign-in for all but health and the page's own files. Browsers get a form and a cookie, programs may use HTTP Basic.

    `accounts`: "name:password", several with commas between. The key of the cookies lives as long as the process.
    """

    def __init__(
        self,
        app: App,
        accounts: str,
        form: Callable[[Scope, str], bytes],
        *,
        attempts_per_minute: int = 6,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app, self._form, self._clock = app, form, clock
        self._accounts = dict(pair.strip().split(":", 1) for pair in accounts.split(",") if ":" in pair)
        self._key = secrets.token_bytes(32)
        self._failures = Limit(attempts_per_minute)
        self._all_failures = Limit(attempts_per_minute * 20)
        self._known: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = path_of(scope)
        if path == "/login":
            await self._login(scope, receive, send)
        elif path.startswith(_OPEN_WITHOUT_LOGIN) or self._is_signed(cookie(scope, "page_session")):
            await self._app(scope, receive, send)
        elif header(scope, "authorization").lower().startswith("basic "):
            name, _, password = _basic(header(scope, "authorization")).partition(":")
            wait = self._try(scope, name, password)
            if wait is None:
                await self._app(scope, receive, send)
            else:
                await self._refuse(scope, send, wait)
        elif scope["method"] == "GET" and "text/html" in header(scope, "accept"):
            root = str(scope.get("root_path", "")).rstrip("/")
            query = scope.get("query_string", b"")
            target = f"{root}/login" + (f"?{query.decode('latin-1')}" if query else "")
            await reply(
                send, 303, b"", extra=[(b"location", target.encode("latin-1")), (b"cache-control", b"no-store")]
            )
        else:
            await reply(
                send, 401, b'{"detail": "sign in first: HTTP Basic, or POST username and password to /login"}',
                "application/json", [(b"www-authenticate", b'Basic realm="page", charset="UTF-8"')],
            )  # fmt: skip

    async def _login(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in ("GET", "HEAD"):
            await reply(send, 200, self._form(scope, ""), "text/html; charset=utf-8")
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        wait = self._try(scope, fields.get("username", [""])[0], fields.get("password", [""])[0])
        if wait is not None:
            await self._refuse(scope, send, wait)
            return
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        value = f"page_session={self._sign()}; HttpOnly; SameSite=Lax; Path=/; Max-Age={_SESSION_S}{secure}"
        kept = [(b"set-cookie", value.encode()), (b"cache-control", b"no-store")]
        if "text/html" in header(scope, "accept"):
            root = str(scope.get("root_path", "")).rstrip("/")
            lang = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[0]
            place = f"{root}/" + (f"?lang={language_of(lang)}" if lang else "")
            await reply(send, 303, b"", extra=[*kept, (b"location", place.encode())])
        else:
            await reply(send, 200, b'{"success": true}', "application/json", kept)

    def _try(self, scope: Scope, name: str, password: str) -> float | None:
        """None where name and password are right, else the seconds to wait (0: may be tried again at once)."""
        token = hmac.digest(self._key, f"{name}\0{password}".encode(), "sha256")
        if token in self._known:  # right before: a client that sends Basic with every request is not slowed down
            return None
        wait = self._failures.wait_s(address(scope)) or self._all_failures.wait_s("all")
        if wait:
            return wait
        expected = self._accounts.get(name)
        right = hmac.compare_digest(
            _digest(password), _digest(expected if expected is not None else secrets.token_hex())
        )
        if right and expected is not None:
            self._known.add(token)
            return None
        return 0.0

    async def _refuse(self, scope: Scope, send: Send, wait: float) -> None:
        language = language_of(cookie(scope, "lang"), preferred(header(scope, "accept-language")))
        text = tell("login_wait", language, seconds=int(wait) + 1) if wait else tell("login_wrong", language)
        extra = [(b"retry-after", str(int(wait) + 1).encode())] if wait else []
        status = 429 if wait else 401
        if "text/html" in header(scope, "accept"):
            await reply(send, status, self._form(scope, text), "text/html; charset=utf-8", extra)
        else:
            await reply(send, status, text.encode(), extra=extra)

    def _sign(self) -> str:
        until = str(int(self._clock()) + _SESSION_S)
        return f"{until}.{hmac.new(self._key, until.encode(), hashlib.sha256).hexdigest()}"

    def _is_signed(self, value: str) -> bool:
        until, _, mark = value.partition(".")
        good = hmac.new(self._key, until.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(good.encode(), mark.encode()) and until.isdigit() and int(until) > self._clock()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _basic(value: str) -> str:
    try:
        return base64.b64decode(value[6:], validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
