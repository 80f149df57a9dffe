"""`Settings`: the one reader of the environment and of `.env`. Data only; building it opens nothing."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from assistant.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
_PREFIX = "ASSISTANT_"


def _default_folder(name: str) -> Path:
    """Beside the sources in a checkout, in the working folder otherwise."""
    return (PROJECT_ROOT if (PROJECT_ROOT / "pyproject.toml").is_file() else Path.cwd()) / name


class Settings(BaseSettings):
    """Order: arguments, then the environment, then `.env` in the working folder, then these defaults."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    corpus: Path = Field(
        default_factory=lambda: _default_folder("corpus"), description="folder with one sub-folder an article"
    )
    store: Path = Field(
        default_factory=lambda: _default_folder(".store"), description="folder of the embedded Chroma store"
    )
    embedding: str = Field("offline", description="offline | openai:<model> | local:<folder of an ONNX model>")
    answerer: Literal["auto", "extractive", "llm"] = Field(
        "auto", description="auto: a model where a key or service is set, else extractive"
    )
    top_k: int = Field(10, ge=1, le=100, description="passages retrieved for a question")
    max_question_chars: int = Field(2000, ge=1, description="longer questions are refused with an error")
    host: str = Field("127.0.0.1", description="address that the page listens on")
    port: int = Field(7860, ge=0, le=65535, description="port of the page")
    without: tuple[str, ...] = Field(
        (), description="parts turned off, for measuring: questions, translations, lexical, dense, glossary"
    )
    root_path: str = Field("", description="folder that a proxy publishes the page under, such as /articles")
    hosts: str = Field(
        "",
        description="names that the page is reached under, such as qa.example.org, with commas between; needed behind a proxy "
        "that hands the name on",
    )
    login: SecretStr | None = Field(
        None, description="name:password of those who may use the page, several with commas between; none: open to all"
    )
    origins: str = Field("", description="other sites whose pages may call the page's API, with commas between")
    questions_per_minute: int = Field(20, ge=0, description="questions of one reader on the page; 0: no limit")
    requests_per_minute: int = Field(600, ge=0, description="questions and API calls from one address; 0: no limit")
    feedback: Path = Field(
        default_factory=lambda: _default_folder("feedback") / "feedback.db",
        description="SQLite file of the readers' votes and comments",
    )
    lock_timeout_s: float = Field(0.0, ge=0, description="how long a writer waits for another writer")

    openai_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key"))
    openai_base_url: str | None = Field(None, validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url"))
    chat_model: str | None = Field(None, description="any model name of the service")
    chat_context_tokens: int = Field(
        8192, ge=512, description="context window of the chat model, prompt and reply together"
    )
    prompt_budget_tokens: int = Field(
        1400, ge=300, description="most tokens of a prompt; whole passages are packed into it"
    )
    answer_max_tokens: int = Field(500, ge=16, description="most tokens of a reply")
    timeout_s: float = Field(60.0, gt=0, description="limit for one question with all its requests to the model")
    first_token_timeout_s: float = Field(20.0, gt=0, description="limit for the first token, and between two tokens")
    max_retries: int = Field(2, ge=0, le=10, description="how often a failed request is sent again")
    max_concurrent: int = Field(8, ge=1, description="requests to the model at the same time; further ones wait")
    price_prompt: float = Field(
        0.0, ge=0, description="price of a million prompt tokens, for the cost that enrich reports"
    )
    price_completion: float = Field(0.0, ge=0, description="price of a million completion tokens")
    prompts: Path = Field(default_factory=lambda: _default_folder("prompts"), description="folder of the prompt files")
    chroma_host: str | None = Field(None, validation_alias=AliasChoices("CHROMA_HOST", "chroma_host"))
    chroma_port: int = Field(8000, validation_alias=AliasChoices("CHROMA_PORT", "chroma_port"))

    def __init__(self, **values: Any) -> None:
        _reject_unknown({**_dotenv(), **os.environ}, set(type(self).model_fields))
        try:
            super().__init__(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            known = {field.lower() for field in type(self).model_fields}
            shown = name if name.isupper() else (_PREFIX + name.upper() if name in known else name)
            given = "" if "key" in name.lower() else f" is {first['input']!r}:"
            raise SettingsError(
                f"The setting {shown}{given} {first['msg'].lower()}. Mend it in the environment or in .env."
            ) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings


def _dotenv() -> Mapping[str, str | None]:
    return dotenv_values(".env") if Path(".env").is_file() else {}


def _reject_unknown(environment: Mapping[str, str | None], fields: set[str]) -> None:
    known = {f"{_PREFIX}{field.upper()}" for field in fields if not field.startswith(("openai_", "chroma_"))}
    for name in environment:
        if name.upper().startswith(_PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.5)
            hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(sorted(known))}."
            raise SettingsError(f"Unknown setting {name}.{hint}")
