"""A question made whole from the turns before it, so that it can be searched alone: "А второй?", "那印度呢？", "And who runs it?".

No model: the earlier questions are made whole in their order, then the new one from the last of them, by its signs. A name of the same
kind takes the place of the old one; a pronoun takes its topic's name; a fragment gets the topic in brackets before its question mark
(behind it, or after a colon, it would be read as another sentence). What the assistant said counts only where it answered: the
suggestions of a refusal are no topic. A question that stands alone comes back as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import regex

from assistant.language import content_units, detect, fold, normalise, placed_units, word_terms
from assistant.names import Concept, NameTable
from assistant.phrases import PHRASES, Phrase
from assistant.questions import core_question
from assistant.records import LANGUAGES, Language
from assistant.smalltalk import reply_kind

_MAX_TURNS = 24  # turns that are looked back on; a conversation's topic does not reach further
_MAX_TOPIC = 3  # phrases of a topic that are carried over: every one more must be met by the passage that answers

# Replies that tell nothing of the articles: no topic is ever taken from them, least of all from the questions they suggest.
_NO_ANSWERS: tuple[Phrase, ...] = ("refusal", "refusal_about", "unsupported_language", "no_question", "greeting", "thanks", "goodbye", "capabilities", "off_topic")  # fmt: skip

# --- signs of a follow-up --------------------------------------------------------------------------------------------

_OPENER: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"^(?:(?:那么?|还有|另外|以及|而|好的?|嗯+|哦|噢|明白了?|知道了|懂了|谢谢|对了|再问一下|再请问|请问|然后|接着)(?!一?[个家位项所座方]|边|里|些|儿|种|块|次|条|是|么)[，,。、！!\s]*)+"),
    "ru": regex.compile(r"^(?:(?:а|и|ну|но|так|тогда|ок|окей|хорошо|понятно|ясно|спасибо|благодарю|ладно|угу|да|ещё|еще)(?!\w)[,.!\s…—-]*)+"),
    "en": regex.compile(
        r"^(?:(?:and|but|so|ok(?:ay)?|then|well|right|also|thanks|thank you|now|alright|i see|got it|what about|how about|what of|same for|same question for|the same for)\b[,.!\s…—-]*)+"
    ),
}  # fmt: skip
# What only asks politely; no sign of a follow-up.
_COURTESY: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"^(?:(?:如果)?方便的话|(?:再|想)?(?:请教|问)(?:一下|您)?|能否|能不能|可否|麻烦您?|请(?!问)|告诉我|(?:我)?想(?:知道|了解)|[，,\s])+"),
    "ru": regex.compile(
        r"^(?:(?:не\s+)?(?:уточните|подскаж\w+|скаж\w+|напомн\w+)(?:\s+ли)?(?:\s+мне)?|не могли бы вы(?: \w+ть)?|пожалуйста|можно узнать|хотелось бы знать|интересно)[,\s]*(?:пожалуйста[,\s]*)?"
    ),
    "en": regex.compile(
        r"^(?:(?:would|do) you mind (?:adding|telling me|saying|if i ask)|(?:can|could|would) you (?:please )?(?:tell|remind|say|add|clarify)(?: me)?|please tell me|may i ask|i(?:['’]d| would) like to know|do you know|please)[,\s]+"
    ),
}  # fmt: skip
_LEFTOVER: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"(?:那边|这边|方面|那个|这个|的|呢|呀|啊|吧|吗|怎么样|如何|又)+[?？。！!\s]*$"),
    "ru": regex.compile(r"(?:\s*(?:как|тоже|также|что|же|там|тогда))?[?？.!\s]*$"),
    "en": regex.compile(r"(?:\s+(?:too|then|instead|as well|though))?[?？.!\s]*$"),
}
_NEW_TOPIC: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"^.{0,6}?(?:换个?(?:一个)?(?:话题|问题)|另(?:外)?一?个(?:话题|问题)|说(?:点|个)别的|别的问题|不说这个了|问(?:点|个)别的)[，,。：:；;！!\s]*"),
    "ru": regex.compile(
        r"^(?:\w+[,.]?\s+){0,2}?(?:друг(?:ое|ой вопрос|ая тема)|(?:сменим|поменяем|смена|на другую) тем\w+|о другом|вопрос на другую тему)[\s:,.;—–-]+(?:а\s+)?"
    ),
    "en": regex.compile(
        r"^(?:\w+[,.]?\s+){0,3}?(?:(?:different|another|new|change of|change the|changing the|switching) (?:subject|topic|question|thing|matter|topics|subjects)|on another (?:note|subject|topic)|something else|unrelated)[\s:,.;—–-]+"
    ),
}  # fmt: skip
_CORRECTION: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(
        r"^(?:(?:不是?(?:的|这个|那个)?|不对|错了|搞错了|弄错了|等等|抱歉|对不起|不好意思)[，,。！!、\s]*)*(?:我(?:是)?(?:(?:想|要)?(?:问|说|指)(?:的)?(?:是)?)|我的意思是|我指的是|应该是|是(?:问|说))"
        r"|^(?:不是|不对|错了|搞错了)[，,。！!、\s]+(?:是)?"
    ),
    "ru": regex.compile(
        r"^(?:(?:нет|да не|ой|извини\w*|прости\w*|стоп|не то[тй]?|неверно|не (?:про )?\w+)[,.!\s—–-]+)*(?:а\s+)?(?:я\s+)?(?:же\s+)?(?:имел[аи]? в виду|(?:спрашивал|говорил|спросил)[аи]?(?: про| о| об)?|хотел[аи]? (?:спросить|узнать)(?: про| о| об)?)\s+(?!ли\b|бы\b)"
        r"|^(?:нет|не то|неверно|ошибся|ошиблась|ой)[,.!\s—–-]+(?:а\s+)?(?:я\s+)?(?:(?:про|о|об)\s+)?|^я\s+(?:про|о|об)\s+"
        r"|^(?:да\s+)?(?:нет[,\s]+)?не\s+(?:про\s+)?\w+,\s*(?:а\s+)?"
    ),
    "en": regex.compile(
        r"^(?:(?:no|nope|not that(?: one)?|sorry|wait|oops|actually|wrong(?: one)?|i mean|not \w+)[,.!\s—–-]+)*(?:i(?:['’]m| am| was)?\s+(?:meant|mean|asking about|asked about|asking for|talking about|said)(?: to (?:ask|say)(?: about)?)?|i was (?:asking|talking) about|rather)\s+"
        r"|^(?:no|nope|oops|wrong(?: one)?)(?:[,!—–-]|\.(?!\s+of\b)|\s+[—–-])[\s—–-]*|^(?:sorry)?[,\s]*make (?:it|that)\s+|^sorry,\s+(?!(?:but|to|for|could|can|would|what|where|who|when|how|which|why|is|are|do|does|did|i)\b)"
    ),
}  # fmt: skip
# What a correction turns down ("не центр, …"), and what it may begin with.
_TURNED_DOWN: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"[，,、]?\s*(?:而)?不是.*$"),
    "ru": regex.compile(r"[,—–-]\s*(?:а\s+)?не\s+\S+[\s?.!]*$|^не\s+[^,]{2,30},\s*(?:а\s+)?"),
    "en": regex.compile(r"[,—–-]?\s*(?:and )?not\s+[^,]*$|^not\s+[^,]{2,30},\s*(?:but\s+)?"),
}
_MORE: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"^(?:请|能不能|能|可以|可否|麻烦您?|再|给我|你|您)*(?:展开|详细|具体|多|继续|进一步|深入|仔细|细)+(?:地|点|些|一点|一些|一下)*(?:讲讲?|说说?|介绍|谈谈?|解释|说明|描述|聊聊?|了解|点|些|下去)*(?:一下|一点|一些|点|些|吗|呗|吧|呢|看)*$|^(?:还有呢?|还有吗|还有别的吗|还有什么|接着说|说下去|然后呢|细节呢?|详情呢?|更多(?:信息|细节|内容)?呢?|举个例子)$"),
    "ru": regex.compile(r"^(?:можно|можешь|можете|не мог\w+ бы|расскажи\w*|пожалуйста|чуть|немного|ещё|еще|давай\w*|опиши\w*|объясни\w*|поясни\w*|вы|мне|об этом|о нём|о нем|о ней|о них)*\s*(?:по)?(?:подробн\w+|детальн\w+|детал\w+|развёрнут\w+|развернут\w+|продолжай\w*|что ещё|что еще|ещё что-нибудь|ещё|еще|дальше|далее|например|расскажи\w* (?:подробнее|ещё|еще|больше|об этом)\w*|больше (?:информации|деталей)|и\s?вс[её])(?:\s+(?:пожалуйста|об этом|о нём|о нем|о ней|о них|расскажи\w*|можно|про это|об этом проекте))*$"),
    "en": regex.compile(r"^(?:can|could|would|please|pls|you|give|me|us|i|want|d|like|to|know|tell|say|some|a|bit|little|any|have|hear|learn|in|go|on|and|for|with|explain)?(?:\s+(?:can|could|would|please|pls|you|give|me|us|i|want|d|like|to|know|tell|say|some|a|bit|little|any|have|hear|learn|in|for|with))*\s*(?:more|details?|detail|further|elaborate|continue|go on|expand|specifics|what else|anything else|in depth|examples?)(?:\s+(?:about (?:it|that|this|them)|please|pls|details?|info(?:rmation)?|detail|on (?:it|that|this|them)|is there|specific(?:ally)?|can you tell(?: me)?))*$"),
}  # fmt: skip
# A question word alone, with what may stand beside it: what is asked of the old question's matter.
_BARE_ASK: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"^(?:是|在|具体|又|请问|到底|究竟|这是|都是?|当时)*(为什么|为何|何故|什么时候|何时|什么时间|哪一?年|哪天|几月几号|哪里|哪儿|何处|什么地方|在哪里?|谁|哪些人|哪位|怎么(?:做|办到)?的?|如何|多少|几个|多少钱|多久|什么原因|原因|目的|地点|时间|是吗|真的吗|有多少)(?:这么|这样)?(?:说|讲|认为|做)?(?:呢|啊|的|提出的?|是)*$"),
    "ru": regex.compile(r"^(?:это\s+)?(почему|зачем|когда|где|кто|сколько|куда|откуда|как именно|как|с какой целью|за сколько|по какой причине|в каком (?:году|городе|месяце)|какого числа|как долго|на какую сумму)(?:\s+(?:же|именно|это|так|он|она|они|он так (?:считает|говорит)|они|конкретно|это было|это произошло))*$"),
    "en": regex.compile(r"^(why|when|where|who|how|how many|how much|how come|what for|by when|since when|how long|what year|what date|in what year|with whom|by whom|which ones?|which)(?:\s+(?:is that|was that|was it|is it|so|exactly|did (?:it|that|this) happen|not))*$"),
}  # fmt: skip
_OTHER_ONE: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"另(?:外)?(?:一)?(?:个|家|位|项|所|座|方)|其他(?:的|几个|两个)?(?:呢|$)|剩下的?|后者|前者"),
    "ru": regex.compile(r"^(?:\w+\s+)?(?:друг(?:ой|ая|ое|ие|ого|ом|ую)|остальн\w+)$|\bпоследн(?:ий|яя|ее)\b$"),
    "en": regex.compile(r"\bthe other(?:s| ones?| two| \w+)?$|^others?$|^the rest$|\bthe latter\b|\bthe former\b"),
}
_ORDINALS: tuple[tuple[int, str, str, str], ...] = (
    (1, r"перв(?:ый|ая|ое|ого|ую|ой|ом|ым)", r"first", r"第[一1]|前者"),
    (2, r"втор(?:ой|ая|ое|ого|ую|ом|ым)", r"second|latter", r"第[二2]|后者"),
    (3, r"треть(?:ий|я|е|его|ю|ей|ем|им)|третий", r"third", r"第[三3]"),
    (4, r"четв[её]рт(?:ый|ая|ое|ого|ую|ой|ом|ым)", r"fourth", r"第[四4]"),
    (5, r"пят(?:ый|ая|ое|ого|ую|ой|ом|ым)", r"fifth", r"第[五5]"),
    (6, r"шест(?:ой|ая|ое|ого|ую|ом|ым)", r"sixth", r"第[六6]"),
    (-1, r"последн(?:ий|яя|ее|его|юю|ей|ем)", r"last", r"最后一?"),
)
_ORDINAL_TAIL: Mapping[Language, str] = {
    "zh": r"(?:个|家|位|项|所|座|类|条|方|名)?(?:呢|是什么|是谁|是哪个|是哪家|是哪里|项|的|是)*",
    "ru": r"",
    "en": r"(?:\s+(?:one|city|country|project|hub|node|task|person|item|category))?(?:\s+(?:again|then|is what|please))*",
}
_ORDINAL_HEAD: Mapping[Language, str] = {
    "zh": r"(?:其中|那么?|只说|只要|说说|列表里|名单里|的)*",
    "ru": r"(?:(?:только|назови\w*|скажи\w*|повтори\w*|кто|какой|какая|какое|что|расскажи про|про|на|в|у|из них|из)\s+)*",
    "en": r"(?:(?:just|only|the|name|tell me|and|what is|what was|who is|which is|about|repeat|what['’]s)\s+)*",
}

# --- anaphors --------------------------------------------------------------------------------------------------------

_PERSON_ANAPHOR: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"(?<!其)[他她](?!们|人|国|方)|这位\w{0,4}|那位\w{0,4}|其人|此人|对方"),
    "ru": regex.compile(r"\b(?:он|она|его|её|ее|ему|ей|нём|нем|ней|ним|него|неё|нее|им|ею)\b"),
    "en": regex.compile(r"\b(?:he|she|his|her|him|hers)\b"),
}
_MANY_ANAPHOR: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"[他她它]们俩?|这些(?!领域)|那些|双方|两者|二者|那边|这边|对方"),
    "ru": regex.compile(r"\b(?:они|их|им|ними|них|оба|обе|обоих|обеих|эт[иих]{1,2}|те)\b"),
    "en": regex.compile(r"\b(?:they|their|them|theirs|these|those|both)\b"),
}
_PLACE_ANAPHOR: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"那里|那儿|那边|当地|这里|在那|过去[?？]?$|此处"),
    "ru": regex.compile(r"\b(?:там|туда|оттуда|здесь|сюда|тут)\b"),
    "en": regex.compile(
        r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bwill )\bthere\b(?! (?:is|are|was|were|will|any|a|be)\b)|\bhere\b"
    ),
}
_THING_ANAPHOR: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(
        r"它(?!们)|该(?!中心)(?:项目|机构|平台|联盟|枢纽|节点|大学|单位|铁路|愿景|计划|会议|技术|汇编|网络|公司|国|市)|(?<![在从到])[这那](?:个|项|座|所|家|份|条|次|些)?(?:项目|机构|中心|平台|联盟|枢纽|节点|大学|单位|铁路|愿景|计划|技术|汇编|网络|公司|点|清单|方案|学校|城市|国家|事)|那个(?!\w)|这个(?!\w)"
        r"|(?<!尤|极|与)其(?!中|他|它|实|次|余|后)|此(?:项目|举|事)|(?<=[对为给向由跟和与])(?:此|之)(?![后前间])"
    ),
    "ru": regex.compile(
        r"\b(?:оно|этот|эта|это(?! за)|этого|этой|этому|этим|этом|эту|тот|того(?! же)|тому|том(?! числе)|данн(?:ый|ая|ое|ого|ой|ом))\b"
    ),
    "en": regex.compile(r"\b(?:it|its|this|that|such)\b"),
}
# "This conference" is as good as its name; "that the articles say", "it is true that" are no anaphors.
_NO_ANAPHOR: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(
        r"(?:这|本|此|该)(?:次|场|届|个|回)?(?:大会|会议|会|论坛|活动|盛会|联盟|科创中心|汇编)(?!上谁)|那么|那是|其中|此外|因此|从此"
    ),
    "ru": regex.compile(
        r"\b(?:эт(?:а|ой|у) (?:конференци\w+|статье\w*)|этот (?:форум\w*|альянс\w*)|этого (?:форума|альянса)|этом форуме|при этом|в этом году|это правда|правда ли|что это за|кто это|в том числе|в статьях|до того|после того|тем не менее|есть ли там)\b"
    ),
    "en": regex.compile(
        r"\b(?:this|that) (?:conference|forum|event|year|alliance|compendium)\b|is it true(?: that)?|is that (?:right|true|correct|so)|(?<=\b(?:say|says|said|claim|state|states|true|report|mention|know|fact)) that\b|(?<=\w{3}) that (?:is|are|was|were|will|has|have)\b|(?:does|did|do|will) it (?:take|cost)\b"
    ),
}
_SPEECH = regex.compile(
    r"说|提到|表示|认为|指出|介绍|强调|看来|任职|谈|称|сказа|упомян|назв|говор|заяв|счита|отмет|работает|думает|подчерк|\bsa(?:y|id)|mention|think|note|stress|name|call|work for|quote|cite"
)

# Questions of the whole event, which need no topic though they name none.
_OF_THE_EVENT = regex.compile(
    r"签约|签了|签署|参会|与会|开幕|主题|摄影|拍的|记者|这篇|文章|本报|全世界|全球|подписа\w+|участник\w* конф|открыт\w+ конф|девиз|фотограф|автор\w*|стать[еяю]\w*|опубликован|газет\w+"
    r"|\bsigned\b|\bmotto\b|\btheme\b|photograph|\barticles?\b|newspaper|journalist|opening ceremony|церемони"
)
_THIS_EVENT = regex.compile(
    r"[这本此](?:次|场|届)?(?:大会|会议?(?!上?谁)|论坛|活动|盛会)|\bэт(?:а|ой|у|о|ом) (?:конференци|мероприят)\w+|\bэт(?:от|ого|ом) форум\w*|\b(?:this|the) (?:event|meeting|gathering|summit|opening)\b|\bopening day\b|这[则篇条]|эт\w+ (?:новост|заметк|газет)\w+|\b(?:this|the) (?:news|story|picture|photo|caption)\b"
)
# Relations: words that ask for a party of something that is not named beside them.
_RELATION = regex.compile(
    r"партн[её]р|вуз|университет|институт|академи|сторон|компани|организаци|ведомств|участв|вход|министр|чиновник|делегат|представител|учрежден|китайц|хаб|узел|узл"
    r"|partner|universit|institut|academ|\bside\b|\bparty\b|\bfirm|compan|organi[sz]ation|involv|participa|member|minister|official|delegat|representative|school|\bones?\b|\bhub\b|\bnode\b|board|\belse\b|includ|\bpart\b"
    r"|大学|单位|院校|学校|机构|企业|公司|一起|参与|合作方|伙伴|部长|官员|代表|牵头|加入|成员|枢纽|节点|方面|那边|这边|情况|包括|也|还有"
)
_HEADS: Mapping[Language, str] = {
    "zh": r"国内联动枢纽|国际合作节点|联动枢纽|合作节点|联合实验室|枢纽|节点|项目|中心|联盟|平台|汇编|清单|铁路|愿景|点|计划|网络|大学|使节|大使|舰艇|水翼艇|研究院|远程医疗|官员|副部长|部长|顾问|机制|技术转移|设备",
    "ru": r"проект\w*|хаб\w*|узе?л\w*|центр\w*|альянс\w*|сборник\w*|спис\w+|дорог\w*|видени\w+|программ\w+|сет[ьи]\w*|телемедицин\w+|оборудовани\w+|лаборатори\w+|платформ\w+|посл[ау]?|посол\w*|судн\w*|судов|инициатив\w+|задач\w*|трансфер\w*|выставк\w+",
    "en": r"projects?|hubs?|nodes?|cent(?:er|re)s?|alliance|compendium|lists?|railway|vision|programmes?|programs?|network|scheme|platform|lab(?:oratory)?|envoy|ambassador|hydrofoil|initiative|telemedicine|transfers?|missions?|scanner|equipment|official|minister|adviser|plan|line|vessel",
}
_HEAD = {language: regex.compile(pattern) for language, pattern in _HEADS.items()}
_ASK: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(
        r"为什么|为何|什么时候|什么时间|何时|哪一?年|哪一?天|哪(?:所|家|个|位|里|儿|些|国|座|条|项|类|几|种)?|多少[个项家名位亩元人次万亿]*|几[个项家名位大类国所座篇层]?|多大(?:比例)?|什么|啥时候|啥|谁|怎么样?|如何|是否|有没有|是不是|吗|何[处地人]"
    ),
    "ru": regex.compile(
        r"\b(?:сколь\w+|как(?:ой|ая|ое|ие|ого|их|ую|ом|ими?|ова|овы|ов|ово)?|кто|кого|кому|кем|ком|чей|чья|чьё|чьих|что|чего|чему|чем|где|когда|куда|откуда|почему|зачем|ли)\b"
    ),
    "en": regex.compile(r"\b(?:how (?:many|much|long|big|large)|how|what|which|who(?:m|se)?|when|where|why)\b"),
}
_LABEL: Mapping[str, Mapping[Language, str]] = {
    "person": {"zh": "谁", "ru": "кто", "en": "who"},
    "place": {"zh": "在哪里", "ru": "где", "en": "where"},
    "number": {"zh": "多少", "ru": "сколько", "en": "how many"},
    "date": {"zh": "什么时候", "ru": "когда", "en": "when"},
    "reason": {"zh": "为什么", "ru": "почему", "en": "why"},
}
_ASKS_FOR: tuple[tuple[str, regex.Pattern[str]], ...] = (
    ("reason", regex.compile(r"为什么|为何|почему|зачем|\bwhy\b")),
    ("date", regex.compile(r"什么时候|啥时候|何时|哪一?年|哪天|когда|в каком году|\bwhen\b|what (?:date|year)")),
    ("number", regex.compile(r"多少|几[个项家名位]|多大|сколько|how (?:many|much)")),
    ("place", regex.compile(r"哪里|哪儿|在哪|哪国|哪[些个几座]?(?:城市|国家|地方|省|地区)|\bгде\b|как\w+ (?:город|стран)\w*|\bwhere\b|(?:which|what) (?:city|cities|countr)")),
    ("body", regex.compile(r"哪(?:家|所|个)?(?:单位|大学|高校|机构|公司|院校|学校)|как\w+ (?:\w+ )?(?:вуз|университет|институт|организац|компани|учрежден)|(?:which|what) (?:\w+ ){0,2}(?:universit|institut|organi|compan|bod)|外方|中方|俄方|партн[её]р|partner|who['’]?s behind|跟哪|一起")),
    ("person", regex.compile(r"谁|哪位|姓名|叫什么|何人|哪名|官员|\bкто\b|\bкак зовут\b|фамили|\bwho\b|name of|(?:which|what) (?:\w+ )?(?:official|minister|person)")),
    ("programme", regex.compile(r"愿景|计划|项目|программ|видени|проект|инициатив|vision|programme|program|project|initiative")),
)  # fmt: skip

# --- names -----------------------------------------------------------------------------------------------------------

_ADJECTIVE = regex.compile(
    r"(?P<stem>\p{Cyrillic}{3,}?)(?:н|ин)?ск(?P<ending>ий|ая|ое|ие|ого|ой|ому|ую|им|ом|их|ими)\b"
)
_IS_ADJECTIVE = regex.compile(r"ск(?P<ending>ий|ая|ое|ие|ого|ой|ому|ую|им|ом|их|ими)$")
_SIDES = {
    "中方": "c:CN", "我方": "c:CN", "俄方": "c:RU", "白方": "c:BY", "哈方": "c:KZ", "吉方": "c:KG", "乌方": "c:UZ", "蒙方": "c:MN", "科方": "c:KW",
    "китайцы": "c:CN", "китайцев": "c:CN", "россияне": "c:RU", "россиян": "c:RU", "русские": "c:RU",
}  # fmt: skip
_SIDE = regex.compile("|".join(sorted(_SIDES, key=len, reverse=True)))
_PREPOSITION = regex.compile(
    r"\b(?:в|во|на|с|со|из|от|у|для|к|ко|по|про|о|об|за|при|in|at|from|for|with|of|on|to|about|by)\s+(?:(?:the|стороны)\s+)?$"
)
_GENERIC_KINDS = frozenset({"term", "unit"})
_PLACES = frozenset({"place", "country"})
# Nouns that a topic needs beside its name when it goes over into another language; the glossary has only their long forms.
_NOUNS: tuple[Mapping[Language, str], ...] = (
    {"zh": "枢纽", "ru": "хаб", "en": "hub"},
    {"zh": "节点", "ru": "узел", "en": "node"},
    {"zh": "项目", "ru": "проект", "en": "project"},
    {"zh": "副部长", "ru": "заместитель министра", "en": "deputy minister"},
    {"zh": "大使", "ru": "посол", "en": "ambassador"},
    {"zh": "激光", "ru": "лазер", "en": "laser"},
    {"zh": "铁路", "ru": "железная дорога", "en": "railway"},
    {"zh": "水翼艇", "ru": "судно на подводных крыльях", "en": "hydrofoil"},
    {"zh": "文化遗产", "ru": "культурное наследие", "en": "cultural heritage"},
)
_LANGUAGE_LETTER = {
    "zh": regex.compile(r"\p{Han}"),
    "ru": regex.compile(r"\p{Cyrillic}"),
    "en": regex.compile(r"\p{Latin}"),
}


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in a text. `start`, `end`: code points into it; `adjective`: it stands as one (гуанчжоуский, 俄方)."""

    concept: Concept
    form: str
    start: int
    end: int
    adjective: bool = False

    @property
    def place(self) -> bool:
        return self.concept.kind in _PLACES


