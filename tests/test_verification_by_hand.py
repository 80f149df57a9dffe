"""Corruptions made by hand, which no generator makes: exchanged years and offices, ranks, units, denials, opposites.

A part of them was written before the checks that catch them, another part afterwards and left as it came out. What says the
opposite in words that only a reader understands (tense, fields of work) is known to be missed: the shares below say how much.
Run with -s for the table.
"""

from __future__ import annotations

import sys
from collections import Counter

from verification_support import shipped_world

from assistant.records import LANGUAGES, Language
from assistant.verification import verify

# (kind, language, words of a correct answer, what they become)
CORRUPTIONS: tuple[tuple[str, Language, str, str], ...] = (
    ("year or day", "en", "In 2025, the Tianjin summit", "In 2026, the Tianjin summit"),
    ("year or day", "en", "By 2028", "By 2030"),
    ("year or day", "en", "On September 4, the center", "On June 29, the center"),
    ("year or day", "en", "June 29, the China", "September 4, the China"),
    ("year or day", "en", "In 2026, the Shanghai", "In 2025, the Shanghai"),
    ("year or day", "en", "the 25th anniversary", "the 26th anniversary"),
    ("year or day", "ru", "В 2025 году на Тяньцзиньском саммите", "В 2026 году на Тяньцзиньском саммите"),
    ("year or day", "ru", "4 сентября этот Центр", "29 июня этот Центр"),
    ("year or day", "ru", "к 2028 году", "к 2026 году"),
    ("year or day", "ru", "В 2026 году Шанхайская организация", "В 2025 году Шанхайская организация"),
    ("year or day", "ru", "25-летие своего создания", "20-летие своего создания"),
    ("year or day", "ru", "29 июня в Международном", "30 июня в Международном"),
    ("year or day", "zh", "2025年，上海合作组织天津峰会", "2026年，上海合作组织天津峰会"),
    ("year or day", "zh", "9月4日，该中心", "6月29日，该中心"),
    ("year or day", "zh", "去年9月", "今年9月"),
    ("year or day", "zh", "力争到2028年", "力争到2026年"),
    ("year or day", "zh", "2026年，上海合作组织", "2025年，上海合作组织"),
    ("year or day", "zh", "成立25周年", "成立26周年"),
    ("year or day", "zh", "6月29日，中国", "7月29日，中国"),
    ("number", "en", "28 institutions from 9 countries", "9 institutions from 28 countries"),
    ("number", "en", "promoted technologies over a cumulative area of more than 500,000 mu, exchanged and evaluated at least 300 accessions", "promoted technologies over a cumulative area of more than 300 mu, exchanged and evaluated at least 500,000 accessions"),
    ("number", "en", "more than 500 international sci-tech innovation cooperation projects, serve more than 1,000", "more than 1,000 international sci-tech innovation cooperation projects, serve more than 500"),
    ("number", "en", "serve more than 1,000 sci-tech enterprises of various countries and facilitate the commercialization and implementation of more than 100", "serve more than 100 sci-tech enterprises of various countries and facilitate the commercialization and implementation of more than 1,000"),
    ("number", "en", "three domestic linkage hubs and two international cooperation nodes", "two domestic linkage hubs and three international cooperation nodes"),
    ("number", "en", "3 to 5 SCO countries", "5 to 8 SCO countries"),
    ("number", "en", "five categories", "six categories"),
    ("number", "en", "11 sci-tech innovation cooperation projects", "28 sci-tech innovation cooperation projects"),
    ("number", "en", "two international cooperation nodes", "four international cooperation nodes"),
    ("number", "ru", "28 организаций из 9 стран", "9 организаций из 28 стран"),
    ("number", "ru", "более 500 проектов международного научно-технического и инновационного сотрудничества, окажет услуги более чем 1000", "более 1000 проектов международного научно-технического и инновационного сотрудничества, окажет услуги более чем 500"),
    ("number", "ru", "в 3–5 странах ШОС", "в 5–8 странах ШОС"),
    ("number", "ru", "не менее чем 300 образцами", "не менее чем 200 образцами"),
    ("number", "ru", "не менее 10 содержательных проектов", "не менее 300 содержательных проектов"),
    ("number", "ru", "разработает 5–8 новых", "разработает 3–5 новых"),
    ("number", "ru", "не менее 200 человеко-посещений", "не менее 300 человеко-посещений"),
    ("number", "ru", "по 11 проектам", "по двенадцати проектам"),
    ("number", "ru", "осуществлению более 100 проектов", "осуществлению более 500 проектов"),
    ("number", "zh", "9个国家的28家机构", "28个国家的9家机构"),
    ("number", "zh", "超500项，服务各国科技企业超1000家", "超1000项，服务各国科技企业超500家"),
    ("number", "zh", "300份以上", "200份以上"),
    ("number", "zh", "200人次以上", "300人次以上"),
    ("number", "zh", "六大领域；合作需求类汇集100项，涵盖技术研发、载体共建、人才引育、产学研合作、产业推广等五大类别", "五大领域；合作需求类汇集100项，涵盖技术研发、载体共建、人才引育、产学研合作、产业推广等六大类别"),
    ("number", "zh", "三个国内联动枢纽，位于乌兹别克斯坦、蒙古的两个国际合作节点", "两个国内联动枢纽，位于乌兹别克斯坦、蒙古的三个国际合作节点"),
    ("number", "zh", "3至5个上合组织国家", "5至8个上合组织国家"),
    ("number", "zh", "11个上合组织国家科技创新合作项目", "28个上合组织国家科技创新合作项目"),
    ("number", "zh", "五大类别", "四大类别"),
    ("number", "zh", "落地100多项", "落地500多项"),
    ("who or where", "en", "Gulzat Kobenova, vice minister at the Ministry of Science and Higher Education of Kazakhstan", "Lira Sulaimanova, vice minister at the Ministry of Science and Higher Education of Kazakhstan"),
    ("who or where", "en", "Lira Sulaimanova, deputy minister at the Ministry of Science, Higher Education and Innovation of Kyrgyzstan", "Lira Sulaimanova, deputy minister at the Ministry of Science and Higher Education of Kazakhstan"),
    ("who or where", "en", "Niu Haitao, vice president of Qingdao University,", "Kazbek Kochinov, vice president of Qingdao University,"),
    ("who or where", "en", "Central Asia Sustainable Development Center with Hong Kong Polytechnic University and the Hydrogen Energy Center with Shanghai Jiao Tong University", "Central Asia Sustainable Development Center with Shanghai Jiao Tong University and the Hydrogen Energy Center with Hong Kong Polytechnic University"),
    ("who or where", "en", "the Xi'an hub, focusing", "the Yan'an hub, focusing"),
    ("who or where", "en", "Uzbekistan's Tashkent Polytechnic Institute and with Bell Investment LLC", "Uzbekistan's Bell Investment LLC and with Tashkent Polytechnic Institute"),
    ("who or where", "en", "Initiated by the Shandong Academy of Agricultural Sciences", "Initiated by Qingdao University"),
    ("who or where", "en", "Kazbek Kochinov, an adviser at the SCO Secretariat", "Niu Haitao, an adviser at the SCO Secretariat"),
    ("who or where", "en", "Jasem Al-Najem, ambassador of Kuwait to China", "Jasem Al-Najem, ambassador of China to Kuwait"),
    ("who or where", "en", "Akylbek Chymyrov, vice-rector of Kyrgyz State Technical University", "Niu Haitao, vice-rector of Kyrgyz State Technical University"),
    ("who or where", "en", "vice-rector of Kyrgyz", "rector of Kyrgyz"),
    ("who or where", "en", "Beijing University of Technology, the Laser Institute", "Qingdao University, the Laser Institute"),
    ("who or where", "en", "Xi'an, Guangzhou and Yan'an and are", "Xi'an, Beijing and Yan'an and are"),
    ("who or where", "en", "focusing on key countries such as Russia, Belarus and Kazakhstan", "focusing on key countries such as Russia, Mongolia and Kazakhstan"),
    ("who or where", "ru", "вице-министр науки и высшего образования Казахстана Гулзат Кобенова", "вице-министр науки и высшего образования Казахстана Лира Сулайманова"),
    ("who or where", "ru", "Советник Секретариата ШОС Казбек Кочинов", "Советник Секретариата ШОС Ню Хайтао"),
    ("who or where", "ru", "Центр устойчивого развития Центральной Азии — совместно с Гонконгским политехническим университетом — и Центр водородной энергетики — совместно с Шанхайским университетом Цзяотун", "Центр устойчивого развития Центральной Азии — совместно с Шанхайским университетом Цзяотун — и Центр водородной энергетики — совместно с Гонконгским политехническим университетом"),
    ("who or where", "ru", "Гуанчжоуский хаб, ориентируясь", "Сианьский хаб, ориентируясь"),
    ("who or where", "ru", "Ташкентским политехническим институтом (Узбекистан) и ООО «Белл Инвестмент» соответственно", "ООО «Белл Инвестмент» и Ташкентским политехническим институтом (Узбекистан) соответственно"),
    ("who or where", "ru", "расположенные в Узбекистане и Монголии", "расположенные в Монголии и Узбекистане"),
    ("who or where", "ru", "по инициативе Академии сельскохозяйственных наук провинции Шаньдун", "по инициативе Циндаоского университета"),
    ("who or where", "ru", "посол Кувейта в Китае Джасим ан-Наджим", "посол Китая в Кувейте Джасим ан-Наджим"),
    ("who or where", "ru", "Проректор Циндаоского университета Ню Хайтао", "Проректор Циндаоского университета Казбек Кочинов"),
    ("who or where", "ru", "заместитель министра науки, высшего образования и инноваций Кыргызстана Лира Сулайманова", "заместитель министра науки, высшего образования и инноваций Кыргызстана Гулзат Кобенова"),
    ("who or where", "ru", "вице-министр науки", "министр науки"),
    ("who or where", "ru", "совместно с Гонконгским политехническим", "совместно с Пекинским политехническим"),
    ("who or where", "ru", "на России, Беларуси, Казахстане", "на России, Индии, Казахстане"),
    ("who or where", "zh", "哈萨克斯坦科学和高等教育部副部长科别诺娃·古勒扎特", "哈萨克斯坦科学和高等教育部副部长苏莱曼诺娃·莉拉"),
    ("who or where", "zh", "与香港理工大学共建中亚可持续发展中心、与上海交通大学共建氢能中心", "与上海交通大学共建中亚可持续发展中心、与香港理工大学共建氢能中心"),
    ("who or where", "zh", "青岛大学副校长牛海涛", "青岛大学副校长科奇诺夫"),
    ("who or where", "zh", "西安枢纽聚焦石油", "延安枢纽聚焦石油"),
    ("who or where", "zh", "西安石油大学、广东—独联体国际科技合作联盟、延安新区管委会", "广东—独联体国际科技合作联盟、西安石油大学、延安新区管委会"),
    ("who or where", "zh", "由山东省农业科学院倡议发起", "由青岛大学倡议发起"),
    ("who or where", "zh", "青岛大学副校长牛海涛", "青岛大学副校长苏莱曼诺娃"),
    ("who or where", "zh", "科威特驻华大使", "中国驻科威特大使"),
    ("who or where", "zh", "吉尔吉斯国立技术大学副校长", "吉尔吉斯国立技术大学校长"),
    ("who or where", "zh", "俄罗斯、白俄罗斯、哈萨克斯坦等重点国别", "俄罗斯、印度、哈萨克斯坦等重点国别"),
    ("who or where", "zh", "位于西安、广州及延安", "位于西安、深圳及延安"),
    ("unit of time", "en", "within five years", "within five months"),
    ("unit of time", "en", "over the past 25 years", "over the past 25 weeks"),
    ("unit of time", "en", "In less than a year since", "In less than a month since"),
    ("unit of time", "en", "over the past 25 years", "over the past 25 months"),
    ("unit of time", "ru", "в течение пяти лет", "в течение пяти недель"),
    ("unit of time", "ru", "за 25 лет", "за 25 дней"),
    ("unit of time", "ru", "За неполный год", "За неполный месяц"),
    ("unit of time", "ru", "За неполный год", "За неполное десятилетие"),
    ("unit of time", "zh", "五年内", "五个月内"),
    ("unit of time", "zh", "25年来", "25天来"),
    ("unit of time", "zh", "成立不足一年", "成立不足一个月"),
    ("unit of time", "zh", "五年内", "五周内"),
    ("rank", "en", "vice president of Qingdao University", "president of Qingdao University"),
    ("rank", "en", "deputy minister at the Ministry", "minister at the Ministry"),
    ("rank", "en", "an adviser at the SCO Secretariat", "a deputy head at the SCO Secretariat"),
    ("rank", "en", "ambassador of Kuwait", "consul of Kuwait"),
    ("rank", "en", "As the organizer of the conference", "As the co-organizer of the conference"),
    ("rank", "ru", "Проректор Циндаоского университета", "Ректор Циндаоского университета"),
    ("rank", "ru", "заместитель министра науки", "министр науки"),
    ("rank", "ru", "посол Кувейта", "консул Кувейта"),
    ("rank", "ru", "Будучи организатором Конференции", "Будучи соорганизатором Конференции"),
    ("rank", "zh", "青岛大学副校长", "青岛大学校长"),
    ("rank", "zh", "副部长苏莱曼诺娃", "部长苏莱曼诺娃"),
    ("rank", "zh", "秘书处顾问", "秘书处副秘书长"),
    ("rank", "zh", "驻华大使", "驻华参赞"),
    ("rank", "zh", "作为大会主办方", "作为大会联合主办方"),
    ("hedge", "en", "exceeded 1 billion yuan", "nearly 1 billion yuan"),
    ("hedge", "en", "more than 100 cases", "fewer than 100 cases"),
    ("hedge", "en", "more than one hundred universities", "nearly one hundred universities"),
    ("hedge", "en", "at least 300 accessions", "up to 300 accessions"),
    ("hedge", "ru", "превысил 1 млрд юаней", "почти достиг 1 млрд юаней"),
    ("hedge", "ru", "не менее четверти", "менее четверти"),
    ("hedge", "ru", "приближается к половине", "превышает половину"),
    ("hedge", "ru", "более 100 проектов", "почти 100 проектов"),
    ("hedge", "ru", "площади в общей сложности более 500 тысяч му", "площади в общей сложности около 500 тысяч му"),
    ("hedge", "zh", "突破10亿元", "接近10亿元"),
    ("hedge", "zh", "四分之一以上", "不足四分之一"),
    ("hedge", "zh", "接近全球半数", "超过全球半数"),
    ("hedge", "zh", "百余家", "近百家"),
    ("hedge", "zh", "超1000家", "近1000家"),
    ("hedge", "zh", "10项以上", "10项以内"),
    ("ordinal", "en", "the first comprehensive", "the second comprehensive"),
    ("ordinal", "en", "the 25th anniversary", "the 20th anniversary"),
    ("ordinal", "ru", "первый комплексный форум", "третий комплексный форум"),
    ("ordinal", "zh", "首届综合性", "第二届综合性"),
    ("percent or points", "en", "at least one quarter of the global total", "at least 25 percentage points of the global total"),
    ("percent or points", "en", "close to half of the world's", "close to 40 percent of the world's"),
    ("percent or points", "ru", "не менее четверти объёма", "не менее 25 процентных пунктов объёма"),
    ("percent or points", "zh", "占全球四分之一以上", "占全球25个百分点以上"),
    ("percent or points", "zh", "接近全球半数", "接近全球三分之二"),
    ("negation", "en", "was officially established in Qingdao", "was not established in Qingdao"),
    ("negation", "ru", "был официально открыт в Циндао", "не был официально открыт в Циндао"),
    ("negation", "ru", "уже получил разрешение на создание", "ещё не получил разрешения на создание"),
    ("negation", "zh", "已获批准建设", "未获批准建设"),
    ("negation", "zh", "早已超越国界", "尚未超越国界"),
    ("opposite", "en", "promoting joint research", "hindering joint research"),
    ("opposite", "en", "opened at the Qingdao International Conference Center", "closed at the Qingdao International Conference Center"),
    ("opposite", "en", "has been approved to build", "has been refused permission to build"),
    ("opposite", "en", "raise the level of medical care", "reduce the level of medical care"),
    ("opposite", "en", "was born in China", "was dissolved in China"),
    ("opposite", "ru", "открылась Конференция", "закрылась Конференция"),
    ("opposite", "ru", "превратилась в чрезвычайно влиятельную", "не превратилась в чрезвычайно влиятельную"),
    ("opposite", "ru", "ускоряет получение", "замедляет получение"),
    ("opposite", "zh", "国际会议中心开幕", "国际会议中心闭幕"),
    ("opposite", "zh", "不断深化与上合组织", "不断削弱与上合组织"),
    ("opposite", "zh", "高度重视科技创新发展", "不重视科技创新发展"),
    ("tense", "en", "will soon be deployed to the Arctic Circle", "has already been deployed to the Arctic Circle"),
    ("tense", "ru", "будет доставлен один компьютерный томограф", "был доставлен один компьютерный томограф"),
    ("tense", "zh", "一台CT设备即将投放", "一台CT设备已经投放"),
    ("scope", "en", "with its liaison office located at the Shandong Academy of Agricultural Sciences", "with its head office located at the Shandong Academy of Agricultural Sciences"),
    ("scope", "en", "international, nonprofit and open", "international, commercial and closed"),
    ("scope", "en", "four major areas: food security", "five major areas: food security"),
    ("scope", "ru", "международную, некоммерческую и открытую", "международную, коммерческую и закрытую"),
    ("scope", "zh", "国际化、非营利、开放性", "国际化、营利、封闭性"),
    ("scope", "zh", "联络处设在", "总部设在"),
    ("oblique number word", "ru", "в течение пяти лет", "в течение восьми лет"),
    ("oblique number word", "ru", "более чем со ста вузами", "более чем с двумястами вузами"),
    ("oblique number word", "ru", "более чем со ста вузами", "более чем с сорока вузами"),
    ("oblique number word", "ru", "в течение пяти лет", "в течение семи лет"),
    ("oblique number word", "ru", "перечни ста технологических разработок", "перечни двухсот технологических разработок"),
    ("oblique number word", "ru", "трём внутрикитайским хабам", "четырём внутрикитайским хабам"),
    ("field", "en", "food security, biosecurity, green development and smart agriculture", "food security, biosecurity, tourism and smart agriculture"),
    ("field", "en", "artificial intelligence, renewable energy, smart cities", "artificial intelligence, nuclear energy, smart cities"),
    ("field", "ru", "возобновляемая энергетика, умные города", "атомная энергетика, умные города"),
    ("field", "zh", "粮食安全、生物安全", "粮食安全、网络安全"),
)  # fmt: skip
CERTAIN = frozenset(("year or day", "unit of time", "hedge", "ordinal", "oblique number word", "percent or points"))


def test_corruptions_made_by_hand_are_caught() -> None:
    world = shipped_world()
    made, caught = Counter[str](), Counter[str]()
    missed = []
    for kind, language, old, new in CORRUPTIONS:
        holding = [item for item in world.items[language] if old in item.text]
        correct = [item for item in holding if verify(item.text, item.cited, language, world.retriever).ok]
        assert correct, f"no correct answer has {old!r}"
        for key in (kind, language):
            made[key] += 1
        if verify(correct[0].text.replace(old, new, 1), correct[0].cited, language, world.retriever).ok:
            missed.append(f"missed: {kind} {language}: {old} -> {new}")
        else:
            for key in (kind, language):
                caught[key] += 1
    rows = [f"{key:20} {caught[key]}/{made[key]}" for key in sorted(made, key=lambda key: (key in LANGUAGES, key))]
    sys.stdout.write("\n".join(["", *rows, *missed, ""]))
    assert sum(made[language] for language in LANGUAGES) == len(CORRUPTIONS)
    assert all(caught[kind] == made[kind] for kind in CERTAIN)
    assert len(missed) <= 0.15 * len(CORRUPTIONS), missed
