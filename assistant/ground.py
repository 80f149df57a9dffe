"""What a sentence of an answer rests on: the Chinese sentences that it cites, the paragraphs around them, their translation.

The cited sentences alone give numbers. The paragraph adds who is meant (该中心, 双方, 届时), the translation the words in which
the same facts stand in the reply language.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from assistant.quantities import Quantity, find_quantities
from assistant.records import Citation, Language, Passage
from assistant.retrieval import PassageRetriever
from assistant.thesaurus import thesaurus

_OUR_PAPER = regex.compile(r"本报|本社")

# One-character names of states in words such as 中俄, 吉中, 中吉乌; 在青 is in Qingdao, 驻华 in China.
_SHORT_STATES = {
    "中": "中国", "俄": "俄罗斯", "白": "白俄罗斯", "哈": "哈萨克斯坦", "吉": "吉尔吉斯斯坦", "乌": "乌兹别克斯坦",
    "蒙": "蒙古", "巴": "巴基斯坦", "印": "印度", "伊": "伊朗", "塔": "塔吉克斯坦",
}  # fmt: skip
_STATE_RUN = regex.compile(f"[{''.join(_SHORT_STATES)}]{{2,4}}")
_SHORT_PLACES = (
    (regex.compile(r"[在来赴驻入离]青(?![年少春睐海])"), "青岛"),
    (regex.compile(r"[驻来访对在]华(?![丽为])|国内|国家战略|本土|我国"), "中国"),
)
# What lies in what, for "the Chinese side" and "a Russian university".
_WITHIN = {
    "中国": "青岛 山东 西安 广州 广东 延安 陕北 天津 北京 上海 香港 绍兴 粤港澳大湾区 西藏 新疆 浙江 江苏",
    "乌兹别克斯坦": "塔什干",
    "俄罗斯": "圣彼得堡 摩尔曼斯克 莫斯科",
    "哈萨克斯坦": "哈萨克 阿里—法拉比",
    "吉尔吉斯斯坦": "吉尔吉斯",
    "山东": "青岛",
    "北极": "北极 极地",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """`quotes` and `around`: the cited Chinese sentences and their paragraphs; `said`: the paragraphs in the reply language."""

    used: tuple[Citation, ...]
    reply: Language
    retriever: PassageRetriever
    passages: tuple[Passage, ...]
    quotes: str
    around: str
    said: str

    @classmethod
    def of(cls, used: Sequence[Citation], reply: Language, retriever: PassageRetriever) -> Ground:
        keys = dict.fromkeys((item.article_id, item.paragraph) for item in used)
        passages = [passage for key in keys for passage in retriever.by_block.get(key, ())]
        around = dict.fromkeys(passage.block_text for passage in passages)
        titles = dict.fromkeys(passage.title for passage in passages)
        said = [text for passage in passages for text in (passage.rendering(reply), passage.titles.get(reply)) if text]
        quotes = " ".join(
            f"{item.source} {item.quote}" if _OUR_PAPER.search(item.quote) else item.quote for item in used
        )
        return cls(tuple(used), reply, retriever, tuple(passages), quotes, " ".join((*around, *titles)), " ".join(said))

    @property
    def translated(self) -> bool:
        """Whether all of the paragraphs can be read in the reply language."""
        return self.reply == "zh" or all(self.reply in s.renderings for p in self.passages for s in p.sentences)

    def words(self) -> frozenset[str]:
        """The terms of the paragraphs in Chinese and in the reply language, names and senses included."""
        return self.retriever.terms_of(self.around) | self.retriever.terms_of(self.said)

    def sentence_words(self) -> frozenset[str]:
        """The terms of the cited sentences alone, and of the titles."""
        found: set[str] = set()
        for passage in self.passages:
            found |= self.retriever.terms_of(passage.title)
            for number in self._cited(passage):
                for language in dict.fromkeys(("zh", self.reply)):
                    found |= self.retriever.sentence_terms(passage.id, number, language)
        return frozenset(found)

    def sentences(self) -> str:
        """The cited sentences in the reply language; "" where they are not translated."""
        if self.reply == "zh":
            return self.quotes
        found = [
            passage.sentences[number].renderings.get(self.reply, "")
            for passage in self.passages
            for number in self._cited(passage)
        ]
        return " ".join(found) if all(found) else ""

    def _cited(self, passage: Passage) -> list[int]:
        """The sentences (from 0) of a passage that the citations touch."""
        spans = [
            (item.quote_start, item.quote_end)
            for item in self.used
            if (item.article_id, item.paragraph) == (passage.article_id, passage.paragraph)
        ]
        return [
            number
            for number, sentence in enumerate(passage.sentences)
            if any(sentence.start < end and start < sentence.end for start, end in spans)
        ]


@functools.lru_cache(maxsize=4096)
def quantities(text: str, language: Language) -> tuple[Quantity, ...]:
    """`find_quantities`, remembered: the same paragraphs are cited again and again."""
    return find_quantities(text, language)


@functools.lru_cache(maxsize=65536)
def senses(word: str) -> frozenset[str]:
    """The thesaurus terms of a word."""
    return frozenset(thesaurus().terms(word))


@functools.lru_cache(maxsize=8192)
def concepts(text: str, retriever: PassageRetriever) -> frozenset[str]:
    """The concepts that Chinese text names or implies: 中俄 both states, 青岛大学 Qingdao, 西安 China."""
    by_form = {mention.form: mention.concept for mention in retriever.names.mentions(text)}
    found = {concept.id for concept in by_form.values()}
    # Shanghai is not meant by the name of the organisation.
    bare = text.replace("上海合作组织", "").replace("上海精神", "")
    for form, concept in by_form.items():
        if concept.kind not in ("place", "country"):
            found |= retriever.names_in(form.replace("上海合作组织", "").replace("上海精神", ""))
    runs = [match[0] for match in _STATE_RUN.finditer(text) if "中" in match[0] or len(match[0]) > 2]
    implied = [_SHORT_STATES[char] for char in dict.fromkeys("".join(runs))]
    implied += [place for pattern, place in _SHORT_PLACES if pattern.search(text)]
    implied += [place for place, inside in _WITHIN.items() if any(name in bare for name in inside.split())]
    return frozenset(found.union(*(retriever.names_in(place) for place in implied)))


@functools.lru_cache(maxsize=1024)
def subjects(article_id: str, retriever: PassageRetriever) -> frozenset[str]:
    """The bodies and events that a third of the paragraphs of an article name: what "the center" in it means."""
    paragraphs = [found[0] for (article, _), found in retriever.by_block.items() if article == article_id]
    named = [concepts(passage.block_text, retriever) for passage in paragraphs]
    every = frozenset[str]().union(*named)
    return frozenset(
        name
        for name in every
        if retriever.names.concepts[name].kind in ("body", "event")
        and 3 * sum(name in ids for ids in named) >= len(named)
    )
