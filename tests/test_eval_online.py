"""A run with a model over HTTP, recorded; then the same run from the record, with the service gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openai_stub import Request, Script, Stub, honest

from eval import runner
from eval.replay import REPLIES

ARTICLE = """---
id: signing
language: zh
title: 签约
source: 日报
author: 李
date: 2026-06-30
---

大会在青岛国际会议中心举行。

会上签约11个项目，来自9个国家。
"""
ELEVEN = r"(?<!\d)11(?!\d)"
GOLD = [
    {
        "id": "a-1",
        "kind": "number",
        "zh": {"question": "会上签约了多少个项目？"},
        "ru": {"question": "Сколько проектов подписали на конференции?"},
        "en": {"question": "How many projects were signed at the conference?"},
        "facts": [{"zh": ELEVEN, "ru": ELEVEN, "en": ELEVEN}],
        "evidence": [{"article": "signing", "quote": "签约11个项目"}],
    },
    {
        "id": "a-2",
        "kind": "place",
        "zh": {"question": "大会在青岛哪里举行？"},
        "ru": {"question": "Где проходит конференция в Циндао?"},
        "en": {"question": "Where in Qingdao is the conference held?"},
        "facts": [{"zh": "国际会议中心", "ru": "конгресс", "en": "convention"}],
        "evidence": [{"article": "signing", "quote": "青岛国际会议中心"}],
    },
    {
        "id": "u-1",
        "kind": "unanswerable",
        "zh": {"question": "谁给大会出钱？"},
        "ru": {"question": "Кто оплатил конференцию?"},
        "en": {"question": "Who paid for the conference?"},
        "facts": [],
        "evidence": [],
    },
]
TIMES = ("latency_ms",)


def unsteady(request: Request) -> Script:
    """An honest model whose service breaks off in the middle of every fifth reply."""
    script = honest(request)
    return Script(pieces=script.pieces, cut_after=2) if request.number % 5 == 4 else script


@pytest.fixture
def common(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The options of every run here: a corpus of one article, three gold groups, a gate that is reached."""
    for name in ("corpus/signing", "gold"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "corpus" / "signing" / "zh.md").write_text(ARTICLE, encoding="utf-8")
    lines = [json.dumps({"style": "plain", **row}, ensure_ascii=False) for row in GOLD]
    (tmp_path / "gold" / "all.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "gate.toml").write_text('[gate]\nquotes_verbatim = {slice = "all", min = 1}\n', encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_MAX_RETRIES", "0")
    places = {"--corpus": "corpus", "--gold": "gold", "--thresholds": "gate.toml"}
    return [word for option, name in places.items() for word in (option, str(tmp_path / name))] + ["--quick"]


def _rows(report: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (report / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        for name in TIMES:
            assert row["scores"].pop(name) > 0
    return rows


def _record(common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A recorded run against a stub that is gone afterwards; how many requests it had."""
    with Stub(unsteady) as stub:
        monkeypatch.setenv("OPENAI_BASE_URL", stub.base_url)
        monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "stub-1")
        monkeypatch.setenv("ASSISTANT_PRICE_PROMPT", "2")
        monkeypatch.setenv("ASSISTANT_PRICE_COMPLETION", "10")
        live = ["--answerer", "llm", "--record", str(tmp_path / "record"), "--report", str(tmp_path / "live")]
        assert runner.main([*common, *live]) == 0
        for name in ("OPENAI_BASE_URL", "ASSISTANT_CHAT_MODEL", "ASSISTANT_PRICE_PROMPT", "ASSISTANT_PRICE_COMPLETION"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("ASSISTANT_MAX_RETRIES", "2")  # a replay has the settings of its record
        return len(stub.requests)


def test_a_recorded_run_is_replayed_without_service_key_or_settings(
    common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = _record(common, tmp_path, monkeypatch)
    told = capsys.readouterr().out
    assert "answerer: stub-1, live" in told
    recorded = [json.loads(line) for line in (tmp_path / "record" / REPLIES).read_text(encoding="utf-8").splitlines()]
    assert len(recorded) == requests
    assert any("fault" in row for row in recorded)
    assert any("fault" not in row for row in recorded)

    assert runner.main([*common, "--replay", str(tmp_path / "record"), "--report", str(tmp_path / "again")]) == 0
    assert _rows(tmp_path / "again") == _rows(tmp_path / "live")
    replayed = capsys.readouterr().out
    tokens = [line for line in told.splitlines() if line.startswith("tokens: ")]
    assert tokens == [line for line in replayed.splitlines() if line.startswith("tokens: ")]
    assert " cost 0." in tokens[0]
    page, text = ((tmp_path / "again" / name).read_text(encoding="utf-8") for name in ("index.html", "report.md"))
    for shown in (replayed, page, text):
        assert "This is a replay: the replies are those that stub-1 gave on 20" in shown
        assert "No model was asked" in shown
    for shown in (told, (tmp_path / "live" / "index.html").read_text(encoding="utf-8")):
        assert "This is a replay" not in shown


def test_a_request_that_was_not_recorded_fails_the_replay_and_is_named(
    common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _record(common, tmp_path, monkeypatch)
    article = tmp_path / "corpus" / "signing" / "zh.md"
    article.write_text(article.read_text(encoding="utf-8").replace("会上签约", "大会上签约"), encoding="utf-8")
    capsys.readouterr()
    assert runner.main([*common, "--replay", str(tmp_path / "record")]) == 1
    told = capsys.readouterr().out
    assert "ERROR assistant: a-1 zh→zh: ReplayError: The record in " in told
    assert "the prompt, the passages or the question have changed. Record again" in told


def test_a_model_that_is_not_set_is_told_before_anything_is_asked(
    common: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main([*common, "--answerer", "llm", "--record", str(tmp_path / "record")]) == 1
    assert "OPENAI_API_KEY or OPENAI_BASE_URL is not set" in capsys.readouterr().err
    assert not (tmp_path / "record").exists()


def test_a_service_that_is_down_fails_the_run(
    common: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Stub() as stub:
        address = stub.base_url
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    monkeypatch.setenv("ASSISTANT_CHAT_MODEL", "stub-1")
    assert runner.main([*common, "--answerer", "llm"]) == 1
    assert "MUTE none of the answers is the model's own (stub-1)" in capsys.readouterr().out
