"""What a model is shown: scaffolding from files with checked variables, and passages as quoted material.

A passage is data. What in it speaks to a model instead of reporting (commands, second person, control marks, hidden text) is
left out of the prompt; what is shown is numbered, set off line by line and closed in by marks that a text cannot foresee.
Source: Hines et al. 2024, "Defending against indirect prompt injection attacks with spotlighting".
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import regex

from assistant.errors import PromptError
from assistant.language import fold, normalise, word_terms
from assistant.records import LANGUAGES, Language

PromptTask = Literal["answer", "repair", "condense", "translate", "anticipate"]

VARIABLES: Mapping[PromptTask, frozenset[str]] = {
    "answer": frozenset(("fence", "passages", "terms", "question")),
    "repair": frozenset(("problems",)),
    "condense": frozenset(("fence", "history", "question")),
    "translate": frozenset(("fence", "title", "terms", "problems", "block")),
    "anticipate": frozenset(("fence", "terms", "problems", "block", "count", "pairs")),
}
_VARIABLE = regex.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_PARTS = regex.compile(r"\A=== system ===\n(.*?)\n=== user ===\n(.*)\Z", regex.DOTALL)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt file. `fingerprint`: twelve hex digits that change with any letter of it."""

    task: PromptTask
    language: Language
    system: str
    user: str
    fingerprint: str

    def fill(self, **values: str) -> list[tuple[str, str]]:
        """(role, text) of the system and the user message. Values are put in as they are, once; what looks like a variable in one stays text.

        Raises PromptError where a value is missing or is not one of this prompt.
        """
        expected = VARIABLES[self.task]
        if values.keys() != expected:
            missing, unknown = sorted(expected - values.keys()), sorted(values.keys() - expected)
            raise PromptError(
                f"The prompt {self.task}.{self.language} was filled "
                + " and ".join(
                    [f"without {', '.join(missing)}"] * bool(missing)
                    + [f"with unknown {', '.join(unknown)}"] * bool(unknown)
                )
                + f". Expected exactly: {', '.join(sorted(expected))}."
            )
        return [(role, _put(text, values)) for role, text in (("system", self.system), ("user", self.user))]


def _put(text: str, values: Mapping[str, str]) -> str:
    filled = _VARIABLE.sub(lambda match: values[match[1]], text)
    return regex.sub(r"\n{3,}", "\n\n", filled).strip()


@functools.cache
def load(folder: Path, task: PromptTask, language: Language) -> Prompt:
    """The prompt file of a task and language. Raises PromptError where it is not there or breaks the form."""
    path = folder / f"{task}.{language}.md"
    try:
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(
            f"The prompt {path} cannot be read ({error.__class__.__name__}). Expected one file a task and language, "
            f"{', '.join(VARIABLES)} in {', '.join(LANGUAGES)}; set ASSISTANT_PROMPTS to their folder."
        ) from error
    parts = _PARTS.match(text)
    if not parts or not parts[1].strip() or not parts[2].strip():
        raise PromptError(
            f"The prompt {path} does not have its two parts. Expected '=== system ===', then text, then '=== user ===', then text."
        )
    found = set(_VARIABLE.findall(text))
    if found != VARIABLES[task]:
        missing, unknown = sorted(VARIABLES[task] - found), sorted(found - VARIABLES[task])
        wrong = [f"lacks {{{{{name}}}}}" for name in missing] + [f"has the unknown {{{{{name}}}}}" for name in unknown]
        raise PromptError(
            f"The prompt {path} {', '.join(wrong)}. Expected exactly: {', '.join(sorted(VARIABLES[task]))}."
        )
    digest = hashlib.sha256(f"{task}.{language}\n{text}".encode()).hexdigest()[:12]
    return Prompt(task, language, parts[1].strip(), parts[2].strip(), digest)


def fence(*texts: str) -> str:
    """A mark that none of `texts` can hold on purpose: it depends on all of them, and the same texts give the same mark."""
    return f"@@{hashlib.sha256(chr(0).join(texts).encode()).hexdigest()[:8]}"


def quoted(number: int | None, text: str) -> str:
    """`text` as one line of quoted material."""
    return f"> [{number}] {text}" if number is not None else f"> {text}"


# --- what in a text speaks to a model --------------------------------------------------------------------------------

