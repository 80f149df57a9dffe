"""The outcome as tables, as one self-contained HTML page and as Markdown; everything that is drawn is drawn here.

The page asks nothing of the network and follows the reader's light or dark scheme. What failed stands in it whole: asked, retrieved, answered, expected.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.records import LANGUAGES
from eval import measures
from eval.figures import HEADLINE, LOWER_IS_BETTER, Figure, figure, select, worst_pair
from eval.gold import KINDS, STYLES, Group
from eval.rows import Row

if TYPE_CHECKING:
    from eval.runner import Outcome

_ANSWERABLE = "answerable"
_PAIR_COLUMNS = (
    ("facts", "facts_all", _ANSWERABLE),
    ("hit@1", "hit_at_1", _ANSWERABLE),
    ("hit@5", "hit_at_5", _ANSWERABLE),
    ("RR", "reciprocal_rank", _ANSWERABLE),
    ("nDCG", "ndcg_at_10", _ANSWERABLE),
    ("error", "error_rate", _ANSWERABLE),
    ("halluc.", "hallucination_rate", "unanswerable"),
    ("follow-up", "facts_all", "follow-up"),
    ("premise", "handled", "false-premise"),
    ("cit. P", "citation_precision", _ANSWERABLE),
    ("cit. R", "citation_recall", _ANSWERABLE),
    ("lang.", "language_ok", "all"),
)
_REASONS = (
    ("hallucinated", "answered, though"),
    ("refused wrongly", "refused, though"),
    ("fact not said", "not said"),
    ("not retrieved in 5", "no evidence among"),
    ("citations miss facts", "no citation holds"),
    ("small talk", "small talk"),
    ("language", "not in the language"),
    ("language named", "the answer names"),
    ("markers", "markers and"),
    ("quote", "a quote is"),
    ("number", "a number is"),
    ("name", "a name is"),
    ("own check", "own check"),
    ("error", "error"),
)


@dataclass(frozen=True, slots=True)
class TableData:
    """A table as it is shown everywhere; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


# --- tables ----------------------------------------------------------------------------------------------------------


def tables(outcome: Outcome) -> tuple[TableData, ...]:
    """All tables, the headline first; those without a row are left out."""
    found = (
        _headline_table(outcome.rows),
        _runs_table(outcome),
        _pairs_table(outcome.rows),
        _slices_table(
            "By kind of question",
            outcome.rows,
            [(kind, f"kind:{kind}" if kind in _PLAIN_KINDS else kind) for kind in KINDS],
        ),
        _slices_table(
            "By style, answerable", outcome.rows, [(style, f"{_ANSWERABLE} style={style}") for style in STYLES]
        ),
        _faults_table(outcome.rows),
        _gate_table(outcome),
    )
    return tuple(table for table in found if table.rows)


_PLAIN_KINDS = tuple(kind for kind in KINDS if kind not in ("follow-up", "false-premise", "unanswerable", "small-talk"))


def number(name: str, value: float | None) -> str:
    """A value as tables show it: shares and gaps with three decimals, milliseconds and characters with one; – for none."""
    if value is None:
        return "–"
    return f"{value:.1f}" if name.endswith(("_ms", "_chars")) else f"{value:.3f}"


def _headline_table(rows: Sequence[Row]) -> TableData:
    lines = []
    for name, slice_ in HEADLINE:
        found = figure(rows, name, slice_)
        if found is None:
            continue
        worst = worst_pair(rows, name, slice_)
        shown = found.note if worst is None else f"{worst[0]}→{worst[1]} {number(name, worst[2])}"
        better = "↓" if name in LOWER_IS_BETTER else "↑"
        lines.append(
            (
                f"{name} {better}",
                slice_,
                number(name, found.value),
                _interval(found),
                str(found.rows),
                str(found.interval.n),
                shown,
            )
        )
    return TableData("Headline", ("figure", "slice", "value", "95 %", "rows", "groups", "worst pair"), tuple(lines))


