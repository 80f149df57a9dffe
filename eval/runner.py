"""The one runner: gold → rows → figures → gate → output. `main` is the command; `run` and `evaluate` know nothing of argv.

Every group is asked in 3 question × 3 reply languages. On the diagonal the language is left for the assistant to detect, elsewhere it is named. The
earlier turns of a follow-up are asked first, with the answers that they get; only the last question is scored.
"""

from __future__ import annotations

import argparse
import datetime
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.errors import AssistantError
from assistant.models import Chat, chat_service, limits_of
from assistant.records import LANGUAGES, Answer, Language, Usage
from eval import figures, history, leak, replay
from eval.baseline import RUN as BASELINE
from eval.baseline import run_baseline
from eval.gold import Blocks, Group, corpus_blocks, read_gold
from eval.rows import NO_USAGE, Row, error_row, judge

if TYPE_CHECKING:
    from assistant.settings import Settings

HERE = Path(__file__).resolve().parent
PARTS = ("questions", "translations", "lexical", "dense", "glossary")
MAIN = "assistant"
OUTPUT_COLUMNS = 170  # fixed, so that a table reads the same in a terminal, a file and a log
Pair = tuple[Language, Language]  # question, reply
DIAGONAL: tuple[Pair, ...] = tuple((language, language) for language in LANGUAGES)
ALL_PAIRS: tuple[Pair, ...] = tuple((asked, reply) for asked in LANGUAGES for reply in LANGUAGES)