@dataclass(frozen=True, slots=True)
class _Whole:
    """An earlier question as it stands alone, with what it was answered; "" where it was not."""

    text: str
    language: Language
    answer: str


@functools.lru_cache(maxsize=4)
def _surnames(names: NameTable) -> Mapping[str, str]:
    """Stem of a person's last name → concept id, where only one person bears it and no other name is that word."""
    found: dict[str, set[str]] = {}
    for concept in names.concepts.values():
        if concept.kind == "person":
            for form in (form for language in LANGUAGES[1:] for form in concept.forms[language]):
                for part in form.split()[-1:]:
                    for key in word_terms(fold(part)):
                        found.setdefault(key, set()).add(concept.id)
    return {key: next(iter(ids)) for key, ids in found.items() if len(ids) == 1}


@functools.lru_cache(maxsize=4)
def _place_stems(names: NameTable) -> Mapping[str, str]:
    """Stem of a Russian place name → concept id, for adjectives that no glossary lists: сианьский, пекинского."""
    found: dict[str, str] = {}
    for concept in names.concepts.values():
        if concept.kind in _PLACES:
            for form in concept.forms["ru"]:
                folded = fold(form)
                if regex.fullmatch(r"[\p{Cyrillic}-]+", folded):
                    found.setdefault(_place_stem(folded), concept.id)
                    found.setdefault(_place_stem(folded.split("-")[-1]), concept.id)
    return found