def _interval(found: Figure) -> str:
    if found.interval.low == found.interval.high == found.value:
        return "–"
    return f"{number(found.name, found.interval.low)} – {number(found.name, found.interval.high)}"


def _runs_table(outcome: Outcome) -> TableData:
    lines = []
    for name, rows in outcome.runs.items():
        diagonal = select(rows, "all pair=diagonal")
        cells = [number(figure_name, _value(diagonal, figure_name, slice_)) for _, figure_name, slice_ in _PAIR_COLUMNS]
        lines.append((name, *cells, number("passage_chars", _value(diagonal, "passage_chars", _ANSWERABLE))))
    title = "Runs compared, question and reply in one language"
    return TableData(
        title,
        ("run", *(column for column, _, _ in _PAIR_COLUMNS), "chars of 1st"),
        tuple(lines) if len(lines) > 1 else (),
    )


def _value(rows: Sequence[Row], name: str, slice_: str) -> float | None:
    found = figure(rows, name, slice_)
    return None if found is None else found.value


def _pairs_table(rows: Sequence[Row]) -> TableData:
    lines = []
    for asked in LANGUAGES:
        for reply in LANGUAGES:
            chosen = [row for row in rows if (row.asked, row.reply) == (asked, reply)]
            if chosen:
                lines.append(
                    (
                        f"{asked} → {reply}",
                        str(len(chosen)),
                        *(number(name, _value(chosen, name, slice_)) for _, name, slice_ in _PAIR_COLUMNS),
                    )
                )
    return TableData(
        "Question language → reply language",
        ("pair", "rows", *(column for column, _, _ in _PAIR_COLUMNS)),
        tuple(lines),
    )


def _slices_table(title: str, rows: Sequence[Row], slices: Sequence[tuple[str, str]]) -> TableData:
    names = (
        "facts_all",
        "hit_at_1",
        "hit_at_5",
        "error_rate",
        "hallucination_rate",
        "citation_precision",
        "citation_recall",
        "language_ok",
    )
    lines = []
    for shown, slice_ in slices:
        chosen = select(rows, slice_)
        if chosen:
            groups = len({row.group.id for row in chosen})
            lines.append(
                (shown, str(groups), str(len(chosen)), *(number(name, _value(chosen, name, "all")) for name in names))
            )
    return TableData(
        title,
        ("slice", "groups", "rows", "facts", "hit@1", "hit@5", "error", "halluc.", "cit. P", "cit. R", "lang."),
        tuple(lines),
    )


def _faults_table(rows: Sequence[Row]) -> TableData:
    """How many rows have a fault of each class, by question language and by reply language."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        for shown, start in _REASONS:
            if any(fault.startswith(start) for fault in row.faults):
                counts[shown, "question", row.asked] += 1
                counts[shown, "reply", row.reply] += 1
    sides = [(side, language) for side in ("question", "reply") for language in LANGUAGES]
    lines = []
    for shown, _ in _REASONS:
        by_side = [counts[shown, side, language] for side, language in sides]
        if any(by_side):
            lines.append((shown, str(sum(by_side[:3])), *map(str, by_side)))
    return TableData(
        "What is wrong, in rows", ("fault", "all", *(f"{side} {language}" for side, language in sides)), tuple(lines)
    )


def _gate_table(outcome: Outcome) -> TableData:
    lines = []
    for verdict in outcome.verdicts:
        bound = verdict.bound
        limits = [
            *([f"≥ {bound.minimum:g}"] if bound.minimum is not None else []),
            *([f"≤ {bound.maximum:g}"] if bound.maximum is not None else []),
        ]
        where = bound.slice + (f", {bound.run}" if bound.run else "")
        lines.append(
            (
                bound.name,
                bound.figure,
                where,
                number(bound.figure, verdict.value),
                " ".join(limits),
                "ok" if verdict.ok else "BELOW",
            )
        )
    return TableData("Gate", ("bound", "figure", "slice", "value", "limit", ""), tuple(lines))


# --- files -----------------------------------------------------------------------------------------------------------


def write_report(outcome: Outcome, folder: Path) -> None:
    """Write `index.html`, `report.md` and `rows.jsonl` (every row of every run) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(html_page(outcome), encoding="utf-8")
    (folder / "report.md").write_text(markdown(outcome), encoding="utf-8")
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for rows in outcome.runs.values():
            for row in rows:
                file.write(json.dumps(_plain(row), ensure_ascii=False) + "\n")