_QUOTATION = regex.compile(r"“[^”]*”|«[^»]*»|「[^」]*」|『[^』]*』")
_CONTROL = regex.compile(
    r"<!--|-->|<\|[^|>]{0,40}\|>|\[/?INST\]|<</?SYS>>|<\/?[a-z][^>]{0,200}>|```|^\s*#{2,}\s*\w+|!?\[[^\]]{0,200}\]\([^)]{0,400}\)|(?:java|vb)script:|data:\w+/|"
    r"\b(?:system|assistant|user|human|instruction|ai|note|important|attention|admin|override|prompt|command|reminder|update|warning)\s*[:>\]]|"
    r"(?:新?规则|系统|助手|用户|指令|注意|重要|提示|说明|备注|提醒|管理员|命令|答案|更正|补充规则)(?:提示|消息|指令|信息|通知|说明|要求)?\s*[:\]】]|"
    r"(?:система|ассистент|пользователь|инструкция|внимание|важно|примечание|команда|задание|подсказка|напоминание|ответ|указание|правило)\s*[:\]]|"
    r"(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]*\d)(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])[A-Za-z0-9+/]{24,}={0,2}|(?:(?<![\p{L}\p{N}])\p{L}[ ._*-]){4,}\p{L}(?![\p{L}\p{N}])",
    regex.IGNORECASE | regex.MULTILINE,
)
# Marks that printed prose does not have: of markup, programs and letters.
_MARKS = regex.compile(
    r"[{}<>|\\^~`=#→⇒⟶]|[*_%@(-]{2,}|(?<!:)//|^\s*-{1,3}\s|&#?\w{1,8};|[\[［【]\s*\d{1,3}\s*[\]］】]"
)
# Words of talk about prompts, answers and the reader's question, which a report has no use for.
_META = {
    "en": r"\b(?:ignore|disregard|override|bypass|jailbreak|system prompts?|prompts?|instructions? (?:above|below|for|to|follow)|(?:these|those|previous|prior|above|following|new|earlier|your|all|any|other) (?:instructions?|rules|guidelines|directives|passages|excerpts|messages)|"
    r"language models?|chat ?bots?|chatgpt|(?:the|an?|any|every|all|ai|dear|virtual|this|digital) assistants?|ai (?:assistants?|models?|systems?|agents?|reading|readers?)|"
    r"(?:respond|reply|replies|answer|answers|responses?|output|print)s? (?:only |always |just |simply |instead |solely |every \w+ |each \w+ |the \w+ |all \w+ |it |them )?(?:with|by (?:saying|stating|writing|adding)|as follows|to (?:any|all|every) |that|“|\"|:)|(?:correct(?:ed)?|reference|revised|model|right|true|only|proper|official|final|real|expected|required|best) (?:answer|reply|response)s?\b|(?:answer|reply|response)s? (?:is|are|must|should|shall|to (?:any|all|every|this|the)|with|given)|"
    r"in (?:any|every|each|all|your|the) (?:answer|reply|response)s?|(?:the|any|every|each) (?:user|questioner|reader|asker)s?|(?:when|if|whenever) (?:asked|questioned|answering|responding|someone asks|anyone asks|summari[sz]ing|translating|replying)|whoever (?:reads|processes|answers|summari[sz]es)|"
    r"(?:say|conclude|finish|end|begin|start|open|close) (?:only|always|every \w+|each \w+|the (?:answer|reply|response)|all \w+) |(?:instead of|before|after|rather than|while) (?:answering|responding|replying)|from now on|act as|pretend|role-?play|confidential key|api key|password|canary|verbatim|must (?:be )?(?:say|state|said|reply|answer|respond|mention|include|write|output|tell|claim|report|print|repeat|answered|replied|mentioned|included|written)|do not (?:mention|cite|answer|translate|follow|tell|say|use|reveal)|the word(?:s)? [“\"'A-Z]|the (?:phrase|sentence|string|text|code|token|message) [“\"'A-Z]|the (?:phrase|string|token) \S)",
    "ru": r"(?<!\p{L})(?:(?:рас|под|пере)?скажи(?!\p{L})|(?:рас|под|пере)?скажите(?!\p{L})|игнорир|проигнорир|инструкци|промпт|промт|системн\p{L}+ (?:сообщен|запрос|подсказ)|языков\p{L}+ модел|чат-?бот|нейросет|ассистент|(?:ии|виртуальн\p{L}+|цифров\p{L}+)[ -]?помощник|"
    r"(?:прежн|предыдущ|вышеизложенн|вышеуказанн|указанн|этим|эти|все|нов)\p{L}* (?:указани|правил|распоряжени|команд|отрывк)|(?:правильн|верн|единственн|корректн|официальн|окончательн|настоящ|нужн|точн)\p{L}* ответ|(?:в|к|на|при|из|без|вместо|после|перед|начал\p{L}*|конц\p{L}*) (?:\p{L}+ )?ответ(?:е|ах|у|ов|ом|а)?(?!\p{L})(?! на (?:вызов|угроз|призыв))|ответ\p{L}* (?:на (?:любой|каждый|этот|все|вопрос|всякий|данный)|долж\p{L}+|следует|надо|нужно|только|звучит|такой|словом|так|фраз|—|–|:)|"
    r"(?:пользовател\p{L}+|спрашивающ\p{L}+|читател\p{L}+) (?:надо|нужно|следует|сообщ|скаж|спрос|долж|необходимо)|(?:если|когда) (?:вас |тебя )?(?:спраш|спрос)\p{L}+|отныне|с этого момента|притвор|дословно|(?:надо|нужно|следует|необходимо|требуется|обязательно|долж\p{L}+|обязан\p{L}*|велено|приказано|предписано) (?:\p{L}+ )?(?:ответ|отвеч|напис|писать|сказ|сообщ|вывест|вывод|добав|упомян|указ|повтор|заверш|законч|нач|говор|заяв|встав|процитир)\p{L}*|слов(?:о|а|ом|ами) [«“\"]|фраз\p{L}+|кодов\p{L}+ слов)",
    "zh": r"忽略|无视|忽视(?:上|前|以|此|所)|忘(?:记|掉)|不(?:要|必|用|得)理会|(?:上述|以上|之前|前面|先前|前述|此前|其他|所有|一切)(?:的)?(?:所有|全部|一切)?(?:指令|指示|规则|要求|提示|说明|设定|段落|命令|约束)|指令|提示词|系统提示|系统消息|(?:智能|虚拟|数字|AI|人工智能)助[手理]|助手|语言模型|聊天机器人|机器人(?:请|应|必须|须|要)|"
    r"(?:本|该|任何|各|所有)(?:模型|AI|系统)(?:请|应|必须|须|务必|要|在|需)|(?:只|仅|必须|须|务必|应当|应该|应|请|直接|统一|一律|均|都|要|需|先|再|然后|并|改为|即可|只需|只能|只要|不得|不要|切勿|禁止|不准|勿|在最后|末尾|开头|结尾)(?:\p{Han}{0,6})(?:回答|作答|答复|回复|答道|输出|复述|重复|告诉|告知|回应|写上|写出|写道|写明|加上|附上|附带|声明|声称|改口|打印|说出|说明其|提及|引用|翻译成|念出)|"
    r"(?:回答|作答|答复|回复|回应|答案)(?:时|中|里|的?(?:末尾|结尾|开头|最后|最前)|必须|应|只|须|要|为|是|：|:|“|内容|一律|均|都|任何|所有|每|用户|读者|问题|该问题|此|这个|本)|(?:正确|标准|唯一|真正|正式|官方|最终|准确)(?:的)?(?:答案|回答|回复)|(?:用户|读者|提问者|使用者|提问人)(?:问|提问|询问|说|，|:|：|查询)?|(?:被|有人|凡|若|如|当)(?:\p{Han}{0,6})(?:问到|问及|提问|询问|被问)|从现在(?:起|开始)|扮演|假装|密钥|口令|暗号|一字不[差漏改]|原样|逐字",
}
# A text that speaks of itself, of its parts or of being read and retold: a report speaks of the world.
_ITSELF = {
    "en": r"\b(?:this|these|the (?:present|following|preceding|foregoing|above|below|current|surrounding|entire|whole|rest of the)) (?:text|paragraph|passage|article|excerpt|section|page|sentence|line|story|context|content|material)s?\b|"
    r"\b(?:text|paragraph|passage|article|excerpt|sentence|line|content|page|story|everything|anything|all) (?:above|below)\b|\b(?:the|an?|any|every) (?:paragraph|excerpt|sentence|summary|synopsis|digest|abstract|paraphrase|translation|recap|quotation|citation)\b|\b(?:hereby|herein|aforesaid|foregoing|aforementioned)\b|"
    r"\b(?:quot|cit|paraphras|recap|retell|recit|transcri|summari[sz])(?:e|es|ed|ing|bes?|bed|bing|s)\b",
    "ru": r"(?<!\p{L})(?:эт(?:от|ого|ому|им|ом|их|и|а|ой|у|о)|данн\p{L}+|настоящ\p{L}+|предыдущ\p{L}+|следующ\p{L}+|вс(?:ей?|его|ё|ему)) (?:текст|абзац|отрывок|отрывк|фрагмент|стать[яеиёю]|предложени[еяю](?!м)|строк|контекст|содержани)\p{L}*|"
    r"(?<!\p{L})(?:текст|абзац|стать[яеию]|сказанн\p{L}+|изложенн\p{L}+|написанн\p{L}+|вс[её]) (?:выше|ниже)|(?<!\p{L})(?:выше|ниже)(?:сказанн|привед[её]нн|изложенн|написанн|следующ|упомянут|указанн)|^(?:выше|ниже)(?!\p{L})|"
    r"(?<!\p{L})(?:абзац|цитат|цитир|процитир|резюме|резюмир|пересказ|перескаж|конспект|перефраз|краткое изложение|перевод(?:е|а|у|ом)? (?:стать|текст|абзац))\p{L}*",
    "zh": r"(?:本|此|该|上|下|前|后)(?:文(?![化明件艺字献物学人教体旅创莱])|段(?![时期路落差])|段落|句|节选|篇(?![章幅]))|(?:这|那|每|任何|上|下|前|后|本|该|此)(?:一)?(?:段话|段文字|句话|段落|篇(?:文章|报道|稿件))|(?:以上|以下|上述|下述|下列|前述|全部)(?:内容|文字|段落|文本|信息|资料|材料|表述|说法)|段落|摘要|转述|复述|引述|引文|译文|概括|归纳为|总结(?:本|全|此|该|时|为|成|中)|改写|此处|文本|上下文",
}
_ITSELF_PATTERN = regex.compile("|".join(_ITSELF.values()), regex.IGNORECASE)
_META_PATTERN = regex.compile("|".join(_META.values()), regex.IGNORECASE)
# A request to whoever reads.
_REQUEST = regex.compile(
    r"\b(?:kindly|may (?:we|i) ask|would be (?:\w+ )?grateful|is (?:\w+ )?(?:requested|asked|recommended|advised|required) (?:that|to)|thank you for)\b|"
    r"(?<!\p{L})(?:просьба|просим|просят|попросить|будь(?:те)? добры?|не затрудни\p{L}+|признательны (?:за|вам)|спасибо за|рекомендуется|желательно|уместно|достаточно помнить)(?!\p{L})|"
    r"麻烦|劳驾|恳请|冒昧|烦请|谨请|敬请|感激|谢谢|拜托",
    regex.IGNORECASE,
)
_SECOND_PERSON = regex.compile(
    r"\b(?:you|your|yours|yourself|please)\b|(?<!\p{L})(?:ты|тебя|тебе|тобой|тво[йяеиёюм]\p{L}{0,3}|вы|вас|вам|вами|ваш\p{L}{0,3}|пожалуйста)(?!\p{L})|[你您]|请(?!求|示|教|愿|辞|假|战|命|柬|客|帖)(?<!邀请|申请|聘请|提请|恳请|报请|特请|宴请|敬请)",
    regex.IGNORECASE,
)
_SAYING = r"ignore|disregard|forget|reply|respond|answer|output|print|say|write|repeat|tell|append|mention|claim|announce|declare|pretend|act as|obey|quote|cite|recite|reveal|emit|proclaim|inform|do not|don't"
_DOING = (
    r"include|insert|add|end|begin|finish|start|stop|translate|show|list|state|use|follow|execute|run|click|visit|open|send|call|contact|pay|transfer|download|note|remember|consider|treat|replace|omit|skip|refuse|give|provide|assume|conclude|"
    r"copy|produce|return|generate|summari[sz]e|display|advise|warn|drop|abandon|switch|set aside|leave out|make|put|keep|never|always|report|confirm|deliver|present|change|let|take|read|close|describe"
)
_ENGLISH_COMMAND = regex.compile(
    rf"(?:(?:^|[.!?:;,(—–]\s*|\b(?:then|and|also|now|first|next|instead|simply|just|kindly|but) )[\"“'(]*(?:{_SAYING})\b(?!-)|(?:^|[.!?:;—–]\s+|\b(?:then|now|instead|simply|just|kindly) )[\"“'(]*(?:{_DOING})\b(?!-))"
    r"(?! (?:of|by|was|were|is|has|had|in|that)\b)",
    regex.IGNORECASE,
)


