"""Question → passages and anticipated questions: lexical and dense rankings over every view, joined into one score a passage.

The score is a share: how much of what the question says, weighted by how telling each word is, a passage (and its best
sentence) meets. It compares across languages and questions, which a raw BM25 score or a rank does not.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.language import detect, query_terms
from assistant.lexical import LexicalIndex
from assistant.names import NameTable, name_term
from assistant.passages import Library, index_terms, supporting_sentences
from assistant.quantities import Quantity, find_quantities
from assistant.questions import QuestionForm, analyse
from assistant.records import (
    LANGUAGES,
    Language,
    Passage,
    PreparedAnswer,
    Retrieved,
    ScoredGap,
    ScoredPassage,
    ScoredQuestion,
)
from assistant.spelling import Speller

Search = Callable[[list[float], int], list[tuple[str, float]]]

# Weights of the legs in a passage's score. BM25 leads: an embedding without a model is another lexical ranking, and an equal
# weight costs 2 to 4 points. Words of the thesaurus rank only across languages: within one they cost a point.
_WEIGHTS = {"passage": 1.0, "sentence": 0.3, "dense": 0.3, "question": 1.5}
_DENSE_DEPTH = 60
_QUESTION_DEPTH = 24
_GAP_DEPTH = 8
_HITS = 120  # wordings; several may be of one question


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
        self._plain: dict[Language, LexicalIndex] = {}  # the same without the senses of the thesaurus
        self._sentences: dict[Language, LexicalIndex] = {}
        self._questions: dict[Language, LexicalIndex] = {}
        self._gaps: dict[Language, LexicalIndex] = {}
        by_kind: dict[tuple[str, Language], list[tuple[str, list[str]]]] = {}
        self._view_terms: dict[tuple[str, Language], frozenset[str]] = {}
        self._wording_terms: dict[tuple[str, Language], tuple[frozenset[str], ...]] = {}
        for view in library.views.values():
            wordings = [line.split(" ") for line in (view.terms, *view.more)]
            self._view_terms[view.target, view.language] = frozenset(wordings[0])
            if view.kind in ("question", "gap"):
                self._wording_terms[view.target, view.language] = tuple(frozenset(found) for found in wordings)
            if self._uses(view.kind, view.language):
                by_kind.setdefault((view.kind, view.language), []).extend((view.target, found) for found in wordings)
        for language in LANGUAGES:
            documents = by_kind.get(("passage", language), [])
            self._passages[language] = LexicalIndex(documents)
            self._plain[language] = LexicalIndex((target, _without_senses(terms)) for target, terms in documents)
            self._questions[language] = LexicalIndex(by_kind.get(("question", language), ()))
            self._gaps[language] = LexicalIndex(by_kind.get(("gap", language), ()))
            self._sentences[language] = LexicalIndex(self._sentence_documents(language))
        self._name_of = {name_term(name): name for name in names.concepts}
        self.by_block: dict[tuple[str, int], list[Passage]] = {}
        self.article_names: dict[str, frozenset[str]] = {}
        for passage in library.passages.values():
            self.by_block.setdefault((passage.article_id, passage.paragraph), []).append(passage)
            named = self._named(passage.id)
            self.article_names[passage.article_id] = self.article_names.get(passage.article_id, frozenset()) | named
        self.prepared_articles = _prepared_articles(library) if self._parts.questions else frozenset[str]()
        self._speller = Speller(
            self._texts,
            self.knows,
            lambda text: names.without_names(text, names.mentions(text)),
            lambda pair: self._passages["zh"].count(pair) + self._questions["zh"].count(pair),
        )
        mentioned = Counter(name for passage_id in library.passages for name in self._named(passage_id))
        self._spread = {name: count / len(library.passages) for name, count in mentioned.items()}
        super().__init__()

    def _named(self, passage_id: str) -> frozenset[str]:
        """The concepts of a passage's Chinese text, as they were found when it was indexed."""
        return frozenset(self._name_of[term] for term in self.view_terms(passage_id, "zh") if term in self._name_of)

    def _uses(self, kind: str, language: Language) -> bool:
        prepared = kind in ("question", "gap")
        return self._parts.questions if prepared else language == "zh" or self._parts.translations

    def _texts(self, language: Language) -> Iterable[str]:
        """All that the library says in `language`."""
        for passage in self.library.passages.values():
            yield passage.rendering(language) or ""
        for answer in self.library.answers.values():
            if language in answer.wordings:
                yield from answer.wordings[language].questions
        for concept in self.names.concepts.values():
            yield from concept.forms[language]

    def _sentence_documents(self, language: Language) -> Iterable[tuple[str, list[str]]]:
        for passage in self.library.passages.values():
            if language == "zh" or self._parts.translations:
                for number in range(len(passage.sentences)):
                    if found := self.sentence_terms(passage.id, number, language):
                        yield passage.id, _without_senses(sorted(found))

    # --- what a text holds ---

    @functools.lru_cache(maxsize=20_000)  # noqa: B019 - the retriever lives as long as its library
    def terms_of(self, text: str) -> frozenset[str]:
        """The index terms of `text`, names included."""
        return frozenset(index_terms(text, self.names))

    def view_terms(self, target: str, language: Language) -> frozenset[str]:
        """The terms of a passage's or question's view in `language`; empty where it has none."""
        return self._view_terms.get((target, language), frozenset())

    def wording_terms(self, target: str, language: Language) -> tuple[frozenset[str], ...]:
        """The terms of each wording of an anticipated question or gap, in their order; empty where it has none."""
        return self._wording_terms.get((target, language), ())

    def sentence_terms(self, passage_id: str, number: int, language: Language) -> frozenset[str]:
        """The terms of sentence `number` (from 0) of a passage in `language`; empty where it has no rendering."""
        return self.library.sentence_terms.get((passage_id, number, language), frozenset())

    def view_language(self, passage: Passage, language: Language) -> Language:
        """The language in which `passage` can be compared with a question in `language`: that one, or else Chinese."""
        return language if language == "zh" or (self._parts.translations and passage.rendering(language)) else "zh"

    def weight(self, term: str, language: Language) -> float:
        """How telling a term is in the passages of `language` (its idf)."""
        return self._passages[language].idf(term)

    def unit_weight(self, unit: tuple[str, ...], language: Language) -> float:
        """How much a unit of a question counts: its most telling term. A word that no text has may be a paraphrase of one
        that some text has, so it counts as a word of middling rarity, not as the rarest of all."""
        known = [self.weight(term, language) for term in unit if term in self._passages[language]]
        return max(known) if known else self._passages[language].middling_idf()

    def support(self, prepared: PreparedAnswer, passage_id: str) -> tuple[int, ...]:
        """The sentences (from 0) of a passage that a prepared answer rests on; found anew for a passage of another article."""
        if passage_id in prepared.support:
            return prepared.support[passage_id]
        language: Language = "zh" if "zh" in prepared.wordings else min(prepared.wordings)
        count = len(self.library.passages[passage_id].sentences)
        held = [self.sentence_terms(passage_id, number, language) for number in range(count)]
        return tuple(supporting_sentences(held, self.terms_of(prepared.wordings[language].answer))[1])

    @functools.lru_cache(maxsize=20_000)  # noqa: B019
    def names_in(self, text: str) -> frozenset[str]:
        """The ids of the concepts that `text` mentions."""
        return frozenset(self.names.concept_ids(text))

    @functools.lru_cache(maxsize=20_000)  # noqa: B019
    def quantities_in(self, text: str, language: Language) -> tuple[Quantity, ...]:
        return find_quantities(text, language)

    def is_background(self, name: str) -> bool:
        """Whether a concept is what the whole corpus is about, so that naming it narrows nothing: the organisation, the event.

        A place or person is so where a fifth of all passages name it; a body or event where half of the articles do.
        """
        if self.names.concepts[name].kind in {"body", "event"}:
            articles = sum(name in found for found in self.article_names.values())
            return 2 * articles >= len(self.article_names)
        return self._spread.get(name, 0.0) >= 0.2

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
        return analyse(self.mend(question, language), language, self.names)

    def mend(self, question: str, language: Language) -> str:
        """`question` with its typing errors mended; see `spelling`."""
        return self._speller.mend(question, language)

    def retrieve_form(self, form: QuestionForm) -> Retrieved:
        """Passages and anticipated questions for a question, each best first, at most `top_k` and 24."""
        terms = self._query_terms(form)
        dense = self._dense(form.text) if self._parts.dense else {}
        questions = self._rank_questions(form, terms, dense)
        legs = {
            "passage": self._lexical(self._plain, terms, form.language) if self._parts.lexical else {},
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
        return Retrieved(passages, questions, self._rank_gaps(form, terms, dense))

    def _query_terms(self, form: QuestionForm) -> list[str]:
        found = query_terms(form.text) + [name_term(name) for name in sorted(form.names)]
        mended = [term for unit in form.units for term in unit]
        return list(dict.fromkeys(found + mended))

    def _lexical(self, indexes: dict[Language, LexicalIndex], terms: list[str], language: Language) -> dict[str, float]:
        """target -> score in the question's language; across languages for passages that have no such rendering."""
        found: dict[str, float] = {}
        for hit in indexes[language].rank(_without_senses(terms), 200):
            found[hit.target] = max(found.get(hit.target, 0.0), hit.score)
        if language != "zh" and len(indexes[language]) < len(indexes["zh"]):
            for hit in self._passages["zh"].rank(terms, 200):
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
        found = self._prepared_scores(self._questions[form.language], terms, dense, self.library.answers.keys())
        return tuple(
            ScoredQuestion(self.library.answers[target], form.language, score, lexical, cosine)
            for target, score, lexical, cosine in found
            if form.language in self.library.answers[target].wordings
        )[:_QUESTION_DEPTH]

    def _rank_gaps(self, form: QuestionForm, terms: list[str], dense: dict[str, float]) -> tuple[ScoredGap, ...]:
        found = self._prepared_scores(self._gaps[form.language], terms, dense, self.library.gaps.keys())
        return tuple(
            ScoredGap(target, score) for target, score, _, _ in found if form.language in self.library.gaps[target]
        )[:_GAP_DEPTH]

    def _prepared_scores(
        self, index: LexicalIndex, terms: list[str], dense: dict[str, float], known: Collection[str]
    ) -> list[tuple[str, float, float, float]]:
        """(target, score, lexical, dense) of questions or gaps, best first: their likeness to the question, words before n-grams."""
        if not self._parts.questions or not known:
            return []
        lexical: dict[str, float] = {}
        if self._parts.lexical:
            for hit in index.rank(terms, _HITS):
                lexical[hit.target] = max(lexical.get(hit.target, 0.0), hit.score)
        cosine = {target: score for target, score in dense.items() if target in known}
        legs = [(lexical, 0.6)] * self._parts.lexical + [(cosine, 0.4)] * self._parts.dense
        total = sum(weight for _, weight in legs)
        found = [
            (
                target,
                sum(leg.get(target, 0.0) * weight for leg, weight in legs) / total,
                lexical.get(target, 0.0),
                cosine.get(target, 0.0),
            )
            for target in {*lexical, *cosine}
        ]
        return sorted(found, key=lambda item: (-item[1], item[0]))

    # --- as a LlamaIndex retriever ---

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        form = self.analyse(query_bundle.query_str, detect(query_bundle.query_str) or "en")
        return [
            NodeWithScore(node=as_node(item.passage), score=item.score) for item in self.retrieve_form(form).passages
        ]


def _prepared_articles(library: Library) -> frozenset[str]:
    """The articles that anticipated questions cover closely: two of them or more for each sentence, on the average."""
    questions = Counter(answer.passages[0] for answer in library.answers.values())
    asked: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for passage in library.passages.values():
        asked[passage.article_id] += questions[passage.id]
        said[passage.article_id] += len(passage.sentences)
    return frozenset(article for article, count in said.items() if asked[article] >= 2 * count)


def _without_senses(terms: Sequence[str]) -> list[str]:
    return [term for term in terms if not term.startswith("~")]


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