def _plain(row: Row) -> dict[str, object]:
    wording = row.group.wordings[row.asked]
    return {
        "run": row.run, "id": row.group.id, "kind": row.group.kind, "style": row.group.style, "asked": row.asked, "reply": row.reply, "status": row.status,
        "question": wording.question, "history": list(wording.history), "query": row.query, "text": row.text, "faults": list(row.faults),
        "passages": [[p.article_id, p.paragraph, round(p.score, 4), p.relevant] for p in row.passages], "citations": [dataclasses.asdict(citation) for citation in row.citations],
        "scores": {name: value for name, value in dataclasses.asdict(row.scores).items() if value is not None}, "error": row.error,
    }  # fmt: skip


def failed_groups(rows: Iterable[Row]) -> tuple[tuple[Group, tuple[Row, ...]], ...]:
    """Groups with a fault in any row, with those rows; most faulty rows first, then by id."""
    failed: dict[str, list[Row]] = {}
    for row in rows:
        if row.faults:
            failed.setdefault(row.group.id, []).append(row)
    ordered = sorted(failed.values(), key=lambda found: (-len(found), found[0].group.id))
    return tuple((found[0].group, tuple(found)) for found in ordered)


# --- Markdown --------------------------------------------------------------------------------------------------------


def markdown(outcome: Outcome) -> str:
    from eval.runner import verdict_lines

    parts = [f"# Evaluation, {outcome.date}", "", _about(outcome), "", "```", *verdict_lines(outcome)[-20:], "```", ""]
    for table in tables(outcome):
        parts += [
            f"## {table.title}",
            "",
            _markdown_row(table.columns),
            _markdown_row(["---"] * len(table.columns)),
            *map(_markdown_row, table.rows),
            "",
        ]
    parts += ["## What failed", ""]
    for group, rows in failed_groups(outcome.rows):
        parts += [f"### {group.id} ({group.kind}, {group.style}): {len(rows)} rows", ""]
        parts += [f"Expected: {_expected(group)}", ""]
        for row in rows:
            wording = row.group.wordings[row.asked]
            parts += [
                f"- **{row.asked} → {row.reply}** {' / '.join((*wording.history, wording.question))}",
                f"  - {'; '.join(row.faults)}",
                f"  - answered: {' '.join(row.text.split()) or '–'}",
                f"  - retrieved: {'; '.join(_retrieved(row)) or '–'}",
            ]
        parts.append("")
    return "\n".join(parts) + "\n"


def _markdown_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _about(outcome: Outcome) -> str:
    version = " ".join(part for part in (outcome.version, outcome.commit) if part)
    cost = "" if outcome.cost is None else f", cost {outcome.cost:.4f}"
    tokens = (
        f", {outcome.usage.prompt_tokens} + {outcome.usage.completion_tokens} tokens{cost}"
        if outcome.usage.prompt_tokens
        else ""
    )
    return f"{outcome.groups} groups, {sum(map(len, outcome.runs.values()))} rows, answerer: {outcome.source}, version {version or 'unknown'}, {outcome.seconds:.0f} s{tokens}."


def _expected(group: Group) -> str:
    if group.kind == "unanswerable":
        return f"a refusal ({group.near})" if group.near else "a refusal"
    return (
        "; ".join(
            f"{fact.patterns['zh'].pattern} · {fact.patterns['ru'].pattern} · {fact.patterns['en'].pattern}"
            for fact in group.facts
        )
        or "any reply"
    )


