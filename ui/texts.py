"""Every string of the page, in Chinese, Russian and English."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.records import LANGUAGES, Language

NAMES: Mapping[Language, str] = {"zh": "中文", "ru": "Русский", "en": "English"}
LOCALES: Mapping[Language, str] = {"zh": "zh-CN", "ru": "ru", "en": "en"}  # as the browser and Gradio name them

TEXTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "Ask the articles",
        "subtitle": "Answers from {articles}, each with the Chinese sentence that proves it",
        "articles_one": "{n} Chinese article",
        "articles_few": "{n} Chinese articles",
        "articles_many": "{n} Chinese articles",
        "interface_language": "Language of the page",
        "reply_language": "Reply in",
        "reply_auto": "As asked",
        "theme": "Light or dark",
        "chat": "Conversation",
        "welcome": "Ask about the articles in English, Chinese or Russian. Every answer comes with the Chinese sentence that proves it.",
        "box": "Your question",
        "placeholder": "Your question…",
        "send": "Send",
        "stop": "Stop",
        "clear": "New conversation",
        "sources": "Sources",
        "sources_n": "Sources: {n}",
        "no_sources_yet": "The Chinese sentences behind each answer appear here.",
        "no_sources": "This reply states nothing from the articles, so there is nothing to cite.",
        "close": "Close",
        "back": "Back to the answer",
        "paragraph": "paragraph {n}",
        "machine": "machine translation",
        "no_translation": "This passage has not been translated yet.",
        "copy_quote": "Copy quote",
        "copied": "Copied",
        "copy_failed": "The browser did not allow copying",
        "whole_article": "Whole article",
        "source_n": "Source {n}",
        "understood": "Understood as: {query}",
        "checked": "Checked:",
        "check_numbers": "numbers",
        "check_names": "names",
        "check_quotes": "quotes",
        "check_language": "language",
        "unchecked": "Not confirmed: {what}. Compare with the Chinese original before you rely on it.",
        "stopped": "Stopped.",
        "looking": "Looking in the articles…",
        "error_long": "This question has {given} characters; at most {most} can be read. Please ask it in a sentence or two.",
        "error_text": "This could not be read as text. Please type a question in English, Chinese or Russian.",
        "error_rate": "That was a lot of questions in a short time. Please ask again in {seconds} s.",
        "error_busy": "The articles are not ready yet. Please try again in a moment.",
        "error_model": "The language model did not answer. Please try again.",
        "error_other": "Something went wrong on our side, and it has been noted. Please ask again.",
        "full": "This conversation is long. Please start a new one; this one can still be exported.",
        "export": "Save the conversation:",
        "export_title": "Questions and answers",
        "export_made": "Saved {date}, version {version}",
        "export_gone": "This conversation is no longer kept. Ask again, then save it.",
        "feedback_thanks": "Thank you. What was good or wrong? (optional; kept with this question and answer, without your name or address)",
        "feedback_placeholder": "Your comment",
        "feedback_save": "Save comment",
        "feedback_skip": "No comment",
        "feedback_saved": "Your comment is kept. Thank you.",
        "articles": "Articles",
        "glossary": "Glossary",
        "articles_none": "There are no articles yet.",
        "article_missing": "There is no such article.",
        "beside": "Beside the Chinese:",
        "nothing": "nothing",
        "search": "Search",
        "search_glossary": "Search in any of the three languages",
        "glossary_none": "There is no glossary for these articles.",
        "glossary_empty": "Nothing found.",
        "entries": "Entries: {n}",
        "kind": "Kind",
        "note": "Note",
        "to_chat": "Back to the questions",
        "kind_body": "body",
        "kind_place": "place",
        "kind_country": "country",
        "kind_person": "person",
        "kind_event": "event",
        "kind_term": "term",
        "kind_programme": "programme",
        "kind_project": "project",
        "kind_document": "document",
        "login": "Sign in",
        "login_name": "Name",
        "login_password": "Password",
        "login_wrong": "The name or the password is not right.",
        "login_wait": "Too many attempts. Please wait {seconds} s.",
        "forbidden": "This request came from another site and was not carried out.",
        "not_found": "There is no such page.",
        "details": "Show or hide",
    },
    "ru": {
        "title": "Вопросы к статьям",
        "subtitle": "Ответы по {articles}; к каждому — китайская фраза, которая его подтверждает",
        "articles_one": "{n} китайской статье",
        "articles_few": "{n} китайским статьям",
        "articles_many": "{n} китайским статьям",
        "interface_language": "Язык страницы",
        "reply_language": "Отвечать",
        "reply_auto": "Как спрошено",
        "theme": "Светлая или тёмная тема",
        "chat": "Беседа",
        "welcome": "Спросите о статьях по-русски, по-китайски или по-английски. К каждому ответу прилагается китайская фраза, которая его подтверждает.",
        "box": "Ваш вопрос",
        "placeholder": "Ваш вопрос…",
        "send": "Отправить",
        "stop": "Остановить",
        "clear": "Новая беседа",
        "sources": "Источники",
        "sources_n": "Источники: {n}",
        "no_sources_yet": "Здесь появятся китайские фразы, на которых основан ответ.",
        "no_sources": "Этот ответ ничего не утверждает по статьям, поэтому и ссылаться не на что.",
        "close": "Закрыть",
        "back": "Назад к ответу",
        "paragraph": "абзац {n}",
        "machine": "машинный перевод",
        "no_translation": "Перевода этого фрагмента пока нет.",
        "copy_quote": "Копировать цитату",
        "copied": "Скопировано",
        "copy_failed": "Браузер не разрешил копирование",
        "whole_article": "Статья целиком",
        "source_n": "Источник {n}",
        "understood": "Вопрос понят так: {query}",
        "checked": "Проверено:",
        "check_numbers": "числа",
        "check_names": "имена",
        "check_quotes": "цитаты",
        "check_language": "язык",
        "unchecked": "Не подтверждено: {what}. Прежде чем полагаться на ответ, сверьте его с китайским оригиналом.",
        "stopped": "Остановлено.",
        "looking": "Ищу в статьях…",
        "error_long": "Длина вопроса — {given} знаков, прочитать можно не более {most}. Сформулируйте его, пожалуйста, одним-двумя предложениями.",
        "error_text": "Это не удалось прочитать как текст. Напишите, пожалуйста, вопрос на русском, китайском или английском языке.",
        "error_rate": "Слишком много вопросов за короткое время. Повторите, пожалуйста, через {seconds} с.",
        "error_busy": "Статьи ещё не готовы. Повторите, пожалуйста, через минуту.",
        "error_model": "Языковая модель не ответила. Попробуйте, пожалуйста, ещё раз.",
        "error_other": "На нашей стороне произошла ошибка, она записана. Задайте, пожалуйста, вопрос ещё раз.",
        "full": "Беседа стала длинной. Начните, пожалуйста, новую; эту ещё можно сохранить.",
        "export": "Сохранить беседу:",
        "export_title": "Вопросы и ответы",
        "export_made": "Сохранено {date}, версия {version}",
        "export_gone": "Эта беседа больше не хранится. Задайте вопрос ещё раз и сохраните её.",
        "feedback_thanks": "Спасибо. Что хорошо, а что не так? (необязательно; хранится с этим вопросом и ответом, без имени и адреса)",
        "feedback_placeholder": "Ваш комментарий",
        "feedback_save": "Сохранить комментарий",
        "feedback_skip": "Без комментария",
        "feedback_saved": "Комментарий сохранён. Спасибо.",
        "articles": "Статьи",
        "glossary": "Глоссарий",
        "articles_none": "Статей пока нет.",
        "article_missing": "Такой статьи нет.",
        "beside": "Рядом с китайским текстом:",
        "nothing": "ничего",
        "search": "Найти",
        "search_glossary": "Поиск на любом из трёх языков",
        "glossary_none": "Для этих статей глоссария нет.",
        "glossary_empty": "Ничего не найдено.",
        "entries": "Записей: {n}",
        "kind": "Вид",
        "note": "Примечание",
        "to_chat": "Назад к вопросам",
        "kind_body": "организация",
        "kind_place": "место",
        "kind_country": "страна",
        "kind_person": "лицо",
        "kind_event": "событие",
        "kind_term": "термин",
        "kind_programme": "программа",
        "kind_project": "проект",
        "kind_document": "документ",
        "login": "Войти",
        "login_name": "Имя",
        "login_password": "Пароль",
        "login_wrong": "Неверное имя или пароль.",
        "login_wait": "Слишком много попыток. Подождите, пожалуйста, {seconds} с.",
        "forbidden": "Запрос пришёл с другого сайта и не выполнен.",
        "not_found": "Такой страницы нет.",
        "details": "Показать или скрыть",
    },
    "zh": {
        "title": "文章问答",
        "subtitle": "依据{articles}作答，每个回答都附中文原句",
        "articles_one": "{n}篇中文报道",
        "articles_few": "{n}篇中文报道",
        "articles_many": "{n}篇中文报道",
        "interface_language": "界面语言",
        "reply_language": "回答语言",
        "reply_auto": "与提问相同",
        "theme": "浅色或深色",
        "chat": "对话",
        "welcome": "请用中文、俄文或英文就报道内容提问，每个回答都附上可资证明的中文原句。",
        "box": "您的问题",
        "placeholder": "请输入问题……",
        "send": "发送",
        "stop": "停止",
        "clear": "新对话",
        "sources": "出处",
        "sources_n": "出处：{n}",
        "no_sources_yet": "回答所依据的中文原句将显示在这里。",
        "no_sources": "这条回复没有引述报道内容，因此没有出处。",
        "close": "关闭",
        "back": "返回回答",
        "paragraph": "第{n}段",
        "machine": "机器翻译",
        "no_translation": "这一段还没有译文。",
        "copy_quote": "复制引文",
        "copied": "已复制",
        "copy_failed": "浏览器不允许复制",
        "whole_article": "阅读全文",
        "source_n": "出处{n}",
        "understood": "问题理解为：{query}",
        "checked": "已核对：",
        "check_numbers": "数字",
        "check_names": "名称",
        "check_quotes": "引文",
        "check_language": "语言",
        "unchecked": "未能核实：{what}。引用前请与中文原文核对。",
        "stopped": "已停止。",
        "looking": "正在查阅报道…",
        "error_long": "问题有{given}个字符，最多可读{most}个。请用一两句话提问。",
        "error_text": "无法识别这段文字。请用中文、俄文或英文输入问题。",
        "error_rate": "短时间内提问过多，请{seconds}秒后再试。",
        "error_busy": "报道尚未准备好，请稍候再试。",
        "error_model": "语言模型没有回答，请再试一次。",
        "error_other": "我们这边出了问题，已作记录。请再问一次。",
        "full": "对话已经很长，请开始新对话；本次对话仍可导出。",
        "export": "保存对话：",
        "export_title": "问答记录",
        "export_made": "保存于{date}，版本{version}",
        "export_gone": "该对话已不再保留。请重新提问后再保存。",
        "feedback_thanks": "谢谢。哪里好，哪里不对？（可不填；只与该问答一起保存，不含您的姓名和地址）",
        "feedback_placeholder": "您的意见",
        "feedback_save": "保存意见",
        "feedback_skip": "不留意见",
        "feedback_saved": "意见已保存，谢谢。",
        "articles": "报道",
        "glossary": "词汇表",
        "articles_none": "还没有报道。",
        "article_missing": "没有这篇报道。",
        "beside": "对照语言：",
        "nothing": "不对照",
        "search": "查找",
        "search_glossary": "可用三种语言中的任意一种查找",
        "glossary_none": "这些报道没有词汇表。",
        "glossary_empty": "没有找到。",
        "entries": "词条：{n}",
        "kind": "类别",
        "note": "说明",
        "to_chat": "返回提问",
        "kind_body": "机构",
        "kind_place": "地点",
        "kind_country": "国家",
        "kind_person": "人物",
        "kind_event": "活动",
        "kind_term": "术语",
        "kind_programme": "计划",
        "kind_project": "项目",
        "kind_document": "文件",
        "login": "登录",
        "login_name": "用户名",
        "login_password": "密码",
        "login_wrong": "用户名或密码不正确。",
        "login_wait": "尝试次数过多，请等待{seconds}秒。",
        "forbidden": "该请求来自其他网站，未予执行。",
        "not_found": "没有这个页面。",
        "details": "展开或收起",
    },
}

# Strings of Gradio's own that it lacks in a language. Source: its locale files.
BUILTIN: Mapping[Language, Mapping[str, str]] = {
    "en": {},
    "ru": {"chatbot.complete": "Готово", "status.queue_position": "Очередь: {position} из {size}"},
    "zh": {
        "chatbot.copy_message": "复制消息",
        "chatbot.copied_message": "已复制",
        "chatbot.complete": "完成",
        "status.queue_position": "排队：第{position}位，共{size}位",
    },
}

# The names of Gradio's buttons in a conversation, as Gradio has them: it does not change those that are on the page already.
ICONS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "edit": "Edit", "retry": "Retry", "submit": "Submit", "cancel": "Cancel", "like": "Like", "dislike": "Dislike", "clear": "Clear", "copy": "Copy message",
        "copied": "Copied message",
    },
    "ru": {
        "edit": "Редактировать", "retry": "Повторить", "submit": "Отправить", "cancel": "Отмена", "like": "Нравится", "dislike": "Не нравится",
        "clear": "Очистить чат", "copy": "Копировать сообщение", "copied": "Сообщение скопировано",
    },
    "zh": {
        "edit": "编辑", "retry": "重试", "submit": "发送", "cancel": "取消", "like": "赞", "dislike": "踩", "clear": "清空对话", "copy": "复制消息", "copied": "已复制",
    },
}  # fmt: skip

_QUOTES: Mapping[Language, tuple[str, str]] = {"zh": ("“", "”"), "ru": ("«", "»"), "en": ("“", "”")}


def tell(key: str, language: Language, **values: object) -> str:
    """The string `key` in `language`, its variables filled in."""
    text = TEXTS[language][key]
    return text.format(**values) if values else text


def quoted(text: str, language: Language) -> str:
    left, right = _QUOTES[language]
    return f"{left}{text}{right}"


def articles_counted(n: int, language: Language) -> str:
    """`n` articles in the form that the subtitle needs ("по 1 статье", "по 4 статьям")."""
    one = n % 10 == 1 and n % 100 != 11 if language == "ru" else n == 1
    few = 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14
    return tell("articles_one" if one else "articles_few" if few else "articles_many", language, n=n)


def language_of(value: object, fallback: Language = "en") -> Language:
    """A language of the page from anything a browser may send."""
    return next((known for known in LANGUAGES if known == value), fallback)


def preferred(accept_language: str) -> Language:
    """The first language of an Accept-Language header that the page has: zh-*, ru-*, else English."""
    ranked: list[tuple[float, Language]] = []
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        found = next((known for known in LANGUAGES if tag.lower().split("-")[0] == known), None)
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if found and quality > 0:
            ranked.append((-quality, found))
    return min(ranked, key=lambda item: item[0])[1] if ranked else "en"
