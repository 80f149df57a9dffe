"""Cited answers in Chinese, Russian and English from Chinese articles.

>>> from assistant import ask
>>> ask("Сколько проектов было подписано?").text  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from assistant import collector

if TYPE_CHECKING:
    from assistant.api import Assistant, ask
    from assistant.errors import (
        AssistantError,
        CorpusError,
        ModelError,
        ModelRejected,
        ModelUnavailable,
        PromptError,
        QuestionError,
        SettingsError,
        StoreBusy,
        StoreError,
        StoreMismatch,
    )  # fmt: skip
    from assistant.records import Answer, Checks, Citation, IngestReport, Language, RetrievedPassage, TextDelta, Usage
    from assistant.settings import Settings

__version__ = "0.1.0"

# Names are looked up when they are first used, so that `import assistant` and `--help` load no vendor package.
_HOME = {
    "api": ("Assistant", "ask"),
    "errors": (
        "AssistantError",
        "CorpusError",
        "ModelError",
        "ModelRejected",
        "ModelUnavailable",
        "PromptError",
        "QuestionError",
        "SettingsError",
        "StoreBusy",
        "StoreError",
        "StoreMismatch",
    ),
    "records": ("Answer", "Checks", "Citation", "IngestReport", "Language", "RetrievedPassage", "TextDelta", "Usage"),
    "settings": ("Settings",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Answer", "Assistant", "AssistantError", "Checks", "Citation", "CorpusError", "IngestReport", "Language", "ModelError", "ModelRejected", "ModelUnavailable",
    "PromptError", "QuestionError", "RetrievedPassage", "Settings", "SettingsError", "StoreBusy", "StoreError", "StoreMismatch", "TextDelta", "Usage", "ask",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with collector.paused():
        return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
