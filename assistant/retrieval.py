"""Question → passages and anticipated questions: lexical and dense rankings over every view, joined into one score a passage.

The score is a share: how much of what the question says, weighted by how telling each word is, a passage (and its best
sentence) meets. It compares across languages and questions, which a raw BM25 score or a rank does not.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.language import detect, query_terms
from assistant.lexical import LexicalIndex
from assistant.names import NameTable, name_term
from assistant.passages import Library, index_terms
from assistant.questions import QuestionForm, analyse
from assistant.records import LANGUAGES, Language, Passage, Retrieved, ScoredPassage, ScoredQuestion

Search = Callable[[list[float], int], list[tuple[str, float]]]

# Weights of the legs in a passage's score. BM25 leads: an embedding without a model is another lexical ranking, and an equal
# weight costs 2 to 4 points. Measured with `python -m bench retrieval`.
_WEIGHTS = {"passage": 1.0, "sentence": 0.3, "dense": 0.2, "question": 0.5}
_DENSE_DEPTH = 60
_QUESTION_DEPTH = 24


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of retrieval are on; the ablations of the evaluation turn them off one by one."""

    questions: bool = True
    translations: bool = True
    lexical: bool = True
    dense: bool = True


class PassageRetriever(BaseRetriever):
    """Retrieves from one library. Reading only once built, so any number of threads may share it."""

    def __init__(
        self,
        library: Library,
        search: Search,
        embedding: BaseEmbedding,
        names: NameTable,
        *,
        top_k: int = 10,
        parts: Parts | None = None,
    ) -> None:
        self.library, self.names = library, names
        self._search, self._embedding, self._top_k = search, embedding, top_k
        self._parts = parts or Parts()
        self._passages: dict[Language, LexicalIndex] = {}
        self._sentences: dict[Language, LexicalIndex] = {}
        self._questions: dict[Language, LexicalIndex] = {}
        by_kind: dict[tuple[str, Language], list[tuple[str, list[str]]]] = {}
        for view in library.views.values():
            if self._uses(view.kind, view.language):
                by_kind.setdefault((view.kind, view.language), []).append((view.target, view.terms.split(" ")))
        for language in LANGUAGES:
            self._passages[language] = LexicalIndex(by_kind.get(("passage", language), ()))
            self._questions[language] = LexicalIndex(by_kind.get(("question", language), ()))
            self._sentences[language] = LexicalIndex(self._sentence_documents(language))
        self.by_block: dict[tuple[str, int], list[Passage]] = {}
        self.article_names: dict[str, frozenset[str]] = {}
        for passage in library.passages.values():
            self.by_block.setdefault((passage.article_id, passage.paragraph), []).append(passage)
            self.article_names[passage.article_id] = self.article_names.get(
                passage.article_id, frozenset()
            ) | names.concept_ids(passage.text)
        mentioned = Counter(name for passage in library.passages.values() for name in names.concept_ids(passage.text))
        self._spread = {name: count / len(library.passages) for name, count in mentioned.items()}
        super().__init__()

    def _uses(self, kind: str, language: Language) -> bool:
        return (kind != "question" or self._parts.questions) and (
            kind == "question" or language == "zh" or self._parts.translations
        )

    def _sentence_documents(self, language: Language) -> Iterable[tuple[str, list[str]]]:
        for passage in self.library.passages.values():
            if len(passage.sentences) > 1 and (language == "zh" or self._parts.translations):
                for number in range(len(passage.sentences)):
                    if found := self.sentence_terms(passage.id, number, language):
                        yield passage.id, sorted(found)

    # --- what a text holds ---

    @functools.lru_cache(maxsize=20_000)  # noqa: B019 - the retriever lives as long as its library
    def terms_of(self, text: str) -> frozenset[str]:
        """The index terms of `text`, names included."""
        return frozenset(index_terms(text, self.names))

    def sentence_terms(self, passage_id: str, number: int, language: Language) -> frozenset[str]:
        """The terms of sentence `number` (from 0) of a passage in `language`; empty where it has no rendering."""
        sentence = self.library.passages[passage_id].sentences[number]
        text = sentence.text if language == "zh" else sentence.renderings.get(language)
        return self.terms_of(text) if text else frozenset()

    def view_language(self, passage: Passage, language: Language) -> Language:
        """The language in which `passage` can be compared with a question in `language`: that one, or else Chinese."""
        return language if language == "zh" or (self._parts.translations and passage.rendering(language)) else "zh"

    def weight(self, term: str, language: Language) -> float:
        """How telling a term is in the passages of `language` (its idf)."""
        return self._passages[language].idf(term)

    def spread(self, name: str) -> float:
        """The share of all passages, in their Chinese text, that mention a concept."""
        return self._spread.get(name, 0.0)

    @functools.lru_cache(maxsize=20_000)  # noqa: B019
    def form_of(self, question: str, language: Language) -> QuestionForm:
        """The form of an anticipated question; these are read again and again."""
        return analyse(question, language, self.names)

    def knows(self, unit: tuple[str, ...], language: Language) -> bool:
        """Whether any text in `language` that is indexed holds `unit`."""
        return any(term in self._passages[language] or term in self._questions[language] for term in unit)

    # --- retrieving ---

    def analyse(self, question: str, language: Language) -> QuestionForm:
        """The form of `question`, its typing errors mended against the words that the store holds."""
        form = analyse(question, language, self.names)
        return replace(
            form,
            units=tuple(
                tuple(dict.fromkeys(term for raw in unit for term in self._mended(raw, unit, language)))
                for unit in form.units
            ),
        )

    def _mended(self, term: str, unit: tuple[str, ...], language: Language) -> tuple[str, ...]:
        if self.knows(unit, language):
            return (term,)
        near = self.nearest(term, language)
        return (term, near) if near else (term,)

    def nearest(self, term: str, language: Language) -> str | None:
        """The known term that `term` is a likely misspelling of."""
        return self._passages[language].nearest_term(term) or self._questions[language].nearest_term(term)

    def retrieve_form(self, form: QuestionForm) -> Retrieved:
        """Passages and anticipated questions for a question, each best first, at most `top_k` and 24."""
        terms = self._query_terms(form)
        dense = self._dense(form.text) if self._parts.dense else {}
        questions = self._rank_questions(form, terms, dense)
        legs = {
            "passage": self._lexical(self._passages, terms, form.language) if self._parts.lexical else {},
            "sentence": self._lexical(self._sentences, terms, form.language) if self._parts.lexical else {},
            "dense": {target: score for target, score in dense.items() if target in self.library.passages},
            "question": {},
        }
        for question in questions:
            first = question.prepared.passages[0]
            legs["question"][first] = max(legs["question"].get(first, 0.0), question.score)
        used = [name for name, leg in legs.items() if leg or name == "passage"]
        total = sum(_WEIGHTS[name] for name in used)
        scores: dict[str, float] = {}
        for name in used:
            for target, score in legs[name].items():
                scores[target] = scores.get(target, 0.0) + _WEIGHTS[name] * score / total
        order = sorted(scores, key=lambda target: (-scores[target], target))[: self._top_k]
        passages = tuple(
            ScoredPassage(self.library.passages[target], round(scores[target], 6), rank)
            for rank, target in enumerate(order, start=1)
        )
        return Retrieved(passages, questions)

    def _query_terms(self, form: QuestionForm) -> list[str]:
        found = query_terms(form.text) + [name_term(name) for name in sorted(form.names)]
        mended = [term for unit in form.units for term in unit]
        return list(dict.fromkeys(found + mended))

    def _lexical(self, indexes: dict[Language, LexicalIndex], terms: list[str], language: Language) -> dict[str, float]:
        """target -> score in the question's language; in Chinese for passages that have no such rendering."""
        found: dict[str, float] = {}
        for hit in indexes[language].rank(terms, 200):
            found[hit.target] = max(found.get(hit.target, 0.0), hit.score)
        if language != "zh":
            for hit in indexes["zh"].rank(terms, 200):
                if self.view_language(self.library.passages[hit.target], language) == "zh":
                    found[hit.target] = max(found.get(hit.target, 0.0), hit.score)
        return found

    def _dense(self, question: str) -> dict[str, float]:
        """target -> best cosine similarity of its views."""
        found: dict[str, float] = {}
        for node_id, score in self._search(self._embedding.get_query_embedding(question), _DENSE_DEPTH):
            view = self.library.views.get(node_id)
            if view and score > 0 and self._uses(view.kind, view.language):
                found[view.target] = max(found.get(view.target, 0.0), score)
        return found

    def _rank_questions(
        self, form: QuestionForm, terms: list[str], dense: dict[str, float]
    ) -> tuple[ScoredQuestion, ...]:
        if not self._parts.questions or not self.library.answers:
            return ()
        lexical: dict[str, float] = {}
        if self._parts.lexical:
            for hit in self._questions[form.language].rank(terms, _QUESTION_DEPTH * 2):
                lexical[hit.target] = max(lexical.get(hit.target, 0.0), hit.score)
        candidates = set(lexical) | {target for target in dense if target in self.library.answers}
        scored = []
        for target in candidates:
            prepared = self.library.answers[target]
            if form.language in prepared.wordings:
                parts = [(lexical.get(target, 0.0), 0.6)] * self._parts.lexical + [
                    (dense.get(target, 0.0), 0.4)
                ] * self._parts.dense
                scored.append(
                    ScoredQuestion(
                        prepared,
                        form.language,
                        sum(score * weight for score, weight in parts) / sum(weight for _, weight in parts),
                    )
                )
        scored.sort(key=lambda item: (-item.score, item.prepared.id))
        return tuple(scored[:_QUESTION_DEPTH])

    # --- as a LlamaIndex retriever ---

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        form = self.analyse(query_bundle.query_str, detect(query_bundle.query_str) or "en")
        return [
            NodeWithScore(node=as_node(item.passage), score=item.score) for item in self.retrieve_form(form).passages
        ]


def as_node(passage: Passage) -> TextNode:
    """The Chinese passage as a LlamaIndex node, for engines that take a retriever."""
    metadata: dict[str, Any] = {
        "article_id": passage.article_id,
        "paragraph": passage.paragraph,
        "title": passage.title,
        "source": passage.source,
        "date": passage.date,
    }
    return TextNode(
        id_=passage.id, text=passage.text, metadata=metadata, start_char_idx=passage.start, end_char_idx=passage.end
    )
