"""Plots as SVG from plain values, drawn here so that a page needs no library and no network. Colours are those of the page around them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from eval import measures

COLOURS = ("var(--a)", "var(--b)", "var(--c)")
_WIDTH, _HEIGHT = 540, 246
_LEFT, _RIGHT, _TOP, _FLOOR = 40, 528, 22, 206

_ALONE = """<style>
svg{--ink:#1b1f24;--soft:#5b6470;--card:#fff;--line:#dcdfe4;--a:#1f6feb;--b:#d9730d;--c:#2da44e;--bad:#c0362c}
@media(prefers-color-scheme:dark){svg{--ink:#e6e8ea;--soft:#9aa4af;--card:#1c2024;--line:#343a41;--a:#6cb0ff;--b:#f0a35e;--c:#6fd08c;--bad:#ff8279}}
text{fill:var(--soft);font:11px system-ui,sans-serif}
</style>"""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through (across, up) points, shares from 0 to 1; `dots`: points of it to mark, each with a word beside it or none."""

    name: str
    points: Sequence[tuple[float, float]]
    dots: Sequence[tuple[float, float, str]] = ()


def curves(lines: Sequence[Curve], across: str, up: str) -> str:
    """Up to three lines in one square of shares; `across` and `up` name the axes."""
    marks = [_grid(), _ticks_across(), _axis_names(across, up)]
    for index, line in enumerate(lines):
        colour = COLOURS[index]
        points = " ".join(f"{_across(x):.1f},{_up(y):.1f}" for x, y in line.points)
        marks.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        for x, y, word in line.dots:
            marks.append(
                f'<circle cx="{_across(x):.1f}" cy="{_up(y):.1f}" r="4.5" fill="{colour}" stroke="var(--card)"/>'
            )
            marks.append(_text(_across(x) + 7, _up(y) + 12, word, colour=colour))
        marks.append(_text(_RIGHT - 30, _TOP + 16 + 15 * index, line.name, colour=colour))
    return _svg("".join(marks), f"{up} against {across}")


def bars(groups: Sequence[tuple[str, Sequence[tuple[str, measures.Interval]]]], label: str) -> str:
    """Upright bars of shares with whiskers, in named groups of up to three."""
    marks = [_grid()]
    room = (_RIGHT - _LEFT) / max(1, len(groups))
    for column, (name, found) in enumerate(groups):
        left = _LEFT + column * room + 4
        step = (room - 8) / max(1, len(found))
        marks.append(_text(left + (room - 8) / 2, _FLOOR + 31, name, "middle"))
        for index, (bar, interval) in enumerate(found):
            x, wide = left + index * step, step * 0.68
            middle, y = x + step / 2, _up(interval.value)
            low, high = _up(interval.low), _up(interval.high)
            marks.append(
                f'<rect x="{middle - wide / 2:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{_FLOOR - y:.1f}" fill="{COLOURS[index]}"/>'
                f'<path d="M{middle:.1f} {low:.1f}V{high:.1f}M{middle - 5:.1f} {low:.1f}h10M{middle - 5:.1f} {high:.1f}h10" stroke="var(--ink)" fill="none"/>'
            )
            marks.append(_text(middle, _FLOOR + 15, f"{bar} {interval.value:.2f}", "middle"))
    return _svg("".join(marks), label)


def sideways(rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], label: str) -> str:
    """A thin bar a name for each row, of shares; the largest at its end in percent."""
    marks, left, room = [], 130, 340
    for index, name in enumerate(names):
        marks.append(_text(left + 34 * index, 11, name, colour=COLOURS[index]))
    for number, (row, shares) in enumerate(rows):
        top = 20 + 26 * number
        marks.append(_text(left - 8, top + 14, row, "end"))
        for index, share in enumerate(shares):
            width = max(1.0, share * room)
            marks.append(
                f'<rect x="{left}" y="{top + 7 * index}" width="{width:.1f}" height="6" fill="{COLOURS[index]}"/>'
            )
        most = max(shares, default=0.0)
        marks.append(_text(left + most * room + 6, top + 14, f"{most:.0%}"))
    return _svg("".join(marks), label, height=26 * len(rows) + 24)


def histogram(values: Sequence[float], shares: Sequence[float], label: str, bins: int = 24) -> str:
    """How often each value occurs, from 0 to the 99th percentile; what is above falls into the last bin. Lines at the percentiles `shares`."""
    if not values:
        return ""
    most = max(measures.percentile(values, 0.99), 1e-3)
    counts = Counter(min(bins - 1, int(value / most * bins)) for value in values)
    tallest = max(counts.values())
    width = (_RIGHT - _LEFT) / bins
    marks = []
    for index, count in sorted(counts.items()):
        y = _up(count / tallest)
        marks.append(
            f'<rect x="{_LEFT + index * width:.1f}" y="{y:.1f}" width="{width - 1:.1f}" height="{_FLOOR - y:.1f}" fill="var(--a)"/>'
        )
    for share in shares:
        at = measures.percentile(values, share)
        x = _across(min(1.0, at / most))
        marks.append(f'<path d="M{x:.1f} {_TOP}V{_FLOOR}" stroke="var(--bad)" stroke-dasharray="4 3"/>')
        marks.append(_text(x, _TOP - 6, f"p{share * 100:.0f} {at:.1f}", "middle"))
    step = 10 ** math.floor(math.log10(most)) or 1.0
    marks += [
        _text(_across(tick * step / most), _FLOOR + 15, f"{tick * step:g}", "middle")
        for tick in range(int(most / step) + 1)
    ]
    return _svg("".join(marks), label)


def alone(svg: str) -> str:
    """A plot as a file of its own, with its colours for light and dark."""
    head, rest = svg.split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{_ALONE}{rest}\n'


def _up(share: float) -> float:
    return _FLOOR - (_FLOOR - _TOP) * min(1.0, max(0.0, share))


def _across(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, share))


_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def _grid() -> str:
    return "".join(
        f'<path d="M{_LEFT} {_up(share):.1f}H{_RIGHT}" stroke="var(--line)"/>'
        + _text(_LEFT - 5, _up(share) + 4, f"{share:g}", "end")
        for share in _SHARES
    )


def _ticks_across() -> str:
    return "".join(_text(_across(share), _FLOOR + 15, f"{share:g}", "middle") for share in _SHARES)


def _axis_names(across: str, up: str) -> str:
    return _text((_LEFT + _RIGHT) / 2, _FLOOR + 31, f"{across} →", "middle") + _text(4, _TOP - 7, f"↑ {up}")


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = "") -> str:
    if not words:
        return ""
    style = f' style="fill:{colour}"' if colour else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escape(words)}</text>'


def _svg(inner: str, label: str, height: int = _HEIGHT) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(label)}">{inner}</svg>'
