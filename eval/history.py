"""The table of releases: what each one reached, and the bounds that it was held to, which no later one may lower.

A row a release. The columns are those of the release, then a figure each (`facts_all [answerable]`), then a bound each (`≥ facts_all [answerable]`,
`≤ error_rate [answerable]`): a bound is known by what it holds, so that neither a new name nor a deleted line gets around it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from eval.figures import Bound, Figure, GateError

_AT_LEAST, _AT_MOST = "≥ ", "≤ "


def record(path: Path, release: Mapping[str, str], found: Iterable[Figure], bounds: Iterable[Bound]) -> None:
    """Write the row of a release; one of the same `version` is replaced. Figures and bounds that are new get columns of their own."""
    row = dict(release)
    row |= {f"{one.name} [{one.slice}]": f"{one.value:.4f}" for one in found}
    row |= {column: f"{value:g}" for column, value in _columns(bounds).items()}
    rows = [*(one for one in read(path) if one.get("version") != row["version"]), row]
    columns = list(dict.fromkeys(column for one in rows for column in one))
    columns.sort(key=lambda column: column.startswith((_AT_LEAST, _AT_MOST)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read(path: Path) -> tuple[dict[str, str], ...]:
    """The rows, earliest first; none where there is no such file."""
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def loosened(bounds: Iterable[Bound], path: Path) -> tuple[str, ...]:
    """In words, each bound of an earlier release that is lower now or gone. Raises GateError for a table that cannot be read."""
    now = _columns(bounds)
    found = []
    for row in read(path):
        for column, text in row.items():
            if not column.startswith((_AT_LEAST, _AT_MOST)) or not text:
                continue
            try:
                before = float(text)
            except ValueError as error:
                raise GateError(
                    f"{path}: {column} of the release {row.get('version')!r} is {text!r}; expected a number."
                ) from error
            held = now.get(column)
            if held is None or (held < before if column.startswith(_AT_LEAST) else held > before):
                limit = "no longer held" if held is None else f"{held:g} now"
                found.append(
                    f"{column}: {before:g} in the release {row.get('version')}, {limit}; expected it no looser than then"
                )
    return tuple(found)


def _columns(bounds: Iterable[Bound]) -> dict[str, float]:
    """Column → bound."""
    columns = {}
    for bound in bounds:
        if bound.minimum is not None:
            columns[_AT_LEAST + bound.what] = bound.minimum
        if bound.maximum is not None:
            columns[_AT_MOST + bound.what] = bound.maximum
    return columns