def _retrieved(row: Row, top: int = 3) -> list[str]:
    return [
        f"{'✓' if p.relevant else '✗'} {p.article_id} ¶{p.paragraph} ({p.score:.2f}) {p.text[:60]}"
        for p in row.passages[:top]
    ]


# --- HTML ------------------------------------------------------------------------------------------------------------

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6470;--page:#fbfbf9;--card:#fff;--line:#dcdfe4;--a:#1f6feb;--b:#d9730d;--c:#2da44e;--bad:#c0362c;--good:#1a7f37}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--soft:#9aa4af;--page:#14171a;--card:#1c2024;--line:#343a41;--a:#6cb0ff;--b:#f0a35e;--c:#6fd08c;--bad:#ff8279;--good:#6fd08c}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px 16px 80px}h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:32px 0 8px}p{margin:4px 0;color:var(--soft)}
.verdict{font-weight:600;padding:10px 14px;border-radius:8px;border:1px solid var(--line);background:var(--card);color:var(--good);margin:14px 0}.verdict.bad{color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:10px}.tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 12px}
.tile b{display:block;font-size:24px;line-height:1.2}.tile span{color:var(--soft);font-size:12.5px}.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(330px,1fr));gap:12px}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px}figcaption{font-size:13px;color:var(--soft)}svg{width:100%;height:auto;display:block}
svg text{fill:var(--soft);font-size:11px}.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;background:var(--card)}
th,td{padding:3px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}th:first-child,td:first-child{text-align:left}th{color:var(--soft);font-weight:500}
details{background:var(--card);border:1px solid var(--line);border-radius:8px;margin:6px 0;padding:6px 12px}summary{cursor:pointer}.row{border-top:1px solid var(--line);padding:8px 0;overflow-wrap:anywhere}
.fault{color:var(--bad)}.soft{color:var(--soft);font-size:13px}.yes{color:var(--good)}.no{color:var(--bad)}code{font-size:12.5px;overflow-wrap:anywhere}
"""


def html_page(outcome: Outcome) -> str:
    from eval.runner import verdict_lines

    *bad, last = verdict_lines(outcome)
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Evaluation, {outcome.date}</title>',
        f"<style>{_STYLE}</style></head><body><main><h1>Evaluation, {outcome.date}</h1><p>{escape(_about(outcome))}</p>",
        f'<div class="verdict{"" if outcome.ok else " bad"}">{escape(last)}{"".join(f"<br>{escape(line)}" for line in bad[:40])}</div>',
        _tiles(outcome.rows),
        '<h2>At a glance</h2><div class="plots">',
        _figure(
            "Parity: answers with all facts (left) and evidence first (right), by question language, with 95 %",
            _parity_plot(outcome.rows, "question"),
        ),
        _figure("The same by reply language", _parity_plot(outcome.rows, "reply")),
        _figure(
            "If a score threshold alone decided: hallucination (across) against error (up), by question language; the dot is what the assistant does",
            _curve_plot(outcome.rows),
        ),
        _figure("Latency of an answer, milliseconds; lines at p50 and p95", _latency_plot(outcome.rows)),
        "</div>",
    ]
    parts += [_html_table(table) for table in tables(outcome)]
    failed = failed_groups(outcome.rows)
    parts.append(
        f"<h2>What failed: {len(failed)} groups, {sum(len(rows) for _, rows in failed)} rows</h2><p>Most faulty first. ✓ marks a passage that holds evidence.</p>"
    )
    parts += [_html_group(group, rows) for group, rows in failed]
    parts.append("</main></body></html>\n")
    return "".join(parts)


def _tiles(rows: Sequence[Row]) -> str:
    chosen = (
        ("facts_all", _ANSWERABLE, "answers with all facts"),
        ("facts_all_gap_question", _ANSWERABLE, "parity gap, question languages"),
        ("hit_at_1", _ANSWERABLE, "evidence is the first passage"),
        ("hallucination_rate", "unanswerable", "answered without ground"),
        ("error_rate", _ANSWERABLE, "refused without need"),
        ("facts_all", "follow-up", "follow-ups with all facts"),
        ("handled", "false-premise", "false premises put right"),
        ("citation_precision", _ANSWERABLE, "citation precision"),
        ("citation_recall", _ANSWERABLE, "citation recall"),
        ("language_ok", "all", "in the right language"),
    )
    tiles = []
    for name, slice_, words in chosen:
        found = figure(rows, name, slice_)
        if found is not None:
            tiles.append(
                f'<div class="tile"><b>{number(name, found.value)}</b><span>{escape(words)}<br>{escape(_interval(found))}, n = {found.interval.n} groups</span></div>'
            )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _figure(caption: str, svg: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>" if svg else ""


def _html_table(table: TableData) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="no">{escape(cell)}</td>' if cell == "BELOW" else f"<td>{escape(cell)}</td>" for cell in row
        )
        + "</tr>"
        for row in table.rows
    )
    return f'<h2>{escape(table.title)}</h2><div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _html_group(group: Group, rows: Sequence[Row]) -> str:
    pairs = ", ".join(f"{row.asked}→{row.reply}" for row in rows)
    evidence = "".join(f"<li>{escape(item.article)}: {escape(item.quote)}</li>" for item in group.evidence)
    shown = "".join(_html_row(row) for row in rows)
    return (
        f"<details><summary><b>{escape(group.id)}</b> {escape(group.kind)}, {escape(group.style)}: {escape(group.wordings['zh'].question)} "
        f'<span class="soft">{escape(pairs)}</span></summary><p>Expected: <code>{escape(_expected(group))}</code></p><ul class="soft">{evidence}</ul>{shown}</details>'
    )


def _html_row(row: Row) -> str:
    wording = row.group.wordings[row.asked]
    history = "".join(f'<div class="soft">before: {escape(turn)}</div>' for turn in wording.history)
    passages = "".join(
        f'<li><span class="{"yes" if p.relevant else "no"}">{"✓" if p.relevant else "✗"}</span> {escape(p.article_id)} ¶{p.paragraph} ({p.score:.2f}) {escape(p.text[:160])}</li>'
        for p in row.passages[:3]
    )
    cited = "".join(
        f"<li>[{c.number}] {escape(c.article_id)} ¶{c.paragraph} {escape(c.quote[:160])}</li>" for c in row.citations
    )
    return (
        f'<div class="row">{history}<div><b>{row.asked} → {row.reply}</b> {escape(wording.question)}</div><div class="fault">{escape("; ".join(row.faults))}</div>'
        f'<div>{escape(row.text) or "–"}</div><ul class="soft">{cited}</ul><ol class="soft">{passages}</ol></div>'
    )


# --- plots -----------------------------------------------------------------------------------------------------------

_COLOURS = ("var(--a)", "var(--b)", "var(--c)")


def _parity_plot(rows: Sequence[Row], side: str) -> str:
    """Bars of facts_all and hit_at_1 for each language, with whiskers."""
    marks = []
    for column, (name, label) in enumerate((("facts_all", "all facts"), ("hit_at_1", "evidence first"))):
        left = 44 + column * 152
        marks.append(f'<text x="{left + 64}" y="196" text-anchor="middle">{label}</text>')
        for index, language in enumerate(LANGUAGES):
            found = figure(rows, name, f"{_ANSWERABLE} {side}={language}")
            if found is None:
                continue
            x, y = left + index * 48, _up(found.value)
            low, high = _up(found.interval.low), _up(found.interval.high)
            marks.append(f'<rect x="{x}" y="{y:.1f}" width="32" height="{_up(0) - y:.1f}" fill="{_COLOURS[index]}"/>')
            marks.append(
                f'<path d="M{x + 16} {low:.1f}V{high:.1f}M{x + 11} {low:.1f}h10M{x + 11} {high:.1f}h10" stroke="var(--ink)" fill="none"/>'
            )
            marks.append(f'<text x="{x + 16}" y="181" text-anchor="middle">{language} {found.value:.2f}</text>')
    return _svg(_scale() + "".join(marks), f"parity by {side} language")


def _curve_plot(rows: Sequence[Row]) -> str:
    """Hallucination against error as a threshold on the confidence moves, a line for each question language."""
    marks = []
    for index, language in enumerate(LANGUAGES):
        missing = select(rows, f"unanswerable question={language} pair=diagonal")
        present = select(rows, f"{_ANSWERABLE} question={language} pair=diagonal")
        curve = measures.refusal_curve(
            [row.confidence or 0.0 for row in missing], [row.confidence or 0.0 for row in present]
        )
        if not curve:
            continue
        points = " ".join(f"{_across(point.hallucination):.1f},{_up(point.error):.1f}" for point in curve)
        x = _across(measures.hallucination_rate([row.refused for row in missing]))
        y = _up(measures.error_rate([row.refused for row in present]))
        marks.append(
            f'<polyline points="{points}" fill="none" stroke="{_COLOURS[index]}" stroke-width="1.8"/><circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{_COLOURS[index]}"/>'
        )
        marks.append(f'<text x="300" y="{28 + 15 * index}" style="fill:{_COLOURS[index]}">{language}</text>')
    ticks = "".join(
        f'<text x="{_across(share)}" y="181" text-anchor="middle">{share:.2f}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    return _svg(_scale() + ticks + "".join(marks), "refusal trade-off") if marks else ""


def _latency_plot(rows: Sequence[Row], bins: int = 24) -> str:
    """A histogram from 0 to p99; slower answers fall into the last bin."""
    values = [row.scores.latency_ms for row in rows if row.scores.latency_ms is not None]
    if not values:
        return ""
    most = max(measures.percentile(values, 0.99), 1e-3)
    counts = Counter(min(bins - 1, int(value / most * bins)) for value in values)
    tallest = max(counts.values())
    width = 290 / bins
    marks = [
        f'<rect x="{40 + index * width:.1f}" y="{_up(count / tallest):.1f}" width="{width - 1:.1f}" height="{_up(0) - _up(count / tallest):.1f}" fill="var(--a)"/>'
        for index, count in sorted(counts.items())
    ]
    for share in (0.5, 0.95):
        at = measures.percentile(values, share)
        x = 40 + min(1.0, at / most) * 290
        marks.append(
            f'<path d="M{x:.1f} 14V166" stroke="var(--bad)" stroke-dasharray="4 3"/><text x="{x:.1f}" y="11" text-anchor="middle">p{share * 100:.0f} {at:.1f}</text>'
        )
    step = 10 ** math.floor(math.log10(most)) or 1.0
    ticks = [tick * step for tick in range(int(most / step) + 1)]
    marks += [f'<text x="{40 + tick / most * 290:.1f}" y="181" text-anchor="middle">{tick:g}</text>' for tick in ticks]
    return _svg("".join(marks), "latency")


def _up(share: float) -> float:
    return 166 - 150 * min(1.0, max(0.0, share))


def _across(share: float) -> float:
    return 40 + 290 * min(1.0, max(0.0, share))


def _scale() -> str:
    lines = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        lines.append(
            f'<path d="M40 {_up(share)}H335" stroke="var(--line)"/><text x="34" y="{_up(share) + 4}" text-anchor="end">{share:.2f}</text>'
        )
    return "".join(lines)


def _svg(inner: str, label: str) -> str:
    return f'<svg viewBox="0 0 350 204" role="img" aria-label="{escape(label)}">{inner}</svg>'