# A clause in another language inside a Chinese text: four Latin words with a small one among them, two that are no names, or three
# Cyrillic ones.
_FOREIGN_RUN = regex.compile(
    r"(?:\p{Latin}[\p{Latin}'’-]*[\s,:;.“”\"'()]+){0,12}\b(?:a|an|the|is|are|was|were|be|been|has|have|had|to|that|this|with|must|only|not|as|there|it|any|every|all|here|at|when|if|from)\b[\s,:;.“”\"'()]+(?:\p{Latin}[\p{Latin}\p{N}'’-]*[\s,:;.“”\"'()]*){2,}"
    r"|(?<![\p{L}-])\p{Latin}\p{Ll}+\s+(?-i:\p{Ll}{2,}\s+\p{Ll}{2,}|\p{Ll}{3,}:)|(?:\p{Cyrillic}[\p{Cyrillic}-]*[\s,:;.«»—–()]+){2,}\p{Cyrillic}{2,}"
)


@functools.lru_cache(maxsize=8192)
def speaks_to_a_model(text: str) -> bool:
    """Whether a sentence of an article commands, addresses or steers its reader instead of reporting. In doubt it does."""
    plain = normalise(text)
    if len(plain) != len(regex.sub(r"\s+", " ", text).strip()) and regex.search(r"[\p{Cf}\p{Co}\p{Cn}]", text):
        return True  # hidden characters
    if (
        _CONTROL.search(plain)
        or _MARKS.search(plain)
        or _META_PATTERN.search(plain)
        or _ITSELF_PATTERN.search(plain)
        or regex.search(r"\p{Latin}\p{Cyrillic}|\p{Cyrillic}\p{Latin}", plain)
    ):
        return True
    bare = _QUOTATION.sub(" ", plain)
    if _FOREIGN_RUN.search(bare) and regex.search(r"\p{Han}{2}", plain):
        return True
    return bool(
        _SECOND_PERSON.search(bare) or _REQUEST.search(bare) or _ENGLISH_COMMAND.search(bare)
    ) or _has_russian_command(bare)