# What a bug in the system under test raises: it becomes an error row, which fails the run, and the other rows are still measured.
_FAILURES = (
    AssistantError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Asker(Protocol):
    """What is measured: the public face of the assistant."""

    def ask(
        self, question: str, language: Language | None = None, history: Sequence[tuple[str, str]] = ()
    ) -> Answer: ...


Opener = Callable[[tuple[str, ...]], AbstractContextManager[Asker]]  # the parts to do without → an open assistant


@dataclass(frozen=True, slots=True)
class Plan:
    """One pass over the gold."""

    name: str
    pairs: tuple[Pair, ...]
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was measured. `runs`: the rows of each pass, the main one first."""

    runs: Mapping[str, tuple[Row, ...]]
    verdicts: tuple[figures.Verdict, ...]
    copies: tuple[leak.Copy, ...]
    anticipated: int
    groups: int
    date: str
    version: str
    commit: str
    seconds: float
    model: str = ""  # empty: the offline answers
    recorded: str = ""  # the day on which the model's replies were recorded; empty: asked now
    loosened: tuple[str, ...] = ()  # bounds that are lower than those of an earlier release
    planted: str = ""  # the fault that was planted to show that the run fails
    usage: Usage = NO_USAGE
    cost: float | None = None
    main: str = MAIN
    complete: bool = True  # False: --quick or --without, so the gate was held to what could be measured or not at all

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.runs[self.main]

    @property
    def errors(self) -> tuple[Row, ...]:
        return tuple(row for rows in self.runs.values() for row in rows if row.status == "error")

    @property
    def source(self) -> str:
        """Who answered: `extractive`, or which model, and whether now or in a record."""
        if not self.model:
            return "extractive"
        return f"replay of {self.model}, recorded {self.recorded}" if self.recorded else f"{self.model}, live"

    @property
    def mute(self) -> bool:
        """Whether a model was to be measured, but not one answer is its own."""
        return bool(self.model) and not any(row.answerer == self.model for row in self.rows)

    @property
    def ok(self) -> bool:
        sound = not (self.errors or self.copies or self.loosened or self.mute)
        return sound and all(verdict.ok for verdict in self.verdicts)


def run(
    groups: Sequence[Group], blocks: Blocks, assistant: Asker, plan: Plan, progress: Callable[[], None] = lambda: None
) -> tuple[Row, ...]:
    """A row for each group and pair of the plan, groups in order."""
    rows = []
    for group in groups:
        for asked, reply in plan.pairs:
            rows.append(_ask(group, asked, reply, blocks, assistant, plan.name))
            progress()
    return tuple(rows)


def _ask(group: Group, asked: Language, reply: Language, blocks: Blocks, assistant: Asker, name: str) -> Row:
    language = None if asked == reply else reply
    wording = group.wordings[asked]
    history: list[tuple[str, str]] = []
    try:
        for earlier in wording.history:
            answer = assistant.ask(earlier, language=language, history=tuple(history))
            history += [("user", earlier), ("assistant", answer.text)]
        started = time.perf_counter()
        answer = assistant.ask(wording.question, language=language, history=tuple(history))
        latency_ms = (time.perf_counter() - started) * 1000
    except _FAILURES as error:
        return error_row(name, group, asked, reply, f"{type(error).__name__}: {error}")
    return judge(name, group, asked, reply, answer, latency_ms, blocks)


def evaluate(
    groups: Sequence[Group],
    blocks: Blocks,
    open_assistant: Opener,
    plans: Sequence[Plan],
    progress: Callable[[str, int], Callable[[], None]],
) -> dict[str, tuple[Row, ...]]:
    """The rows of each plan by its name. `progress` is given the name and number of asks of a pass, and gives what to call after each."""
    runs = {}
    for plan in plans:
        with open_assistant(plan.without) as assistant:
            runs[plan.name] = run(groups, blocks, assistant, plan, progress(plan.name, len(groups) * len(plan.pairs)))
    return runs


def without_name(parts: Sequence[str]) -> str:
    """What a run without `parts` is called: `without dense, lexical`."""
    return f"without {', '.join(parts)}"


# --- the real assistant ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Forgetful:
    """The assistant with every number left out of its Russian answers: what a regression looks like."""

    inner: Asker

    def ask(self, question: str, language: Language | None = None, history: Sequence[tuple[str, str]] = ()) -> Answer:
        answer = self.inner.ask(question, language, history)
        if answer.language != "ru":
            return answer
        return replace(answer, text=_NUMBER_SAID.sub("…", answer.text))


_NUMBER_SAID = re.compile(r"(?<!\[)\b\d+\b(?!\])")


def _planted_copy(groups: Sequence[Group]) -> leak.Anticipated:
    """The first gold question of the evaluation, as though the corpus anticipated it."""
    return leak.Anticipated("zh", groups[0].wordings["zh"].question, "planted")


@dataclass(frozen=True, slots=True)
class _Opening:
    """How the command opens the assistant: one for each pass, all over one store and with one model."""

    settings: Settings
    chat: Chat | None
    spoilt: bool = False

    def ingest(self) -> None:
        from assistant import Assistant

        with Assistant(self.settings) as assistant:
            assistant.ingest()

    @contextmanager
    def open(self, without: tuple[str, ...]) -> Iterator[Asker]:
        from assistant import Assistant

        with Assistant(self.settings, chat=self.chat, without=without) as assistant:
            yield _Forgetful(assistant) if self.spoilt else assistant


@dataclass(frozen=True, slots=True)
class _Model:
    """Which model answers. `recorded`: the day on which its replies were, where they are replayed."""

    settings: Settings
    chat: Chat | None = None
    recorded: str = ""


def _model(options: argparse.Namespace, places: Mapping[str, Path], day: str) -> _Model:
    """The answerer that the options name; none is asked yet. Raises SettingsError, ReplayError."""
    from assistant import Settings

    if options.replay:
        head = replay.read_head(options.replay)
        settings = Settings(**places, answerer="llm", **head.settings)
        return _Model(settings, replay.ReplayChat(options.replay, limits_of(settings)), head.recorded)
    settings = Settings(**places, answerer=options.answerer)
    service = chat_service(settings)
    if service is not None and options.record:
        return _Model(settings, replay.RecordingChat(service, options.record, day, settings))
    return _Model(settings, service)


# --- the command -----------------------------------------------------------------------------------------------------


def main(argv: list[str]) -> int:
    """0: all measured and all bounds reached; 1: an error, a copied question, a bound not reached; 2: wrong usage."""
    parser = _parser()
    try:
        options = parser.parse_args(argv)
        _check_usage(parser, options)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2
    try:
        with ExitStack() as stack:
            outcome = _measured(options, stack)
    except AssistantError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    show(outcome)
    if options.report:
        from eval.report import write_report

        write_report(outcome, options.report)
        sys.stderr.write(f"The report is in {options.report}.\n")
    if options.set_thresholds:
        figures.write_bounds(options.thresholds, figures.tightened(outcome.verdicts))
    if options.record_history and outcome.ok:
        release = {"version": outcome.version, "date": outcome.date, "commit": outcome.commit}
        history.record(
            _history(options), release, figures.headline(outcome.rows), figures.read_bounds(options.thresholds)
        )
    return 0 if outcome.ok else 1


def _history(options: argparse.Namespace) -> Path:
    """The table of releases, which stands beside the thresholds."""
    thresholds: Path = options.thresholds
    return thresholds.with_name("history.csv")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval", description="The offline evaluation: exit 1 below the thresholds."
    )
    parser.add_argument("--report", type=Path, metavar="DIR", help="write index.html, report.md and rows.jsonl there")
    parser.add_argument(
        "--without",
        action="append",
        choices=PARTS,
        default=[],
        metavar="X",
        help=f"measure without a part ({', '.join(PARTS)}); repeatable; no gate",
    )
    parser.add_argument("--compare", action="store_true", help="also measure without each of the parts, one at a time")
    parser.add_argument(
        "--quick", action="store_true", help="the three pairs of like languages only, no baseline, no second pass"
    )
    parser.add_argument(
        "--baseline",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="the plain LlamaIndex starter beside it (default: yes)",
    )
    parser.add_argument(
        "--answerer", choices=("extractive", "llm"), default="extractive", help="llm: the configured model"
    )
    parser.add_argument("--gold", type=Path, default=HERE / "gold", metavar="DIR")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="default: that of the settings")
    parser.add_argument("--store", type=Path, metavar="DIR", help="default: a new one, removed afterwards")
    parser.add_argument("--thresholds", type=Path, default=HERE / "thresholds.toml", metavar="FILE")
    parser.add_argument(
        "--set-thresholds", action="store_true", help="tighten the thresholds to what is measured; never loosens one"
    )
    parser.add_argument(
        "--record-history",
        action="store_true",
        help="write this release's figures and bounds to history.csv, if the run passes",
    )
    parser.add_argument(
        "--plant",
        choices=("regression", "copy"),
        help="show that the run fails: answers that lost their numbers, or an anticipated question copied from the gold",
    )
    recorded = parser.add_mutually_exclusive_group()
    recorded.add_argument("--record", type=Path, metavar="DIR", help="keep every reply of the model in a new folder")
    recorded.add_argument("--replay", type=Path, metavar="DIR", help="answer from such a record, without the model")
    return parser


def _check_usage(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.replay:
        options.answerer = "llm"
    if options.record and options.answerer != "llm":
        parser.error("--record stores the replies of a model: add --answerer llm")
    if (options.set_thresholds or options.record_history) and (
        options.without or options.quick or options.plant or options.answerer != "extractive"
    ):
        parser.error(
            "--set-thresholds and --record-history need the whole offline run: leave out --without, --quick, --plant, --answerer and --replay"
        )
    if options.compare and options.without:
        parser.error("--compare measures without each part in turn: leave out --without")


def _measured(options: argparse.Namespace, stack: ExitStack) -> Outcome:
    from assistant import Settings

    started = time.perf_counter()
    today = datetime.date.today().isoformat()
    corpus = options.corpus or Settings().corpus
    store = options.store or _store(options, stack)
    blocks = corpus_blocks(corpus)
    groups = read_gold(options.gold, blocks)
    bounds = () if options.without else figures.read_bounds(options.thresholds)
    loosened = () if options.without else history.loosened(bounds, _history(options))
    anticipated = leak.anticipated_questions(corpus)
    if options.plant == "copy":
        anticipated = (*anticipated, _planted_copy(groups))
    copies = leak.near_copies(groups, anticipated)
    model = _model(options, {"corpus": corpus, "store": store}, today)
    if model.chat is not None:
        stack.callback(model.chat.close)
    opening = _Opening(model.settings, model.chat, spoilt=options.plant == "regression")
    opening.ingest()
    plans = _plans(options)
    with _bars() as bar:
        runs = evaluate(groups, blocks, opening.open, plans, bar)
        if options.baseline if options.baseline is not None else not options.quick:
            runs[BASELINE] = run_baseline(groups, corpus, bar(BASELINE, len(groups) * len(LANGUAGES)))
    used = [row.usage for rows in runs.values() for row in rows]
    usage = Usage(sum(one.prompt_tokens for one in used), sum(one.completion_tokens for one in used))
    verdicts = figures.check(bounds, runs, plans[0].name)
    if options.quick:  # what a quick run leaves out is no failure of it
        verdicts = tuple(verdict for verdict in verdicts if verdict.value is not None)
    return Outcome(
        runs=runs,
        verdicts=verdicts,
        copies=copies,
        anticipated=len(anticipated),
        groups=len(groups),
        date=today,
        version=_version(),
        commit=_commit(HERE.parent),
        seconds=time.perf_counter() - started,
        model=model.chat.model if model.chat is not None else "",
        recorded=model.recorded,
        loosened=loosened,
        planted=options.plant or "",
        usage=usage,
        cost=_cost(usage, model.settings),
        main=plans[0].name,
        complete=not (options.quick or options.without),
    )


def _store(options: argparse.Namespace, stack: ExitStack) -> Path:
    """A store of the run's own. A record keeps it: another one of the same corpus may find other passages now and then, as its graph is built anew."""
    kept: Path | None = options.record or options.replay
    if kept is not None:
        return kept / replay.STORE
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assistant-eval-")))


def _plans(options: argparse.Namespace) -> tuple[Plan, ...]:
    pairs = DIAGONAL if options.quick else ALL_PAIRS
    parts = tuple(sorted(set(options.without)))
    plans = [Plan(without_name(parts) if parts else MAIN, pairs, parts)]
    others = PARTS if options.compare else ("questions",) if not (options.quick or parts) else ()
    plans += [Plan(without_name((part,)), DIAGONAL, (part,)) for part in others]
    return tuple(plans)


def _cost(usage: Usage, settings: Settings) -> float | None:
    """What the tokens cost at the settings' prices per million; None without prices."""
    if not settings.price_prompt and not settings.price_completion:
        return None
    spent = usage.prompt_tokens * settings.price_prompt + usage.completion_tokens * settings.price_completion
    return spent / 1_000_000


def _version() -> str:
    import assistant

    return str(getattr(assistant, "__version__", ""))


def _commit(root: Path) -> str:
    """The commit that is checked out, 12 digits, as its files say it; empty where there is none."""
    head = root / ".git" / "HEAD"
    if not head.is_file():
        return ""
    text = head.read_text(encoding="utf-8").strip()
    if not text.startswith("ref: "):
        return text[:12]
    name = text[5:]
    loose, packed = root / ".git" / name, root / ".git" / "packed-refs"
    if loose.is_file():
        return loose.read_text(encoding="utf-8").strip()[:12]
    lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
    return next((line.split()[0][:12] for line in lines if line.endswith(f" {name}")), "")


@contextmanager
def _bars() -> Iterator[Callable[[str, int], Callable[[], None]]]:
    """Progress bars on stderr, one a pass."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as bars:

        def start(name: str, total: int) -> Callable[[], None]:
            task = bars.add_task(name, total=total)
            return lambda: bars.advance(task)

        yield start


def show(outcome: Outcome) -> None:
    """Print the outcome to stdout: the verdict last."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from eval.report import tables

    console = Console(highlight=False, soft_wrap=True, width=OUTPUT_COLUMNS)
    console.print(
        f"{outcome.groups} groups, {sum(map(len, outcome.runs.values()))} rows, answerer: {outcome.source}, {outcome.seconds:.0f} s",
        markup=False,
    )
    if outcome.recorded:
        console.print(replay_line(outcome), markup=False)
    for one in tables(outcome):
        table = Table(title=escape(one.title), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for position, name in enumerate(one.columns):
            table.add_column(escape(name), justify="left" if position == 0 else "right", no_wrap=True)
        for row in one.rows:
            table.add_row(*map(escape, row))
        console.print(table)
        console.print()
    if outcome.usage != NO_USAGE:
        cost = "" if outcome.cost is None else f", cost {outcome.cost:.4f}"
        console.print(
            f"tokens: {outcome.usage.prompt_tokens} prompt, {outcome.usage.completion_tokens} completion{cost}",
            markup=False,
        )
    for line in verdict_lines(outcome):
        console.print(line, markup=False)


def replay_line(outcome: Outcome) -> str:
    """What a reader of a replay must know; empty for a run that is none."""
    if not outcome.recorded:
        return ""
    return (
        f"This is a replay: the replies are those that {outcome.model} gave on {outcome.recorded}. "
        "No model was asked; the times are without it."
    )


def verdict_lines(outcome: Outcome) -> tuple[str, ...]:
    """What the run comes to, in lines: errors, copies, bounds not reached or lowered, and the sum of it."""
    lines = [f"ERROR {row.run}: {row.group.id} {row.asked}→{row.reply}: {row.error}" for row in outcome.errors]
    lines += [f"COPY {copy}" for copy in outcome.copies]
    lines += [f"LOOSENED {line}" for line in outcome.loosened]
    lines += [f"BELOW {verdict}" for verdict in outcome.verdicts if not verdict.ok]
    if outcome.mute:
        lines.append(f"MUTE none of the answers is the model's own ({outcome.model}); expected a service that replies")
    reached = sum(verdict.ok for verdict in outcome.verdicts)
    lines.append(
        f"{'PASSED' if outcome.ok else 'FAILED'}: {reached} of {len(outcome.verdicts)} bounds reached, {len(outcome.errors)} errors, "
        f"{len(outcome.copies)} gold questions near one of the {outcome.anticipated} that the corpus anticipates or knows as gaps"
        + (f"; with a planted {outcome.planted}" if outcome.planted else "")
        + ("" if outcome.complete else "; a part run: bounds are held where they could be measured")
    )
    return tuple(lines)
