"""The outcome as tables, as one self-contained HTML page and as Markdown; everything that is drawn is drawn here.

The page asks nothing of the network and follows the reader's light or dark scheme. What failed stands in it whole: asked, retrieved, answered, expected.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.records import LANGUAGES
from eval import measures, plots
from eval.figures import GAP_NAMES, HEADLINE, LOWER_IS_BETTER, Figure, figure, select, worst_pair
from eval.gold import KINDS, STYLES, Group
from eval.rows import Row

if TYPE_CHECKING:
    from eval.runner import Outcome

_ANSWERABLE = "answerable"
_RUN_COLUMNS = (
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
_PAIRS = tuple((asked, reply) for asked in LANGUAGES for reply in LANGUAGES)
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
        _answerers_table(outcome),
        _tokens_table(outcome),
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
        cells = [number(figure_name, _value(diagonal, figure_name, slice_)) for _, figure_name, slice_ in _RUN_COLUMNS]
        lines.append((name, *cells, number("passage_chars", _value(diagonal, "passage_chars", _ANSWERABLE))))
    title = "Runs compared, question and reply in one language"
    return TableData(
        title,
        ("run", *(column for column, _, _ in _RUN_COLUMNS), "chars of 1st"),
        tuple(lines) if len(lines) > 1 else (),
    )


def _value(rows: Sequence[Row], name: str, slice_: str) -> float | None:
    found = figure(rows, name, slice_)
    return None if found is None else found.value


def _pairs_table(rows: Sequence[Row]) -> TableData:
    """Every measure in every pair of languages: the value and its interval; `n` as the groups that the first pair has it for."""
    pairs = [pair for pair in _PAIRS if any((row.asked, row.reply) == pair for row in rows)]
    chosen = {pair: [row for row in rows if (row.asked, row.reply) == pair] for pair in pairs}
    lines = []
    for name, slice_ in HEADLINE:
        found = [None if name in GAP_NAMES else figure(chosen[pair], name, slice_) for pair in pairs]
        measured = [one for one in found if one is not None]
        if measured:
            better = "↓" if name in LOWER_IS_BETTER else "↑"
            label = name if slice_ in (_ANSWERABLE, "all") else f"{slice_} {name}"
            cells = ["–" if one is None else f"{_brief(one.name, one.value)} {_brief_interval(one)}" for one in found]
            lines.append((f"{label} {better}", str(measured[0].interval.n), *cells))
    columns = ("question → reply", "n", *(f"{asked}→{reply}" for asked, reply in pairs))
    return TableData("Every measure in every pair of languages, with 95 %", columns, tuple(lines))


def _brief(name: str, value: float) -> str:
    return f"{value:.0f}" if name.endswith(("_ms", "_chars")) else f"{value:.2f}"


def _brief_interval(found: Figure) -> str:
    """`.69–.82`."""
    low, high = (_brief(found.name, bound) for bound in (found.interval.low, found.interval.high))
    if "." not in low:
        return f"{low}–{high}"
    return "–".join({"0.00": "0", "1.00": "1"}.get(bound, bound.removeprefix("0")) for bound in (low, high))


def _answerers_table(outcome: Outcome) -> TableData:
    """With a model: whose the answers are. What it did not answer was refused before it was asked, or answered offline in its place."""
    counts = Counter((row.answerer, row.status) for row in outcome.rows) if outcome.model else Counter()
    names = sorted({name for name, _ in counts}, key=lambda name: name != outcome.model)
    lines = tuple(
        (name or "–", *(str(counts[name, status]) for status in ("scored", "refused", "error"))) for name in names
    )
    return TableData("Who answered, in rows", ("answerer", "answered", "refused", "error"), lines)


def _tokens_table(outcome: Outcome) -> TableData:
    lines = []
    for name, rows in outcome.runs.items():
        prompt, completion = (
            sum(getattr(row.usage, side) for row in rows) for side in ("prompt_tokens", "completion_tokens")
        )
        if prompt or completion:
            each = f"{(prompt + completion) / len(rows):.0f}"
            lines.append((name, str(len(rows)), str(prompt), str(completion), each))
    return TableData("Tokens", ("run", "rows", "prompt", "completion", "a row"), tuple(lines))


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


def fault_names(row: Row) -> tuple[str, ...]:
    """The classes of the faults of a row, as tables and plots call them."""
    return tuple(shown for shown, start in _REASONS if any(fault.startswith(start) for fault in row.faults))


def _faults_table(rows: Sequence[Row]) -> TableData:
    """How many rows have a fault of each class, by question language and by reply language."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        for shown in fault_names(row):
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
    from eval.runner import replay_line, verdict_lines

    replayed = replay_line(outcome)
    parts = [f"# Evaluation, {outcome.date}", "", _about(outcome), ""]
    parts += [f"**{replayed}**", ""] if replayed else []
    parts += ["```", *verdict_lines(outcome)[-20:], "```", ""]
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
main{max-width:1180px;margin:0 auto;padding:24px 16px 80px}h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:34px 0 8px}h3{font-size:15px;margin:18px 0 6px}
p{margin:4px 0;color:var(--soft)}a{color:var(--a)}nav{margin:10px 0;display:flex;flex-wrap:wrap;gap:4px 16px}
.verdict{font-weight:600;padding:10px 14px;border-radius:8px;border:1px solid var(--line);background:var(--card);color:var(--good);margin:14px 0}.verdict.bad,.replay{color:var(--bad)}
.replay{font-weight:600;padding:10px 14px;border-radius:8px;border:1px dashed var(--bad);margin:14px 0}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:10px}.tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 12px}
.tile b{display:block;font-size:24px;line-height:1.2}.tile span{color:var(--soft);font-size:12.5px;display:block}.plots{display:grid;grid-template-columns:repeat(2,1fr);gap:12px}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 12px}figcaption{font-weight:600;font-size:14px;margin-bottom:6px}
figcaption small{display:block;font-weight:400;color:var(--soft);font-size:12.5px}figure{overflow-x:auto}svg{width:100%;min-width:430px;height:auto;display:block}.stack{display:grid;gap:12px;align-content:start}
@media(max-width:760px){.tiles{grid-template-columns:repeat(2,1fr)}.plots{grid-template-columns:1fr}}
svg text{fill:var(--soft);font-size:11px}.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;background:var(--card)}
th,td{padding:3px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}th:first-child,td:first-child{text-align:left}th{color:var(--soft);font-weight:500}
details{background:var(--card);border:1px solid var(--line);border-radius:8px;margin:6px 0;padding:6px 12px}summary{cursor:pointer}.row{border-top:1px solid var(--line);padding:8px 0;overflow-wrap:anywhere}
.fault{color:var(--bad)}.soft,.soft li{color:var(--soft);font-size:13px}.yes{color:var(--good)}.no{color:var(--bad)}code{font-size:12.5px;overflow-wrap:anywhere}
"""


def html_page(outcome: Outcome) -> str:
    """One page: whether it passed, the figures, where it fails, every failed question, then all tables."""
    from eval.runner import replay_line, verdict_lines

    *bad, last = verdict_lines(outcome)
    replayed = replay_line(outcome)
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Evaluation, {outcome.date}</title>',
        f"<style>{_STYLE}</style></head><body><main><h1>Evaluation, {outcome.date}</h1><p>{escape(_about(outcome))}</p>",
        f'<div class="replay">{escape(replayed)}</div>' if replayed else "",
        f'<div class="verdict{"" if outcome.ok else " bad"}">{escape(last)}{"".join(f"<br>{escape(line)}" for line in bad[:40])}</div>',
        _tiles(outcome.rows),
        '<nav><a href="#where">Where it fails</a><a href="#glance">Languages, refusals, latency</a><a href="#failed">Every failed question</a><a href="#tables">All tables</a></nav>',
        '<h2 id="where">Where it fails</h2><div class="plots">',
        _figure(
            "By kind of question",
            "Share of the rows with any fault, by question language; worst first.",
            _kinds_plot(outcome.rows),
        ),
        '<div class="stack">',
        _figure("By what went wrong", "Share of all rows, by question language.", _faults_plot(outcome.rows)),
        _figure(
            "By style of wording", "Answerable questions: share of the rows with any fault.", _styles_plot(outcome.rows)
        ),
        '</div></div><h2 id="glance">Languages, refusals, latency</h2><div class="plots">',
        _figure(
            "Parity by question language",
            "Answerable questions, with 95 % intervals.",
            _parity_plot(outcome.rows, "question"),
        ),
        _figure("Parity by reply language", "The same questions.", _parity_plot(outcome.rows, "reply")),
        _figure(
            "What refusing costs",
            "The lines: if a threshold on the best passage's score alone decided. The dots: what the assistant does. Lower left is better.",
            _curve_plot(outcome.rows),
        ),
        _figure(
            "Latency of an answer",
            "Milliseconds"
            + (", without the model's own time" if outcome.recorded else "")
            + "; lines at the median and at 95 %.",
            _latency_plot(outcome.rows),
        ),
        "</div>",
    ]
    failed = failed_groups(outcome.rows)
    parts.append(
        f'<h2 id="failed">Every failed question: {len(failed)} groups, {sum(len(rows) for _, rows in failed)} rows</h2>'
        "<p>By what is wrong in most of a group's rows; most faulty first. ✓ marks a passage that holds evidence.</p>"
    )
    for fault, found in _by_fault(failed):
        rows_in = sum(len(rows) for _, rows in found)
        parts.append(f"<h3>{escape(fault)}: {len(found)} groups, {rows_in} rows</h3>")
        parts += [_html_group(group, rows) for group, rows in found]
    parts.append('<h2 id="tables">All tables</h2>')
    parts += [_html_table(table) for table in tables(outcome)]
    parts.append("</main></body></html>\n")
    return "".join(parts)


_Failed = tuple[Group, tuple[Row, ...]]


def _by_fault(failed: Sequence[_Failed]) -> list[tuple[str, list[_Failed]]]:
    """The failed groups by the fault that most of their rows have; faults in the order of their groups' number."""
    found: dict[str, list[_Failed]] = {}
    for group, rows in failed:
        counts = Counter(name for row in rows for name in fault_names(row))
        found.setdefault(counts.most_common(1)[0][0] if counts else "other", []).append((group, rows))
    return sorted(found.items(), key=lambda item: -len(item[1]))


