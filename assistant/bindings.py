"""Of what a name or number is said: a sentence that has all of its source's names and numbers may still have exchanged two of them.

Each name and number of the answer stands among words. Where the source has some of these words, near this very name or number or
near others of its kind, the right one must not be met much less than another.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from assistant.ground import Ground, quantities, subjects
from assistant.language import fold, normalise, word_terms
from assistant.names import is_named_thing
from assistant.records import Language
from assistant.retrieval import PassageRetriever

_WORD = regex.compile(r"\p{Cyrillic}+|\p{Latin}[\p{Latin}\p{M}]*")
_HAN_PAIR = regex.compile(r"\p{Han}{2}")
_BREAK = regex.compile(r"[.;!?。；！？](?!\d)")
_REACH = 5  # words, or pairs of Chinese characters, on either side
# How much better another must fit, in units of a neighbouring word: numbers stand beside what they count, persons beside their
# office, other names anywhere in their sentence. Set on the prepared answers, of which six in a thousand are held wrong.
_CLOSE_MARGIN, _LOOSE_MARGIN = 0.6, 2.5


_Word = tuple[str, str, str]  # the side it stands on, its stem, the name or number that it belongs to
_Span = tuple[int, int, str, str]  # start, end, kind and identity of a name or number


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A name or number and the words around it → nearness, 1 for a neighbour."""

    surface: str
    kind: str
    identity: str
    words: dict[_Word, float]

    @property
    def counts(self) -> bool:
        return " " in self.kind


def exchanged(bare: str, ground: Ground) -> list[str]:
    """The names and numbers of a sentence that stand where the source has another of their kind."""
    source = _anchors(ground.quotes if ground.reply == "zh" else ground.said, ground.reply, ground.retriever)
    claims = _anchors(bare, ground.reply, ground.retriever)
    known = {(other.kind, other.identity) for other in source}
    own_subjects = {name for passage in ground.passages for name in subjects(passage.article_id, ground.retriever)}
    found = []
    for claim in claims:
        if (claim.kind, claim.identity) not in known or claim.identity in own_subjects:
            continue
        for kind, rival in sorted(known):
            if kind == claim.kind and rival != claim.identity and _fits_better(claim, rival, claims, source):
                found.append(claim.surface)
                break
    return found


def _fits_better(claim: _Anchor, rival: str, claims: Sequence[_Anchor], source: Sequence[_Anchor]) -> bool:
    """Whether the rival belongs where the claim stands; if the sentence names it too, whether the two should change places."""
    partners = [other for other in claims if (other.kind, other.identity) == (claim.kind, rival)]
    gain = _fit(claim, rival, source, claim.identity) - _fit(claim, claim.identity, source, rival)
    back = [
        _fit(other, claim.identity, source, rival) - _fit(other, rival, source, claim.identity) for other in partners
    ]
    return gain + min(back, default=0.0) > (_CLOSE_MARGIN if claim.counts or claim.kind == "person" else _LOOSE_MARGIN)


def _fit(claim: _Anchor, identity: str, source: Sequence[_Anchor], other: str) -> float:
    """How well the words around a claim fit the best occurrence of `identity` in the source, words of the pair itself aside."""
    return max(
        sum(
            min(nearness, place.words.get(word, 0.0))
            for word, nearness in claim.words.items()
            if word[2] not in (identity, other)
        )
        for place in source
        if (place.kind, place.identity) == (claim.kind, identity)
    )


@functools.lru_cache(maxsize=2048)
def _anchors(text: str, reply: Language, retriever: PassageRetriever) -> tuple[_Anchor, ...]:
    """The names and numbers of a text, with the words around each up to the end of its sentence."""
    plain = normalise(text)
    folded = fold(plain)
    if len(folded) != len(plain):
        plain = folded
    spans: list[_Span] = [
        (mention.start, mention.end, *_identity(mention.concept.kind, mention.concept.id))
        for mention in retriever.names.mentions(plain)
        if is_named_thing(mention.concept)
    ]
    for item in quantities(plain, reply):
        if item.low is not None and not any(start < item.end and item.start < end for start, end, _, _ in spans):
            value = f"{item.low.normalize()} {item.high} {item.bound} {item.unit}"
            spans.append((item.start, item.end, f"{item.kind} {item.unit}", value))
    words = _words(folded, reply, spans)
    breaks = [match.start() for match in _BREAK.finditer(folded)]
    found = []
    for start, end, kind, identity in sorted(spans):
        first = max((place for place in breaks if place < start), default=0)
        last = min((place for place in breaks if place >= end), default=len(folded))
        sides = {
            "before": [word for left, right, word in words if first <= left and right <= start][: -_REACH - 1 : -1],
            "behind": [word for left, right, word in words if end <= left and right <= last][:_REACH],
        }
        near: dict[_Word, float] = {}
        for side, beside in sides.items():
            for place, (stem, owner) in enumerate(beside, start=1):
                word = (side if " " in kind else "", stem, owner)  # a name may stand on either side of a verb
                near[word] = max(near.get(word, 0.0), 1 / place)
        found.append(_Anchor(plain[start:end], kind, identity, near))
    return tuple(found)


def _identity(kind: str, name: str) -> tuple[str, str]:
    return ("place" if kind == "country" else kind), name


def _words(folded: str, reply: Language, spans: Sequence[_Span]) -> list[tuple[int, int, tuple[str, str]]]:
    """(start, end, (stem, name it belongs to)) of each content word; of each pair of characters in Chinese."""
    pattern = _HAN_PAIR if reply == "zh" else _WORD
    found = []
    for match in pattern.finditer(folded, overlapped=reply == "zh"):
        terms = (match[0],) if reply == "zh" else word_terms(match[0])
        if terms:
            owner = next((name for start, end, _, name in spans if start < match.end() and match.start() < end), "")
            found.append((match.start(), match.end(), (terms[0], owner)))
    return found
