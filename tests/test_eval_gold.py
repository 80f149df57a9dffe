"""The gold: what is shipped is in order, and each fault is reported as file:line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.gold import GoldError, corpus_blocks, read_gold

ROOT = Path(__file__).resolve().parent.parent
BLOCKS = {"signing": ("大会在青岛举行。", "会上签约11个项目。大会在青岛举行。")}


def _row(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": "a-1",
        "kind": "number",
        "style": "plain",
        "zh": {"question": "签了几个项目？"},
        "ru": {"question": "Сколько проектов?"},
        "en": {"question": "How many projects?"},
        "facts": [{"zh": "11", "ru": "11", "en": "11|eleven"}],
        "evidence": [{"article": "signing", "quote": "11个项目"}],
    }
    return {key: value for key, value in {**row, **changes}.items() if value is not None}


def _write(folder: Path, *rows: dict[str, Any] | str) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "some.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_the_shipped_gold_fits_the_shipped_corpus() -> None:
    groups = read_gold(ROOT / "eval" / "gold", corpus_blocks(ROOT / "corpus"))
    assert len(groups) >= 280
    assert {group.kind for group in groups} >= {"number", "follow-up", "false-premise", "unanswerable", "small-talk"}


def test_a_row_becomes_a_group(tmp_path: Path) -> None:
    (group,) = read_gold(_write(tmp_path, _row(all=True)), BLOCKS)
    assert group.wordings["ru"].question == "Сколько проектов?"
    assert group.needs_all
    assert group.facts[0].patterns["en"].search("ELEVEN")
    assert group.places == (("signing", 2),)
    assert group.evidence[0].starts == ((2, 4),)


def test_a_quote_in_two_blocks_has_both_places(tmp_path: Path) -> None:
    row = _row(
        facts=[{"zh": "青岛", "ru": "циндао", "en": "qingdao"}],
        evidence=[{"article": "signing", "quote": "大会在青岛举行。"}],
    )
    (group,) = read_gold(_write(tmp_path, row), BLOCKS)
    assert group.evidence[0].starts == ((1, 0), (2, 10))
    assert group.places == (("signing", 1), ("signing", 2))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "not JSON"),
        ("[]", "expected a JSON object"),
        (_row(kind="riddle"), "kind is 'riddle'"),
        (_row(style="loud"), "style is 'loud'"),
        (_row(ru=None), "the fields ru are missing"),
        (_row(ru={"question": " "}), "ru is"),
        (_row(extra=1), "unknown fields extra"),
        (_row(evidence=[{"article": "signing", "quote": "12个项目"}]), "verbatim"),
        (_row(evidence=[{"article": "other", "quote": "11个项目"}]), "names the article 'other'"),
        (_row(facts=[{"zh": "(", "ru": "11", "en": "11"}]), "is not a regular expression"),
        (_row(facts=[{"zh": "11", "ru": "11", "en": "11|"}]), "matches an empty answer"),
        (_row(facts=[{"zh": "11", "ru": "ещё 11", "en": "11"}]), "can never match"),
        (_row(facts=[{"zh": "12", "ru": "12", "en": "12"}]), "no evidence holds the fact '12'"),
        (_row(facts=[]), "lacks facts or evidence"),
        (_row(kind="unanswerable"), "has facts or evidence"),
        (_row(kind="follow-up"), "has no history"),
        (_row(zh={"question": "那呢？", "history": ["签了几个？"]}), "has a history"),
    ],
)
def test_each_fault_names_file_and_line(tmp_path: Path, row: dict[str, Any] | str, message: str) -> None:
    with pytest.raises(GoldError, match=r"some\.jsonl:2: ") as caught:
        read_gold(_write(tmp_path, _row(id="a-0"), row), BLOCKS)
    assert message in str(caught.value)


def test_an_inferred_fact_needs_no_quote_that_says_it(tmp_path: Path) -> None:
    fact = {"zh": "12", "ru": "12", "en": "12", "inferred": True}
    (group,) = read_gold(_write(tmp_path, _row(facts=[fact])), BLOCKS)
    assert group.facts[0].inferred


def test_an_id_used_twice_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="used twice"):
        read_gold(_write(tmp_path, _row(), _row()), BLOCKS)


def test_a_folder_without_gold_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="no gold"):
        read_gold(tmp_path / "none", BLOCKS)