def _place_stem(word: str) -> str:
    return regex.sub(r"(?:ия|[аяьйы]|ск)$", "", word)


def _plain(text: str) -> str:
    """`text` so that offsets of names hold: normalised, and folded where folding would change its length."""
    text = normalise(regex.sub(r"\[\d+\]", "", text))
    return text if len(fold(text)) == len(text) else fold(text)


def _names(text: str, table: NameTable) -> list[_Name]:
    """The names of plain `text` in order, adjectives of places, sides (中方) and bare surnames too."""
    folded = fold(text)
    found = []
    for mention in table.mentions(text):
        surface = folded[mention.start : mention.end]
        adjective = mention.concept.kind in _PLACES and (
            bool(_IS_ADJECTIVE.search(surface)) or _english_adjective(surface, mention.concept)
        )
        found.append(_Name(mention.concept, mention.form, mention.start, mention.end, adjective))

    def free(start: int, end: int) -> bool:
        return all(end <= name.start or start >= name.end for name in found)

    stems, surnames = _place_stems(table), _surnames(table)
    for match in _SIDE.finditer(folded):
        if free(match.start(), match.end()) and (concept := table.concepts.get(_SIDES[match[0]])):
            found.append(_Name(concept, match[0], match.start(), match.end(), True))
    for match in _ADJECTIVE.finditer(folded):
        concept_id = stems.get(_place_stem(match["stem"])) or stems.get(
            _place_stem(match[0][: match.start("ending") - match.start() - 2])
        )
        if concept_id and free(match.start(), match.end()):
            found.append(_Name(table.concepts[concept_id], match[0], match.start(), match.end(), True))
    for match in regex.finditer(r"[\p{Cyrillic}\p{Latin}]{4,}", folded):
        for key in word_terms(match[0]):
            if key in surnames and free(match.start(), match.end()):
                concept = table.concepts[surnames[key]]
                form = text[match.start() : match.end()]
                found.append(_Name(concept, form, match.start(), match.end()))
                break
    return sorted(found, key=lambda name: name.start)


