"""Embeddings of a service over HTTP, and of a folder with an ONNX model, made here by hand."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import pytest
from openai_stub import Request, Script, Stub, vector_of
from pydantic import SecretStr

from assistant.embeddings import OnnxEmbedding, ServiceEmbedding, embedding_for, identity
from assistant.errors import ModelRejected, SettingsError
from assistant.models import Limits, ModelService
from assistant.settings import Settings

QUICK = Limits(timeout_s=3, max_retries=1, backoff_s=0.01)


def of(stub: Stub) -> ServiceEmbedding:
    return ServiceEmbedding(
        ModelService("bge-m3", api_key=SecretStr("sk-canary-1"), base_url=stub.base_url, limits=QUICK)
    )


def test_any_model_name_works_and_vectors_come_in_the_order_of_the_texts() -> None:
    with Stub(lambda _: Script()) as stub:
        embedding = of(stub)
        texts = [f"текст {i}" for i in range(130)]
        assert embedding.get_text_embedding_batch(texts) == [vector_of(text, 8) for text in texts]
        assert embedding.get_query_embedding("вопрос") == vector_of("вопрос", 8)
        assert [len(r.body["input"]) for r in stub.requests] == [64, 64, 2, 1]
        assert identity(embedding) == "ServiceEmbedding:bge-m3"
        assert "canary" not in repr(embedding) + json.dumps(embedding.to_dict(), default=str)
        embedding.close()


def test_texts_that_cannot_be_embedded_raise_and_a_question_goes_on_without_a_vector() -> None:
    with Stub(lambda _: Script(status=401)) as stub:
        embedding = of(stub)
        with pytest.raises(ModelRejected, match="key was refused"):
            embedding.get_text_embedding("текст")
        assert embedding.get_query_embedding("вопрос") == []
        embedding.close()


def test_a_reply_with_too_few_vectors_is_not_taken() -> None:
    def handler(request: Request) -> Script:
        return (
            Script()
            if request.number
            else Script(
                body='{"object": "list", "data": [], "model": "m", "usage": {"prompt_tokens": 0, "total_tokens": 0}}'
            )
        )

    with Stub(handler) as stub:
        embedding = of(stub)
        assert embedding.get_text_embedding("a") == vector_of("a", 8)
        assert len(stub.requests) == 2
        embedding.close()


# --- a model file, written byte by byte (onnx.proto; wire format of protocol buffers) --------------------------------


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def part(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def value_info(name: str, kind: int, dims: list[str | int]) -> bytes:
    shape = b"".join(part(1, part(2, dim) if isinstance(dim, str) else part(1, dim)) for dim in dims)
    return part(1, name) + part(2, part(1, part(1, kind) + part(2, shape)))


def lookup_model(rows: list[list[float]]) -> bytes:
    """A model whose output for each token is a row of a table: Gather(table, input_ids)."""
    table = part(1, len(rows)) + part(1, len(rows[0])) + part(2, 1) + part(8, "table")
    table += part(9, struct.pack(f"<{len(rows) * len(rows[0])}f", *[value for row in rows for value in row]))
    node = part(1, "table") + part(1, "input_ids") + part(2, "last_hidden_state") + part(4, "Gather")
    graph = part(1, node) + part(2, "g") + part(5, table)
    graph += part(11, value_info("input_ids", 7, ["batch", "length"]))
    graph += part(12, value_info("last_hidden_state", 1, ["batch", "length", len(rows[0])]))
    return part(1, 8) + part(7, graph) + part(8, part(2, 13))


VOCABULARY = {"[UNK]": 0, "конференция": 1, "проект": 2, "query": 3, "passage": 4, ":": 5}
ROWS = [[1.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 4.0], [5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None, "decoder": None,
        "model": {"type": "WordLevel", "vocab": VOCABULARY, "unk_token": "[UNK]"},
    }  # fmt: skip
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    (tmp_path / "model.onnx").write_bytes(lookup_model(ROWS))
    return tmp_path


def test_a_local_model_gives_the_mean_of_its_tokens_at_unit_length(folder: Path) -> None:
    embedding = embedding_for(Settings(embedding=f"local:{folder}"))
    # (0, 3, 0) and (0, 0, 4): mean (0, 1.5, 2), length 2.5
    assert embedding.get_text_embedding("конференция проект") == pytest.approx([0, 0.6, 0.8])
    # In a batch, padding does not count.
    batch = embedding.get_text_embedding_batch(["конференция", "конференция проект"])
    assert batch[0] == pytest.approx([0, 1, 0])
    assert batch[1] == pytest.approx([0, 0.6, 0.8])
    assert math.isclose(sum(value * value for value in embedding.get_query_embedding("")), 1.0)


def test_pooling_and_prefixes_are_read_from_the_files_beside_the_model(folder: Path) -> None:
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    (folder / "config_sentence_transformers.json").write_text(
        '{"prompts": {"query": "query: ", "passage": "passage: "}}'
    )
    embedding = OnnxEmbedding(folder)
    assert embedding.get_query_embedding("проект") == pytest.approx([1, 0, 0])
    assert embedding.get_text_embedding("проект") == pytest.approx([0, 1, 0])


def test_another_model_in_the_same_folder_has_another_identity(folder: Path) -> None:
    first = identity(OnnxEmbedding(folder))
    (folder / "model.onnx").write_bytes(lookup_model([*ROWS[:-1], [0.0, 0.0, 1.0]]))
    assert identity(OnnxEmbedding(folder)) != first


@pytest.mark.parametrize("setting", ["openai:", "local:", "magic", "offline:x", "local:/nowhere"])
def test_a_setting_that_names_no_embedding_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="ASSISTANT_EMBEDDING"):
        embedding_for(Settings(embedding=setting))


def test_a_file_that_is_no_model_is_refused(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(SettingsError, match="cannot be loaded"):
        OnnxEmbedding(folder)
