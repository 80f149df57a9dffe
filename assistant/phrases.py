"""What the assistant says in its own words, in each of the three languages."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Literal

import regex

from assistant.records import Language

Phrase = Literal[
    "refusal", "refusal_about", "nearest", "unsupported_language", "no_question", "not_reviewed", "original_only",
    "in_chinese", "premise_number", "greeting", "thanks", "goodbye", "capabilities", "off_topic", "as_of", "model_failed", "withdrawn", "yes", "no",
]  # fmt: skip

PHRASES: Mapping[Phrase, Mapping[Language, str]] = {
    "refusal": {
        "zh": "这几篇文章没有提到这一点。",
        "ru": "В статьях об этом не говорится.",
        "en": "The articles do not say this.",
    },
    "refusal_about": {
        "zh": "这几篇文章没有说明与“{what}”有关的这一点。",
        "ru": "В статьях об этом в связи с «{what}» ничего не говорится.",
        "en": "The articles do not say anything about this in connection with “{what}”.",
    },
    "nearest": {
        "zh": "文章可以回答的相近问题：{questions}",
        "ru": "Зато по статьям можно ответить, например: {questions}",
        "en": "What the articles do answer, for example: {questions}",
    },
    "unsupported_language": {
        "zh": "请用中文、俄文或英文提问。",
        "ru": "Пожалуйста, задайте вопрос на русском, китайском или английском языке: на других языках я не отвечаю.",
        "en": "Please ask in English, Chinese or Russian: these are the languages that I can answer in.",
    },
    "no_question": {
        "zh": "没有看出问题。请用中文、俄文或英文就会议报道提问。",
        "ru": "Я не вижу здесь вопроса. Спросите о конференции по-русски, по-китайски или по-английски.",
        "en": "I see no question here. Please ask about the conference in English, Chinese or Russian.",
    },
    "not_reviewed": {"zh": "机器翻译", "ru": "машинный перевод", "en": "machine translation"},
    "original_only": {
        "zh": "",
        "ru": "Перевода этой статьи пока нет; в оригинале сказано: «{quote}»",
        "en": "This article has not been translated yet; the original says: “{quote}”",
    },
    "in_chinese": {
        "zh": "原文：“{quote}”",
        "ru": "В оригинале сказано: «{quote}»",
        "en": "The original says: “{quote}”",
    },
    "premise_number": {
        "zh": "文章没有“{asked}”这一说法，文章写的是：",
        "ru": "«{asked}» в статьях не подтверждается; в них говорится: ",
        "en": "The articles do not confirm “{asked}”; what they say is: ",
    },
    "greeting": {
        "zh": "您好！我根据关于中国—上合组织科技创新合作大会的报道回答问题，并附上中文原文。例如可以问：{questions}",
        "ru": "Здравствуйте! Я отвечаю на вопросы по статьям о конференции Китай — ШОС и показываю китайский оригинал. Можно спросить, например: {questions}",
        "en": "Hello! I answer questions from the articles about the China–SCO conference and show the Chinese original. You could ask, for example: {questions}",
    },
    "thanks": {
        "zh": "不客气！还可以问：{questions}",
        "ru": "Пожалуйста! Можно спросить ещё: {questions}",
        "en": "You are welcome! You could also ask: {questions}",
    },
    "goodbye": {
        "zh": "再见，祝会议顺利！",
        "ru": "До свидания, удачной конференции!",
        "en": "Goodbye, and enjoy the conference!",
    },
    "capabilities": {
        "zh": "我只根据已收录的中文报道，用中文、俄文或英文回答关于大会的问题，每个回答都附中文原句；报道没有说的，我会直说。例如可以问：{questions}",
        "ru": "Я отвечаю по-русски, по-китайски и по-английски на вопросы о конференции только по китайским статьям и к каждому ответу даю китайскую фразу; чего в статьях нет, о том так и скажу. Можно спросить, например: {questions}",
        "en": "I answer questions about the conference in English, Chinese or Russian, from the Chinese articles alone, with the Chinese sentence beside every answer; what they do not say, I tell you so. You could ask, for example: {questions}",
    },
    "off_topic": {
        "zh": "我只能根据会议报道回答问题，这个请求帮不上忙。例如可以问：{questions}",
        "ru": "Я отвечаю только на вопросы по статьям о конференции, с этим помочь не могу. Можно спросить, например: {questions}",
        "en": "I only answer questions from the articles about the conference, so I cannot help with that. You could ask, for example: {questions}",
    },
    "as_of": {"zh": "（据{date}的报道）", "ru": " (по состоянию на {date})", "en": " (as of {date})"},
    "model_failed": {
        "zh": "语言模型暂不可用，以下回答直接取自文章。",
        "ru": "Языковая модель сейчас недоступна, ответ взят прямо из статей.",
        "en": "The language model is not available now; this answer is taken straight from the articles.",
    },
    "withdrawn": {
        "zh": "回答未能通过核对，已撤回。",
        "ru": "Ответ не прошёл проверку и отозван.",
        "en": "The answer did not pass the checks and was withdrawn.",
    },
    "yes": {"zh": "是的。", "ru": "Да.", "en": "Yes."},
    "no": {"zh": "不是。", "ru": "Нет.", "en": "No."},
}


def say(phrase: Phrase, language: Language, **values: str) -> str:
    return PHRASES[phrase][language].format(**values)


def say_with(phrase: Phrase, language: Language, questions: list[str]) -> str:
    """A phrase that ends with examples of questions; without the sentence that introduces them where there are none."""
    if questions:
        return say(phrase, language, questions=quoted_list(questions, language))
    return regex.sub(
        r"(?<=[.!。！；;])[^.!。！；;]*$", "", PHRASES[phrase][language].replace("{questions}", "")
    ).strip()


def quoted_list(questions: list[str], language: Language) -> str:
    """Questions in the quotation marks of `language`, as one sentence part with a full stop."""
    left, right, comma = {"zh": ("“", "”", "；"), "ru": ("«", "»", "; "), "en": ("“", "”", "; ")}[language]
    return comma.join(f"{left}{question}{right}" for question in questions) + ("。" if language == "zh" else ".")


def long_date(iso: str, language: Language) -> str:
    """A day as it is written in `language`; what is no ISO date is given back as it is."""
    from babel.dates import format_date

    try:
        day = datetime.date.fromisoformat(iso)
    except ValueError:
        return iso
    return str(format_date(day, "long", locale={"zh": "zh_CN", "ru": "ru", "en": "en"}[language]))