def _tiles(rows: Sequence[Row]) -> str:
    chosen = (
        ("facts_all", _ANSWERABLE, "answers with all facts"),
        ("facts_all_gap_question", _ANSWERABLE, "parity gap of question languages"),
        ("hit_at_1", _ANSWERABLE, "evidence is the first passage"),
        ("hallucination_rate", "unanswerable", "answered without ground"),
        ("error_rate", _ANSWERABLE, "refused without need"),
        ("facts_all", "follow-up", "follow-ups with all facts"),
        ("handled", "false-premise", "false premises put right"),
        ("citation_precision", _ANSWERABLE, "citations that support"),
        ("citation_recall", _ANSWERABLE, "facts that a citation holds"),
        ("language_ok", "all", "in the right language"),
    )
    tiles = []
    for name, slice_, words in chosen:
        found = figure(rows, name, slice_)
        if found is not None:
            value, low, high = (
                f"{share * 100:.1f}" for share in (found.value, found.interval.low, found.interval.high)
            )
            unit = "points" if name in GAP_NAMES else "%"
            tiles.append(
                f'<div class="tile"><b>{value} {unit}</b>{escape(words)}<span>{low} to {high}, n = {found.interval.n}</span></div>'
            )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _figure(title: str, reading: str, svg: str) -> str:
    return (
        f"<figure><figcaption>{escape(title)}<small>{escape(reading)}</small></figcaption>{svg}</figure>" if svg else ""
    )


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
    return f'<h3>{escape(table.title)}</h3><div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _html_group(group: Group, rows: Sequence[Row]) -> str:
    pairs = "all pairs" if len(rows) == len(_PAIRS) else ", ".join(f"{row.asked}→{row.reply}" for row in rows)
    evidence = "".join(f"<li>{escape(item.article)}: {escape(item.quote)}</li>" for item in group.evidence)
    shown = "".join(_html_row(row) for row in rows)
    return (
        f"<details><summary><b>{escape(group.id)}</b> {escape(group.kind)}, {escape(group.style)}: {escape(group.wordings['en'].question)} "
        f'<span class="soft">{escape(pairs)}</span></summary><p>Expected: <code>{escape(_expected(group))}</code></p><ul class="soft">{evidence}</ul>{shown}</details>'
    )


