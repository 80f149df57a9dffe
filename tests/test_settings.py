"""Settings come from arguments, the environment and .env, in this order, and a wrong one says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.errors import SettingsError
from assistant.settings import PROJECT_ROOT, Settings


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_everything_is_offline() -> None:
    settings = Settings()
    assert (settings.embedding, settings.answerer) == ("offline", "auto")
    assert settings.openai_api_key is settings.openai_base_url is settings.chat_model is settings.chroma_host is None
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert (settings.corpus, settings.store) == (PROJECT_ROOT / "corpus", PROJECT_ROOT / ".store")


def test_an_argument_goes_before_the_environment_and_that_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("ASSISTANT_TOP_K=3\nASSISTANT_PORT=1003\nASSISTANT_HOST=::1\n", encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_TOP_K", "4")
    monkeypatch.setenv("ASSISTANT_PORT", "1004")
    settings = Settings(top_k=5)
    assert (settings.top_k, settings.port, settings.host) == (5, 1004, "::1")


def test_names_are_read_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("assistant_top_k", "7")
    assert Settings().top_k == 7


def test_services_have_their_usual_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("CHROMA_HOST", "127.0.0.1")
    monkeypatch.setenv("CHROMA_PORT", "8001")
    settings = Settings()
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-secret"
    assert (settings.openai_base_url, settings.chroma_host, settings.chroma_port) == (
        "http://127.0.0.1:1/v1",
        "127.0.0.1",
        8001,
    )


def test_a_key_and_a_password_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("ASSISTANT_LOGIN", "minister:hunter2")
    shown = repr(Settings()) + str(Settings())
    assert "sk-secret" not in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("ASSISTANT_CORPS", "Did you mean ASSISTANT_CORPUS?"),
        ("ASSISTANT_EMBEDING", "Did you mean ASSISTANT_EMBEDDING?"),
        ("assistant_top_n", "Did you mean ASSISTANT_TOP_K?"),
    ],
)
def test_an_unknown_name_is_an_error_that_suggests_the_nearest(
    monkeypatch: pytest.MonkeyPatch, name: str, near: str
) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert str(caught.value).startswith(f"Unknown setting {name}.")
    assert near in str(caught.value)


def test_an_unknown_name_in_the_file_is_an_error_too() -> None:
    Path(".env").write_text("ASSISTANT_STOR=x\nOTHER=1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="Did you mean ASSISTANT_STORE"):
        Settings()


def test_names_of_other_programs_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG", "x")
    monkeypatch.setenv("CHROMA_SOMETHING", "x")
    assert Settings().top_k == 10


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ASSISTANT_TOP_K", "many", "ASSISTANT_TOP_K is 'many'"),
        ("ASSISTANT_TOP_K", "0", "greater than or equal to 1"),
        ("ASSISTANT_PORT", "70000", "less than or equal to 65535"),
        ("ASSISTANT_ANSWERER", "magic", "'auto', 'extractive' or 'llm'"),
        ("ASSISTANT_TIMEOUT_S", "-1", "greater than 0"),
        ("CHROMA_PORT", "x", "CHROMA_PORT is 'x'"),
    ],
)
def test_a_bad_value_is_told_with_its_name_and_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        Settings()
    assert name in str(caught.value)
    assert said in str(caught.value)


def test_settings_do_not_change_once_made() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().top_k = 3  # type: ignore[misc]


def test_making_settings_opens_and_creates_nothing(tmp_path: Path) -> None:
    Settings(corpus=tmp_path / "none", store=tmp_path / "store")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "host"),
    [("﻿ASSISTANT_HOST=::1\n", "::1"), ("# Циндао 青岛\nASSISTANT_HOST='::1'\n", "::1"), ("", "127.0.0.1")],
)
def test_the_file_may_have_comments_quotes_and_nothing(content: str, host: str) -> None:
    Path(".env").write_text(content, encoding="utf-8")
    assert Settings().host == host
