"""The bounds of the gate never fall below those of an earlier release."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import figures, history, runner
from eval.measures import Interval

GATE = 'facts = {figure = "facts_all", slice = "answerable", min = 0.7}\nerrors = {figure = "error_rate", slice = "answerable", max = 0.2}'
FACTS = figures.Figure("facts_all", "answerable", Interval(0.72346, 0.6, 0.8, 9), 81)
SHARE = figures.Figure("facts_share", "answerable", Interval(0.75, 0.6, 0.8, 9), 81)


def _bounds(folder: Path, gate: str) -> tuple[figures.Bound, ...]:
    (folder / "thresholds.toml").write_text(f"[gate]\n{gate}\n", encoding="utf-8")
    return figures.read_bounds(folder / "thresholds.toml")


def _release(path: Path, version: str, gate: str, *found: figures.Figure) -> None:
    history.record(path, {"version": version, "date": "2026-07-01"}, found or (FACTS,), _bounds(path.parent, gate))


def test_a_release_is_one_row_with_its_figures_and_bounds(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    _release(path, "0.1.0", GATE)
    assert history.read(path) == (
        {
            "version": "0.1.0",
            "date": "2026-07-01",
            "facts_all [answerable]": "0.7235",
            "≥ facts_all [answerable]": "0.7",
            "≤ error_rate [answerable]": "0.2",
        },
    )


def test_the_same_release_is_written_over_and_another_is_added(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    _release(path, "0.1.0", GATE)
    _release(path, "0.1.0", GATE.replace("0.7", "0.71"))
    _release(path, "0.2.0", GATE.replace("0.7", "0.71"), FACTS, SHARE)
    first, second = history.read(path)
    assert (first["version"], first["≥ facts_all [answerable]"], first["facts_share [answerable]"]) == (
        "0.1.0",
        "0.71",
        "",
    )
    assert (second["version"], second["facts_share [answerable]"]) == ("0.2.0", "0.7500")


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (GATE.replace("0.7", "0.69"), "≥ facts_all [answerable]: 0.7 in the release 0.1.0, 0.69 now"),
        (GATE.replace("0.2", "0.3"), "≤ error_rate [answerable]: 0.2 in the release 0.1.0, 0.3 now"),
        (GATE.splitlines()[0], "≤ error_rate [answerable]: 0.2 in the release 0.1.0, no longer held"),
    ],
)
def test_a_bound_that_is_lowered_or_left_out_is_found(tmp_path: Path, gate: str, said: str) -> None:
    path = tmp_path / "history.csv"
    _release(path, "0.1.0", GATE)
    _release(path, "0.2.0", GATE)
    found = history.loosened(_bounds(tmp_path, gate), path)
    assert len(found) == 2  # against either release
    assert found[0].startswith(said)


def test_bounds_may_be_raised_added_and_renamed(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    _release(path, "0.1.0", GATE)
    raised = GATE.replace("0.7", "0.8").replace("facts = ", "telling = ") + '\nhits = {figure = "hit_at_1", min = 0.1}'
    assert history.loosened(_bounds(tmp_path, raised), path) == ()
    assert history.loosened(_bounds(tmp_path, GATE), tmp_path / "none.csv") == ()


def test_a_table_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("version,≥ facts_all [answerable]\n0.1.0,much\n", encoding="utf-8")
    with pytest.raises(figures.GateError, match="is 'much'; expected a number"):
        history.loosened((), tmp_path / "history.csv")


def test_no_shipped_bound_is_below_that_of_an_earlier_release() -> None:
    path = runner.HERE / "history.csv"
    assert history.read(path), "a release is missing; run: python -m eval --record-history"
    assert history.loosened(figures.read_bounds(runner.HERE / "thresholds.toml"), path) == ()