def _html_row(row: Row) -> str:
    wording = row.group.wordings[row.asked]
    history = "".join(f'<div class="soft">before: {escape(turn)}</div>' for turn in wording.history)
    searched = f'<div class="soft">searched: {escape(row.query)}</div>' if wording.history and row.query else ""
    passages = "".join(
        f'<li><span class="{"yes" if p.relevant else "no"}">{"✓" if p.relevant else "✗"}</span> {escape(p.article_id)} ¶{p.paragraph} ({p.score:.2f}) {escape(p.text[:160])}</li>'
        for p in row.passages[:3]
    )
    cited = "".join(
        f"<li>[{c.number}] {escape(c.article_id)} ¶{c.paragraph} {escape(c.quote[:160])}</li>" for c in row.citations
    )
    did = "refused" if row.refused else "answered"
    return (
        f'<div class="row">{history}<div><b>{row.asked} → {row.reply}</b> {escape(wording.question)}</div>{searched}<div class="fault">{escape("; ".join(row.faults))}</div>'
        f'<div><span class="soft">{did}:</span> {escape(row.text) or "–"}</div>'
        + (f'<div class="soft">cited:</div><ul class="soft">{cited}</ul>' if cited else "")
        + (f'<div class="soft">retrieved:</div><ol class="soft">{passages}</ol>' if passages else "")
        + "</div>"
    )