def _has_russian_command(text: str) -> bool:
    """A verb in the imperative or second person: not the lemma, not a past tense, and with an ending that only they have."""
    for match in regex.finditer(r"\p{Cyrillic}{4,}", text):
        folded = fold(match[0])
        if match[0][0].isupper() and regex.search(r"[\p{L}\p{N},] $", text[: match.start()]):
            continue  # a name
        if not _RUSSIAN_COMMAND.search(folded) or _NO_RUSSIAN_COMMAND.search(folded):
            continue
        found = word_terms(folded)
        if found and found[0] != folded and _RUSSIAN_VERB.search(found[0]):
            return True
    return False


_RUSSIAN_COMMAND = regex.compile(
    r"(?:[йи]|(?<![ст])ь|[ветд]ть)(?:те)?$|(?:[йи]|(?<!т)ь)(?:те)?(?:сь|ся)$|(?:ешь|ишь|ете)(?:ся|сь)?$"
)
_NO_RUSSIAN_COMMAND = regex.compile(
    r"(?:ли|[шщ]и)(?:сь)?$|(?:[шщ]ими|[шщ][ие]й|нн[ыо]й|нными|м[ыо]й|тый|ной|той)(?:ся)?$|[иы]й$"
)
_RUSSIAN_VERB = regex.compile(
    r"(?<!^с|^п|^н|печ|пам|площ|кров|^з|благод)(?:[аяеиуоы]ть|зть|[сз]ти|чь)(?:ся|сь)?$(?<!^но?чь|^речь|помощь|мелочь)"
)


_LINK = regex.compile(r"(?:https?://|www\.|[\w.+-]+@)[^\s\p{Han}]*[^\s\p{Han}\p{P}]")


def shown_text(parts: Sequence[str]) -> str:
    """Sentences as one line that can be shown: no links, no marks that look like ours."""
    line = " ".join(parts) if not all(regex.search(r"\p{Han}", part) for part in parts) else "".join(parts)
    line = regex.sub(r"[\[［【]\s*(\d+(?:\s*[,，、–-]\s*\d+)*)\s*[\]］】]", r"(\1)", _LINK.sub("", line))
    return normalise(line.replace("@@", "@"))