def _english_adjective(surface: str, concept: Concept) -> bool:
    nouns = concept.forms["en"][:1]
    return (
        bool(regex.fullmatch(r"\p{Latin}{4,}", surface))
        and bool(nouns)
        and fold(nouns[0]) != surface
        and surface[-1] in "nhkiecz"
    )


def _shown(name: _Name, language: Language, names: NameTable) -> str:
    """A name as it is written in `language`: as in the text where it is in that language, else its preferred form."""
    if _LANGUAGE_LETTER[language].search(name.form) and not name.adjective:
        if name.concept.kind in _GENERIC_KINDS and language == "ru":
            return name.form.lower()
        return name.form
    return names.preferred(name.concept.id, language) or name.form


# --- the way in ------------------------------------------------------------------------------------------------------


def stand_alone(question: str, language: Language, history: Sequence[tuple[str, str]], names: NameTable) -> str:
    """`question` made whole from the earlier turns, (role, text), oldest first; as it is where it stands alone.

    `language`: the question's. Names that come from a turn in another language are put into the question's by the glossary.
    """
    previous: _Whole | None = None
    turns = list(history)[-_MAX_TURNS:]
    for index, (role, text) in enumerate(turns):
        if role != "user" or not text.strip():
            continue
        spoken = detect(text) or (previous.language if previous else language)
        if reply_kind(text, spoken) is not None:
            continue
        answer = ""
        if index + 1 < len(turns) and turns[index + 1][0] == "assistant" and _answers(turns[index + 1][1]):
            answer = _plain(turns[index + 1][1])
        previous = _Whole(_plain(_resolve(text, spoken, previous, names)), spoken, answer)
    if previous is None:
        return question
    return _resolve(question, language, previous, names)


def _answers(text: str) -> bool:
    """Whether an assistant's turn says what the articles say, and not that they do not or what could be asked."""
    folded = fold(text)
    for phrase in (*_NO_ANSWERS, "nearest"):
        for language in LANGUAGES:
            fixed = max(regex.split(r"\{\w+\}", PHRASES[phrase][language]), key=len)
            if len(fixed) > 5 and fold(fixed) in folded:
                return False
    return bool(folded)


def _resolve(question: str, language: Language, previous: _Whole | None, names: NameTable) -> str:
    """One question made whole from the one before it."""
    if previous is None:
        return question
    text = _plain(question)
    if moved := _NEW_TOPIC[language].match(fold(text)):
        return text[moved.end() :].strip() or question
    asked = _last_clause(_plain(core_question(text, language)))
    folded = fold(asked)
    if (corrected := _CORRECTION[language].match(folded)) and corrected.end():
        return _corrected(question, asked[corrected.end() :], language, previous, names)
    opener = _OPENER[language].match(folded)
    body = asked[opener.end() :] if opener else asked
    body = body[_courtesy_end(body, language) :].strip() or asked
    opened = bool(opener) or bool(regex.search(r"呢\s*[?？。]?$", body))
    bare = regex.sub(r"[^\p{L}\p{N}\s'’-]+", " ", fold(body)).strip()
    if not bare:
        return question
    if _MORE[language].fullmatch(bare.strip()):
        return _in_detail(body, language, previous, names)
    if _BARE_ASK[language].fullmatch(bare):
        return _asked_anew(bare, body, language, previous, names)
    if not opened and len(content_units(text)) >= (20 if language == "zh" else 9):
        return question
    if language == previous.language == "zh" and (turned := _foreign_side(bare, previous)):
        return turned
    position = _ordinal(bare, language)
    if position is not None or _OTHER_ONE[language].search(bare):
        return _member(body, bare, position, language, previous, names)
    own = _names(body, names)
    if _only_names(body, own, language, previous, names, opened=opened):
        return _substituted(body, own, language, previous, names)
    anaphor = _anaphor(body, own, language, opened)
    if anaphor:
        return _pronoun(body, own, anaphor, language, previous, names)
    if _stands_alone(body, own, language, opened, previous, names) or _stated_before(text, asked, language, names):
        return question
    return _facet(body, own, language, previous, names, opened)


# --- telling the kinds of follow-up apart ----------------------------------------------------------------------------


def _rest(text: str, own: Sequence[_Name], language: Language) -> str:
    """Folded `text` without its names, openers and closing particles."""
    letters = list(fold(text))
    for name in own:
        letters[name.start : name.end] = " " * (name.end - name.start)
    return _LEFTOVER[language].sub("", "".join(letters)).strip()


def _only_names(
    text: str, own: Sequence[_Name], language: Language, previous: _Whole, names: NameTable, *, opened: bool
) -> bool:
    """Whether a question only names another one: a name and nothing else that the old question did not say."""
    if not own or len(own) > 3:
        return False
    old_one = _counterpart(own[-1] if language == "zh" else own[0], _names(previous.text, names))
    if old_one is None and (own[0].concept.kind in _GENERIC_KINDS or not own[0].place):
        return False
    rest = _rest(text, own, language)
    if not opened and _YES_NO.search(fold(text)):
        return False
    # "And the Kazakh partner?" says no more than the name; "Which Russian university is involved?" asks a new thing.
    if _ASK[language].search(rest) and not regex.search(r"谁|кто|\bwho", rest):
        return False
    if regex.search(r"谁|кто|\bwho", rest):
        said = [unit for unit in placed_units(rest) if not _RELATION.search(rest[unit.start : unit.end])]
        if old_one is None or (said and not opened):
            return False
    old = {term for unit in content_units(previous.text) for term in unit}
    fresh = [
        unit
        for unit in placed_units(rest)
        if not (set(unit.terms) & old)
        and not _RELATION.search(rest[unit.start : unit.end])
        and rest[unit.start : unit.end] not in "就他们俩还有"
    ]
    return not fresh


def _last_clause(text: str) -> str:
    """The last question of `text` if those before it are mere exclamations: "And that's all? And the Chinese?"."""
    clauses = [clause for clause in regex.split(r"(?<=[?？!！])\s*", text) if clause.strip()]
    if len(clauses) > 1 and all(len(content_units(clause)) <= 3 for clause in clauses[:-1]) and "?" in clauses[-1]:
        return clauses[-1]
    return text


def _courtesy_end(text: str, language: Language) -> int:
    match = _COURTESY[language].match(fold(text))
    return match.end() if match and len(fold(text)) == len(text) else 0


