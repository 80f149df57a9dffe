"""Names that a sentence of an answer claims: known ones, and strangers that no glossary has, against the cited Chinese."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import regex

from assistant.ground import Ground, concepts, senses, subjects
from assistant.language import fold, normalise, word_terms
from assistant.names import Mention, city_names, is_named_thing, is_proper_noun

QUOTED = regex.compile(r"«([^«»]*)»|“([^“”]*)”|\"([^\"]*)\"|「([^「」]*)」|„([^„“]*)“")

_REFERS = regex.compile(r"我们|双方|前者|后者|[他她]们?[说的将在]|[，。]愿")
_IS_NOT = {
    "zh": regex.compile(
        r"(?:不包括|不包含|不含|没有|(?<!可)不是|并非|不在|不只是?|不仅是?|未包括|不涉及|未提到|没有提到|未提及)[^，。；]{0,6}$"
    ),
    "ru": regex.compile(
        r"(?:\bа не|\bне только|\bне|\bнет(?: ни)?|\bбез)(?: (?:в|во|из|с|со|на|для))?(?: \p{Ll}+)?\s?[«“]?$",
        regex.IGNORECASE,
    ),
    "en": regex.compile(
        r"(?:\bnot(?: only| just)?|\bno|\bwithout|\bneither|\bnor)(?: (?:in|from|at|with|for|to|the|a|an|of))*\s?[“\"]?$",
        regex.IGNORECASE,
    ),
}
_IS_NONE = {
    "zh": regex.compile(r"^[^，。；]{0,4}(?:不在其中|不在其列|并不在内|没有)"),
    "ru": regex.compile(
        r"^[^,.;]{0,24}(?:среди них нет|в (?:их|это\p{L}) числе нет|не (?:вход|упом|назва|указа))", regex.IGNORECASE
    ),
    "en": regex.compile(
        r"^[^,.;]{0,24}(?:(?:is|was|are|were) not (?:among|one of|on|in|mentioned|included|named)|does not)",
        regex.IGNORECASE,
    ),
}


def unsupported_names(bare: str, ground: Ground) -> list[str]:
    """The names of a sentence that do not occur in the Chinese it cites, as they are written.

    The paragraph around it counts where the Chinese refers to somebody without a name (我们, 双方, 前者), and the article for its own subject.
    """
    mentions = ground.retriever.names.mentions(bare)
    here = concepts(ground.quotes, ground.retriever)
    if _REFERS.search(ground.quotes):
        here |= concepts(ground.around, ground.retriever)
    plain = normalise(bare)
    folded = fold(bare)
    text = plain if len(plain) == len(folded) else folded
    found = []
    for mention in mentions:
        surface = text[mention.start : mention.end]
        if not is_named_thing(mention.concept) or _is_common_word(surface, mention) or mention.concept.id in here:
            continue
        denied = _IS_NOT[ground.reply].search(text[: mention.start]) or _IS_NONE[ground.reply].search(
            text[mention.end :]
        )
        if not denied and not _is_subject(mention, ground):
            found.append(surface)
    return found + (_chinese_strangers(bare, ground) if ground.reply == "zh" else _strangers(text, mentions, ground))


def _is_common_word(surface: str, mention: Mention) -> bool:
    """Whether a mention is an ordinary word too, with a capital or not: в центре внимания, the Conference, 大会."""
    if mention.concept.kind in ("place", "country", "person"):
        return False
    return surface in ("大会", "联盟", "汇编") or bool(
        regex.fullmatch(r"[\p{Latin}\p{Cyrillic}]\p{Ll}+(?:['’]s)?", surface)
    )


def _is_subject(mention: Mention, ground: Ground) -> bool:
    """Whether a body or event is what the article is about: a paragraph that says "the center" may be cited with its name."""
    return any(mention.concept.id in subjects(passage.article_id, ground.retriever) for passage in ground.passages)


_CAPITALISED = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}’'-]*(?<!['’-])")


def _strangers(text: str, mentions: Sequence[Mention], ground: Ground) -> list[str]:
    """The capitalised words of Russian or English text that are no known name and that the cited paragraphs do not have."""
    spans = [(mention.start, mention.end) for mention in mentions]
    quoted = [match.span() for match in QUOTED.finditer(text)]
    source = fold(ground.around)
    words = ground.words()
    found = []
    for match in _CAPITALISED.finditer(text):
        word = regex.sub(r"['’]s$", "", match[0])
        if _overlaps(match, spans) or _is_known(word, words, source, ground):
            continue
        before = text[: match.start()]
        opens = not regex.search(r"[\p{L}\p{N}]", before) or regex.search(r"[:.!?«“\"(—–]\s*$", before)
        if not ((opens or _overlaps(match, quoted)) and _is_ordinary(fold(word), ground)):
            found.append(word)
    return found


def _is_known(word: str, words: frozenset[str], source: str, ground: Ground) -> bool:
    folded = fold(word)
    if regex.search(rf"(?<![a-zа-я]){regex.escape(folded)}(?![a-zа-я])", source):
        return True
    for part in regex.split(r"[-’']", folded):
        terms = word_terms(part)
        if (
            terms
            and not any(term in words for term in terms)
            and not _has_form(part, words)
            and not senses(part) & words
        ):
            return word.isupper() and 2 < len(word) < 7 and _are_initials(folded, ground.said)
    return True


def _has_form(word: str, words: frozenset[str]) -> bool:
    """Whether a longer Russian word is a form of a word of the text that morphology does not know: Кочинова, Кочинов."""
    if len(word) < 6 or not regex.match(r"\p{Cyrillic}", word):
        return False
    return any(
        len(other) >= 5
        and abs(len(other) - len(word)) <= 3
        and (other[: len(word) - 2] == word[:-2] or word.startswith(other))
        for other in words
    )


def _are_initials(folded: str, said: str) -> bool:
    """МРТ of магнитно-резонансная томография."""
    return folded in "".join(word[0] for word in regex.findall(r"\p{L}+", fold(said)))


def _overlaps(match: regex.Match[str], spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < match.end() and match.start() < end for start, end in spans)


_ORDINARY = regex.compile(r"(?:ly|ing|ed|tion|sion|ment|ness|ity|ism|ances?|ences?|wards?|ever|thing|body|one|where)$")
_OPENERS = frozenset(
    """yes no however moreover furthermore meanwhile additionally besides overall today nowadays currently then thus hence therefore
    instead later earlier soon once since although though while despite because whether both either neither another other others
    several many few most more less such same similar one two three four five six seven eight nine ten eleven twelve next first second
    third last finally lastly people officials experts participants delegates guests members parties partners researchers scientists
    companies universities within without across after before until upon along around behind beyond like unlike plus minus due
    together again even""".split()
)


def _is_ordinary(folded: str, ground: Ground) -> bool:
    """Whether a word that stands where any word has a capital letter is an ordinary one, to the best of our knowledge."""
    unit = word_terms(folded)
    if not unit or ground.retriever.knows(unit, ground.reply) or senses(folded):
        return True
    if ground.reply == "ru":
        return not is_proper_noun(folded)
    return folded in _OPENERS or bool(_ORDINARY.search(folded))


_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊"
    "金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_PERSON = regex.compile(
    rf"(?:(?<=[长师授员使者记任家士人官表席理裁影：，。；“]|^)(?P<name>[{_SURNAMES}]\p{{Han}}{{1,2}}?)(?=说|表示|指出|介绍|认为|告诉|称|谈|的职务|也|摄|先生|女士|主持|"
    r"出席|强调|透露|宣布|致辞|代表|负责|担任|是|在|、|，|。|$))"
    rf"|(?<=[长师授员使者记任家士官席理裁影])(?P<name>[{_SURNAMES}]\p{{Han}}{{1,2}})"
)
_TRANSLITERATED = regex.compile(
    r"(?P<name>[阿埃艾安奥巴贝比彼别波伯布达德丹迪蒂杜多恩尔法菲费弗夫福盖戈格古哈海赫亨胡翰基吉加杰金卡凯康科克库夸拉莱兰朗勒雷里利列林卢鲁罗洛马迈曼梅蒙米密万"
    r"莫默穆姆内纳尼涅努诺帕佩彭皮普奇恰乔切萨塞桑沙什圣施史斯苏索塔泰坦唐特提图托瓦维韦沃乌西希谢辛逊雅亚扬耶叶伊依尤约泽扎詹兹朱佐奈娜娃莎罕·]{3,})"
)
_CHINESE_PLACE = regex.compile(
    r"(?P<name>[\p{Han}--[的所个家座两三一二四在由与和及等各多国区该此本校类]]{2})(?:省|市|县|自治区|自治州|大学|学院|研究院|研究所|科学院|公司|集团|机场|银行|基金会)",
    regex.V1,
)
_CHINESE_CITIES = frozenset(
    """重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 河南 湖北 湖南 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆
    石家庄 太原 沈阳 大连 长春 哈尔滨 南京 苏州 无锡 杭州 宁波 温州 合肥 福州 厦门 南昌 济南 烟台 潍坊 威海 郑州 洛阳 武汉 长沙 深圳 珠海 东莞 佛山
    南宁 桂林 海口 三亚 成都 贵阳 昆明 拉萨 兰州 西宁 银川 乌鲁木齐 喀什 呼和浩特 澳门 台北 撒马尔罕 布哈拉 阿斯塔纳 喀山 索契 孟买 新德里 伊斯兰堡
    拉合尔 马什哈德 努尔苏丹 格罗德诺 奥什 胡占德""".split()
)


@functools.cache
def _cities() -> regex.Pattern[str]:
    return regex.compile(r"\L<names>", names=sorted(_CHINESE_CITIES | city_names()))


def _chinese_strangers(bare: str, ground: Ground) -> list[str]:
    """What looks like a person's, a place's or a body's name in Chinese text and does not stand in the cited paragraphs."""
    table = ground.retriever.names
    source = regex.sub(r"[\s“”]", "", fold(ground.around))
    rest = table.without_names(bare, table.mentions(bare))
    found = [match[0] for match in _cities().finditer(rest) if match[0] not in source]
    for pattern in (_PERSON, _TRANSLITERATED, _CHINESE_PLACE):
        for match in pattern.finditer(rest, overlapped=True):
            pairs = [match["name"][k : k + 2] for k in range(len(match["name"]) - 1)]
            new = [pair not in source and not ground.retriever.knows((pair,), "zh") for pair in pairs]
            if new[0] and 2 * sum(new) >= len(new):
                found.append(match["name"])
    return list(dict.fromkeys(found))
