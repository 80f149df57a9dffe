"""Rows → figures with intervals, by slice; the gate that holds them.

A slice is written as words: a family (`all`, `answerable`, `follow-up`, `false-premise`, `unanswerable`, `small-talk`, `kind:<kind>`), then any of
`question=<language>`, `reply=<language>`, `style=<style>`, `pair=diagonal`, `pair=cross`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import AssistantError
from assistant.records import LANGUAGES, Language
from eval import measures
from eval.gold import KINDS, STYLES
from eval.rows import SCORE_NAMES, Row

FAMILIES = ("all", "answerable", "follow-up", "false-premise", "unanswerable", "small-talk")
_SPECIAL = frozenset(FAMILIES[2:])
_MEANS = frozenset(
    (
        "reciprocal_rank",
        "ndcg_at_10",
        "evidence_recall_at_10",
        "facts_share",
        "citation_precision",
        "citation_recall",
        "answer_chars",
        "latency_ms",
        "passage_chars",
    )
)
_PERCENTILES = {"latency_p50_ms": 0.50, "latency_p95_ms": 0.95}
_GAPS = {
    f"{name}_gap_{side}": (name, side)
    for name in ("facts_all", "hit_at_1", "error_rate")
    for side in ("question", "reply")
}
GAP_NAMES = frozenset(_GAPS)
LOWER_IS_BETTER = frozenset(
    (
        "hallucination_rate",
        "error_rate",
        "premise_refused",
        "answer_chars",
        "latency_ms",
        *_PERCENTILES,
        *_GAPS,
        "passage_chars",
    )
)

# The figures that stand first, in this order: name, slice.
HEADLINE: tuple[tuple[str, str], ...] = (
    ("facts_all", "answerable"),
    ("facts_share", "answerable"),
    ("facts_all_gap_question", "answerable"),
    ("facts_all_gap_reply", "answerable"),
    ("hit_at_1", "answerable"),
    ("hit_at_3", "answerable"),
    ("hit_at_5", "answerable"),
    ("hit_at_1_gap_question", "answerable"),
    ("reciprocal_rank", "answerable"),
    ("ndcg_at_10", "answerable"),
    ("evidence_recall_at_10", "answerable"),
    ("error_rate", "answerable"),
    ("hallucination_rate", "unanswerable"),
    ("facts_all", "follow-up"),
    ("error_rate", "follow-up"),
    ("handled", "false-premise"),
    ("premise_refused", "false-premise"),
    ("handled_or_refused", "false-premise"),
    ("talk_plain", "small-talk"),
    ("citation_precision", "answerable"),
    ("citation_recall", "answerable"),
    ("quotes_verbatim", "all"),
    ("markers_resolve", "all"),
    ("numbers_supported", "all"),
    ("names_supported", "all"),
    ("language_ok", "all"),
    ("language_ok_checked", "all"),
    ("answer_chars", "answerable"),
    ("latency_p50_ms", "all"),
    ("latency_p95_ms", "all"),
)
FIGURE_NAMES: tuple[str, ...] = (*SCORE_NAMES, *_PERCENTILES, *_GAPS)


class GateError(AssistantError):
    """The file of thresholds does not have the form."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure over one slice. `rows`: what it was measured on; `interval.n`: the groups among them."""

    name: str
    slice: str
    interval: measures.Interval
    rows: int
    note: str = ""

    @property
    def value(self) -> float:
        return self.interval.value


