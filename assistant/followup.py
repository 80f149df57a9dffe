"""A question made whole from the turns before it, so that it can be searched alone: "А второй?", "那印度呢？", "And who runs it?".

No model: the earlier questions are made whole in their order, then the new one from the last of them, by its signs. A name takes the
place of the old question's name of its kind; a bare "when?" is asked of the old question's matter; a pronoun or "the second one" takes
the name that the last answer or question gave; any other fragment gets the topic in brackets before its question mark (behind it, or
after a colon, it would be read as another sentence). What the assistant said counts only where it answered: the suggestions of a
refusal are no topic. A question that stands alone comes back as it is.

Where the language changes between turns, a fragment that changes one thing of the old question is put into that question as it was
asked, in its language: search reads all three. So the language of what this gives need not be that of the new question.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from assistant.language import content_units, detect, fold, normalise, placed_units
from assistant.names import NameTable
from assistant.phrases import PHRASES, Phrase
from assistant.questions import core_question
from assistant.records import LANGUAGES, Language
from assistant.smalltalk import reply_kind
from assistant.topics import (
    MAX_TOPIC,
    PLACES,
    RUSSIAN_ADJECTIVE,
    SIDE,
    UNDERTAKINGS,
    Name,
    Turn,
    answered,
    answered_undertaking,
    asked_kinds,
    counterpart,
    distinct,
    english_adjective,
    head_phrases,
    is_verb,
    listed,
    names_in,
    own_phrase,
    plain,
    remainder,
    sign,
    signs,
    times_in,
    topic,
)

_MAX_TURNS = 24  # turns that are looked back on; a conversation's topic does not reach further

# Replies that tell nothing of the articles: no topic is ever taken from them, least of all from the questions they suggest.
_NO_ANSWERS: tuple[Phrase, ...] = ("refusal", "refusal_about", "unsupported_language", "no_question", "greeting", "thanks", "goodbye", "capabilities", "off_topic", "nearest")  # fmt: skip
_ANAPHORS = ("many", "person", "place", "thing")
_DEMONSTRATIVES = frozenset({"this", "that", "these", "those", "both", "such"})
_NAMED_LANGUAGE: Mapping[str, Language] = {"英": "en", "俄": "ru", "中": "zh", "汉": "zh", "а": "en", "р": "ru", "к": "zh", "e": "en", "r": "ru", "c": "zh"}  # fmt: skip
_ASK_WORD: Mapping[str, Mapping[Language, str]] = {
    "person": {"zh": "谁", "ru": "кто", "en": "who"},
    "place": {"zh": "在哪里", "ru": "где", "en": "where"},
    "number": {"zh": "多少", "ru": "сколько", "en": "how many"},
    "date": {"zh": "什么时候", "ru": "когда", "en": "when"},
    "reason": {"zh": "为什么", "ru": "почему", "en": "why"},
}
_LOWER_FIRST = frozenset(
    "did does do is are was were has have had will can could should would the a an в на по с у о за к для из от это проект проектов".split()
)


def stand_alone(question: str, language: Language, history: Sequence[tuple[str, str]], names: NameTable) -> str:
    """`question` made whole from the earlier turns, (role, text), oldest first; as it is where it stands alone.

    `language`: the question's.
    """
    previous: Turn | None = None
    turns = list(history)[-_MAX_TURNS:]
    for (role, text), (next_role, reply) in itertools.pairwise([*turns, ("", "")]):
        if role != "user" or not text.strip():
            continue
        spoken = detect(text) or (previous.language if previous else language)
        if reply_kind(text, spoken) is not None:
            continue
        whole = plain(_Question(text, spoken, previous, names).whole() if previous else text)
        answer = plain(reply) if next_role == "assistant" and _tells(reply) else ""
        previous = Turn(whole, detect(whole) or spoken, answer)
    return _Question(question, language, previous, names).whole() if previous else question


def wished_language(question: str, language: Language) -> Language | None:
    """The language of "And in English?", a follow-up that asks for the same answer in another language; None for any other."""
    match = sign("in_language", language).fullmatch(_bare(plain(question)))
    return _NAMED_LANGUAGE[match["to"]] if match else None


def _tells(reply: str) -> bool:
    """Whether an assistant's turn says what the articles say, and not that they do not or what could be asked."""
    folded = fold(reply)
    fixed = (
        fold(max(regex.split(r"\{\w+\}", PHRASES[phrase][language]), key=len))
        for phrase in _NO_ANSWERS
        for language in LANGUAGES
    )
    return bool(folded) and not any(len(part) > 5 and part in folded for part in fixed)