# --- plots -----------------------------------------------------------------------------------------------------------


def _kinds_plot(rows: Sequence[Row]) -> str:
    slices = [(kind, [row for row in rows if row.group.kind == kind]) for kind in KINDS]
    return _faulty_plot(slices, "share of rows with a fault, by kind")


def _styles_plot(rows: Sequence[Row]) -> str:
    answerable = select(rows, _ANSWERABLE)
    slices = [(style, [row for row in answerable if row.group.style == style]) for style in STYLES]
    return _faulty_plot(slices, "share of rows with a fault, by style")


def _faulty_plot(slices: Sequence[tuple[str, Sequence[Row]]], label: str) -> str:
    shares = [
        (name, [_share([bool(row.faults) for row in chosen if row.asked == asked]) for asked in LANGUAGES])
        for name, chosen in slices
    ]
    faulty = sorted((item for item in shares if any(item[1])), key=lambda item: -max(item[1]))
    return plots.sideways(faulty, LANGUAGES, label) if faulty else ""


def _faults_plot(rows: Sequence[Row]) -> str:
    shares = []
    for name, _ in _REASONS:
        by_language = [_share([name in fault_names(row) for row in rows if row.asked == asked]) for asked in LANGUAGES]
        if any(by_language):
            shares.append((name, by_language))
    shares.sort(key=lambda item: -max(item[1]))
    return plots.sideways(shares, LANGUAGES, "share of rows with each fault") if shares else ""


def _share(truths: Sequence[bool]) -> float:
    return sum(truths) / len(truths) if truths else 0.0


def _parity_plot(rows: Sequence[Row], side: str) -> str:
    groups = []
    for name, label in (("facts_all", "all facts"), ("hit_at_1", "evidence first"), ("error_rate", "refused")):
        found = [(one, figure(rows, name, f"{_ANSWERABLE} {side}={one}")) for one in LANGUAGES]
        groups.append((label, [(language, one.interval) for language, one in found if one is not None]))
    return plots.bars(groups, f"parity by {side} language")


def _curve_plot(rows: Sequence[Row]) -> str:
    lines = []
    for language in LANGUAGES:
        missing = select(rows, f"unanswerable question={language} pair=diagonal")
        present = select(rows, f"{_ANSWERABLE} question={language} pair=diagonal")
        curve = measures.refusal_curve(
            [row.confidence or 0.0 for row in missing], [row.confidence or 0.0 for row in present]
        )
        if curve:
            here = (
                measures.hallucination_rate([row.refused for row in missing]),
                measures.error_rate([row.refused for row in present]),
                "",
            )
            lines.append(plots.Curve(language, [(point.hallucination, point.error) for point in curve], [here]))
    return plots.curves(lines, "answered without ground", "refused without need") if lines else ""


def _latency_plot(rows: Sequence[Row]) -> str:
    values = [row.scores.latency_ms for row in rows if row.scores.latency_ms is not None]
    return plots.histogram(values, (0.5, 0.95), "latency")