def _foreign_side(bare: str, previous: _Whole) -> str:
    """The old Chinese question turned to the foreign party: "外方呢？" after "中方单位是哪家？"; "" where that fits not."""
    if not regex.fullmatch(r"(?:国)?外方?(?:单位|那边)?呢?|对方呢?", bare) or not _SIDE.search(previous.text):
        return ""
    return _SIDE.sub("外方", previous.text, count=1)


def _ordinal(bare: str, language: Language) -> int | None:
    for number, russian, english, chinese in _ORDINALS:
        pattern = {"zh": chinese, "ru": russian, "en": english}[language]
        if regex.fullmatch(rf"{_ORDINAL_HEAD[language]}(?:{pattern}){_ORDINAL_TAIL[language]}", bare):
            return number
    return None


_LOOSE = regex.compile(r"th(?:is|at|ese|ose)|эт\w+|те|тот|того|тому|том|там|тут|здесь|[那这]\w*")


def _own_there(word: str) -> bool:
    """Whether a demonstrative stands by itself, so that it does point back."""
    return word in ("туда", "оттуда", "там и", "этом")


def _anaphor(text: str, own: Sequence[_Name], language: Language, opened: bool) -> str:
    """ "person", "many", "place" or "thing" where `text` points back at something said before it, else ""."""
    folded = _NO_ANAPHOR[language].sub(lambda match: "·" * len(match[0]), fold(text))
    rest = _rest(text, own, language)
    count = len({unit.start for unit in placed_units(rest) if not _RELATION.search(rest[unit.start : unit.end])}) // (
        2 if language == "zh" else 1
    )
    tables = {"many": _MANY_ANAPHOR, "person": _PERSON_ANAPHOR, "place": _PLACE_ANAPHOR, "thing": _THING_ANAPHOR}
    for kind in ("many", "person", "place", "thing"):
        match = tables[kind][language].search(folded)
        if not match:
            continue
        before = [name for name in own if name.end <= match.start() and not name.adjective]
        if kind == "person" and language != "ru":
            before = [name for name in before if name.concept.kind == "person"]
        if before and not (language != "zh" and kind == "thing" and match[0] in ("this", "that")):
            continue
        # "The deals signed together: which sectors are they in?" has its antecedent; so has "Where are they taking the scanner?".
        led = len(content_units(fold(text)[: match.start()])) >= (6 if language == "zh" else 3)
        if not opened and kind in ("many", "thing") and (led or (kind == "many" and _own_heads(text, language))):
            continue
        # "That CT scanner", "what were they talking about there": colloquial, in a question that says all by itself.
        named = [name for name in own if not name.place and name.concept.kind not in _GENERIC_KINDS]
        loose = kind != "person" and bool(_LOOSE.fullmatch(match[0]))
        if not opened and (
            (named and (count >= 3 or any(name.place and not name.adjective for name in own)))
            or (loose and (named or count >= 3) and not _own_there(match[0]))
        ):
            continue
        return kind
    return ""


def _stands_alone(
    text: str, own: Sequence[_Name], language: Language, opened: bool, previous: _Whole, names: NameTable
) -> bool:
    rest = _rest(text, own, language)
    units = placed_units(rest)
    count = len({unit.start for unit in units})
    specific = [name for name in own if not name.place and name.concept.kind not in _GENERIC_KINDS]
    if any(not _is_background(name, names) or not opened or count for name in specific):
        return True
    old = {name.concept.id for name in _names(previous.text, names)}
    terms = [name for name in own if name.concept.kind in _GENERIC_KINDS]
    places = [name for name in own if name.place]
    relational = all(_RELATION.search(rest[unit.start : unit.end]) for unit in units) or (
        language == "zh" and len(regex.findall(r"\p{Han}", _ZH_STOP.sub("", _RELATION.sub("", rest)))) <= 2
    )
    if terms and places:
        return True
    if places and not relational and count >= (3 if language == "zh" else 1):
        asks = not opened and bool(_ASK[language].search(rest))
        return asks or count >= 2 or all(name.concept.id not in old for name in places)
    if terms and not opened and (len(terms) >= 2 or (count and not relational)):
        return True
    asks = bool(_ASK[language].search(fold(text)))
    if _own_heads(text, language):
        return not opened or count >= 2
    if own and asks and count >= (6 if language == "zh" else 3):
        return True
    if own:
        return False
    if _THIS_EVENT.search(fold(text)):
        return True
    if not opened and _OF_THE_EVENT.search(fold(text)) and (_ASK[language].search(fold(text)) or count >= 3):
        return True
    return asks and count >= ((6 if language == "zh" else 3) + 2 * opened)


def _stated_before(text: str, asked: str, language: Language, names: NameTable) -> bool:
    """Whether what stands before the clause that asks names a thing: "Hydrofoil R&D: who leads it?"."""
    if not text.endswith(asked) or len(asked) == len(text) or _OPENER[language].match(fold(text)):
        return False
    lead = text[: len(text) - len(asked)]
    return (
        bool(_own_heads(lead, language))
        or any(not name.place for name in _names(lead, names))
        or len(content_units(lead)) >= 4
    )


def _own_heads(text: str, language: Language) -> bool:
    """Whether `text` has a thing of its own, named by more than its kind: "the laser project", not "the project"."""
    for _, _, phrase in _head_phrases(text, language, loose=True):
        folded = regex.sub(
            r"^(?:the|this|that)\s+|\b(?:next|new|first|second|main|following|foreign|other|same|whole|own)\s+",
            "",
            fold(phrase),
        )
        left = _HEAD[language].sub("", folded).strip() if language == "zh" else folded
        if len(left) >= 2 if language == "zh" else len(folded.split()) > 1:
            return True
    return False


def _is_background(name: _Name, names: NameTable) -> bool:
    """Whether a name is that of the organisation or the event, which says little about what is asked."""
    shorts = {fold(form) for form in name.concept.forms["en"]}
    return name.concept.kind == "event" or "sco" in shorts or bool(shorts & {"china"}) or not names.concepts


# --- the topic -------------------------------------------------------------------------------------------------------


def _topic(
    previous: _Whole,
    language: Language,
    names: NameTable,
    without: frozenset[str] = frozenset(),
    most: int = _MAX_TOPIC,
    *,
    deep: bool = False,
) -> list[str]:
    """What the earlier question was about, in `language`: its most telling names, each with the noun it belongs to."""
    found = [name for name in _names(previous.text, names) if name.concept.id not in without]
    same = previous.language == language
    specific = [
        name for name in found if not name.place and not _is_background(name, names) and name.concept.kind != "unit"
    ]
    phrases: list[tuple[int, int, str]] = []
    heads = _head_phrases(previous.text, language) if same else []
    for start, end, phrase in heads:
        inside = [name for name in found if name.start >= start - 1 and name.end <= end + 1]
        dropped = [name for name in _names(phrase, names) if name.concept.id in without]
        if dropped:
            for name in reversed(dropped):
                phrase = phrase[: name.start] + phrase[name.end :]
            phrase = normalise(regex.sub(r"^[那这]个|^the\s+(?=the)", "", phrase.strip()))
            if not _HEAD[language].search(fold(phrase)):
                continue
        if language == "ru" and inside and sum(name.end - name.start + 1 for name in inside) >= len(phrase) - 2:
            continue  # in an oblique case; its names are added below, in the nominative
        phrases.append((start, end, phrase))
    covered = [(start, end) for start, end, _ in phrases]
    for name in specific:
        if all(name.end <= start or name.start >= end for start, end in covered):
            phrases.append((name.start, name.end, _shown(name, language, names)))
    for name in found:
        if name.place and not any(start <= name.start < end for start, end, _ in phrases):
            weak = name.adjective and bool(phrases) and not any(0 <= other.start - name.end <= 1 for other in found)
            if not weak and not any(name.concept.id == other.concept.id for other in specific):
                phrases.append((name.start, name.end, _shown(name, language, names)))
    if not phrases:
        phrases = [
            (name.start, name.end, _shown(name, language, names)) for name in found if _is_background(name, names)
        ]
    if same and found and all(name.adjective and name.place for name in found) and not heads:
        phrases = [(0, 0, rest)] if (rest := _remainder(previous.text, language)) else phrases
    if same and deep and len(phrases) == 1 and (matter := _matter(previous.text, language, names)):
        phrases.append((len(previous.text), 0, matter))
    if not phrases and same:
        phrases = [(0, 0, rest)] if (rest := _remainder(previous.text, language)) else []
    if not phrases and previous.answer:
        phrases = [
            (name.start, name.end, _shown(name, language, names))
            for name in _names(previous.answer, names)
            if name.concept.kind not in _GENERIC_KINDS
            and not _is_background(name, names)
            and name.concept.id not in without
        ][:1]
    if not same:
        phrases.extend((len(previous.text), 0, noun) for noun in _carried_nouns(previous, language))
    kept: list[str] = []
    for _, _, phrase in sorted(phrases):
        if all(fold(phrase) not in fold(other) for other in kept):
            kept = [other for other in kept if fold(other) not in fold(phrase)] + [phrase]
    return kept[:most]


