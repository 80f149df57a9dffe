"""Tokens are counted without the network, special strings as ordinary text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tokens import count_tokens

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("a", 1), ("hello world", 2), ("<|endoftext|>", 7), ("\n", 1)],
)
def test_counts_are_those_of_o200k(text: str, count: int) -> None:
    assert count_tokens(text) == count


@pytest.mark.parametrize(
    "text", ["中国—上海合作组织科技创新合作大会", "Сколько проектов подписано?", "青岛 Циндао Qingdao 🙂\ufeff\0"]
)
def test_chinese_and_russian_cost_more_than_nothing_and_less_than_their_bytes(text: str) -> None:
    assert 1 <= count_tokens(text) <= len(text.encode())


@given(st.text(max_size=60), st.text(max_size=60))
def test_joining_two_texts_costs_at_most_the_bytes(one: str, other: str) -> None:
    assert 0 <= count_tokens(one + other) <= len((one + other).encode(errors="replace"))


def test_nothing_is_downloaded_even_in_a_fresh_process() -> None:
    code = (
        "import sys\n"
        "def watch(event, args):\n"
        "    if event.startswith('socket.'): raise RuntimeError(event)\n"
        "sys.addaudithook(watch)\n"
        "from assistant.tokens import count_tokens\n"
        "print(count_tokens('hello world'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("2\n", 0), done.stderr


def test_a_very_long_text_is_counted() -> None:
    assert count_tokens("青岛 " * 33_000) > 30_000