def _bare(text: str) -> str:
    """Folded `text` without marks."""
    return " ".join(regex.findall(r"[\p{L}\p{N}'’-]+", fold(text)))


class _Question:
    """One question and the turn before it. Its reading is prepared once; `whole` is what it says when it stands alone."""

    def __init__(self, question: str, language: Language, previous: Turn, names: NameTable) -> None:
        self.question, self.language, self.previous, self.names = question, language, previous, names
        self.text = plain(question)
        self.asked = _last_clause(plain(core_question(self.text, language)))
        opener = self._matched("opener", self.asked)
        body = self.asked[opener:]
        self.body = body[self._matched("courtesy", body) :].strip() or self.asked
        self.opened = bool(opener) or bool(regex.search(r"呢\s*[?？。]?$", self.body))
        self.bare = _bare(self.body)
        self.own = names_in(self.body, names)

    def _matched(self, name: str, text: str) -> int:
        """The end of a sign at the beginning of `text`, 0 where there is none."""
        match = sign(name, self.language).match(fold(text))
        return match.end() if match and len(fold(text)) == len(text) else 0

    def _is(self, name: str) -> regex.Match[str] | None:
        return sign(name, self.language).search(self.bare)

    def whole(self) -> str:
        if moved := self._matched("new_topic", self.text):
            return self.text[moved:].strip() or self.question
        if wished_language(self.asked, self.language):
            return self.previous.text
        if corrected := self._matched("correction", self.asked):
            return self._corrected(self.asked[corrected:])
        if not self.bare:
            return self.question
        if self._is("more"):
            return self._in_detail()
        if bare_ask := self._is("bare_ask"):
            return self._asked_anew(bare_ask)
        if not self.opened and len(content_units(self.text)) >= (20 if self.language == "zh" else 9):
            return self.question
        if turned := self._foreign_side():
            return turned
        if member := self._member():
            return member
        if role := self._other_role():
            return role
        if new := self._only_name():
            return self._substituted(new)
        if kind := self._anaphor():
            return self._with_antecedent(kind)
        if self._stands_alone() or self._stated_before():
            return self.question
        return self._facet()

    # --- kinds of follow-up ------------------------------------------------------------------------------------------

    def _corrected(self, said: str) -> str:
        """The old question with what was meant in the place of what was understood."""
        meant = sign("turned_down", self.language).sub("", plain(said)).strip() or said
        meant = regex.sub(r"^(?:about|про|об?|the one in|关于)\s+", "", meant)
        other = _Question(meant, self.language, self.previous, self.names)
        other.opened = True
        if new := other._only_name():
            return other._substituted(new, oblique=True)
        # What corrects in many words turns the old topic down as a whole.
        many = len(content_units(meant)) >= (5 if self.language == "zh" else 3)
        return other._asking() if many or not meant or fold(meant) == fold(self.question) else other.whole()

    def _asking(self) -> str:
        """A phrase that asks nothing with what the old question asked for: "农业联盟的联络处" as "农业联盟的联络处，在哪里？"."""
        kind = next((kind for kind in asked_kinds(self.previous.text) if kind in _ASK_WORD), "")
        if not kind or sign("ask", self.language).search(fold(self.text)):
            return self.text
        comma, mark = ("，", "？") if self.language == "zh" else (", ", "?")
        return f"{regex.sub(r'[?？.。!！ ]+$', '', self.text)}{comma}{_ASK_WORD[kind][self.language]}{mark}"

    def _in_detail(self) -> str:
        """ "Tell me more" with what it is about."""
        phrases = self._topic(deep=not head_phrases(self.previous.text, self.language))
        if len(phrases) == 1 and self.language == "zh":
            return f"请详细介绍{phrases[0]}。"
        if len(phrases) == 1 and self.language == "en":
            return f"Tell me more about {phrases[0]}."
        return _bracketed(self.body, phrases, self.language)

    def _asked_anew(self, bare_ask: regex.Match[str]) -> str:
        """A question word alone, asked of the old question's matter: "When?", "为什么？", "In which fields?"."""
        old, rest = self.previous, remainder(self.previous)
        asks, body, language = bare_ask[1] or bare_ask[0], self.body, old.language
        if language != self.language:
            kind = next((kind for kind in asked_kinds(asks) if kind in _ASK_WORD), "")
            if bare_ask.groupdict().get("with_noun") or not kind:
                return _bracketed(body, self._topic(), self.language)
            asks = body = _ASK_WORD[kind][language]
        if not rest:
            return _bracketed(body, self._topic(), self.language)
        if language == "zh":
            return regex.sub(r"[（(]([^）)]*)[）)]", r"（\1）", f"{rest}，{asks}？")
        if bare_ask.groupdict().get("with_noun") or (language == "ru" and sign("quantity", "ru").match(fold(old.text))):
            return _bracketed(body, [_lower(rest)], language)
        start = asks[:1].upper() + asks[1:] if language != self.language else _capital(body[: len(asks)])
        if language == "ru":
            return f"{start} {_lower(rest)}?"
        full = regex.sub(
            r"[\s?.!]+$", "", old.text[_Question(old.text, "en", old, self.names)._matched("opener", old.text) :]
        )
        if adverb := regex.match(r"(?i)(?:when|where|why|how)\b\s*(?:exactly\s+)?", full):
            return f"{start} {full[adverb.end() :]}?"
        if not sign("ask", "en").match(fold(full)) and regex.match(r"why|when|where|how", asks):
            return f"{start} {_lower(full)}?"
        return f"{start} — {_lower(rest)}?"

    def _foreign_side(self) -> str:
        """The old Chinese question turned to the foreign party: "外方呢？" after "中方单位是哪家？"; "" where that fits not."""
        asked = regex.fullmatch(r"(?:国)?外方?(?:单位|那边)?呢?|对方呢?", self.bare)
        return SIDE.sub("外方", self.previous.text, count=1) if asked and SIDE.search(self.previous.text) else ""

    def _member(self) -> str:
        """The question about another member of a list: the other of a pair, or the n-th that the answer named; "" if it is about none."""
        found = _ordinal(self.body, self.bare, self.language)
        if found is None and not self._is("other_one"):
            return ""
        position = found.position if found else 2
        if position == 2 and not (found and not found.alone) and (other := self._other_of_pair()):
            return other
        if position == 2 and (not found or found.alone) and (all_of_kind := self._without_old_name()):
            return all_of_kind
        order = listed(self.previous, self.names) if found else []
        picked = order[position - 1 if position > 0 else position] if order and abs(position) <= len(order) else None
        if found and not found.alone and picked is None:
            return ""  # no list: it may speak of "the first conference"
        if picked is None:
            return _bracketed(self.body, self._topic(), self.language)
        shown = picked.shown(self.language)
        phrases = self._topic()[: MAX_TOPIC - 1] if picked.place or self._anaphor() == "place" else []
        if not found or found.alone:
            return _bracketed(shown, self._topic()[: MAX_TOPIC - 1], self.language)
        if self.language == "ru":
            return _bracketed(self.body, [shown, *phrases], "ru")
        return _bracketed(self.body[: found.start] + shown + self.body[found.end :], phrases, self.language)

    def _other_of_pair(self) -> str:
        """The old question about the name that its answer named nearest to the old one; "" where the old one names none of a pair."""
        old = [name for name in names_in(self.previous.text, self.names) if name.concept.id != "c:CN"]
        old = [name for name in old if name.place or name.concept.kind in ("person", "project", "programme")]
        if not old:
            return ""
        gone = old[-1]
        said = [name for name in names_in(self.previous.answer, self.names) if not name.background]
        at = [name.start for name in said if name.concept.id == gone.concept.id]
        kinds = PLACES if gone.place else {gone.concept.kind}
        near = [name for name in said if name.concept.kind in kinds and name.concept.id != gone.concept.id]
        if not near:
            return ""
        other = min(near, key=lambda name: min((abs(name.start - start) for start in at), default=name.start))
        noun = other.noun(self.language)
        return _Question(noun, self.language, self.previous, self.names)._substituted(
            Name(other.concept, noun, 0, len(noun))
        )

    def _without_old_name(self) -> str:
        """The old question about all of a kind where it was about a named one: "the node" for "the node in Mongolia"; else ""."""
        text, language = self.previous.text, self.previous.language
        phrases = [(start, end) for start, end, _ in head_phrases(text, language)]
        named = [
            name
            for name in names_in(text, self.names)
            if name.place and any(start <= name.start < end for start, end in phrases)
        ]
        if not named:
            return ""
        led = None if named[-1].adjective else sign("preposition").search(fold(text)[: named[-1].start])
        return _joined(text[: led.start() if led else named[-1].start], text[named[-1].end :])

    def _other_role(self) -> str:
        """The old question about a person, asked of who is named by an office alone: "And the ambassador of Kuwait?"; "" if it is none."""
        old = [name for name in names_in(self.previous.text, self.names) if name.concept.kind == "person"]
        asks = sign("ask", self.language).search(fold(self.body))
        if not self.opened or asks or not old or not self._is("role") or self.previous.language != self.language:
            return ""
        role = regex.sub(r"[呢?？\s.!]+$", "", self.body)
        text = self.previous.text
        if self.language == "ru":
            return _bracketed(normalise(text[: old[-1].start] + text[old[-1].end :]), [role], "ru")
        return text[: old[-1].start] + role + text[old[-1].end :]

    def _only_name(self) -> Name | None:
        """The name of a question that says only another one, with nothing that the old question did not say; None for any other."""
        own = self.own or times_in(self.body)
        if not own or len(own) > 3:
            return None
        new = next((name for name in own if not name.generic), own[0])
        old = counterpart(new, self.previous.text, self.names)
        if old is None and (new.generic or not new.place):
            return None
        rest = self._rest(own)
        who = bool(regex.search(r"谁|кто|\bwho", rest))
        if not self.opened and sign("yes_no").search(fold(self.body)):
            return None
        # "And the Kazakh partner?" says no more than the name; "Which Russian university is involved?" asks a new thing.
        if sign("ask", self.language).search(rest) and not who:
            return None
        said = {term for unit in content_units(self.previous.text) for term in unit}
        fresh = [unit for unit in placed_units(rest) if not sign("relation").search(rest[unit.start : unit.end])]
        if who and (old is None or (fresh and not self.opened)):
            return None
        return (
            None
            if any(not said & set(unit.terms) and rest[unit.start : unit.end] not in "就他们俩还有" for unit in fresh)
            else new
        )

    def _anaphor(self) -> str:
        """ "person", "many", "place" or "thing" where the question points back at something said before it, else ""."""
        folded = sign("no_anaphor", self.language).sub(lambda match: "·" * len(match[0]), fold(self.body))
        count = self._fresh_count()
        named = [name for name in self.own if not name.place and not name.generic]
        placed = any(name.place and not name.adjective for name in self.own)
        for kind in _ANAPHORS:
            match = sign(kind, self.language).search(folded)
            if not match:
                continue
            pointing = match[0] in ("this", "that")
            before = [name for name in self.own if name.end <= match.start() and not name.adjective]
            if kind == "person" and self.language != "ru":
                before = [name for name in before if name.concept.kind == "person"]
            if before and not (kind == "thing" and pointing):
                continue
            if not self.opened:
                # "The deals signed together: which sectors are they in?" has its antecedent; so has "Where are they taking the scanner?".
                led = len(content_units(folded[: match.start()])) >= (6 if self.language == "zh" else 3)
                if kind in ("many", "thing") and (led or (kind == "many" and own_phrase(self.body, self.language))):
                    continue
                # "That CT scanner", "what were they talking about there": colloquial, in a question that says all by itself.
                loose = (
                    kind != "person"
                    and sign("loose").fullmatch(match[0])
                    and match[0] not in ("туда", "оттуда", "этом")
                )
                if (named and (count >= 3 or placed)) or (loose and (named or count >= 3)):
                    continue
            return kind
        return ""

    def _with_antecedent(self, kind: str) -> str:
        """The question with its pronoun's meaning put in: in its place in Chinese and English, in brackets where cases would clash."""
        focus = self._antecedent(kind)
        deep = kind == "thing" and bool(regex.search(r"\b(?:эт(?:ом|ого|им|ому)|this|that)\b|此|这事", fold(self.body)))
        phrases = [focus] if focus else self._topic(deep=deep)
        if focus and kind == "place" and not any(self._is_person(phrase) for phrase in self._topic()):
            phrases = [*self._topic()[: MAX_TOPIC - 1], *phrases]
        if not phrases:
            return self.body
        text = self._inheriting()
        blanked = sign("no_anaphor", self.language).sub(lambda match: "·" * len(match[0]), fold(text))
        match = sign(kind, self.language).search(blanked)
        name = phrases[0]
        single = (
            len(phrases) == 1
            and not self.own
            and (bool(names_in(name, self.names)) or fold(name) != fold(remainder(self.previous)))
        )
        if match and self.language == "zh" and len(match[0]) > 2 and not focus and match[0][-2:] not in name:
            single = False  # 该项目 says more than the name that would take its place
        if not match or not single or self.language == "ru" or kind == "place" or match[0] in _DEMONSTRATIVES:
            return _bracketed(text, phrases, self.language)
        owned = match[0] in ("its", "his", "their") or (
            match[0] == "her" and regex.match(r"\s+\p{L}", blanked[match.end() :])
        )
        if owned:
            name += "'" if name.endswith("s") else "'s"
        if match[0] == "其" and regex.match(r"\p{Han}", blanked[match.end() :]):
            name += "的"
        return _capital(text[: match.start()] + name + text[match.end() :])

    def _antecedent(self, kind: str) -> str:
        """The one name that an anaphor stands for, "" where it is the topic as a whole."""
        asked = asked_kinds(self.previous.text)
        before = names_in(self.previous.text, self.names)
        project = answered_undertaking(self.previous, self.language, self.names)
        if kind == "person":
            people = [name for name in before if name.concept.kind == "person"]
            if self.language == "ru" and not sign("speech").search(fold(self.body)):  # он may be a project
                return project or (people[-1].shown("ru") if people else "")
            return people[-1].shown(self.language) if people else self._answered({"person"})
        if kind == "many":
            return self._answered({"body"}) if "body" in asked else ""
        if kind == "place":
            if "body" in asked and "那边" in self.body:
                return self._answered({"body"})
            return self._answered(PLACES) if "place" in asked or not any(name.place for name in before) else ""
        if any(name.concept.kind in UNDERTAKINGS for name in before):
            return ""
        which = regex.search(r"哪|什么|\bкак\w{2,3}\b|\b(?:what|which)\b", fold(self.previous.text))
        return project or (self._answered(UNDERTAKINGS) if which else "")

    def _answered(self, kinds: Collection[str]) -> str:
        found = answered(self.previous, kinds, self.names)
        return found.shown(self.language) if found else ""

    def _facet(self) -> str:
        """A new thing asked of the old topic: the new question with the topic in brackets."""
        without = {name.concept.id for name in self.own}
        if any(name.place for name in self.own):
            for name in names_in(self.previous.text, self.names):
                if name.concept.kind == "country" and (name.adjective or any(own.adjective for own in self.own)):
                    without.add(name.concept.id)
        short = self.opened or self.language == "zh" or len(self.body.split()) <= 3
        body = regex.sub(r"呢[?？]?$", "", self.body) if self.language == "zh" else self.body
        body = self._inheriting(body) if short else body
        phrases = self._topic(without, deep=bool(self.own) and all(name.place for name in self.own))
        if project := answered_undertaking(self.previous, self.language, self.names):
            phrases = [project]
        noun = regex.sub(r"[的\s?？。]+$", "", body)
        asks = sign("ask", "zh").search(noun)
        if (
            self.language == "zh"
            and len(phrases) == 1
            and not self.own
            and not asks
            and regex.fullmatch(r"\p{Han}{2,8}", noun)
        ):
            return f"{phrases[0]}的{noun}是什么？"
        return _bracketed(body, phrases, self.language)

    # --- what stands alone -------------------------------------------------------------------------------------------

    def _stands_alone(self) -> bool:
        """Whether the question has a subject of its own."""
        chinese = self.language == "zh"
        rest = self._rest(self.own)
        units = placed_units(rest)
        count = len({unit.start for unit in units})
        asks = bool(sign("ask", self.language).search(fold(self.body)))
        if any(
            not name.background or not self.opened or count for name in self.own if not name.place and not name.generic
        ):
            return True
        if self._new_person():
            return True
        terms = [name for name in self.own if name.generic]
        places = [name for name in self.own if name.place]
        relational = all(sign("relation").search(rest[unit.start : unit.end]) for unit in units) or (
            chinese and len(regex.findall(r"\p{Han}", sign("stop", "zh").sub("", sign("relation").sub("", rest)))) <= 2
        )
        if terms and places:
            return True
        if places and not relational and count >= (3 if chinese else 1):
            old = {name.concept.id for name in names_in(self.previous.text, self.names)}
            return (asks and not self.opened) or count >= 2 or all(name.concept.id not in old for name in places)
        if terms and not self.opened and (len(terms) >= 2 or (count and not relational)):
            return True
        if own_phrase(self.body, self.language):
            return not self.opened or count >= 2
        if self.own:
            return asks and count >= (6 if chinese else 3)
        if sign("this_event").search(fold(self.body)):
            return True
        if not self.opened and sign("of_the_event").search(fold(self.body)) and (asks or count >= 3):
            return True
        return asks and count >= (6 if chinese else 3) + 2 * self.opened

    def _new_person(self) -> bool:
        """Whether it is about somebody or something that only it names: "谁是马斯克？", "Who is Elon Musk?"."""
        if self.opened:
            return False
        said = self._is("definition")
        if said:
            subject = said["of"]
            vague = any(sign(kind, self.language).search(subject) for kind in _ANAPHORS)
            if not vague and not sign("relation").search(subject):
                return not sign("head", self.language).fullmatch(subject)
        letters = list(self.body)
        for name in self.own:
            letters[name.start : name.end] = " " * (name.end - name.start)
        capital = regex.search(r"(?<=\p{L}[\s,]+)\p{Lu}\p{Ll}{2,}", "".join(letters))
        return capital is not None and fold(capital[0]) not in fold(self.previous.text)

    def _stated_before(self) -> bool:
        """Whether what stands before the clause that asks names a thing: "Hydrofoil R&D: who leads it?"."""
        lead = self.text.removesuffix(self.asked)
        if len(lead) == len(self.text) or not lead or self._matched("opener", self.text):
            return False
        named = any(not name.place for name in names_in(lead, self.names))
        return named or own_phrase(lead, self.language) or len(content_units(lead)) >= 4

    # --- parts -------------------------------------------------------------------------------------------------------

    def _rest(self, own: Sequence[Name]) -> str:
        """The folded body without names and closing particles."""
        letters = list(fold(self.body))
        for name in own:
            letters[name.start : name.end] = " " * (name.end - name.start)
        return sign("leftover", self.language).sub("", "".join(letters)).strip()

    def _fresh_count(self) -> int:
        """How many words the body has beside names and words for a relation; a Chinese word counts as two pairs."""
        rest = self._rest(self.own)
        fresh = {unit.start for unit in placed_units(rest) if not sign("relation").search(rest[unit.start : unit.end])}
        return len(fresh) // (2 if self.language == "zh" else 1)

    def _topic(self, without: set[str] | None = None, *, deep: bool = False) -> list[str]:
        return topic(self.previous, self.language, self.names, without or (), deep=deep)

    def _is_person(self, phrase: str) -> bool:
        return any(name.concept.kind == "person" for name in names_in(phrase, self.names))

    def _inheriting(self, text: str | None = None) -> str:
        """A fragment with the "how many" of the old question: "And countries?" as "How many countries?"."""
        text = self.body if text is None else text
        language = self.language
        match = (
            sign("quantity", language).search(fold(self.previous.text)) if self.previous.language == language else None
        )
        if not match or sign("ask", language).search(fold(text)) or sign("command").search(fold(text)):
            return text
        if language == "zh":
            share = match[0] == "多大比例"
            return f"{regex.sub('呢?[?？]?$', '', text)}{'占' if share else '有'}{'多少' if match[0] == '几' else match[0]}"
        return f"{match[0].capitalize()} {_lower(text)}"

    def _substituted(self, new: Name, *, oblique: bool = False) -> str:
        """The old question, in its own language, with its name of the same kind replaced by the new one.

        `oblique`: a Russian name stands in a case that need not be the old one's ("я про Сиань").
        """
        old_turn = self.previous
        language = old_turn.language
        if language != self.language:
            noun = new.noun(language)
            if new.adjective and language == "ru":
                new = replace(new, form=noun, adjective=False)
            return _Question(noun, language, old_turn, self.names)._substituted(
                Name(new.concept, noun, 0, len(noun)), oblique=True
            )
        base = self._with_own_head(old_turn.text)
        old = counterpart(new, base, self.names)
        surface = self.body[new.start : new.end]
        if old is None or old.concept.id == new.concept.id != "time":
            return _bracketed(base, [new.noun(language) if new.adjective else new.shown(language)], language)
        if language == "ru":
            return self._substituted_russian(new, base, old, oblique=oblique)
        gone = base[old.start : old.end]
        if language == "en":
            surface = regex.sub(r"['’]s$", "", surface)
            if old.adjective and not new.adjective:
                adjectives = (form for form in new.concept.forms["en"] if english_adjective(fold(form), new.concept))
                surface = next(adjectives, surface)
            elif new.adjective and not old.adjective:
                surface = new.noun(language)
            if regex.search(r"['’]s$", gone):
                surface += "'s"
        return base[: old.start] + surface + base[old.end :]

    def _with_own_head(self, base: str) -> str:
        """The old question with the noun of the new one: "no, the Mongolian node" after "What does the Guangzhou hub do?"."""
        own = sign("head", self.language).search(fold(self.body))
        phrases = [
            (start, end) for start, end, phrase in head_phrases(base, self.language) if names_in(phrase, self.names)
        ]
        if not own or not phrases:
            return base
        old = sign("head", self.language).search(fold(base), *phrases[-1])
        if not old or fold(old[0])[:3] == own[0][:3]:
            return base
        return base[: old.start()] + self.body[own.start() : own.end()] + base[old.end() :]

    def _substituted_russian(self, new: Name, base: str, old: Name, *, oblique: bool) -> str:
        """The new name in the old one's place if its case fits there, else in brackets."""
        text, surface, gone = self.body, self.body[new.start : new.end], base[old.start : old.end]
        was = sign("preposition").search(fold(base)[: old.start])
        led = sign("preposition").search(fold(text)[: new.start])
        if old.adjective and (ending := RUSSIAN_ADJECTIVE.search(fold(gone))):
            if new.adjective and (own := RUSSIAN_ADJECTIVE.search(fold(surface))):
                return base[: old.start] + surface[: -len(own["ending"])] + ending["ending"] + base[old.end :]
            was = None
        elif not new.adjective:
            if led and was:
                return base[: was.start()] + text[led.start() : new.end] + base[old.end :]
            nominative = fold(surface) == fold(new.form)
            alike = not nominative and fold(surface)[-1] == fold(gone)[-1]  # both in a case, most likely the same
            if not was and not oblique and (alike or (not led and nominative and fold(gone) == fold(old.form))):
                return base[: old.start] + surface + base[old.end :]
        cut = _joined(base[: was.start() if was else old.start], base[old.end :])
        return _bracketed(cut, [new.form if new.concept.kind in ("person", "time") else new.noun("ru")], "ru")


