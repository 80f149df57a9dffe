"""The trade-off of the match decision, measured on the corpus alone, never on gold: `python -m bench decisions [--docs DIR]`.

Every anticipated question is asked with itself left out, in all its wordings and languages. Where another one of the same paragraph has the same answer, the
question is *answerable*, else it is *lone*: perhaps nothing that is left answers it. Taking an answer that says the same (`says_the_same`) is right, taking
another is not. Every known gap, asked with itself left out, is *unanswerable*, and taking anything is wrong.

Left out is what retrieval hands on (anticipated questions and gaps); the words of what is left out still count in the frequencies of the index.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from assistant import Answer, Assistant, Settings
from assistant.answering import Pipeline
from assistant.language import fold
from assistant.matching import ACCEPT, judge
from assistant.questions import QuestionForm
from assistant.records import LANGUAGES, Language, PreparedAnswer, Retrieved, Wording
from assistant.retrieval import PassageRetriever
from eval import plots

ROOT = Path(__file__).resolve().parent.parent
LEAST_SAID = 0.5  # of the words, by weight, that an answer adds to its question
THRESHOLDS = tuple(step / 20 for step in range(4, 19))  # those of the table: 0.20 to 0.90

Asked = Literal["answerable", "lone", "unanswerable"]
Verdict = Literal["right", "other", "none"]  # what was taken: the answer, something else, nothing


@dataclass(frozen=True, slots=True)
class Trial:
    """One question, asked with itself left out.

    `score`: how likely it is that some anticipated question is the one asked, 0 where every one is ruled out; `best`: what taking the likeliest would be.
    `answered`: what the whole path comes to, composed answers included.
    """

    asked: Asked
    language: Language
    score: float
    best: Verdict
    answered: Verdict


@dataclass(frozen=True, slots=True)
class Shares:
    """At one threshold: the right answer taken and another one, of the answerable; another one, of the lone; anything, of the unanswerable."""

    right: float
    other: float
    lone: float
    wrong: float


def trials(retriever: PassageRetriever) -> Iterator[Trial]:
    """Every anticipated question and gap of the library in every language, in the order of the library."""
    library, leaving = retriever.library, LeavingOut(retriever)
    for prepared in library.answers.values():
        for language, wording in prepared.wordings.items():
            asked: Asked = "answerable" if has_twin(prepared, language, retriever) else "lone"
            yield trial(asked, wording.question, language, prepared.id, prepared, leaving)
    for gap_id, gap in library.gaps.items():
        for language, questions in gap.items():
            yield trial("unanswerable", questions[0], language, gap_id, None, leaving)


def has_twin(prepared: PreparedAnswer, language: Language, retriever: PassageRetriever) -> bool:
    """Whether another anticipated question of its paragraph has the same answer in `language`."""
    answer, place = fold(prepared.wordings[language].answer), place_of(prepared, retriever)
    return any(
        other.id != prepared.id
        and language in other.wordings
        and place_of(other, retriever) == place
        and fold(other.wordings[language].answer) == answer
        for other in retriever.library.answers.values()
    )


def place_of(prepared: PreparedAnswer, retriever: PassageRetriever) -> tuple[str, int]:
    """Article and paragraph."""
    first = retriever.library.passages[prepared.passages[0]]
    return first.article_id, first.paragraph


def says_the_same(taken: Wording, expected: Wording, language: Language, retriever: PassageRetriever) -> bool:
    """Whether the answer of `taken` says what that of `expected` adds to its question: all its numbers and names, and enough of its words.

    Source: answer recall of extractive question answering (Rajpurkar et al. 2016), on index terms, weighted by how telling they are.
    """
    asked, said = retriever.terms_of(expected.question), retriever.terms_of(taken.answer)
    wanted = {term for term in retriever.terms_of(expected.answer) if not term.startswith("~")}
    added = wanted - asked or wanted
    if any(term not in said for term in added if term.isdigit() or term.startswith("§")):
        return False
    weights = {term: retriever.unit_weight((term,), language) for term in added}
    return sum(weights[term] for term in added & said) >= LEAST_SAID * sum(weights.values())


class LeavingOut:
    """A retriever that does not find one anticipated question or gap; all else is that of the retriever within."""

    def __init__(self, retriever: PassageRetriever) -> None:
        self._retriever = retriever
        self.left_out = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._retriever, name)

    def retrieve_form(self, form: QuestionForm) -> Retrieved:
        return without(self._retriever.retrieve_form(form), self.left_out)


def without(found: Retrieved, left_out: str) -> Retrieved:
    """What retrieval would have found without an anticipated question or gap. The order of the passages stays as it was."""
    return Retrieved(
        found.passages,
        tuple(question for question in found.questions if question.prepared.id != left_out),
        tuple(gap for gap in found.gaps if gap.id != left_out),
    )


def trial(
    asked: Asked,
    question: str,
    language: Language,
    left_out: str,
    expected: PreparedAnswer | None,
    retriever: LeavingOut,
) -> Trial:
    """`left_out`: the id of the anticipated question or gap that asks it; `expected`: the answer, None for a gap."""
    retriever.left_out = left_out
    whole = cast(PassageRetriever, retriever)
    form = whole.analyse(question, language)
    judged = judge(form, whole.retrieve_form(form), whole)
    free = next((match for match in judged.matches if not match.against), None)
    best: Verdict = "none"
    if free is not None:
        taken = free.question.prepared.wordings[language]
        same = expected is not None and says_the_same(taken, expected.wordings[language], language, whole)
        best = "right" if same else "other"
    *_, answer = Pipeline(whole).stream(question, language)
    answered: Verdict = "none"
    if isinstance(answer, Answer) and not answer.refused:
        places = {(citation.article_id, citation.paragraph) for citation in answer.citations}
        answered = "right" if expected is not None and place_of(expected, whole) in places else "other"
    return Trial(asked, language, round(1 - judged.silence, 6) if free else 0.0, best, answered)


# --- figures ---------------------------------------------------------------------------------------------------------


def shares(found: Sequence[Trial], of: Callable[[Trial], Verdict]) -> Shares:
    """`of`: what a trial came to. Shares of no trials are 0."""

    def share(asked: Asked, *verdicts: Verdict) -> float:
        chosen = [of(one) for one in found if one.asked == asked]
        return sum(one in verdicts for one in chosen) / len(chosen) if chosen else 0.0

    return Shares(
        right=share("answerable", "right"),
        other=share("answerable", "other"),
        lone=share("lone", "other"),
        wrong=share("unanswerable", "right", "other"),
    )


def at(threshold: float) -> Callable[[Trial], Verdict]:
    """What a trial comes to if the likeliest is taken wherever the likelihood is at least `threshold`."""
    return lambda one: one.best if one.score >= threshold else "none"


def curve(found: Sequence[Trial]) -> list[Shares]:
    """The shares at 101 thresholds, from 1 down to 0."""
    return [shares(found, at(step / 100)) for step in range(100, -1, -1)]


def table(found: Sequence[Trial]) -> str:
    """Markdown: a line a threshold and language, and what is decided now."""
    lines = []
    for language in LANGUAGES:
        own = [one for one in found if one.language == language]
        sizes = {asked: sum(one.asked == asked for one in own) for asked in ("answerable", "lone", "unanswerable")}
        lines += [
            f"{language}: {sizes['answerable']} answerable, {sizes['lone']} lone, {sizes['unanswerable']} unanswerable.",
            "",
            "| threshold | right, of the answerable | another answer, of the answerable | another answer, of the lone | any, of the unanswerable |",
            "|---|---|---|---|---|",
        ]
        rows = [(f"{threshold:.2f}", shares(own, at(threshold))) for threshold in THRESHOLDS]
        rows.append((f"**{ACCEPT:.2f}, as decided**", shares(own, at(ACCEPT))))
        rows.append(("with composed answers", shares(own, lambda one: one.answered)))
        lines += [f"| {name} | {s.right:.3f} | {s.other:.3f} | {s.lone:.3f} | {s.wrong:.3f} |" for name, s in rows]
        lines.append("")
    return "\n".join(lines)


def drawn(found: Sequence[Trial]) -> dict[str, str]:
    """File name → SVG: right answers against those to gaps, and against other answers."""

    def plot(across: Callable[[Shares], float], name: str) -> str:
        lines = []
        for language in LANGUAGES:
            own = [one for one in found if one.language == language]
            here = shares(own, at(ACCEPT))
            points = [(across(one), one.right) for one in curve(own)]
            lines.append(plots.Curve(language, points, [(across(here), here.right, "")]))
        return plots.alone(plots.curves(lines, name, "taken and right, of the answerable"))

    return {
        "matching-gaps.svg": plot(lambda one: one.wrong, "taken, of the unanswerable"),
        "matching-others.svg": plot(lambda one: one.other, "another answer taken, of the answerable"),
    }


# --- the command -----------------------------------------------------------------------------------------------------

_FIGURES = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)


def write_docs(folder: Path, found: Sequence[Trial]) -> None:
    """The plots, and the table in `matching.md` in place of the one that is there."""
    for name, svg in drawn(found).items():
        (folder / name).write_text(svg, encoding="utf-8")
    page = folder / "matching.md"
    text = page.read_text(encoding="utf-8")
    if not _FIGURES.search(text):
        raise ValueError(
            f"{page} has no place for the figures; expected <!-- figures --> and <!-- /figures --> on lines of their own"
        )
    page.write_text(_FIGURES.sub(lambda _: f"\n{table(found)}\n", text), encoding="utf-8")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench decisions", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument(
        "--docs", type=Path, metavar="DIR", help="write the plots there, and the table into its matching.md"
    )
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant(Settings(corpus=options.corpus, store=Path(folder), answerer="extractive")) as assistant,
    ):
        assistant.ingest()
        found = list(trials(assistant.retriever))
    sys.stdout.write(table(found) + "\n")
    if options.docs:
        write_docs(options.docs, found)
    return 0