_ZH_STOP = regex.compile(
    r"[，,。？?！!；;：:、（()）\s“”\"]|为什么|什么时候|什么|多少|几[个项家名位]?|哪[所家个位里儿些国座条项类几]?|谁|怎么|如何|是否|有没有|是不是|请问|谢谢|您|我|"
    r"负责|参加了?|参与|研究|提到|说的?|做|建设|设在|位于|打算|计划(?=在|于)|一起|聚焦|发言|任职|有|是|在|和|与|跟|由|被|把|从|对|于|为|将|要|会(?!议)|能|搞|干成?|了|吗|呢|里|的是|打出|重点|主攻|主要|承担|牵头|介绍|刚才|姓名|名字|上(?!海|合)|方面"
)
_RU_STOP = regex.compile(
    r"кто|что|где|когда|сколько|как\w*|кем|чем|зачем|почему|ли|кого|кому|чьих|чей|это|там|так|такое|такой|известно|себя|им|он\w?|его|её|ее|их|ему|ей|мне|же|вот|всего|именно|[^\p{L}\d]+"
)
_RU_EDGE = r"а|и|в|во|на|с|со|из|от|у|для|к|ко|по|про|о|об|за|при|до|нет|ну|не|или"
_EN_STOP = frozenset(
    """is are was were be been being do does did doing has have had will would can could should may the a an this that these those of in
    on at to for from by with about as and or but what which who whom whose when where why how many much it its they he she we you i run
    runs work works working take takes took build builds building built sign signed say said says focus focuses open opened aiming aim cover
    does called call speak spoke lead leads leading make made get got serve study studying behind part name found founded hold held talk
    talking tell me there any some their his her fall falls train done sit host hosted geared located situated responsible doing
    please so not if than then into also plan plans planning launched launch created create named cited cite""".split()
)


def _head_phrases(text: str, language: Language, *, loose: bool = False) -> list[tuple[int, int, str]]:
    """(start, end, phrase) of the noun phrases of `text` around a noun such as project, hub or centre, that is not itself asked for."""
    folded = fold(text)
    found: list[tuple[int, int, str]] = []
    if language == "zh":
        start = 0
        for stop in [*_ZH_STOP.finditer(folded), None]:
            end = stop.start() if stop else len(folded)
            run = folded[start:end]
            asked = bool(regex.search(r"(?:哪[所家个位条项]?|多少|几|什么|哪些)[^，。？]{0,2}$", folded[:start]))
            if (
                2 <= len(run) <= 18
                and not asked
                and _HEAD["zh"].search(run)
                and run not in ("项目", "中心", "点", "那个点", "那个项目")
            ):
                first = start + (2 if run.startswith(("那个", "这个")) else 0)
                last = start + [match.end() for match in _HEAD["zh"].finditer(run)][-1]
                found.append((first, last, text[first:last]))
            start = stop.end() if stop else end
        return found
    if language == "en":
        tokens = list(regex.finditer(r"\p{Latin}[\p{Latin}\p{M}]*(?:['’-]\p{Latin}+)*|\d+|[^\s\p{Latin}]", folded))
        for index, token in enumerate(tokens):
            if not regex.fullmatch(rf"(?:{_HEADS['en']})(?:['’]s)?", token[0]):
                continue
            first = index
            while first and not _breaks(tokens[first - 1][0]) and index - first < 5:
                first -= 1
            before = tokens[first - 1][0] if first else ""
            many = first > 1 and before in ("many", "much")
            if (
                before in ("which", "what")
                or many
                or (first == index and before not in ("the", "this", "that", "'s", "its"))
            ):
                continue
            after = tokens[index + 1][0] if index + 1 < len(tokens) else "."
            if (
                not loose
                and not _breaks(after)
                and not regex.fullmatch(rf"(?:{_HEADS['en']})(?:['’]s)?", after)
                and not token[0].endswith("s")
            ):
                continue
            end = regex.sub(r"['’]s$", "", text[tokens[first].start() : token.end()])
            found.append((tokens[first].start(), token.end(), ("the " if before == "the" else "") + end))
        merged: list[tuple[int, int, str]] = []
        for phrase in found:
            if merged and phrase[0] < merged[-1][1]:
                merged.pop()
            merged.append(phrase)
        return merged
    pieces = list(regex.finditer(r"[\p{L}\d-]+|[^\s\p{L}\d]+", folded))
    first = 0
    for index, piece in enumerate([*pieces, None]):
        word = piece[0] if piece else "."
        if not (_RU_STOP.fullmatch(word) or _is_verb(word)):
            continue
        tokens = pieces[first:index]
        asked_for = bool(first) and bool(regex.fullmatch(r"сколько|как\w{2,3}", pieces[first - 1][0]))
        while tokens and regex.fullmatch(_RU_EDGE, tokens[0][0]):
            tokens = tokens[1:]
        while tokens and regex.fullmatch(_RU_EDGE, tokens[-1][0]):
            tokens = tokens[:-1]
        if 0 < len(tokens) <= 9 and not asked_for and any(regex.fullmatch(_HEADS["ru"], token[0]) for token in tokens):
            found.append((tokens[0].start(), tokens[-1].end(), text[tokens[0].start() : tokens[-1].end()]))
        first = index + 1
    return found


def _matter(text: str, language: Language, names: NameTable) -> str:
    """The longest run of content words of `text` beside its names and what is asked for; "" if there is none of two words."""
    found = _names(text, names)
    folded = list(fold(text))
    for name in found:
        folded[name.start : name.end] = "." * (name.end - name.start)
    blank = "".join(folded)
    runs: list[tuple[int, int]] = []
    if language == "zh":
        start = 0
        for stop in [*_ZH_STOP.finditer(blank), None]:
            end = stop.start() if stop else len(blank)
            runs += [
                (match.start() + start, match.end() + start) for match in regex.finditer(r"\p{Han}+", blank[start:end])
            ]
            start = stop.end() if stop else end
        runs = [run for run in runs if 3 <= run[1] - run[0] <= 10]
    else:
        pieces = list(regex.finditer(r"[\p{L}-]+|[^\s\p{L}]+", blank))
        first: int | None = None
        for index, piece in enumerate([*pieces, None]):
            word = piece[0] if piece else "."
            stops = (
                _breaks(word)
                if language == "en"
                else (_is_verb(word) or not word_terms(word) or not regex.match(r"\p{L}", word))
            )
            if not stops and first is None:
                first = index
            if stops and first is not None:
                before = pieces[first - 1][0] if first else ""
                if index - first >= 2 and not regex.fullmatch(r"which|what|many|much|сколько|как\w{2,3}", before):
                    runs.append((pieces[first].start(), pieces[index - 1].end()))
                first = None
    if not runs:
        return ""
    start, end = max(runs, key=lambda run: run[1] - run[0])
    return text[start:end]


_NO_VERBS = frozenset("сеть память печать мать кровать речь ночь дочь помощь вещь печь путь".split())


def _is_verb(word: str) -> bool:
    found = word_terms(word)
    return (
        bool(found)
        and bool(regex.search(r"(?:[аяеиуоы]ть|сти|зти|чь)(?:ся|сь)?$", found[0]))
        and found[0] not in _NO_VERBS
    )


def _breaks(word: str) -> bool:
    return regex.sub(r"['’]\w{1,2}$", "", word) in _EN_STOP or not regex.match(r"[\p{Latin}\d]", word)


def _remainder(text: str, language: Language) -> str:
    """A question without its question words and mark."""
    rest = normalise(regex.sub(r"[?？。.!！]+(?!\w)", " ", text))
    rest = _without(_ASK[language], rest)
    rest = _OPENER[language].sub("", rest.strip())
    if language == "en":
        rest = regex.sub(
            r"^\s*(?:is|are|was|were|do|does|did|has|have|can|will)\b\s*", "", rest, flags=regex.IGNORECASE
        )
    return normalise(rest).strip(" ,，—-")


def _without(pattern: regex.Pattern[str], text: str) -> str:
    kept, start = "", 0
    for match in pattern.finditer(fold(text)) if len(fold(text)) == len(text) else ():
        kept, start = kept + text[start : match.start()], match.end()
    return kept + text[start:]


def _carried_nouns(previous: _Whole, language: Language) -> list[str]:
    """Common nouns of a question in another language, in `language`, in the order of the table."""
    text, found = fold(previous.text), []
    terms = {term for unit in content_units(text) for term in unit}
    for noun in _NOUNS:
        form = noun[previous.language]
        keys = [word_terms(word) for word in form.split()]
        if form in text if previous.language == "zh" else all(set(key) & terms for key in keys if key):
            found.append(noun[language])
    return found


