"""Token counts that need no network: the encoding tables ship inside llama-index-core."""

from __future__ import annotations

import functools
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken


@functools.cache
def _encoding(name: str) -> tiktoken.Encoding:
    # tiktoken downloads its tables on first use unless this folder has them (measured; tiktoken issues 232, 317).
    if "TIKTOKEN_CACHE_DIR" not in os.environ:
        spec = importlib.util.find_spec("llama_index.core")
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(folder) / "_static" / "tiktoken_cache")
    import tiktoken

    return tiktoken.get_encoding(name)


def count_tokens(text: str) -> int:
    """The number of o200k_base tokens of `text`; special-token strings count as ordinary text."""
    return len(_encoding("o200k_base").encode_ordinary(text))