def _last_clause(text: str) -> str:
    """The last question of `text` if those before it are mere exclamations: "And that's all? And the Chinese?"."""
    clauses = [clause for clause in regex.split(r"(?<=[?？!！])\s*", text) if clause.strip()]
    if len(clauses) > 1 and all(len(content_units(clause)) <= 3 for clause in clauses[:-1]) and "?" in clauses[-1]:
        return clauses[-1]
    return text


@dataclass(frozen=True, slots=True)
class _Ordinal:
    """ "The second one" in a question. `position`: from 1, -1 the last; `start`, `end`: code points; `alone`: it is all there is."""

    position: int
    start: int
    end: int
    alone: bool


def _ordinal(body: str, bare: str, language: Language) -> _Ordinal | None:
    head, tail = sign("ordinal_head", language).pattern, sign("ordinal_tail", language).pattern
    folded = fold(body)
    for index, pattern in enumerate(signs("ordinals", language), start=1):
        position = -1 if index == 7 else index
        if regex.fullmatch(rf"{head}(?:{pattern}){tail}", bare):
            return _Ordinal(position, 0, len(body), alone=True)
        if language == "zh":
            match = regex.search(rf"(?:{pattern})(?:[个家位项座所]|(?<=者))(?!\p{{Han}}{{0,2}}(?:大会|会议))", folded)
        elif language == "en":
            match = regex.search(rf"\bthe (?:(?:{pattern}) one|former|latter)\b", folded)
        else:
            match = regex.search(rf"^(?:{pattern})\b(?=\s*(?:\p{{P}}|$|(?P<next>\p{{L}}+)))", folded)
            if match and match["next"] and content_units(match["next"]) and not is_verb(match["next"]):
                match = None
        if match and (language != "en" or regex.search(rf"(?:{pattern})", match[0])):
            return _Ordinal(position, match.start(), match.end(), alone=False)
    return None


def _bracketed(text: str, phrases: Sequence[str], language: Language) -> str:
    """`text` with phrases in brackets before its question mark: behind it they would be a sentence of their own."""
    fresh = [phrase for phrase in distinct(phrases) if fold(phrase) not in fold(text)]
    body = regex.sub(r"[\s?？.。!！…]+$", "", text)
    if language == "zh":
        return f"{body}（{'、'.join(fresh)}）？" if fresh else f"{body}？"
    return f"{_capital(body)} ({', '.join(fresh)})?" if fresh else f"{_capital(body)}?"


def _joined(left: str, right: str) -> str:
    """What is left of a sentence around words that were cut out of it."""
    return regex.sub(r"\s+([,?.!])", r"\1", normalise(f"{left} {right}"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """A sentence's first letter small where its first word is a common one: others may be names."""
    return text[:1].lower() + text[1:] if fold(text.split(" ", 1)[0]) in _LOWER_FIRST else text