def _focus(previous: _Whole, kinds: Iterable[str], names: NameTable) -> _Name | None:
    """The name that the answer gave to what the question asked for, if it is of one of `kinds`."""
    wanted = frozenset(kinds)
    said = {name.concept.id for name in _names(previous.text, names)}
    for name in _names(previous.answer, names):
        if (
            name.concept.kind in wanted
            and name.concept.id not in said
            and not name.adjective
            and not _is_background(name, names)
        ):
            return name
    return None


def _asks(text: str) -> set[str]:
    folded = fold(text)
    return {kind for kind, pattern in _ASKS_FOR if pattern.search(folded)}


# --- putting it together ---------------------------------------------------------------------------------------------


def _bracketed(text: str, phrases: Sequence[str], language: Language) -> str:
    """`text` with phrases in brackets before its question mark: behind it they would be a sentence of their own."""
    said = fold(text)
    fresh = [phrase for phrase in phrases if fold(phrase) not in said]
    body = regex.sub(r"[\s?？.。!！…]+$", "", text)
    if language != "zh":
        body = body[:1].upper() + body[1:]
    mark = "？" if language == "zh" else "?"
    if not fresh:
        return body + mark
    joined = ("、" if language == "zh" else ", ").join(fresh)
    return f"{body}（{joined}）{mark}" if language == "zh" else f"{body} ({joined}){mark}"


def _with_topic(
    text: str, language: Language, previous: _Whole, names: NameTable, focus: _Name | None, without: frozenset[str]
) -> str:
    phrases = [_shown(focus, language, names)] if focus else _topic(previous, language, names, without)
    return _bracketed(text, phrases, language)


def _in_detail(body: str, language: Language, previous: _Whole, names: NameTable) -> str:
    """ "Tell me more" with what it is about."""
    phrases = _topic(previous, language, names)
    if len(phrases) == 1 and language == "zh":
        return f"请详细介绍{phrases[0]}。"
    if len(phrases) == 1 and language == "en":
        return f"Tell me more about {phrases[0]}."
    return _bracketed(body, phrases, language)


def _asked_anew(bare: str, body: str, language: Language, previous: _Whole, names: NameTable) -> str:
    """A question word alone, asked of the old question's matter: "When?", "为什么？"."""
    match = _BARE_ASK[language].fullmatch(bare)
    rest = _remainder(previous.text, language)
    if previous.language != language or not rest or not match:
        return _with_topic(body, language, previous, names, None, frozenset())
    if language == "zh":
        return regex.sub(r"[（(]([^）)]*)[）)]", r"（\1）", f"{rest}，{match[1]}？")
    if language == "ru" and _QUANTITY["ru"].match(fold(previous.text)):
        return f"{body[:1].upper()}{regex.sub(r'[?.! ]+$', '', body[1:])} ({_lower(rest)})?"
    yes_no = not regex.match(r"\W*(?:\w+\s+)?" + _ASK[language].pattern, fold(previous.text)) or language == "ru"
    start = body[: len(match[1])]
    start = start[:1].upper() + start[1:]
    whole = regex.sub(r"[\s?.!]+$", "", _OPENER[language].sub("", previous.text))
    adverb = (
        regex.match(r"(?:when|where|why|how)\b\s*(?:exactly\s+)?", whole, regex.IGNORECASE)
        if language == "en"
        else None
    )
    if adverb:
        return f"{start} {whole[adverb.end() :]}?"
    if language == "en" and yes_no and match[1] in ("why", "when", "where", "how", "how come"):
        return f"{start} {_lower(whole)}?"
    return f"{start} — {_lower(rest)}?" if language == "en" else f"{start} {_lower(rest)}?"


def _lower(text: str) -> str:
    """A sentence's first letter small, unless it begins a name or an abbreviation."""
    first = text.split(" ", 1)[0]
    if first[1:] != first[1:].lower() or fold(first) not in _LOWER_FIRST:
        return text
    return text[:1].lower() + text[1:]


_LOWER_FIRST = frozenset(
    "did does do is are was were has have had will can could should would the a an в на по с у о за к для из от это проект проектов".split()
)


def _substituted(text: str, own: Sequence[_Name], language: Language, previous: _Whole, names: NameTable) -> str:
    """The old question with its name of the same kind replaced by the new one."""
    new = own[-1] if language == "zh" and len(own) > 1 else own[0]
    before = _names(previous.text, names)
    old = _counterpart(new, before)
    body = _OPENER[language].sub("", text)
    if previous.language != language:
        gone = frozenset((old.concept.id,)) if old else frozenset[str]()
        labels = [_LABEL[kind][language] for kind, _ in _ASKS_FOR if kind in _LABEL and kind in _asks(previous.text)][
            :1
        ]
        rest = [
            _shown(name, language, names)
            for name in before
            if name.concept.id not in gone and not _is_background(name, names)
        ]
        said = fold(" ".join(rest))
        rest = [*rest, *(noun for noun in _carried_nouns(previous, language) if noun not in said)]
        core = regex.sub(r"[呢吗？?\s.!]+$", "", body)
        label = [] if _ASK[language].search(fold(core)) else labels
        joined = " — ".join((core, *label)) if language != "zh" else "，".join((core, *label))
        return _bracketed(joined, rest[:_MAX_TOPIC], language)
    if old is None or old.concept.id == new.concept.id:
        return _bracketed(
            previous.text,
            [_shown(new, language, names) if not new.adjective else _noun(new, language, names)],
            language,
        )
    surface = text[new.start : new.end]
    base = previous.text
    if language == "zh":
        return base[: old.start] + surface + base[old.end :]
    if language == "en":
        surface = (
            regex.sub(r"['’]s$", "", surface) if not regex.search(r"['’]s$", base[old.start : old.end]) else surface
        )
        if regex.search(r"['’]s$", base[old.start : old.end]) and not surface.endswith(("'s", "’s")):
            surface += "'s"
        if old.adjective and not new.adjective:
            surface = _english_adjective_of(new, names) or surface
        elif new.adjective and not old.adjective:
            surface = _noun(new, language, names)
        return base[: old.start] + surface + base[old.end :]
    return _substituted_russian(text, new, base, old, names)


def _english_adjective_of(name: _Name, names: NameTable) -> str:
    forms = names.concepts[name.concept.id].forms["en"]
    return next((form for form in forms if _english_adjective(fold(form), name.concept)), "")


def _noun(name: _Name, language: Language, names: NameTable) -> str:
    return names.preferred(name.concept.id, language) or name.form


def _substituted_russian(text: str, new: _Name, base: str, old: _Name, names: NameTable) -> str:
    surface, gone = text[new.start : new.end], base[old.start : old.end]
    if old.adjective and (ending := _IS_ADJECTIVE.search(fold(gone))):
        if new.adjective and (own := _IS_ADJECTIVE.search(fold(surface))):
            return base[: old.start] + surface[: len(surface) - len(own["ending"])] + ending["ending"] + base[old.end :]
    elif not new.adjective:
        led, was = _PREPOSITION.search(fold(text)[: new.start]), _PREPOSITION.search(fold(base)[: old.start])
        if led and was:
            return base[: was.start()] + text[led.start() : new.end] + base[old.end :]
        nominative = fold(surface) == fold(new.form)
        alike = fold(surface)[-1] == fold(gone)[-1] and not nominative  # both in a case, most likely the same
        if not was and (alike or (not led and nominative and fold(gone) == fold(old.form))):
            return base[: old.start] + surface + base[old.end :]
    was = None if old.adjective else _PREPOSITION.search(fold(base)[: old.start])
    cut = base[: was.start() if was else old.start].rstrip() + " " + base[old.end :].lstrip()
    cut = regex.sub(r"\s+([,?.!])", r"\1", normalise(cut))
    return _bracketed(cut, [_noun(new, "ru", names) if new.concept.kind != "person" else new.form], "ru")


def _counterpart(new: _Name, before: Sequence[_Name]) -> _Name | None:
    """The name of the old question whose place a new one takes: of its kind, the last; China and the organisation only if no other is."""
    same = [name for name in before if name.concept.kind == new.concept.kind]
    if not same and new.place:
        same = [name for name in before if name.place]
    if new.concept.kind in _GENERIC_KINDS:
        same = [name for name in same if name.concept.id != new.concept.id]
    other = [name for name in same if name.concept.id not in ("c:CN", new.concept.id)]
    return (other or same)[-1] if same else None


def _corrected(question: str, said: str, language: Language, previous: _Whole, names: NameTable) -> str:
    meant = _TURNED_DOWN[language].sub("", _plain(said)).strip() or said
    meant = regex.sub(r"^(?:about|про|об?|the one in|关于)\s+", "", meant)
    own = _names(meant, names)
    if own and _only_names(meant, own, language, previous, names, opened=True):
        old = _counterpart(own[0], _names(previous.text, names))
        if language == "ru" and old and previous.language == "ru" and not own[0].adjective:
            # "я про Сиань" is an accusative: the name goes in brackets unless it stands in the old question as it is.
            return _substituted_russian(meant, own[0], previous.text, old, names)
        return _substituted(meant, own, language, previous, names)
    # What corrects in many words turns the old topic down as a whole.
    if len(content_units(meant)) >= (5 if language == "zh" else 3):
        return meant
    return _resolve(meant, language, previous, names) if fold(meant) != fold(question) and meant else question


