"""The measures, as pure functions over plain values; each says where it comes from.

Retrieval is judged by blocks: `found[i]` is the set of gold blocks whose evidence the passage of rank i + 1 holds (empty:
irrelevant). Texts are compared folded (`fold`). Rates are shares from 0 to 1.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

import numpy as np

Z95 = 1.959963984540054  # the 97.5 % point of the normal distribution
BOOTSTRAP_DRAWS = 1000
BOOTSTRAP_SEED = 20260629

_MARKER = re.compile(r"\[(\d{1,3})\]")
_SPACES = re.compile(r"\s+")
_ASIDE = re.compile(r"«[^»]*»|“[^”]*”|„[^“”]*[“”]|\"[^\"]*\"|《[^》]*》|「[^」]*」|\([^)]*\)|（[^）]*）")


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval; `n`: the independent units that it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Gap:
    """The best minus the worst slice; ties go to the first name in order."""

    value: float
    best: str
    worst: str


# --- texts -----------------------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """`text` as facts are matched against it: NFKC, case folded, ё as е, runs of white space as one space, trimmed."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return _SPACES.sub(" ", folded).strip()


def without_markers(text: str) -> str:
    """`text` without its citation markers: the 11 of `[11]` is not the number 11."""
    return _MARKER.sub("", text)


def markers(text: str) -> tuple[int, ...]:
    """The citation numbers that `text` names, in order, with repetitions."""
    return tuple(int(number) for number in _MARKER.findall(text))


def quote_is_verbatim(quote: str, start: int, end: int, block: str | None) -> bool:
    """Whether `quote` is the slice of `block` that it says it is; False for no block or an empty quote.

    Source: the house promise "quote is a verbatim slice of the Chinese paragraph"; as quote checking in Menick et al. 2022 (GopherCite).
    """
    return bool(quote) and block is not None and 0 <= start < end <= len(block) and block[start:end] == quote


def markers_resolve(text: str, numbers: Sequence[int], must_cite: bool) -> bool:
    """Whether the markers of `text` and the citation numbers are the same set, 1 to n without a hole.

    `must_cite`: at least one is expected. A refusal and small talk pass without any.
    Source: the well-formedness that ALCE presupposes of a cited answer (Gao et al. 2023, section 3).
    """
    if sorted(numbers) != list(range(1, len(numbers) + 1)) or set(markers(text)) != set(numbers):
        return False
    return bool(numbers) or not must_cite


def language_ok(text: str, language: Literal["zh", "ru", "en"]) -> bool:
    """Whether `text` is written in the script of `language`; independent of the assistant's own check.

    Markers, quotations and brackets aside: English and Russian hold no Han, Chinese and English no Cyrillic; and of all letters (a
    Han character counts twice) at least 60 % are of the language. Latin names may stand anywhere. Another language of the same
    script is not told apart. A text without letters outside quotations is judged with them; one without letters at all fails.
    Source: correct-language rate, Chirkova et al. 2024 (BERGEN, multilingual RAG); scripts in place of their language identifier.
    """
    plain = without_markers(text)
    for candidate in (_ASIDE.sub(" ", plain), plain):
        counts = _letters(candidate)
        total = sum(counts.values())
        if total:
            foreign = {"zh": ("ru",), "ru": ("zh",), "en": ("zh", "ru")}[language]
            return counts[language] >= 0.6 * total and not any(counts[other] for other in foreign)
    return False


def _letters(text: str) -> dict[str, int]:
    counts = {"zh": 0, "ru": 0, "en": 0}
    for character in text:
        if character.isalpha():
            name = unicodedata.name(character, "")
            if name.startswith("CJK"):
                counts["zh"] += 2
            elif name.startswith("CYRILLIC"):
                counts["ru"] += 1
            elif name.startswith(("LATIN", "FULLWIDTH LATIN")):
                counts["en"] += 1
    return counts


# --- retrieval -------------------------------------------------------------------------------------------------------


def hit_at(found: Sequence[AbstractSet[Hashable]], k: int) -> float:
    """1.0 where any of the first `k` passages holds evidence, else 0.0. Nothing retrieved: 0.0.

    Source: success@n, Craswell and Hawking 2004, "Overview of the TREC-2004 Web track".
    """
    return float(any(found[:k]))


def reciprocal_rank(found: Sequence[AbstractSet[Hashable]]) -> float:
    """1 / rank of the first passage that holds evidence; 0.0 where none does.

    Source: Voorhees 1999, "The TREC-8 Question Answering Track Report".
    """
    return next((1.0 / rank for rank, held in enumerate(found, start=1) if held), 0.0)


