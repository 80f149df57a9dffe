"""Plots are well-formed, stay within their frame and show the values that they are given."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval import plots
from eval.measures import Interval

SHARES = st.floats(0, 1)


def _texts(svg: str) -> list[str]:
    return [found.text or "" for found in ET.fromstring(svg).iter("text")]


def test_a_curve_goes_through_its_points() -> None:
    svg = plots.curves([plots.Curve("zh", [(0.0, 0.0), (0.5, 1.0)], [(1.0, 0.5, "now")])], "across <", "up")
    (line,) = ET.fromstring(svg).iter("polyline")
    # the frame goes from 40 to 528 across and from 206 up to 22
    assert line.get("points") == "40.0,206.0 284.0,22.0"
    (dot,) = ET.fromstring(svg).iter("circle")
    assert (dot.get("cx"), dot.get("cy")) == ("528.0", "114.0")
    assert {"zh", "now", "across < →", "↑ up"} <= set(_texts(svg))


def test_bars_show_value_and_interval() -> None:
    svg = plots.bars(
        [("all facts", [("zh", Interval(0.5, 0.25, 1.0, 9)), ("ru", Interval(0.0, 0.0, 0.5, 9))])], "parity"
    )
    assert {"zh 0.50", "ru 0.00", "all facts"} <= set(_texts(svg))
    heights = [rect.get("height") for rect in ET.fromstring(svg).iter("rect")]
    assert heights == ["92.0", "0.0"]  # half of 206 - 22
    assert "V22.0" in svg


def test_sideways_bars_name_their_rows_and_the_largest_share() -> None:
    svg = plots.sideways([("number", (0.1, 0.25, 0.0))], ("zh", "ru", "en"), "faults")
    assert {"number", "25%", "zh", "ru", "en"} <= set(_texts(svg))
    assert [rect.get("width") for rect in ET.fromstring(svg).iter("rect")] == ["34.0", "85.0", "1.0"]  # of 340


def test_a_histogram_counts_every_value_once() -> None:
    values = [1.0, 1.0, 2.0, 100.0]
    svg = plots.histogram(values, (0.5,), "latency", bins=4)
    assert "p50 1.0" in _texts(svg)
    heights = [float(rect.get("height") or 0) for rect in ET.fromstring(svg).iter("rect")]
    assert heights == pytest.approx([184.0, 184.0 / 3], abs=0.1)  # three values in the first bin, one in the last
    assert plots.histogram([], (0.5,), "latency") == ""


@given(st.lists(st.tuples(SHARES, SHARES), max_size=20))
def test_no_point_leaves_the_frame(points: list[tuple[float, float]]) -> None:
    svg = plots.curves([plots.Curve("zh", points)], "x", "y")
    drawn = re.search(r'points="([^"]*)"', svg)
    assert drawn
    for pair in drawn[1].split():
        x, y = map(float, pair.split(","))
        assert 40 <= x <= 528
        assert 22 <= y <= 206


def test_a_plot_alone_brings_its_colours_and_asks_for_nothing() -> None:
    svg = plots.alone(plots.curves([plots.Curve("zh", [(0, 0), (1, 1)])], "x", "y"))
    root = ET.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme:dark" in svg
    assert svg.count("http") == 1
    for used in re.findall(r"var\((--\w+)\)", svg):
        assert f"{used}:" in svg
