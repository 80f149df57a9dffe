"""`assistant …`: the commands. Results go to stdout, all else to stderr; exit codes 0 done, 1 failed, 2 wrong usage."""

from __future__ import annotations

import argparse
import codecs
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import collector
from assistant.errors import AssistantError, QuestionError
from assistant.records import LANGUAGES

if TYPE_CHECKING:
    from assistant.api import Assistant
    from assistant.records import Answer

_SOURCE = {"zh": "来源", "ru": "Источники", "en": "Sources"}


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="assistant", description="Cited answers in Chinese, Russian and English from Chinese articles."
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--corpus", type=Path, metavar="DIR", help="the corpus folder (default: corpus/ of the project)"
    )
    common.add_argument("--store", type=Path, metavar="DIR", help="the folder of the Chroma store (default: .store/)")
    common.add_argument("-v", "--verbose", action="store_true", help="say more on stderr")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    ask = commands.add_parser("ask", parents=[common], help="answer a question, or a file of them")
    ask.add_argument("question", nargs="?", help="the question; - reads it from standard input")
    ask.add_argument("--lang", choices=LANGUAGES, help="the language of the reply (default: the question's)")
    ask.add_argument("--json", action="store_true", help="print the Answer as one JSON object")
    ask.add_argument(
        "--batch", type=Path, metavar="FILE", help="a JSON Lines file of questions; one JSON Answer a line"
    )

    ingest = commands.add_parser(
        "ingest", parents=[common], help="bring the store in line with the corpus folder, or take files into it"
    )
    ingest.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="a text, a newspaper page, a zh.md or an article folder to add to the corpus",
    )
    ingest.add_argument("--rebuild", action="store_true", help="make the store anew, whatever state it is in")

    enrich = commands.add_parser(
        "enrich",
        parents=[common],
        help="write translations and anticipated questions with the configured model, for review",
    )
    enrich.add_argument(
        "articles", nargs="*", metavar="ARTICLE", help="ids of articles (default: all that lack something)"
    )

    status = commands.add_parser(
        "status", parents=[common], help="what is indexed, with which embedding, and whether it is whole"
    )
    status.add_argument("--verify", action="store_true", help="check every record")

    # The evaluation and the page read their own options.
    commands.add_parser("eval", help="the offline evaluation; exit 1 below the thresholds", add_help=False)
    feedback = commands.add_parser("feedback", parents=[common], help="what readers of the page said of its answers")
    feedback.add_argument("--json", action="store_true", help="one JSON object a line, with question and citations")
    serve = commands.add_parser("serve", parents=[common], help="the chat page")
    serve.add_argument("--host", default=None, help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=None, help="port (default: 7860)")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["eval"]:
        return _eval(arguments[1:])
    options = build_parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING, format="%(message)s", stream=sys.stderr
    )
    for noisy in ("httpx", "chromadb", "openai"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        return _COMMANDS[options.command](options)
    except AssistantError as error:
        sys.stderr.write(f"assistant: {error}\n")
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("assistant: interrupted; what was done is kept, run the command again to go on\n")
        return 1


@contextmanager
def _assistant(options: argparse.Namespace) -> Iterator[Assistant]:
    with collector.paused():
        from assistant.api import Assistant
        from assistant.settings import Settings

    given = {name: getattr(options, name) for name in ("corpus", "store") if getattr(options, name, None) is not None}
    with Assistant(Settings(**given)) as assistant:
        yield assistant


# --- ask -------------------------------------------------------------------------------------------------------------


def _ask(options: argparse.Namespace) -> int:
    if (options.question is None) == (options.batch is None):
        sys.stderr.write("assistant ask: give a question or --batch FILE, one of the two\n")
        return 2
    with _assistant(options) as assistant:
        if options.batch is not None:
            return _batch(assistant, options.batch)
        question = sys.stdin.read() if options.question == "-" else options.question
        answer = assistant.ask(question, options.lang)
        for problem in assistant.problems():
            sys.stderr.write(f"assistant: {problem}\n")
        _out(json.dumps(answer_json(answer), ensure_ascii=False) if options.json else answer_text(answer))
    return 0


def answer_json(answer: Answer) -> dict[str, Any]:
    row = asdict(answer)
    row["timings_ms"] = dict(answer.timings_ms)
    return row


def answer_text(answer: Answer) -> str:
    """An answer as a person reads it in a terminal: text, then each source with its quote and translation."""
    lines = [answer.text]
    if answer.notice:
        lines += ["", answer.notice]
    if answer.citations:
        lines += ["", f"{_SOURCE[answer.language]}:"]
    for item in answer.citations:
        place = ", ".join(part for part in (item.source, item.author, item.date, f"§ {item.paragraph}") if part)
        lines.append(f"[{item.number}] {item.title} ({place})")
        lines.append(f"    {item.quote}")
        if item.translation:
            lines.append(f"    {item.translation}")
    return "\n".join(lines)


def _batch(assistant: Assistant, file: Path) -> int:
    failed = False
    try:
        lines = file.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines()
    except OSError as error:
        sys.stderr.write(f"assistant: cannot read {file} ({error}). Expected a JSON Lines file in UTF-8.\n")
        return 1
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row: Any = None
        try:
            row = json.loads(line.decode())  # json.loads would also guess at UTF-16
            question, language, history = _batch_row(row, number)
            answer = assistant.ask(question, language, history)
            _out(json.dumps({"id": row["id"], **answer_json(answer)}, ensure_ascii=False))
        except (AssistantError, ValueError) as error:
            failed = True
            broken = isinstance(error, (json.JSONDecodeError, UnicodeDecodeError))
            message = f"line {number}: {error}" if broken else str(error)
            _out(
                json.dumps(
                    {"id": row.get("id") if isinstance(row, dict) else None, "error": message}, ensure_ascii=False
                )
            )
    return int(failed)


def _batch_row(row: Any, number: int) -> tuple[str, Any, list[tuple[str, str]]]:
    if not isinstance(row, dict) or "id" not in row or "question" not in row:
        raise QuestionError(
            f'line {number} has no "id" and "question"; expected {{"id", "question", "language"?, "history"?}}'
        )
    turns = row.get("history") or []
    if not isinstance(turns, list) or not all(
        isinstance(turn, dict) and {"role", "content"} <= turn.keys() for turn in turns
    ):
        raise QuestionError(f'line {number}: history is not a list of {{"role", "content"}}')
    return row["question"], row.get("language"), [(turn["role"], turn["content"]) for turn in turns]


# --- the store -------------------------------------------------------------------------------------------------------


def _ingest(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import Progress

    with (
        _assistant(options) as assistant,
        Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        task = bar.add_task("indexing", total=None)
        report = assistant.ingest(
            options.paths,
            rebuild=options.rebuild,
            progress=lambda done, total, article: bar.update(task, completed=done, total=total, description=article),
        )
    for problem in report.problems:
        sys.stderr.write(f"assistant: {problem}\n")
    for name in ("added", "changed", "removed", "unchanged", "kept"):
        ids = getattr(report, name)
        if ids or name != "kept":
            note = " (broken in the corpus, served as last indexed)" if name == "kept" else ""
            _out(f"{name:10} {len(ids):4}  {' '.join(ids)}{note}".rstrip())
    _out(f"records: {report.written} written, {report.deleted} deleted")
    return int(bool(report.problems))


def _status(options: argparse.Namespace) -> int:
    with _assistant(options) as assistant:
        manifest = assistant.manifest()
        place = assistant.settings.chroma_host or assistant.settings.store
        _out(f"store      {place}")
        _out(f"corpus     {assistant.settings.corpus}")
        if manifest is None:
            _out("state      empty; run: assistant ingest")
            return 1
        _out(f"embedding  {manifest.embedding}")
        _out(f"indexed    {len(manifest.articles)} articles, {manifest.records} records, {manifest.written_at}")
        for article_id in manifest.articles:
            _out(f"           {article_id}")
        for problem in assistant.problems():
            sys.stderr.write(f"assistant: {problem}\n")
        if not options.verify:
            return 0
        found = assistant.verify()
        _out(
            f"verified   {found.findable} of {found.records} records are found by a query, {found.declared} are declared"
        )
        for text in found.problems:
            _out(f"problem    {text}")
        _out("whole" if found.whole else "not whole; run: assistant ingest --rebuild")
        return int(not found.whole)


def _enrich(options: argparse.Namespace) -> int:
    from assistant.enrichment import enrich_corpus  # type: ignore[import-not-found,unused-ignore]

    with _assistant(options) as assistant:
        return int(enrich_corpus(assistant.settings, options.articles, sys.stderr.write))


# --- evaluation and page ---------------------------------------------------------------------------------------------


def _eval(arguments: list[str]) -> int:
    root = str(Path(__file__).resolve().parent.parent)
    if root not in sys.path:
        sys.path.insert(0, root)
    from eval.runner import main as run

    return int(run(arguments))


def _serve(options: argparse.Namespace) -> int:
    root = str(Path(__file__).resolve().parent.parent)
    if root not in sys.path:
        sys.path.insert(0, root)
    from app_gradio import serve
    from assistant.settings import Settings

    given = {
        name: getattr(options, name)
        for name in ("corpus", "store", "host", "port")
        if getattr(options, name, None) is not None
    }
    serve(Settings(**given))
    return 0


def _feedback(options: argparse.Namespace) -> int:
    root = str(Path(__file__).resolve().parent.parent)
    if root not in sys.path:
        sys.path.insert(0, root)
    from assistant.settings import Settings
    from ui.feedback import Feedback

    rows = Feedback(Settings().feedback).rows()
    for row in rows:
        mark = {"up": "+", "down": "-"}.get(row.vote, row.vote)
        _out(row.as_json() if options.json else f"{mark} {row.at}  {row.question}\n    {row.answer}")
        if row.comment and not options.json:
            _out(f"    » {row.comment}")
    sys.stderr.write(f"assistant: {len(rows)} answers with feedback\n")
    return 0


def _out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "ask": _ask,
    "ingest": _ingest,
    "enrich": _enrich,
    "status": _status,
    "serve": _serve,
    "feedback": _feedback,
}


if __name__ == "__main__":
    sys.exit(main())
