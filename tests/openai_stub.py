"""A small OpenAI-compatible service on loopback whose every reply and fault is scripted: chat, streaming, embeddings.

In a test: `with Stub(lambda request: Script(pieces=("Да", " [1]."))) as stub: … stub.base_url …`.
As a program, for the benchmark: `python tests/openai_stub.py --tokens 200` prints its address; GET /log gives what it received.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import re
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Script:
    """One reply. `cut_after`, `garble_after`, `hang_after`: after so many pieces the stream breaks off, turns to noise, stands still."""

    pieces: Sequence[str] = ()
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    body: str | None = None  # sent as it is instead of a reply
    first_s: float = 0.0
    between_s: float = 0.0
    cut_after: int | None = None
    garble_after: int | None = None
    hang_after: int | None = None
    hang_s: float = 0.0
    finish: str | None = "stop"
    done: bool = True
    usage: bool = True
    error_event_after: int | None = None
    drop: bool = False  # close the connection without a word


@dataclass
class Request:
    path: str
    body: dict[str, Any]
    authorization: str
    number: int
    at: float  # time.perf_counter when the request had been read
    sent: list[float] = field(default_factory=list)  # when each piece was written
    gone: bool = False  # the client closed the connection before the end

    @property
    def messages(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.body.get("messages", [])
        return found

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] for message in self.messages)


Handler = Callable[[Request], Script]


def passages_of(prompt: str) -> list[tuple[int, str]]:
    """The numbered passages that a prompt shows."""
    return [(int(number), text) for number, text in re.findall(r"^> \[(\d+)\] (.*)$", prompt, re.MULTILINE)]


def language_of(prompt: str) -> str:
    if prompt.rstrip().endswith("русски.") or "по-русски" in prompt[-60:]:
        return "ru"
    return "en" if prompt.rstrip().endswith("English.") else "zh"


def sentences_of(text: str, language: str) -> list[str]:
    pattern = r".*?[。！？]" if language == "zh" else r".*?[.!?](?=\s+[A-ZА-ЯЁ«“\"]|$)\s*"
    return [found.strip() for found in re.findall(pattern, text)] or [text]


def stems(text: str) -> set[str]:
    """What two texts of one language can be compared by: beginnings of words, pairs of Chinese characters."""
    han = re.findall(r"[\u4e00-\u9fff]", text)
    return {word[:5] for word in re.findall(r"[^\W\d_]{4,}", text.lower()) if word < "\u4e00"} | {
        "".join(pair) for pair in itertools.pairwise(han)
    }


def question_of(prompt: str) -> str:
    found = re.findall(r"^(?:Question: |Вопрос: |问题：)(.*)$", prompt, re.MULTILINE)
    return found[0] if found else ""


def grounded_reply(prompt: str) -> str:
    """What an honest model might say: the sentence shown that shares most with the question, with the number of its passage."""
    language, asked = language_of(prompt), stems(question_of(prompt))
    shown = [(number, one) for number, text in passages_of(prompt) for one in sentences_of(text, language)]
    if not shown:
        return "[0]"
    number, sentence = max(shown, key=lambda item: len(asked & stems(item[1])))
    body = sentence.rstrip("。.!?！？")
    return f"{body}[{number}]。" if language == "zh" else f"{body} [{number}]."


def tokens_of(text: str) -> list[str]:
    """`text` in pieces as a model would send it."""
    return re.findall(r"[\u4e00-\u9fff]|\[\d+\]|\s?[^\s\u4e00-\u9fff\[]{1,6}|\s+|.", text, re.DOTALL)


def in_pieces(text: str, count: int = 5) -> list[str]:
    """`text` in so many pieces, cut anywhere: cheap to send where the number of tokens does not matter."""
    size = max(1, -(-len(text) // count))
    return [text[i : i + size] for i in range(0, len(text), size)]


def honest(request: Request) -> Script:
    return Script(pieces=tokens_of(grounded_reply(request.prompt)))


class Stub:
    """A running service. Use it in a `with` block; `requests` is the log of what came in."""

    def __init__(self, handler: Handler = honest, dimension: int = 8, port: int = 0) -> None:
        self.handler = handler
        self.requests: list[Request] = []
        self.dimension = dimension
        self._stop = threading.Event()
        self._lock = threading.Lock()
        stub = self

        class _Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # what is written goes out when the reply pauses or ends

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                rows = [{"at": r.at, "sent": r.sent, "messages": r.messages, "gone": r.gone} for r in stub.requests]
                self._send(200, json.dumps(rows))

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = stub._received(self.path, json.loads(raw or b"{}"), self.headers.get("Authorization", ""))
                try:
                    if self.path.endswith("/embeddings"):
                        self._embeddings(request)
                    else:
                        self._chat(request, stub.handler(request))
                except (BrokenPipeError, ConnectionResetError):
                    request.gone = True
                    self.close_connection = True

            def _embeddings(self, request: Request) -> None:
                script = stub.handler(request)
                if script.drop or script.status != 200 or script.body is not None:
                    self._chat(request, script)
                    return
                stub._wait(script.first_s)
                texts = request.body["input"]
                rows = []
                for index, text in enumerate([texts] if isinstance(texts, str) else texts):
                    vector = vector_of(text, stub.dimension)
                    value: Any = vector
                    if request.body.get("encoding_format") == "base64":
                        value = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
                    rows.append({"object": "embedding", "index": index, "embedding": value})
                self._send(
                    200,
                    json.dumps(
                        {
                            "object": "list",
                            "data": rows[::-1],
                            "model": request.body["model"],
                            "usage": {"prompt_tokens": 1, "total_tokens": 1},
                        }
                    ),
                )

            def _send(
                self, status: int, body: str, headers: Sequence[tuple[str, str]] = (), kind: str = "application/json"
            ) -> None:
                data = body.encode()
                self.send_response(status)
                for name, value in (("Content-Type", kind), ("Content-Length", str(len(data))), *headers):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)
                self.wfile.flush()

            def _chat(self, request: Request, script: Script) -> None:
                stub._wait(script.first_s)
                if script.drop:
                    self.close_connection = True
                    return
                if script.status != 200 or script.body is not None:
                    body = (
                        script.body
                        if script.body is not None
                        else json.dumps(
                            {
                                "error": {
                                    "message": f"scripted {script.status} for {request.authorization}",
                                    "type": "scripted",
                                    "code": None,
                                }
                            }
                        )
                    )
                    self._send(script.status, body, script.headers)
                    return
                text = "".join(script.pieces)
                counts = {
                    "prompt_tokens": len(request.prompt) // 4,
                    "completion_tokens": len(script.pieces),
                    "total_tokens": 0,
                }
                if not request.body.get("stream"):
                    choice = {
                        "index": 0,
                        "message": {"role": "assistant", "content": text},
                        "finish_reason": script.finish,
                    }
                    self._send(
                        200,
                        json.dumps(
                            {
                                "id": "c",
                                "object": "chat.completion",
                                "created": 0,
                                "model": request.body["model"],
                                "choices": [choice],
                                "usage": counts,
                            }
                        ),
                    )
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.flush()
                for number, piece in enumerate(script.pieces):
                    if self._breaks(script, number):
                        self.close_connection = True
                        return
                    if number and script.between_s:
                        self.wfile.flush()
                        stub._wait(script.between_s)
                    self._event(request, {"content": piece}, None)
                    request.sent.append(time.perf_counter())
                    if script.between_s:
                        self.wfile.flush()
                if self._breaks(script, len(script.pieces)):
                    self.close_connection = True
                    return
                if script.finish is not None:
                    self._event(request, {}, script.finish)
                if script.usage and request.body.get("stream_options"):
                    self._write(
                        json.dumps(
                            {
                                "id": "c",
                                "object": "chat.completion.chunk",
                                "created": 0,
                                "model": "m",
                                "choices": [],
                                "usage": counts,
                            }
                        )
                    )
                if script.done:
                    self._write("[DONE]")
                self.wfile.write(b"0\r\n\r\n")
                self.wfile.flush()

            def _breaks(self, script: Script, number: int) -> bool:
                if script.hang_after == number:
                    self.wfile.flush()
                    deadline = time.monotonic() + script.hang_s
                    while time.monotonic() < deadline and not stub._stop.is_set():
                        stub._wait(0.02)
                        self._chunk(b": still here\n\n")  # a comment, which keeps the connection busy
                        self.wfile.flush()
                if script.garble_after == number:
                    self._write('{"id": "c", "choices": [{"delta": {"cont')
                if script.error_event_after == number:
                    self._write(
                        json.dumps(
                            {
                                "error": {
                                    "message": f"overloaded {self.headers.get('Authorization')}",
                                    "type": "server_error",
                                }
                            }
                        )
                    )
                return script.cut_after == number

            def _event(self, request: Request, delta: dict[str, str], finish: str | None) -> None:
                choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
                self._write(
                    json.dumps(
                        {
                            "id": "c",
                            "object": "chat.completion.chunk",
                            "created": 0,
                            "model": request.body["model"],
                            "choices": [choice],
                        }
                    )
                )

            def _write(self, data: str) -> None:
                self._chunk(f"data: {data}\n\n".encode())

            def _chunk(self, data: bytes) -> None:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

        class _Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def _received(self, path: str, body: dict[str, Any], authorization: str) -> Request:
        with self._lock:
            request = Request(path, body, authorization, len(self.requests), time.perf_counter())
            self.requests.append(request)
        return request

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._stop.wait(seconds)

    def __enter__(self) -> Stub:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


def vector_of(text: str, dimension: int) -> list[float]:
    """A vector that depends on the text alone."""
    return [((zlib.crc32(f"{index}:{text}".encode()) % 2001) - 1000) / 1000 for index in range(dimension)]


def retriever_over(articles: Sequence[Any], names: Any = None) -> Any:
    """A retriever over articles, in memory, by words alone: no store and no embedding."""
    from assistant.embeddings import OfflineEmbedding
    from assistant.names import NameTable
    from assistant.passages import library_of, nodes_of
    from assistant.retrieval import Parts, PassageRetriever

    table = names or NameTable(())
    records = [(node.node_id, node.metadata) for article in articles for node in nodes_of(article, table)]
    return PassageRetriever(library_of(records), lambda *_: [], OfflineEmbedding(), table, parts=Parts(dense=False))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--tokens", type=int, default=0, help="length of each reply (default: the first sentence of the first passage)"
    )
    parser.add_argument("--first-ms", type=float, default=0.0)
    parser.add_argument("--between-ms", type=float, default=0.0)
    options = parser.parse_args()

    def handler(request: Request) -> Script:
        pieces = (
            tokens_of(grounded_reply(request.prompt))
            if passages_of(request.prompt)
            else tokens_of(request.prompt[-400:])
        )
        while options.tokens and len(pieces) < options.tokens:
            pieces = [*pieces, " ", *pieces]
        if options.tokens:
            pieces = pieces[: options.tokens]
        return Script(pieces=pieces, first_s=options.first_ms / 1e3, between_s=options.between_ms / 1e3)

    with Stub(handler) as stub:
        sys.stdout.write(stub.base_url + "\n")
        sys.stdout.flush()
        sys.stdin.read()  # ends with the parent


if __name__ == "__main__":
    main()