@dataclass(frozen=True, slots=True)
class Bound:
    """One line of the gate. `run`: whose rows; empty for the main run."""

    name: str
    figure: str
    slice: str
    minimum: float | None
    maximum: float | None
    run: str = ""

    @property
    def what(self) -> str:
        """What it holds, whatever it is called."""
        return f"{self.figure} [{self.slice}]" + (f" of the run {self.run!r}" if self.run else "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A bound and what was measured; `value` is None where nothing was."""

    bound: Bound
    value: float | None

    @property
    def ok(self) -> bool:
        if self.value is None:
            return False
        low, high = self.bound.minimum, self.bound.maximum
        return (low is None or self.value >= low) and (high is None or self.value <= high)

    def __str__(self) -> str:
        expected = " and ".join(
            [
                *([f"at least {self.bound.minimum:g}"] if self.bound.minimum is not None else []),
                *([f"at most {self.bound.maximum:g}"] if self.bound.maximum is not None else []),
            ]
        )
        return f"{self.bound.name}: {self.bound.what} is {'not measured' if self.value is None else f'{self.value:.4f}'}; expected {expected}"


# --- slices ----------------------------------------------------------------------------------------------------------


def select(rows: Iterable[Row], slice_: str) -> tuple[Row, ...]:
    """The rows of a slice, errors left out. Raises GateError for words that are no slice."""
    kept = [row for row in rows if row.status != "error"]
    family, *limits = slice_.split() or ["all"]
    if family == "answerable":
        kept = [row for row in kept if row.group.kind not in _SPECIAL]
    elif family in _SPECIAL:
        kept = [row for row in kept if row.group.kind == family]
    elif family.startswith("kind:") and family[5:] in KINDS:
        kept = [row for row in kept if row.group.kind == family[5:]]
    elif family != "all":
        raise GateError(
            f"{slice_!r} is no slice: it begins with {family!r}; expected one of {', '.join(FAMILIES)} or kind:<kind>."
        )
    for limit in limits:
        key, _, value = limit.partition("=")
        if key in ("question", "reply") and value in LANGUAGES:
            kept = [row for row in kept if (row.asked if key == "question" else row.reply) == value]
        elif key == "style" and value in STYLES:
            kept = [row for row in kept if row.group.style == value]
        elif limit in ("pair=diagonal", "pair=cross"):
            kept = [row for row in kept if (row.asked == row.reply) == (value == "diagonal")]
        else:
            raise GateError(
                f"{slice_!r} is no slice: {limit!r} is not known; expected question=, reply=, style= or pair= with a known value."
            )
    return tuple(kept)


def figure(rows: Iterable[Row], name: str, slice_: str) -> Figure | None:
    """The figure `name` over `slice_`; None where no row of the slice has it. Raises GateError for an unknown name or slice."""
    if name not in FIGURE_NAMES:
        raise GateError(f"{name!r} is no figure; known: {', '.join(FIGURE_NAMES)}.")
    chosen = select(rows, slice_)
    if name in _GAPS:
        return _gap_figure(chosen, name, slice_)
    score = "latency_ms" if name in _PERCENTILES else name
    values = [(row, value) for row in chosen if (value := getattr(row.scores, score)) is not None]
    if not values:
        return None
    plain = [value for _, value in values]
    groups = len({row.group.id for row, _ in values})
    if name in _PERCENTILES:
        return Figure(name, slice_, measures.percentile_interval(plain, _PERCENTILES[name], groups), len(plain))
    if name in _MEANS:
        return Figure(name, slice_, measures.bootstrap_mean(_by_group(values)), len(plain))
    refusals = [row.refused for row, _ in values]
    if name == "hallucination_rate":
        share = measures.hallucination_rate(refusals)
    elif name == "error_rate":
        share = measures.error_rate(refusals)
    else:
        share = sum(plain) / len(plain)
    return Figure(name, slice_, measures.wilson(share, groups), len(plain))


def _by_group(values: Iterable[tuple[Row, float]]) -> dict[str, list[float]]:
    grouped: dict[str, list[float]] = {}
    for row, value in values:
        grouped.setdefault(row.group.id, []).append(value)
    return grouped


def _gap_figure(chosen: Sequence[Row], name: str, slice_: str) -> Figure | None:
    score, side = _GAPS[name]
    if side == "reply" and all(row.asked == row.reply for row in chosen):
        return None  # on the diagonal it would be the gap between question languages once more
    slices: dict[str, dict[str, list[float]]] = {}
    for language in LANGUAGES:
        values = [
            (row, value)
            for row in chosen
            if (row.asked if side == "question" else row.reply) == language
            and (value := getattr(row.scores, score)) is not None
        ]
        if values:
            slices[language] = _by_group(values)
    if len(slices) < 2:
        return None
    found = measures.gap(
        {key: sum(map(sum, groups.values())) / sum(map(len, groups.values())) for key, groups in slices.items()}
    )
    rows = sum(len(values) for groups in slices.values() for values in groups.values())
    return Figure(
        name, slice_, measures.bootstrap_gap(slices), rows, note=f"highest {found.best}, lowest {found.worst}"
    )


def headline(rows: Sequence[Row]) -> tuple[Figure, ...]:
    """The headline figures that can be measured on `rows`."""
    found = (figure(rows, name, slice_) for name, slice_ in HEADLINE)
    return tuple(one for one in found if one is not None)


def worst_pair(rows: Sequence[Row], name: str, slice_: str) -> tuple[Language, Language, float] | None:
    """The (question, reply) languages in which the figure is worst, with its value there; None for gaps or where not measured."""
    if name in _GAPS:
        return None
    pairs = []
    for asked in LANGUAGES:
        for reply in LANGUAGES:
            found = figure(rows, name, f"{slice_} question={asked} reply={reply}")
            if found is not None:
                pairs.append((asked, reply, found.value))
    if not pairs:
        return None
    return max(pairs, key=lambda pair: pair[2]) if name in LOWER_IS_BETTER else min(pairs, key=lambda pair: pair[2])


# --- gate ------------------------------------------------------------------------------------------------------------

_HEADER = """\
# What the offline evaluation must reach. Each entry: figure (default: the entry's name), slice, run (default: the main run), min and/or max.
# Slices are explained at the top of figures.py. `python -m eval --set-thresholds` tightens bounds to what was measured and never loosens one.

[gate]
"""


def read_bounds(path: Path) -> tuple[Bound, ...]:
    """The gate's bounds in the order of the file. Raises GateError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("gate", {})
    except FileNotFoundError as error:
        raise GateError(f"There is no file of thresholds at {path}; expected a [gate] table.") from error
    except tomllib.TOMLDecodeError as error:
        raise GateError(f"{path} is not TOML: {error}") from error
    bounds = []
    for name, entry in table.items():
        if (
            not isinstance(entry, dict)
            or entry.keys() - {"figure", "slice", "run", "min", "max"}
            or not entry.keys() & {"min", "max"}
        ):
            raise GateError(
                f"{path}: [gate] {name} is {entry!r}; expected a table with min and/or max, and figure, slice or run where they differ from the default."
            )
        for key in ("min", "max"):
            if key in entry and (isinstance(entry[key], bool) or not isinstance(entry[key], int | float)):
                raise GateError(f"{path}: [gate] {name}: {key} is {entry[key]!r}; expected a number.")
        bound = Bound(
            name,
            str(entry.get("figure", name)),
            str(entry.get("slice", "all")),
            entry.get("min"),
            entry.get("max"),
            str(entry.get("run", "")),
        )
        if bound.figure not in FIGURE_NAMES:
            raise GateError(f"{path}: [gate] {name}: {bound.figure!r} is no figure; known: {', '.join(FIGURE_NAMES)}.")
        select((), bound.slice)
        bounds.append(bound)
    return tuple(bounds)


def check(bounds: Iterable[Bound], runs: Mapping[str, Sequence[Row]], main: str) -> tuple[Verdict, ...]:
    """A verdict for each bound; a figure that was not measured fails."""
    verdicts = []
    for bound in bounds:
        found = figure(runs.get(bound.run or main, ()), bound.figure, bound.slice)
        verdicts.append(Verdict(bound, None if found is None else found.value))
    return tuple(verdicts)


# By how much two runs over the same files may differ: the store searches vectors through a graph that is built in parallel and is not exact.
MARGIN = 0.006


def tightened(verdicts: Iterable[Verdict]) -> tuple[Bound, ...]:
    """The bounds moved to what was measured less `MARGIN`, to three decimals towards the loose side; none is ever loosened."""
    bounds = []
    for verdict in verdicts:
        bound, value = verdict.bound, verdict.value
        if value is not None and bound.minimum is not None:
            bound = replace(bound, minimum=max(bound.minimum, math.floor((value - MARGIN) * 1000 + 1e-9) / 1000))
        if value is not None and bound.maximum is not None:
            bound = replace(bound, maximum=min(bound.maximum, math.ceil((value + MARGIN) * 1000 - 1e-9) / 1000))
        bounds.append(bound)
    return tuple(bounds)


def write_bounds(path: Path, bounds: Iterable[Bound]) -> None:
    lines = []
    for bound in bounds:
        parts = [f'figure = "{bound.figure}"'] if bound.figure != bound.name else []
        parts += [f'slice = "{bound.slice}"'] + ([f'run = "{bound.run}"'] if bound.run else [])
        parts += [f"min = {bound.minimum:g}"] if bound.minimum is not None else []
        parts += [f"max = {bound.maximum:g}"] if bound.maximum is not None else []
        lines.append(f"{bound.name} = {{{', '.join(parts)}}}\n")
    path.write_text(_HEADER + "".join(lines), encoding="utf-8")