def _member(body: str, bare: str, position: int | None, language: Language, previous: _Whole, names: NameTable) -> str:
    """The question about another member of a list: the other of a pair, or the n-th that the answer named."""
    before = _names(previous.text, names)
    listed = [name for name in _names(previous.answer, names) if not _is_background(name, names)]
    if regex.search(r"后者|latter", bare):
        position = 2
    elif regex.search(r"前者|former", bare):
        position = 1
    places = [name for name in before if name.place and name.concept.id != "c:CN"]
    named = [name for name in before if name.concept.kind in ("person", "project", "programme")] + places
    if named and (position in (None, 2)):
        old = named[-1]
        group = _PLACES if old.place else {old.concept.kind}
        near = sorted(
            (
                name
                for name in listed
                if name.concept.kind in group and name.concept.id != old.concept.id and name.concept.id != "c:CN"
            ),
            key=lambda name: min(
                (abs(name.start - other.start) for other in listed if other.concept.id == old.concept.id),
                default=name.start,
            ),
        )
        if near:
            other = near[0]
            shown = _Name(other.concept, _noun(other, language, names), 0, len(_noun(other, language, names)))
            return _substituted(shown.form, [shown], language, previous, names)
        return _with_topic(body, language, previous, names, None, frozenset((old.concept.id,)))
    wanted = _asks(previous.text)
    kinds = {
        "person": {"person"},
        "place": set(_PLACES),
        "body": {"body"},
        "programme": {"project", "programme", "document"},
    }
    chosen: list[_Name] = []
    for kind in ("body", "place", "person", "programme"):
        if kind in wanted and not chosen:
            chosen = [name for name in listed if name.concept.kind in kinds[kind] and not name.adjective]
    if not chosen:
        said = {name.concept.id for name in before}
        rest = [name for name in listed if name.concept.id not in said and not name.place]
        counts = [sum(name.concept.kind == other.concept.kind for other in rest) for name in rest]
        best = max(counts, default=0)
        chosen = [name for name, count in zip(rest, counts, strict=True) if count == best and best > 1]
    order: list[_Name] = []
    for name in chosen:
        if all(name.concept.id != other.concept.id for other in order):
            order.append(name)
    index = 2 if position is None else position
    picked = order[index - 1 if index > 0 else index] if order and abs(index) <= len(order) else None
    topic = _topic(previous, language, names)
    return _bracketed(body, ([_shown(picked, language, names)] if picked else []) + topic[: _MAX_TOPIC - 1], language)


def _antecedent(kind: str, text: str, previous: _Whole, names: NameTable) -> _Name | None:
    """The one name that an anaphor stands for, None where it is the topic as a whole."""
    asked = _asks(previous.text)
    before = _names(previous.text, names)
    people = [name for name in before if name.concept.kind == "person"]
    if kind == "person":
        russian = bool(regex.search(r"\p{Cyrillic}", text))
        led = _focus(previous, ("programme", "project", "document"), names) if "programme" in asked else None
        if russian and led and not _SPEECH.search(fold(text)):
            return led
        if not russian or people or _SPEECH.search(fold(text)):
            return people[-1] if people else _focus(previous, ("person",), names)
        if "person" in asked and (found := _focus(previous, ("person",), names)):
            return found if _SPEECH.search(fold(text)) else None
        return _focus(previous, ("programme",), names) if "programme" in asked else None
    if kind == "many" and "body" in asked:
        return _focus(previous, ("body",), names)
    if kind == "place":
        if regex.search(r"那边", text) and "body" in asked:
            return _focus(previous, ("body",), names)
        if "place" in asked or not any(name.place for name in before):
            return _focus(previous, _PLACES, names)
        return None
    wholes = ("programme", "project", "document")
    if kind == "thing" and regex.search(r"哪|什么|\bкак\w{2,3}\b|\b(?:what|which)\b", fold(previous.text)):
        return None if any(name.concept.kind in wholes for name in before) else _focus(previous, wholes, names)
    return None


def _pronoun(text: str, own: Sequence[_Name], kind: str, language: Language, previous: _Whole, names: NameTable) -> str:
    """The question with its pronoun's meaning put in: in its place in Chinese and English, in brackets where cases would clash."""
    focus = _antecedent(kind, text, previous, names)
    deep = kind == "thing" and bool(regex.search(r"\b(?:эт(?:ом|ого|им|ому)|this|that)\b|此|这事", fold(text)))
    phrases = [_shown(focus, language, names)] if focus else _topic(previous, language, names, deep=deep)
    if focus and kind == "place":
        phrases = [*_topic(previous, language, names, most=_MAX_TOPIC - 1), *phrases]
    if not phrases:
        return text
    text = _inheriting(text, language, previous)
    tables = {"many": _MANY_ANAPHOR, "person": _PERSON_ANAPHOR, "place": _PLACE_ANAPHOR, "thing": _THING_ANAPHOR}
    blanked = _NO_ANAPHOR[language].sub(lambda match: "·" * len(match[0]), fold(text))
    match = tables[kind][language].search(blanked)
    single = (
        len(phrases) == 1
        and len(own) == 0
        and (bool(_names(phrases[0], names)) or fold(phrases[0]) != fold(_remainder(previous.text, language)))
    )
    if match and language == "zh" and len(match[0]) > 2 and focus is None and match[0][-2:] not in phrases[0]:
        single = False
    if (
        language == "ru"
        or not match
        or not single
        or kind == "place"
        or match[0] in ("this", "that", "these", "those", "both", "such")
    ):
        return _bracketed(text, phrases, language)
    name = phrases[0]
    end = match.end()
    if language == "en":
        if match[0] in ("its", "his", "their") or (match[0] == "her" and regex.match(r"\s+\p{L}", blanked[end:])):
            name += "'" if name.endswith("s") else "'s"
    elif match[0] in ("其",) and regex.match(r"\p{Han}", blanked[end:]):
        name += "的"
    replaced = text[: match.start()] + name + text[end:]
    return replaced[:1].upper() + replaced[1:] if language == "en" else replaced


def _facet(
    text: str, own: Sequence[_Name], language: Language, previous: _Whole, names: NameTable, opened: bool
) -> str:
    """A new thing asked of the old topic: the new question with the topic in brackets."""
    without = frozenset(name.concept.id for name in own)
    if own and any(name.place for name in own):
        old = _names(previous.text, names)
        without |= {
            name.concept.id
            for name in old
            if name.concept.kind == "country" and (name.adjective or any(one.adjective for one in own))
        }
    body = regex.sub(r"呢[?？]?$", "", text) if language == "zh" else text
    if opened or language == "zh" or len(body.split()) <= 3:
        body = _inheriting(body, language, previous)
    deep = bool(own) and all(name.place for name in own)
    phrases = _topic(previous, language, names, without, deep=deep)
    noun = regex.sub(r"[的\s?？。]+$", "", body)
    if (
        language == "zh"
        and len(phrases) == 1
        and not own
        and regex.fullmatch(r"\p{Han}{2,8}", noun)
        and not _ASK["zh"].search(noun)
    ):
        return f"{phrases[0]}的{noun}是什么？"
    return _bracketed(body, phrases, language)


_YES_NO = regex.compile(r"^(?:is|are|was|were|do|does|did|has|have|can|will)\b|\bли\b|[吗么][?？]?$|是不是|是否|有没有")
_COMMAND = regex.compile(r"^(?:列|说|讲|给|перечисл|назов|покаж|расскаж|опиш|list\b|name\b|show|describe|explain|tell)")
_QUANTITY: Mapping[Language, regex.Pattern[str]] = {
    "zh": regex.compile(r"多大比例|多少|几(?=[个项家名位大类国])"),
    "ru": regex.compile(r"\bсколько\b|\bкак(?:ая|ой|ую) (?:доля|долю|часть|процент)\b"),
    "en": regex.compile(r"\bhow (?:many|much)\b|\bwhat (?:share|percentage|proportion)\b"),
}


def _inheriting(text: str, language: Language, previous: _Whole) -> str:
    """A fragment with the "how many" of the old question: "And countries?" as "How many countries?"."""
    match = _QUANTITY[language].search(fold(previous.text)) if previous.language == language else None
    if not match or _ASK[language].search(fold(text)) or _COMMAND.search(fold(text)):
        return text
    if language == "zh":
        return f"{regex.sub('呢?[?？]?$', '', text)}{'有' if match[0] != '多大比例' else '占'}{'多少' if match[0] == '几' else match[0]}"
    return f"{match[0].capitalize()} {_lower(text) if text[:1].isupper() else text}"