def ndcg_at(found: Sequence[AbstractSet[Hashable]], relevant: int, k: int = 10) -> float:
    """Discounted gain of the first `k` passages over that of an ideal ranking of `relevant` blocks, 0 to 1.

    Gain is binary and counts each block once, however many passages it was cut into; a passage that holds several new blocks
    gains for each, with the whole capped at 1. `relevant` 0 gives 0.0.
    Source: Järvelin and Kekäläinen 2002, "Cumulated gain-based evaluation of IR techniques", discount log2(rank + 1).
    """
    seen: set[Hashable] = set()
    gained = 0.0
    for rank, held in enumerate(found[:k], start=1):
        gained += len(held - seen) / math.log2(rank + 1)
        seen |= held
    ideal = sum(1.0 / math.log2(rank + 1) for rank in range(1, min(relevant, k) + 1))
    return min(1.0, gained / ideal) if ideal else 0.0


def evidence_recall_at(
    found: Sequence[AbstractSet[Hashable]], needed: Sequence[AbstractSet[Hashable]], needs_all: bool, k: int = 10
) -> float:
    """Share of the evidence within the first `k` passages; with `needs_all` false any piece is the whole.

    `needed[j]`: the blocks of which any one gives piece j.
    Source: recall@k (Manning, Raghavan and Schütze 2008, section 8.4), over pieces of evidence as HotpotQA's supporting facts (Yang et al. 2018).
    """
    seen = set().union(*found[:k])
    covered = [bool(piece & seen) for piece in needed]
    if not covered:
        return 0.0
    return sum(covered) / len(covered) if needs_all else float(any(covered))


# --- answers ---------------------------------------------------------------------------------------------------------


def facts_held(text: str, patterns: Sequence[re.Pattern[str]]) -> tuple[bool, ...]:
    """For each fact, whether the folded `text` without markers says it.

    Source: string-match recall of short answers, Stelmakh et al. 2022 (ASQA, STR-EM) and ALCE (Gao et al. 2023); patterns stand for
    the list of accepted strings.
    """
    folded = fold(without_markers(text))
    return tuple(bool(pattern.search(folded)) for pattern in patterns)


def citation_precision(supports: Sequence[bool]) -> float | None:
    """Share of the citations that support the answer; None without citations.

    `supports[i]`: the quote holds a fact by its Chinese pattern, or overlaps the evidence.
    Source: ALCE (Gao et al. 2023, section 4.3), with patterns and spans in place of their entailment model.
    """
    return sum(supports) / len(supports) if supports else None


def citation_recall(quotes: Sequence[str], facts: Sequence[re.Pattern[str]]) -> float | None:
    """Share of the stated facts that some cited quote holds; None without such facts, 0.0 without citations.

    Source: ALCE (Gao et al. 2023, section 4.3), per fact in place of per sentence.
    """
    if not facts:
        return None
    folded = [fold(quote) for quote in quotes]
    return sum(any(fact.search(quote) for quote in folded) for fact in facts) / len(facts)


def hallucination_rate(refused: Sequence[bool]) -> float:
    """Of the unanswerable questions, the share that was answered: FP / (FP + TN). Raises ValueError for none.

    Source: NoMIRACL (Thakur et al. 2024), equation 1.
    """
    return 1.0 - _share(refused)


def error_rate(refused: Sequence[bool]) -> float:
    """Of the answerable questions, the share that was refused: FN / (FN + TP). Raises ValueError for none.

    Source: NoMIRACL (Thakur et al. 2024), equation 2.
    """
    return _share(refused)


def _share(values: Sequence[bool]) -> float:
    if not values:
        raise ValueError("a share of no questions is not defined")
    return sum(values) / len(values)


@dataclass(frozen=True, slots=True)
class TradeOff:
    """Both refusal rates if every question with a confidence below `threshold` were refused, and no other."""

    threshold: float
    hallucination: float
    error: float


def refusal_curve(unanswerable: Sequence[float], answerable: Sequence[float]) -> tuple[TradeOff, ...]:
    """The trade-off at every threshold that changes it, from refusing nothing to refusing all; empty where either side is.

    Arguments: the confidence of each question.
    Source: risk-coverage curves of selective prediction (El-Yaniv and Wiener 2010), on the two rates of NoMIRACL.
    """
    if not unanswerable or not answerable:
        return ()
    thresholds = [*sorted({*unanswerable, *answerable}), math.inf]
    low, high = np.sort(unanswerable), np.sort(answerable)
    return tuple(
        TradeOff(
            threshold,
            1.0 - float(np.searchsorted(low, threshold, side="left")) / len(unanswerable),
            float(np.searchsorted(high, threshold, side="left")) / len(answerable),
        )
        for threshold in thresholds
    )


# --- over many rows --------------------------------------------------------------------------------------------------


def wilson(share: float, n: int) -> Interval:
    """The 95 % score interval of a share over `n` independent trials; 0 to 1 for none.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference". The runner passes the number of groups for
    `n`, not of rows: nine askings of one question are not nine trials (Miller 2024, "Adding error bars to evals", clustered errors), so the
    interval is on the wide side.
    """
    if n <= 0:
        return Interval(share, 0.0, 1.0, 0)
    centre = share + Z95**2 / (2 * n)
    spread = Z95 * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    scale = 1 + Z95**2 / n
    return Interval(share, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale), n)


def bootstrap_mean(values: Mapping[str, Sequence[float]]) -> Interval:
    """The mean of all values with its 95 % percentile interval, drawing whole groups; the same on every run.

    `values`: those of each group. Raises ValueError for no value.
    Source: Efron 1979; resampling clusters as in Miller 2024, "Adding error bars to evals".
    """
    kept = [group for group in values.values() if group]
    if not kept:
        raise ValueError("a mean of no values is not defined")
    sums = np.array([sum(group) for group in kept], dtype=np.float64)
    counts = np.array([len(group) for group in kept], dtype=np.float64)
    drawn = _draws(len(kept))
    means = drawn @ sums / (drawn @ counts)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(sums.sum() / counts.sum()), float(low), float(high), len(kept))


def bootstrap_gap(slices: Mapping[str, Mapping[str, Sequence[float]]]) -> Interval:
    """The parity gap (see `gap`) over the slices' means, drawing whole groups of all slices together.

    `slices`: name → group → values. The interval of a maximum is biased upwards where slices are equal.
    Source: as `bootstrap_mean` and `gap`.
    """
    names = sorted({group for values in slices.values() for group in values})
    drawn = _draws(len(names))
    means = []
    for values in slices.values():
        sums = np.array([sum(values.get(name, ())) for name in names], dtype=np.float64)
        counts = np.array([len(values.get(name, ())) for name in names], dtype=np.float64)
        means.append(drawn @ sums / np.maximum(drawn @ counts, 1e-12))
    spread = np.max(means, axis=0) - np.min(means, axis=0)
    low, high = np.percentile(spread, [2.5, 97.5])
    plain = {
        name: sum(sum(v) for v in values.values()) / sum(len(v) for v in values.values())
        for name, values in slices.items()
    }
    return Interval(gap(plain).value, float(low), float(high), len(names))


@functools.cache
def _draws(groups: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """How often each group is drawn, one row a draw."""
    generator = np.random.default_rng(BOOTSTRAP_SEED)
    return generator.multinomial(groups, np.full(groups, 1.0 / groups), size=BOOTSTRAP_DRAWS).astype(np.float64)


def gap(by_slice: Mapping[str, float]) -> Gap:
    """The best minus the worst slice. Raises ValueError for none.

    Source: the transfer gap of XTREME (Hu et al. 2020), between best and worst in place of English and the rest.
    """
    if not by_slice:
        raise ValueError("a gap between no slices is not defined")
    best = max(by_slice, key=lambda name: by_slice[name])
    worst = min(by_slice, key=lambda name: by_slice[name])
    return Gap(by_slice[best] - by_slice[worst], best, worst)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank). Raises ValueError for none.

    Source: Hyndman and Fan 1996, definition 1: always a value that was measured.
    """
    if not values:
        raise ValueError("a percentile of no values is not defined")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def percentile_interval(values: Sequence[float], share: float, n: int) -> Interval:
    """`percentile` with its 95 % interval between order statistics, over `n` independent units. Raises ValueError for no value.

    Source: Conover 1999, "Practical Nonparametric Statistics", section 3.2, with the normal approximation of the ranks; `n` as in `wilson`.
    """
    spread = Z95 * math.sqrt(share * (1 - share) / n) if n > 0 else 1.0
    low, high = percentile(values, max(0.0, share - spread)), percentile(values, min(1.0, share + spread))
    return Interval(percentile(values, share), low, high, n)
